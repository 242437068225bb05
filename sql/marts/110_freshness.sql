-- How fresh is what I see: when was it loaded last, what is the last report, did the rows shrink?

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
    WHERE load.status = 'committed'
    WINDOW each_table AS (PARTITION BY counts.table_name ORDER BY load.load_id)
)

SELECT
    counted.table_name,
    CASE counted.table_name
        WHEN 'dw.fact_project' THEN 'projects'
        WHEN 'dw.fact_progress_report' THEN 'progress reports'
        WHEN 'dw.fact_indicator_result' THEN 'indicator results'
    END AS subject,
    counted.load_id AS last_load_id,
    counted.run_id AS last_run_id,
    counted.finished_at AS last_loaded_at,
    counted.row_count,
    counted.row_count_before,
    counted.row_count - counted.row_count_before AS row_count_delta,
    (
        SELECT max(day.full_date)
        FROM dw.fact_project AS fact
        INNER JOIN dw.dim_date AS day ON fact.last_report_date_key = day.date_key
    ) AS last_report_date,
    (SELECT max(document.snapshot_at) FROM dw.dim_document AS document) AS last_snapshot_at,
    (
        SELECT max(load.finished_at) FROM ops.load AS load
        WHERE load.status = 'failed' AND load.finished_at > counted.finished_at
    ) AS failed_since
FROM counted
WHERE counted.age = 1;

COMMENT ON VIEW mart.freshness IS 'How fresh is what I see? A row a fact table.';
COMMENT ON COLUMN mart.freshness.table_name IS 'The fact table.';
COMMENT ON COLUMN mart.freshness.subject IS 'What its rows are: projects, progress reports or indicator results.';
COMMENT ON COLUMN mart.freshness.last_load_id IS 'The last load that was committed.';
COMMENT ON COLUMN mart.freshness.last_run_id IS 'The run that it was part of.';
COMMENT ON COLUMN mart.freshness.last_loaded_at IS 'When it was committed.';
COMMENT ON COLUMN mart.freshness.row_count IS 'Rows after it.';
COMMENT ON COLUMN mart.freshness.row_count_before IS 'Rows after the load before; empty for the first.';
COMMENT ON COLUMN mart.freshness.row_count_delta IS
'Rows more than after the load before; negative where rows were lost; empty for the first.';
COMMENT ON COLUMN mart.freshness.last_report_date IS 'Day of the last progress report of all.';
COMMENT ON COLUMN mart.freshness.last_snapshot_at IS 'When the newest export of all was made.';
COMMENT ON COLUMN mart.freshness.failed_since IS 'When a later load failed; empty where none did.';
