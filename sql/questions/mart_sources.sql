-- Which columns does each view of mart read? A row a column of a table or another view.

SELECT DISTINCT
    'mart.' || view.relname AS relation,
    source.relnamespace::REGNAMESPACE || '.' || source.relname AS source,
    attribute.attname AS name
FROM pg_class AS view
INNER JOIN pg_rewrite AS rule ON view.oid = rule.ev_class
INNER JOIN pg_depend AS depend
    ON rule.oid = depend.objid AND depend.classid = 'pg_rewrite'::REGCLASS AND depend.refclassid = 'pg_class'::REGCLASS
INNER JOIN pg_class AS source ON depend.refobjid = source.oid AND view.oid <> source.oid
INNER JOIN pg_attribute AS attribute ON source.oid = attribute.attrelid AND depend.refobjsubid = attribute.attnum
WHERE view.relnamespace = 'mart'::REGNAMESPACE
ORDER BY 1, 2, 3;
