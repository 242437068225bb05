-- Facts of the affected project-years. load_id is the load that wrote a row as it stands.

CREATE TEMP TABLE project_reports ON COMMIT DROP AS
SELECT
    project_code, fiscal_year, count(*)::INTEGER AS report_count,
    min(report_date) AS first_report_date, max(report_date) AS last_report_date,
    (array_agg(progress_pct ORDER BY report_no DESC) FILTER (WHERE progress_pct IS NOT NULL))[1] AS last_progress_pct
FROM current_report
GROUP BY project_code, fiscal_year;

CREATE TEMP TABLE project_fact ON COMMIT DROP AS
SELECT
    project.project_code, project.fiscal_year, version.project_key, dw.key('agency', project.unit_code) AS agency_key,
    dw.date_key(project.start_date) AS start_date_key, dw.date_key(project.end_date) AS end_date_key,
    dw.date_key(reports.first_report_date) AS first_report_date_key,
    dw.date_key(reports.last_report_date) AS last_report_date_key,
    project.budget_received_thb, project.budget_spent_thb, NULL::TEXT AS budget_phase,
    round(100 * project.budget_spent_thb / nullif(project.budget_received_thb, 0), 4) AS spent_pct,
    coalesce(project.progress_pct, reports.last_progress_pct) AS progress_pct,
    coalesce(reports.report_count, 0) AS report_count, project.evaluation_score, project.document_key
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
    report.project_code, report.fiscal_year, report.report_no, project.project_key, project.agency_key,
    dw.date_key(report.report_date) AS report_date_key,
    coalesce(status.status_key, -1) AS status_key,
    report.progress_pct,
    report.progress_pct - lag(report.progress_pct) OVER (
        PARTITION BY report.project_code, report.fiscal_year ORDER BY report.report_no
    ) AS progress_delta_pct,
    report.disbursed_thb, report.narrative, report.document_key
FROM current_report AS report
INNER JOIN project_fact AS project USING (project_code, fiscal_year)
LEFT JOIN dw.dim_report_status AS status
    ON dw.key('status', report.plan_status, report.target_status) = status.status_key;

DELETE FROM dw.fact_progress_report AS known
USING affected_project AS affected
WHERE
    (known.project_code, known.fiscal_year) = (affected.project_code, affected.fiscal_year)
    AND NOT EXISTS (
        SELECT FROM report_fact AS fact
        WHERE
            (fact.project_code, fact.fiscal_year, fact.report_no)
            = (known.project_code, known.fiscal_year, known.report_no)
    );

INSERT INTO dw.fact_progress_report AS known (
    project_code, fiscal_year, report_no, project_key, agency_key, report_date_key, status_key, progress_pct,
    progress_delta_pct, disbursed_thb, narrative, document_key, load_id
)
SELECT fact.*, this.load_id
FROM report_fact AS fact
CROSS JOIN this_load AS this
ON CONFLICT (project_code, fiscal_year, report_no) DO UPDATE
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
