-- How does each project stand: when does it run, how far is it, is it late, what was spent, when did it last report,
-- what does it serve? Of goals on which copies disagree, that of the copy shown stands here; the project is disputed.

CREATE VIEW mart.project_status AS
SELECT
    substring(fact.project_code, '^[0-9].*') AS project_code,
    project.view_id,
    nullif(fact.fiscal_year, -1) AS fiscal_year,
    project.project_name,
    agency.agency_code,
    agency.agency_name,
    agency.agency_kind,
    agency.unit_code,
    agency.unit_name,
    project.start_date,
    project.end_date,
    fact.budget_received_thb,
    fact.budget_spent_thb,
    fact.spent_pct,
    fact.budget_phase,
    fact.disbursed_thb,
    fact.progress_pct,
    dw.time_gone_pct(project.start_date, project.end_date, dw.today()) AS time_gone_pct,
    dw.time_gone_pct(project.start_date, project.end_date, dw.today()) - fact.progress_pct AS behind_pct,
    project.end_date < dw.today() AND fact.progress_pct < 100 AS is_overdue,
    fact.report_count,
    first_report.full_date AS first_report_date,
    last_report.full_date AS last_report_date,
    dw.today() - last_report.full_date AS days_since_last_report,
    fact.evaluation_score,
    project.is_certified,
    coalesce(bridge.is_disputed, FALSE) AS is_disputed,
    goal.plan_version,
    goal.strategy_code,
    goal.strategy_name,
    goal.sub_issue_code,
    goal.sub_issue_name,
    goal.goal_code,
    goal.goal_name,
    goal.name_rank = 2 AS is_in_reference,
    document.document_uri,
    document.snapshot_at,
    document.last_seen_at,
    document.last_loaded_at
FROM dw.fact_project AS fact
INNER JOIN dw.dim_project AS project USING (project_key)
INNER JOIN dw.dim_agency AS agency USING (agency_key)
INNER JOIN dw.dim_date AS first_report ON fact.first_report_date_key = first_report.date_key
INNER JOIN dw.dim_date AS last_report ON fact.last_report_date_key = last_report.date_key
INNER JOIN mart.document AS document USING (document_key)
LEFT JOIN dw.bridge_project_strategy AS bridge ON fact.project_key = bridge.project_key AND bridge.is_shown
LEFT JOIN dw.dim_strategy AS goal ON bridge.strategy_key = goal.strategy_key AND goal.strategy_key > 0;

COMMENT ON VIEW mart.project_status IS
'How does each project stand? A row a project-year, as the latest snapshot shows it; what speaks of time is as of '
'today in Bangkok.';
COMMENT ON COLUMN mart.project_status.project_code IS
'รหัสโครงการ: agency and unit, a dash, running number; empty where the export prints none.';
COMMENT ON COLUMN mart.project_status.view_id IS
'Number of the view, where the export prints no project code; else empty.';
COMMENT ON COLUMN mart.project_status.fiscal_year IS
'ปีงบประมาณ (พ.ศ.): Thai fiscal year, Buddhist era; empty where the export prints none.';
COMMENT ON COLUMN mart.project_status.project_name IS 'ชื่อโครงการ.';
COMMENT ON COLUMN mart.project_status.agency_code IS 'รหัสหน่วยงาน, four digits.';
COMMENT ON COLUMN mart.project_status.agency_name IS 'หน่วยงานที่รับผิดชอบ.';
COMMENT ON COLUMN mart.project_status.agency_kind IS 'district, department or division.';
COMMENT ON COLUMN mart.project_status.unit_code IS 'Agency and unit, eight digits.';
COMMENT ON COLUMN mart.project_status.unit_name IS 'Name of the unit; empty for the agency as a whole.';
COMMENT ON COLUMN mart.project_status.start_date IS 'เริ่มต้นโครงการ.';
COMMENT ON COLUMN mart.project_status.end_date IS 'สิ้นสุดโครงการ.';
COMMENT ON COLUMN mart.project_status.budget_received_thb IS 'งบประมาณที่ได้รับ, baht; empty where not stated.';
COMMENT ON COLUMN mart.project_status.budget_spent_thb IS 'งบประมาณที่ใช้ไป, baht; empty where not stated.';
COMMENT ON COLUMN mart.project_status.spent_pct IS 'Spent of received, percent; empty where nothing was received.';
COMMENT ON COLUMN mart.project_status.budget_phase IS
'Phase that the budget received is of; empty where the export does not say.';
COMMENT ON COLUMN mart.project_status.disbursed_thb IS
'งบประมาณที่เบิกใช้: sum of what the reports say was disbursed, baht; empty where none says.';
COMMENT ON COLUMN mart.project_status.progress_pct IS
'ความก้าวหน้า, percent: the headline, or else the last report''s; empty where nothing was reported.';
COMMENT ON COLUMN mart.project_status.time_gone_pct IS
'Share of the project''s days that are over today, percent, at most 100; empty where its days are not known.';
COMMENT ON COLUMN mart.project_status.behind_pct IS
'Percentage points by which progress lies behind the share of time gone; negative where it leads; empty where either '
'is not known.';
COMMENT ON COLUMN mart.project_status.is_overdue IS
'The last day is over and progress below 100; empty where the last day, or then the progress, is not known.';
COMMENT ON COLUMN mart.project_status.report_count IS 'Reports in the warehouse.';
COMMENT ON COLUMN mart.project_status.first_report_date IS 'Day of the first report; empty where there is none.';
COMMENT ON COLUMN mart.project_status.last_report_date IS 'Day of the last report; empty where there is none.';
COMMENT ON COLUMN mart.project_status.days_since_last_report IS
'Days from the last report to today; empty where there is none. Reports that came after last_seen_at are not known.';
COMMENT ON COLUMN mart.project_status.evaluation_score IS
'ผลประเมินโครงการ by สยป.; empty is not evaluated, and not 0.';
COMMENT ON COLUMN mart.project_status.is_certified IS 'The export carries the certification sentence.';
COMMENT ON COLUMN mart.project_status.is_disputed IS 'Copies of the export name different goals.';
COMMENT ON COLUMN mart.project_status.plan_version IS
'The plan that the codes are of; empty where the project names no place in a plan.';
COMMENT ON COLUMN mart.project_status.strategy_code IS 'ยุทธศาสตร์, one number.';
COMMENT ON COLUMN mart.project_status.strategy_name IS 'Its name.';
COMMENT ON COLUMN mart.project_status.sub_issue_code IS 'ยุทธศาสตร์ย่อย, two numbers.';
COMMENT ON COLUMN mart.project_status.sub_issue_name IS 'Its name.';
COMMENT ON COLUMN mart.project_status.goal_code IS 'เป้าหมาย, three numbers; empty where the project names no goal.';
COMMENT ON COLUMN mart.project_status.goal_name IS 'Its text in the plan; it may be cut short.';
COMMENT ON COLUMN mart.project_status.is_in_reference IS
'The reference table of the plans knows that place; empty where the project names none.';
COMMENT ON COLUMN mart.project_status.document_uri IS 'The export that these values come from.';
COMMENT ON COLUMN mart.project_status.snapshot_at IS 'When that export was made.';
COMMENT ON COLUMN mart.project_status.last_seen_at IS
'Until when that export was seen as it is: what happened later is not known.';
COMMENT ON COLUMN mart.project_status.last_loaded_at IS 'When the warehouse was loaded last.';
