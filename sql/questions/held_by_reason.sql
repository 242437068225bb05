-- How much is held back, by rule?

SELECT rule_id, count(*) AS cases, count(DISTINCT document_key) AS documents, min(first_seen) AS since
FROM ops.quarantine
WHERE state = 'held'
GROUP BY rule_id
ORDER BY cases DESC, rule_id ASC;
