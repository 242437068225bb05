-- What became of every record of every document that was read. An indicator stands where its values are those shown, or
-- where it tells what the project that stands is measured by.
-- reads: stage_document, raw.project, raw.report, raw.indicator, affected_indicator, dw.fact_project,
--     dw.fact_progress_report, dw.fact_indicator_result, this_load
-- gives: outcome

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
FROM record
