-- Facts of the affected project-years and indicators. load_id is the load that wrote a row as it stands.

CREATE TEMP TABLE project_reports ON COMMIT DROP AS
SELECT
    project_code, fiscal_year, count(*)::INTEGER AS report_count,
    min(report_date) AS first_report_date, max(report_date) AS last_report_date
FROM current_report
GROUP BY project_code, fiscal_year;

CREATE TEMP TABLE project_fact ON COMMIT DROP AS
SELECT
    project.project_code, project.fiscal_year, version.project_key,
    CASE WHEN project.unit_code IS NULL THEN -1 ELSE dw.key('agency', project.unit_code) END AS agency_key,
    dw.date_key(project.start_date) AS start_date_key, dw.date_key(project.end_date) AS end_date_key,
    dw.date_key(reports.first_report_date) AS first_report_date_key,
    dw.date_key(reports.last_report_date) AS last_report_date_key,
    project.budget_received_thb, project.budget_spent_thb, NULL::TEXT AS budget_phase,
    round(100 * project.budget_spent_thb / nullif(project.budget_received_thb, 0), 4) AS spent_pct,
    project.progress_pct, coalesce(reports.report_count, 0) AS report_count, project.evaluation_score,
    project.document_key
FROM current_project AS project
INNER JOIN project_version AS version USING (project_code, fiscal_year)
LEFT JOIN project_reports AS reports USING (project_code, fiscal_year)
WHERE version.is_current;

DELETE FROM dw.fact_project AS known
USING affected_project AS affected
WHERE
    (known.project_code, known.fiscal_year) = (affected.project_code, affected.fiscal_year)
    AND NOT EXISTS (
        SELECT FROM project_fact AS fact
        WHERE (fact.project_code, fact.fiscal_year) = (known.project_code, known.fiscal_year)
    );

INSERT INTO dw.fact_project AS known (
    project_code, fiscal_year, project_key, agency_key, start_date_key, end_date_key, first_report_date_key,
    last_report_date_key, budget_received_thb, budget_spent_thb, budget_phase, spent_pct, progress_pct, report_count,
    evaluation_score, document_key, load_id
)
SELECT fact.*, this.load_id
FROM project_fact AS fact
CROSS JOIN this_load AS this
ON CONFLICT (project_code, fiscal_year) DO UPDATE
    SET
        project_key = excluded.project_key, agency_key = excluded.agency_key, start_date_key = excluded.start_date_key,
        end_date_key = excluded.end_date_key, first_report_date_key = excluded.first_report_date_key,
        last_report_date_key = excluded.last_report_date_key, budget_received_thb = excluded.budget_received_thb,
        budget_spent_thb = excluded.budget_spent_thb, budget_phase = excluded.budget_phase,
        spent_pct = excluded.spent_pct, progress_pct = excluded.progress_pct, report_count = excluded.report_count,
        evaluation_score = excluded.evaluation_score, document_key = excluded.document_key, load_id = excluded.load_id
    WHERE
    (
        known.project_key, known.agency_key, known.start_date_key, known.end_date_key, known.first_report_date_key,
        known.last_report_date_key, known.budget_received_thb, known.budget_spent_thb, known.budget_phase,
        known.progress_pct, known.report_count, known.evaluation_score, known.document_key
    )
    IS DISTINCT FROM (
        excluded.project_key, excluded.agency_key, excluded.start_date_key, excluded.end_date_key,
        excluded.first_report_date_key, excluded.last_report_date_key, excluded.budget_received_thb,
        excluded.budget_spent_thb, excluded.budget_phase, excluded.progress_pct, excluded.report_count,
        excluded.evaluation_score, excluded.document_key
    );

CREATE TEMP TABLE report_fact ON COMMIT DROP AS
SELECT
    report.project_code, report.fiscal_year, report.report_ref, report.report_no, project.project_key,
    project.agency_key,
    dw.date_key(report.report_date) AS report_date_key,
    coalesce(status.status_key, -1) AS status_key,
    report.progress_pct,
    report.progress_pct - lag(report.progress_pct) OVER (
        PARTITION BY report.project_code, report.fiscal_year
        ORDER BY report.report_no, report.report_date, report.report_ref
    ) AS progress_delta_pct,
    report.disbursed_thb, report.narrative, report.document_key
FROM current_report AS report
INNER JOIN project_fact AS project USING (project_code, fiscal_year)
-- Texts are never empty: what is not stated is NULL.
LEFT JOIN dw.dim_report_status AS status
    ON
        coalesce(report.plan_status, '') = coalesce(status.plan_status, '')
        AND coalesce(report.target_status, '') = coalesce(status.target_status, '')
        AND status.status_key > 0;

DELETE FROM dw.fact_progress_report AS known
USING affected_project AS affected
WHERE
    (known.project_code, known.fiscal_year) = (affected.project_code, affected.fiscal_year)
    AND NOT EXISTS (
        SELECT FROM report_fact AS fact
        WHERE
            (fact.project_code, fact.fiscal_year, fact.report_ref)
            = (known.project_code, known.fiscal_year, known.report_ref)
    );

INSERT INTO dw.fact_progress_report AS known (
    project_code, fiscal_year, report_ref, report_no, project_key, agency_key, report_date_key, status_key,
    progress_pct, progress_delta_pct, disbursed_thb, narrative, document_key, load_id
)
SELECT fact.*, this.load_id
FROM report_fact AS fact
CROSS JOIN this_load AS this
ON CONFLICT (project_code, fiscal_year, report_ref) DO UPDATE
    SET
        project_key = excluded.project_key,
        agency_key = excluded.agency_key,
        report_date_key = excluded.report_date_key,
        status_key = excluded.status_key, progress_pct = excluded.progress_pct,
        progress_delta_pct = excluded.progress_delta_pct, disbursed_thb = excluded.disbursed_thb,
        narrative = excluded.narrative, document_key = excluded.document_key, load_id = excluded.load_id
    WHERE
    (
        known.project_key, known.agency_key, known.report_date_key, known.status_key, known.progress_pct,
        known.progress_delta_pct, known.disbursed_thb, known.narrative, known.document_key
    )
    IS DISTINCT FROM (
        excluded.project_key, excluded.agency_key, excluded.report_date_key, excluded.status_key,
        excluded.progress_pct, excluded.progress_delta_pct, excluded.disbursed_thb, excluded.narrative,
        excluded.document_key
    );

-- An attainment is of values in one known unit. No target is printed for a quarter: each is held against the year's.

CREATE TEMP TABLE indicator_fact ON COMMIT DROP AS
WITH result AS (
    SELECT
        indicator_key, 0::SMALLINT AS quarter, result_value, result_unit, evaluation_quarter, evaluation_score,
        NULL::TEXT AS pair_score, NULL::TEXT AS narrative, document_key
    FROM current_indicator
    UNION ALL
    SELECT
        indicator_key, quarter, result_value, result_unit, NULL, score, pair_score, narrative, document_key
    FROM current_quarter
)

SELECT
    result.indicator_key, result.quarter,
    CASE
        WHEN indicator.agency_code IS NULL THEN -1 ELSE dw.key('agency', indicator.agency_code || '0000')
    END AS agency_key,
    indicator.target_value, result.result_value,
    CASE
        WHEN indicator.target_unit = result.result_unit AND indicator.has_unit_clash IS NOT TRUE
            THEN round(100 * result.result_value / nullif(indicator.target_value, 0), 4)
    END AS attainment_pct,
    result.evaluation_quarter, result.evaluation_score, result.pair_score, result.narrative, result.document_key
FROM result
INNER JOIN current_indicator AS indicator USING (indicator_key);

DELETE FROM dw.fact_indicator_result AS known
USING affected_indicator AS affected
WHERE
    known.indicator_key = affected.indicator_key
    AND NOT EXISTS (
        SELECT FROM indicator_fact AS fact
        WHERE (fact.indicator_key, fact.quarter) = (known.indicator_key, known.quarter)
    );

INSERT INTO dw.fact_indicator_result AS known (
    indicator_key, quarter, agency_key, target_value, result_value, attainment_pct, evaluation_quarter,
    evaluation_score, pair_score, narrative, document_key, load_id
)
SELECT fact.*, this.load_id
FROM indicator_fact AS fact
CROSS JOIN this_load AS this
ON CONFLICT (indicator_key, quarter) DO UPDATE
    SET
        agency_key = excluded.agency_key, target_value = excluded.target_value, result_value = excluded.result_value,
        attainment_pct = excluded.attainment_pct, evaluation_quarter = excluded.evaluation_quarter,
        evaluation_score = excluded.evaluation_score, pair_score = excluded.pair_score,
        narrative = excluded.narrative, document_key = excluded.document_key, load_id = excluded.load_id
    WHERE
    (
        known.agency_key, known.target_value, known.result_value, known.attainment_pct, known.evaluation_quarter,
        known.evaluation_score, known.pair_score, known.narrative, known.document_key
    )
    IS DISTINCT FROM (
        excluded.agency_key, excluded.target_value, excluded.result_value, excluded.attainment_pct,
        excluded.evaluation_quarter, excluded.evaluation_score, excluded.pair_score, excluded.narrative,
        excluded.document_key
    );
