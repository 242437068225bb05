-- How fresh is what I see? A row a subject; what is counted is what marts show of it.

CREATE VIEW mart.freshness AS
WITH counted AS (
    SELECT
        counts.table_name,
        load.load_id,
        load.run_id,
        load.finished_at,
        counts.row_count,
        lag(counts.row_count) OVER each_table AS row_count_before,
        row_number() OVER (PARTITION BY counts.table_name ORDER BY load.load_id DESC) AS age
    FROM ops.load_table AS counts
    INNER JOIN ops.load AS load USING (load_id)
    WHERE load.status = 'committed' AND counts.table_name <> 'dw.fact_indicator_result'
    WINDOW each_table AS (PARTITION BY counts.table_name ORDER BY load.load_id)
),

-- A time that is stated goes before that of a pull: who loads an old export today has no newer one.
newest AS (
    SELECT
        max(snapshot_at) FILTER (WHERE snapshot_from = 'printed') AS printed_at,
        max(snapshot_at) FILTER (WHERE snapshot_from = 'source') AS source_at,
        max(snapshot_at) AS any_at
    FROM mart.document
)

SELECT
    counted.table_name,
    CASE counted.table_name
        WHEN 'dw.fact_project' THEN 'projects'
        WHEN 'dw.fact_progress_report' THEN 'progress reports'
        WHEN 'mart.indicator_attainment' THEN 'indicator results'
    END AS subject,
    counted.load_id AS last_load_id,
    counted.run_id AS last_run_id,
    counted.finished_at AS last_loaded_at,
    counted.row_count,
    counted.row_count_before,
    counted.row_count - counted.row_count_before AS row_count_delta,
    CASE
        WHEN counted.table_name <> 'mart.indicator_attainment'
            THEN (
                SELECT max(day.full_date)
                FROM dw.fact_project AS fact
                INNER JOIN dw.dim_date AS day ON fact.last_report_date_key = day.date_key
            )
    END AS last_report_date,
    coalesce(greatest(newest.printed_at, newest.source_at), newest.any_at) AS last_snapshot_at,
    CASE
        WHEN newest.printed_at >= newest.source_at OR newest.source_at IS NULL AND newest.printed_at IS NOT NULL
            THEN 'printed'
        WHEN newest.source_at IS NOT NULL THEN 'source'
        WHEN newest.any_at IS NOT NULL THEN 'pulled'
    END AS last_snapshot_from,
    newest.printed_at AS last_printed_at,
    (
        SELECT max(load.finished_at) FROM ops.load AS load
        WHERE load.status = 'failed' AND load.finished_at > counted.finished_at
    ) AS failed_since
FROM counted
CROSS JOIN newest
WHERE counted.age = 1;
