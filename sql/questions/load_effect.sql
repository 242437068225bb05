-- What did a load write? A row a table: its rows before and after the load, and those that stand as this load wrote
-- them, for a later one may have written them again.

WITH counted AS (
    SELECT
        counts.table_name,
        max(counts.row_count) FILTER (WHERE counts.load_id = %(load_id)s) AS rows_after,
        (array_agg(counts.row_count ORDER BY counts.load_id DESC) FILTER (WHERE counts.load_id < %(load_id)s))[1]
            AS rows_before
    FROM ops.load_table AS counts
    WHERE counts.load_id <= %(load_id)s
    GROUP BY counts.table_name
),

written AS (
    SELECT 1 AS place, 'dw.fact_project' AS table_name, count(*) AS written FROM dw.fact_project
    WHERE load_id = %(load_id)s
    UNION ALL
    SELECT 2, 'dw.fact_progress_report', count(*) FROM dw.fact_progress_report
    WHERE load_id = %(load_id)s
    UNION ALL
    SELECT 3, 'dw.fact_indicator_result', count(*) FROM dw.fact_indicator_result
    WHERE load_id = %(load_id)s
    UNION ALL
    SELECT 4, 'ops.field_change', count(*) FROM ops.field_change
    WHERE load_id = %(load_id)s
    UNION ALL
    SELECT 5, 'ops.finding', count(*) FROM ops.finding
    WHERE load_id = %(load_id)s
)

SELECT written.table_name, counted.rows_before, counted.rows_after, written.written
FROM written
LEFT JOIN counted USING (table_name)
ORDER BY written.place;
