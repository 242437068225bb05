-- How does each agency stand, district beside district: projects, reports, lateness, money, faults in its documents?

CREATE VIEW mart.agency_scorecard AS
WITH project AS (
    SELECT
        agency_code, agency_name, agency_kind, fiscal_year,
        count(*) AS projects,
        count(*) FILTER (WHERE report_count = 0) AS projects_without_report,
        count(progress_pct) AS projects_with_progress,
        count(*) FILTER (WHERE progress_pct = 100) AS projects_completed,
        count(*) FILTER (WHERE is_overdue) AS projects_overdue,
        count(*) FILTER (WHERE is_disputed) AS projects_disputed,
        count(evaluation_score) AS projects_evaluated,
        count(*) FILTER (WHERE budget_received_thb > 0) AS projects_with_budget,
        count(*) FILTER (WHERE budget_received_thb = 0) AS projects_without_budget,
        round(avg(progress_pct), 4) AS progress_pct,
        round(avg(behind_pct), 4) AS behind_pct,
        round(avg(evaluation_score), 4) AS evaluation_score,
        sum(budget_received_thb) AS budget_received_thb,
        sum(budget_spent_thb) AS budget_spent_thb,
        round(
            100 * sum(budget_spent_thb) FILTER (WHERE budget_received_thb > 0)
            / sum(budget_received_thb) FILTER (WHERE budget_received_thb > 0 AND budget_spent_thb IS NOT NULL), 4
        ) AS spent_pct,
        max(last_report_date) AS last_report_date,
        min(days_since_last_report) AS days_since_last_report,
        last_loaded_at
    FROM mart.project_status
    GROUP BY agency_code, agency_name, agency_kind, fiscal_year, last_loaded_at
),

coverage AS (
    SELECT
        agency_code, fiscal_year, sum(expected)::BIGINT AS expected, sum(received)::BIGINT AS received,
        sum(missing)::BIGINT AS missing
    FROM mart.report_coverage
    GROUP BY agency_code, fiscal_year
),

quality AS (
    SELECT
        agency_code, fiscal_year,
        count(*) FILTER (WHERE severity = 'critical') AS critical_findings,
        count(*) FILTER (WHERE severity = 'warning') AS warning_findings
    FROM mart.document_quality
    WHERE NOT is_superseded AND severity <> 'info'
    GROUP BY agency_code, fiscal_year
)

SELECT
    project.agency_code,
    project.agency_name,
    project.agency_kind,
    project.fiscal_year,
    project.projects,
    project.projects_without_report,
    project.projects_with_progress,
    project.projects_completed,
    project.projects_overdue,
    project.projects_disputed,
    project.projects_evaluated,
    project.projects_with_budget,
    project.projects_without_budget,
    coverage.expected AS reports_expected,
    coverage.received AS reports_received,
    coverage.missing AS reports_missing,
    project.last_report_date,
    project.days_since_last_report,
    project.progress_pct,
    project.behind_pct,
    project.evaluation_score,
    project.budget_received_thb,
    project.budget_spent_thb,
    project.spent_pct,
    CASE
        WHEN num_nulls(project.agency_code, project.fiscal_year) = 0 THEN coalesce(quality.critical_findings, 0)
    END AS critical_findings,
    CASE
        WHEN num_nulls(project.agency_code, project.fiscal_year) = 0 THEN coalesce(quality.warning_findings, 0)
    END AS warning_findings,
    project.last_loaded_at
FROM project
LEFT JOIN coverage USING (agency_code, fiscal_year)
LEFT JOIN quality USING (agency_code, fiscal_year);

COMMENT ON VIEW mart.agency_scorecard IS
'How does each agency stand? A row an agency and fiscal year, with the numbers of cases; what speaks of time is as of '
'today in Bangkok.';
COMMENT ON COLUMN mart.agency_scorecard.agency_code IS 'รหัสหน่วยงาน, four digits.';
COMMENT ON COLUMN mart.agency_scorecard.agency_name IS 'หน่วยงานที่รับผิดชอบ.';
COMMENT ON COLUMN mart.agency_scorecard.agency_kind IS 'district, department or division.';
COMMENT ON COLUMN mart.agency_scorecard.fiscal_year IS
'ปีงบประมาณ (พ.ศ.): Thai fiscal year, Buddhist era; empty where the export prints none.';
COMMENT ON COLUMN mart.agency_scorecard.projects IS 'Projects in the warehouse.';
COMMENT ON COLUMN mart.agency_scorecard.projects_without_report IS 'Of these, projects without any report.';
COMMENT ON COLUMN mart.agency_scorecard.projects_with_progress IS 'Projects whose progress is known.';
COMMENT ON COLUMN mart.agency_scorecard.projects_completed IS 'Projects at 100 percent.';
COMMENT ON COLUMN mart.agency_scorecard.projects_overdue IS
'Projects whose last day is over and whose progress is below 100 percent.';
COMMENT ON COLUMN mart.agency_scorecard.projects_disputed IS 'Projects whose copies name different goals.';
COMMENT ON COLUMN mart.agency_scorecard.projects_evaluated IS 'Projects with the score of an evaluation.';
COMMENT ON COLUMN mart.agency_scorecard.projects_with_budget IS 'Projects that received more than 0 baht.';
COMMENT ON COLUMN mart.agency_scorecard.projects_without_budget IS
'Projects that received 0 baht; of the rest nothing is stated.';
COMMENT ON COLUMN mart.agency_scorecard.reports_expected IS
'Monthly reports that were due; empty where the year or the agency is not known.';
COMMENT ON COLUMN mart.agency_scorecard.reports_received IS 'Of these, months with a report.';
COMMENT ON COLUMN mart.agency_scorecard.reports_missing IS 'Of these, months without one.';
COMMENT ON COLUMN mart.agency_scorecard.last_report_date IS
'Day of the last report of any project; empty where there is none.';
COMMENT ON COLUMN mart.agency_scorecard.days_since_last_report IS 'Days from then to today.';
COMMENT ON COLUMN mart.agency_scorecard.progress_pct IS
'Mean progress, percent, of projects whose progress is known; empty where there is none.';
COMMENT ON COLUMN mart.agency_scorecard.behind_pct IS
'Mean of the percentage points by which progress lies behind the share of time gone; negative where it leads.';
COMMENT ON COLUMN mart.agency_scorecard.evaluation_score IS
'Mean score of the evaluations by สยป.; empty where none was made.';
COMMENT ON COLUMN mart.agency_scorecard.budget_received_thb IS
'งบประมาณที่ได้รับ, baht; empty where no project states it.';
COMMENT ON COLUMN mart.agency_scorecard.budget_spent_thb IS
'งบประมาณที่ใช้ไป, baht; empty where no project states it.';
COMMENT ON COLUMN mart.agency_scorecard.spent_pct IS
'Spent of received, percent, of projects that received something and state both; empty where there is none.';
COMMENT ON COLUMN mart.agency_scorecard.critical_findings IS
'Findings that hold a record back and are not superseded; empty where the year or the agency is not known.';
COMMENT ON COLUMN mart.agency_scorecard.warning_findings IS
'Warnings that are not superseded; empty where the year or the agency is not known.';
COMMENT ON COLUMN mart.agency_scorecard.last_loaded_at IS 'When the warehouse was loaded last.';
