-- What is held back, as cases. A case that was released once and is held again is the same case. It is seen now, and
-- not when the transaction began, which waits for other loads before it is one.

INSERT INTO ops.quarantine AS known (
    quarantine_id, document_key, copy, record, reason, rule_id, severity, page, line, first_seen, last_seen, state
)
SELECT
    dw.key('quarantine', document_key::TEXT, copy::TEXT, record, line::TEXT), document_key, copy, record, reason,
    rule_id, severity, page, line, statement_timestamp(), statement_timestamp(), 'held'
FROM stage_quarantine
ON CONFLICT (quarantine_id) DO UPDATE
    SET
        reason = excluded.reason, rule_id = excluded.rule_id, last_seen = excluded.last_seen,
        state = CASE known.state WHEN 'released' THEN 'held' ELSE known.state END;

UPDATE ops.quarantine AS known
SET last_seen = statement_timestamp()
FROM stage_document AS staged
WHERE known.document_key = staged.document_key AND known.state <> 'released';
