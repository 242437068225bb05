-- The account of this load: what became of every record of every document that was read. The constraint on the counts
-- fails the load when a record is lost or doubled.

-- An indicator stands where its values are those shown, or where it tells what the project that stands is measured by.

CREATE TEMP TABLE outcome ON COMMIT DROP AS
WITH written AS (
    SELECT DISTINCT result.indicator_key
    FROM affected_indicator
    INNER JOIN dw.fact_indicator_result AS result USING (indicator_key)
    INNER JOIN this_load USING (load_id)
),

record AS (
    SELECT
        project.document_key,
        project.is_shown AND fact.document_key = project.document_key AS stands,
        fact.load_id = this.load_id AS is_written
    FROM stage_document
    INNER JOIN raw.project AS project USING (document_key)
    LEFT JOIN dw.fact_project AS fact USING (project_code, fiscal_year)
    CROSS JOIN this_load AS this
    UNION ALL
    SELECT
        report.document_key,
        report.is_shown AND fact.document_key = report.document_key,
        fact.load_id = this.load_id
    FROM stage_document
    INNER JOIN raw.report AS report USING (document_key)
    LEFT JOIN dw.fact_progress_report AS fact USING (project_code, fiscal_year, report_ref)
    CROSS JOIN this_load AS this
    UNION ALL
    SELECT
        indicator.document_key,
        indicator.is_shown AND indicator.document_key IN (headline.document_key, fact.document_key),
        (indicator.document_key = headline.document_key AND written.indicator_key IS NOT NULL)
        OR (indicator.document_key = fact.document_key AND fact.load_id = this.load_id)
    FROM stage_document
    INNER JOIN raw.indicator AS indicator USING (document_key)
    LEFT JOIN raw.project AS project USING (document_key, copy)
    LEFT JOIN dw.fact_project AS fact
        ON project.project_code = fact.project_code AND project.fiscal_year = fact.fiscal_year
    LEFT JOIN dw.fact_indicator_result AS headline
        ON indicator.indicator_key = headline.indicator_key AND headline.quarter = 0
    LEFT JOIN written ON indicator.indicator_key = written.indicator_key
    CROSS JOIN this_load AS this
)

SELECT
    document_key,
    CASE WHEN stands IS NOT TRUE THEN 'superseded' WHEN is_written THEN 'loaded' ELSE 'unchanged' END AS became
FROM record;

INSERT INTO ops.load_document (
    load_id, document_key, records_read, records_loaded, records_unchanged, records_quarantined, records_superseded
)
SELECT
    this.load_id, staged.document_key, staged.records_read,
    count(outcome.became) FILTER (WHERE outcome.became = 'loaded'),
    count(outcome.became) FILTER (WHERE outcome.became = 'unchanged'),
    staged.records_held,
    count(outcome.became) FILTER (WHERE outcome.became = 'superseded')
FROM stage_document AS staged
LEFT JOIN outcome USING (document_key)
CROSS JOIN this_load AS this
GROUP BY this.load_id, staged.document_key, staged.records_read, staged.records_held;

INSERT INTO ops.load_table (load_id, table_name, row_count)
WITH counted AS (
    SELECT 'dw.fact_project' AS table_name, count(*) AS row_count FROM dw.fact_project
    UNION ALL
    SELECT 'dw.fact_progress_report', count(*) FROM dw.fact_progress_report
    UNION ALL
    SELECT 'dw.fact_indicator_result', count(*) FROM dw.fact_indicator_result
)

SELECT this.load_id, counted.table_name, counted.row_count
FROM this_load AS this
CROSS JOIN counted;

UPDATE ops.load
SET
    status = 'committed', finished_at = clock_timestamp(), documents_read = total.documents_read,
    documents_quarantined = (
        SELECT count(*) FROM stage_document
        WHERE family IS NULL
    ),
    records_read = total.records_read, records_loaded = total.records_loaded,
    records_unchanged = total.records_unchanged, records_quarantined = total.records_quarantined,
    records_superseded = total.records_superseded
FROM (
    SELECT
        count(*) AS documents_read, coalesce(sum(records_read), 0) AS records_read,
        coalesce(sum(records_loaded), 0) AS records_loaded, coalesce(sum(records_unchanged), 0) AS records_unchanged,
        coalesce(sum(records_quarantined), 0) AS records_quarantined,
        coalesce(sum(records_superseded), 0) AS records_superseded
    FROM ops.load_document
    WHERE load_id = (SELECT load_id FROM this_load)
) AS total
WHERE load.load_id = (SELECT load_id FROM this_load);
