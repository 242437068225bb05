-- Which fields did a load see change? A row a field of a record.

SELECT record, field, old_value, new_value, seen_at, count(*) OVER () AS changes
FROM ops.field_change
WHERE load_id = %(load_id)s
ORDER BY record, seen_at, field
LIMIT %(limit)s OFFSET %(offset)s;
