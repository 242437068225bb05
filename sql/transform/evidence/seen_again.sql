-- What is known of every record at each snapshot, of those that were seen more than once.
-- reads: project_state, report_state, indicator_state, quarter_state, indicator_name
-- gives: seen_again

SELECT
    dw.record_name(project_code, fiscal_year) AS record, '' AS path, document_key, copy, family, snapshot_at, sha256,
    own, state
FROM project_state
UNION ALL
SELECT
    dw.record_name(project_code, fiscal_year), 'reports[' || report_ref || ']', document_key, copy, family,
    snapshot_at, sha256, own, state
FROM report_state
UNION ALL
SELECT
    name.record, '', state.document_key, state.copy, state.family, state.snapshot_at, state.sha256, state.own,
    state.state
FROM indicator_state AS state
INNER JOIN indicator_name AS name USING (indicator_key)
WHERE state.times_seen > 1
UNION ALL
SELECT
    name.record, 'quarters[' || state.quarter || ']', state.document_key, state.copy, state.family, state.snapshot_at,
    state.sha256, state.own, state.state
FROM quarter_state AS state
INNER JOIN indicator_name AS name USING (indicator_key)
WHERE state.times_seen > 1
