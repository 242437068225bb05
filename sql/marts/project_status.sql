-- How does each project stand: when does it run, how far is it, what was spent, when did it last report?

CREATE VIEW mart.project_status AS
WITH dispute AS (
    SELECT project_key, bool_or(is_disputed) AS is_disputed
    FROM dw.bridge_project_strategy
    GROUP BY project_key
)

SELECT
    substring(fact.project_code, '^[0-9].*') AS project_code,
    project.view_id,
    nullif(fact.fiscal_year, -1) AS fiscal_year,
    project.project_name,
    agency.agency_code,
    agency.agency_name,
    agency.unit_code,
    agency.unit_name,
    project.start_date,
    project.end_date,
    fact.budget_received_thb,
    fact.budget_spent_thb,
    fact.spent_pct,
    fact.progress_pct,
    fact.report_count,
    last_report.full_date AS last_report_date,
    project.is_certified,
    coalesce(dispute.is_disputed, FALSE) AS is_disputed,
    document.uri AS document_uri,
    document.snapshot_at
FROM dw.fact_project AS fact
INNER JOIN dw.dim_project AS project USING (project_key)
INNER JOIN dw.dim_agency AS agency USING (agency_key)
INNER JOIN dw.dim_date AS last_report ON fact.last_report_date_key = last_report.date_key
INNER JOIN dw.dim_document AS document USING (document_key)
LEFT JOIN dispute USING (project_key);

COMMENT ON VIEW mart.project_status IS
'How does each project stand? A row a project-year, as the latest snapshot shows it.';
COMMENT ON COLUMN mart.project_status.project_code IS
'รหัสโครงการ: agency and unit, a dash, running number; empty where the export prints none.';
COMMENT ON COLUMN mart.project_status.view_id IS
'Number of the view, where the export prints no project code; else empty.';
COMMENT ON COLUMN mart.project_status.fiscal_year IS
'ปีงบประมาณ (พ.ศ.): Thai fiscal year, Buddhist era; empty where the export prints none.';
COMMENT ON COLUMN mart.project_status.project_name IS 'ชื่อโครงการ.';
COMMENT ON COLUMN mart.project_status.agency_code IS 'รหัสหน่วยงาน, four digits.';
COMMENT ON COLUMN mart.project_status.agency_name IS 'หน่วยงานที่รับผิดชอบ.';
COMMENT ON COLUMN mart.project_status.unit_code IS 'Agency and unit, eight digits.';
COMMENT ON COLUMN mart.project_status.unit_name IS 'Name of the unit; empty for the agency as a whole.';
COMMENT ON COLUMN mart.project_status.start_date IS 'เริ่มต้นโครงการ.';
COMMENT ON COLUMN mart.project_status.end_date IS 'สิ้นสุดโครงการ.';
COMMENT ON COLUMN mart.project_status.budget_received_thb IS 'งบประมาณที่ได้รับ, baht; empty where not stated.';
COMMENT ON COLUMN mart.project_status.budget_spent_thb IS 'งบประมาณที่ใช้ไป, baht; empty where not stated.';
COMMENT ON COLUMN mart.project_status.spent_pct IS 'Spent of received, percent; empty where nothing was received.';
COMMENT ON COLUMN mart.project_status.progress_pct IS
'ความก้าวหน้า, percent: the headline, or else the last report''s; empty where nothing was reported.';
COMMENT ON COLUMN mart.project_status.report_count IS 'Reports in the warehouse.';
COMMENT ON COLUMN mart.project_status.last_report_date IS 'Day of the last report; empty where there is none.';
COMMENT ON COLUMN mart.project_status.is_certified IS 'The export carries the certification sentence.';
COMMENT ON COLUMN mart.project_status.is_disputed IS 'Copies of the export name different goals.';
COMMENT ON COLUMN mart.project_status.document_uri IS 'The export that these values come from.';
COMMENT ON COLUMN mart.project_status.snapshot_at IS 'When that export was made.';
