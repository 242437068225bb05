-- How many records of each document became what. A constraint fails the load when a record is lost or doubled.
-- reads: stage_document, outcome
-- gives: document_outcome
-- fills: ops.load_document

SELECT
    staged.document_key, staged.records_read,
    count(outcome.became) FILTER (WHERE outcome.became = 'loaded') AS records_loaded,
    count(outcome.became) FILTER (WHERE outcome.became = 'unchanged') AS records_unchanged,
    staged.records_held AS records_quarantined,
    count(outcome.became) FILTER (WHERE outcome.became = 'superseded') AS records_superseded
FROM stage_document AS staged
LEFT JOIN outcome USING (document_key)
GROUP BY staged.document_key, staged.records_read, staged.records_held
