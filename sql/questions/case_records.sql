-- Which rows are held together as one case?

SELECT quarantine_id, record, rule_id, reason, page, line
FROM ops.quarantine
WHERE quarantine_id = any(%(quarantine_ids)s::BIGINT[])
ORDER BY page, line, record;
