-- What functions does mart have, and rows of what do they return? A row a function, in their order by name.

SELECT
    'mart.' || proname AS relation,
    pg_get_function_arguments(oid) AS arguments,
    prorettype::REGTYPE::TEXT AS returns,
    obj_description(oid, 'pg_proc') AS comment
FROM pg_proc
WHERE pronamespace = 'mart'::REGNAMESPACE
ORDER BY proname COLLATE "C";
