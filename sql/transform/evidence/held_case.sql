-- What is held back, as cases. One that was released and is held again is the same case; one that somebody rejected
-- stays so for as long as its document is read the same way. It is seen now, and not when the transaction began, which
-- waits for other loads before it is one.
-- reads: stage_quarantine, stage_document, ops.quarantine
-- gives: held_case
-- fills: ops.quarantine

WITH staged AS (
    SELECT
        dw.key('quarantine', document_key::TEXT, copy::TEXT, record, line::TEXT) AS quarantine_id,
        document_key, copy, record, reason, rule_id, severity, page, line
    FROM stage_quarantine
)

SELECT
    staged.*, coalesce(known.first_seen, statement_timestamp()) AS first_seen, statement_timestamp() AS last_seen,
    CASE known.state WHEN 'rejected' THEN 'rejected' ELSE 'held' END AS state, known.remark,
    known.decided_by, known.decided_at
FROM staged
LEFT JOIN ops.quarantine AS known USING (quarantine_id)
UNION ALL
SELECT
    known.quarantine_id, known.document_key, known.copy, known.record, known.reason, known.rule_id, known.severity,
    known.page, known.line, known.first_seen, statement_timestamp(), known.state, known.remark, known.decided_by,
    known.decided_at
FROM ops.quarantine AS known
INNER JOIN stage_document USING (document_key)
WHERE known.state <> 'released' AND known.quarantine_id NOT IN (SELECT staged.quarantine_id FROM staged)
