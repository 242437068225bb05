-- How many rows did each table hold after two loads, and how many has a still later load written again?

WITH counted AS (
    SELECT
        counts.table_name,
        (array_agg(counts.row_count ORDER BY counts.load_id DESC) FILTER (WHERE counts.load_id <= %(first)s))[1]
            AS rows_before,
        (array_agg(counts.row_count ORDER BY counts.load_id DESC))[1] AS rows_after
    FROM ops.load_table AS counts
    WHERE counts.load_id <= %(last)s
    GROUP BY counts.table_name
    UNION ALL
    SELECT
        'raw.document', count(DISTINCT document_key) FILTER (WHERE load_id <= %(first)s), count(DISTINCT document_key)
    FROM ops.load_document
    WHERE load_id <= %(last)s
),

compared AS (
    SELECT 1 AS place, 'dw.fact_project' AS table_name, count(*) AS written_since FROM dw.fact_project
    WHERE load_id > %(last)s
    UNION ALL
    SELECT 2, 'dw.fact_progress_report', count(*) FROM dw.fact_progress_report
    WHERE load_id > %(last)s
    UNION ALL
    SELECT 3, 'dw.fact_indicator_result', count(*) FROM dw.fact_indicator_result
    WHERE load_id > %(last)s
    UNION ALL
    SELECT 7, 'raw.document', count(*) FROM raw.document
    WHERE load_id > %(last)s
    UNION ALL
    VALUES
    (4, 'ops.field_change', NULL::BIGINT), (5, 'ops.finding', NULL::BIGINT), (6, 'ops.quarantine', NULL::BIGINT)
)

SELECT
    compared.table_name,
    CASE WHEN compared.written_since IS NOT NULL THEN coalesce(counted.rows_before, 0) END AS rows_before,
    CASE WHEN compared.written_since IS NOT NULL THEN coalesce(counted.rows_after, 0) END AS rows_after,
    compared.written_since
FROM compared
LEFT JOIN counted USING (table_name)
ORDER BY compared.place;
