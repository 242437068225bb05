-- What do the views of mart show? A row a column, in the views' order by name.

SELECT
    'mart.' || relation.relname AS relation,
    obj_description(relation.oid, 'pg_class') AS relation_comment,
    attribute.attname AS name,
    format_type(attribute.atttypid, attribute.atttypmod) AS type,
    col_description(relation.oid, attribute.attnum) AS comment
FROM pg_class AS relation
INNER JOIN pg_attribute AS attribute ON relation.oid = attribute.attrelid AND attribute.attnum > 0
WHERE relation.relnamespace = 'mart'::REGNAMESPACE AND relation.relkind = 'v'
ORDER BY relation.relname COLLATE "C", attribute.attnum;
