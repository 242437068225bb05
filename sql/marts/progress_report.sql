-- What did each project report, month by month, and how far did it get since the report before?

CREATE VIEW mart.progress_report AS
SELECT
    substring(fact.project_code, '^[0-9].*') AS project_code,
    project.view_id,
    nullif(fact.fiscal_year, -1) AS fiscal_year,
    project.project_name,
    agency.agency_code,
    agency.agency_name,
    fact.report_no,
    report.full_date AS report_date,
    fact.progress_pct,
    fact.progress_delta_pct,
    fact.disbursed_thb,
    status.plan_status,
    status.target_status,
    fact.narrative
FROM dw.fact_progress_report AS fact
INNER JOIN dw.dim_project AS project USING (project_key)
INNER JOIN dw.dim_agency AS agency USING (agency_key)
INNER JOIN dw.dim_date AS report ON fact.report_date_key = report.date_key
INNER JOIN dw.dim_report_status AS status USING (status_key);

COMMENT ON VIEW mart.progress_report IS 'What did each project report? A row a report.';
COMMENT ON COLUMN mart.progress_report.project_code IS 'รหัสโครงการ; empty where the export prints none.';
COMMENT ON COLUMN mart.progress_report.view_id IS
'Number of the view, where the export prints no project code; else empty.';
COMMENT ON COLUMN mart.progress_report.fiscal_year IS
'ปีงบประมาณ (พ.ศ.): Thai fiscal year, Buddhist era; empty where the export prints none.';
COMMENT ON COLUMN mart.progress_report.project_name IS 'ชื่อโครงการ.';
COMMENT ON COLUMN mart.progress_report.agency_code IS 'รหัสหน่วยงาน, four digits.';
COMMENT ON COLUMN mart.progress_report.agency_name IS 'หน่วยงานที่รับผิดชอบ.';
COMMENT ON COLUMN mart.progress_report.report_no IS 'รายงานครั้งที่; empty where the export prints no number.';
COMMENT ON COLUMN mart.progress_report.report_date IS 'Day of the report; empty where not stated.';
COMMENT ON COLUMN mart.progress_report.progress_pct IS 'ความก้าวหน้าของงาน, percent; empty where not stated.';
COMMENT ON COLUMN mart.progress_report.progress_delta_pct IS
'Percentage points since the report numbered before; empty for the first.';
COMMENT ON COLUMN mart.progress_report.disbursed_thb IS 'งบประมาณที่เบิกใช้, baht; empty where not stated.';
COMMENT ON COLUMN mart.progress_report.plan_status IS 'Standing against the plan, as printed.';
COMMENT ON COLUMN mart.progress_report.target_status IS 'Standing against the target, as printed.';
COMMENT ON COLUMN mart.progress_report.narrative IS 'What was done, as printed.';
