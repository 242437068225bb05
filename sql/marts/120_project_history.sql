-- How did each project stand on a past day, and since when has it stood as it does? A row a project-year and period;
-- of a day, `SELECT * FROM mart.project_status_as_of('2023-03-31')`.

CREATE VIEW mart.project_history AS
WITH period AS (
    SELECT
        project_code, fiscal_year, project_key, agency_key, first_report_date_key, last_report_date_key,
        budget_received_thb, budget_spent_thb, spent_pct, progress_pct, report_count, evaluation_score, document_key,
        valid_from, NULL::TIMESTAMPTZ AS valid_to
    FROM dw.fact_project
    UNION ALL
    SELECT
        project_code, fiscal_year, project_key, agency_key, first_report_date_key, last_report_date_key,
        budget_received_thb, budget_spent_thb, spent_pct, progress_pct, report_count, evaluation_score, document_key,
        valid_from, valid_to
    FROM dw.project_history
)

SELECT
    period.valid_from,
    period.valid_to,
    substring(period.project_code, '^[0-9].*') AS project_code,
    project.view_id,
    nullif(period.fiscal_year, -1) AS fiscal_year,
    project.project_name,
    agency.agency_code,
    agency.agency_name,
    agency.agency_kind,
    agency.unit_code,
    agency.unit_name,
    project.start_date,
    project.end_date,
    period.budget_received_thb,
    period.budget_spent_thb,
    period.spent_pct,
    period.progress_pct,
    period.report_count,
    first_report.full_date AS first_report_date,
    last_report.full_date AS last_report_date,
    period.evaluation_score,
    project.is_certified,
    document.document_uri,
    document.snapshot_at,
    document.last_loaded_at
FROM period
INNER JOIN dw.dim_project AS project USING (project_key)
INNER JOIN dw.dim_agency AS agency USING (agency_key)
INNER JOIN dw.dim_date AS first_report ON period.first_report_date_key = first_report.date_key
INNER JOIN dw.dim_date AS last_report ON period.last_report_date_key = last_report.date_key
INNER JOIN mart.document AS document USING (document_key);

COMMENT ON VIEW mart.project_history IS
'How did each project stand, and since when? A row a project-year and period in which nothing about it changed.';
COMMENT ON COLUMN mart.project_history.valid_from IS 'The snapshot that showed this first.';
COMMENT ON COLUMN mart.project_history.valid_to IS
'The snapshot that no longer showed it; empty for what stands now.';
COMMENT ON COLUMN mart.project_history.project_code IS 'รหัสโครงการ; empty where the export prints none.';
COMMENT ON COLUMN mart.project_history.view_id IS
'Number of the view, where the export prints no project code; else empty.';
COMMENT ON COLUMN mart.project_history.fiscal_year IS
'ปีงบประมาณ (พ.ศ.): Thai fiscal year, Buddhist era; empty where the export prints none.';
COMMENT ON COLUMN mart.project_history.project_name IS 'ชื่อโครงการ.';
COMMENT ON COLUMN mart.project_history.agency_code IS 'รหัสหน่วยงาน, four digits.';
COMMENT ON COLUMN mart.project_history.agency_name IS 'หน่วยงานที่รับผิดชอบ.';
COMMENT ON COLUMN mart.project_history.agency_kind IS 'district, department or division.';
COMMENT ON COLUMN mart.project_history.unit_code IS 'Agency and unit, eight digits.';
COMMENT ON COLUMN mart.project_history.unit_name IS 'Name of the unit; empty for the agency as a whole.';
COMMENT ON COLUMN mart.project_history.start_date IS 'เริ่มต้นโครงการ.';
COMMENT ON COLUMN mart.project_history.end_date IS 'สิ้นสุดโครงการ.';
COMMENT ON COLUMN mart.project_history.budget_received_thb IS 'งบประมาณที่ได้รับ, baht; empty where not stated.';
COMMENT ON COLUMN mart.project_history.budget_spent_thb IS 'งบประมาณที่ใช้ไป, baht; empty where not stated.';
COMMENT ON COLUMN mart.project_history.spent_pct IS 'Spent of received, percent; empty where nothing was received.';
COMMENT ON COLUMN mart.project_history.progress_pct IS
'ความก้าวหน้า, percent: the headline, or else the last report''s; empty where nothing was reported.';
COMMENT ON COLUMN mart.project_history.report_count IS 'Reports known by then.';
COMMENT ON COLUMN mart.project_history.first_report_date IS 'Day of the first report; empty where there is none.';
COMMENT ON COLUMN mart.project_history.last_report_date IS 'Day of the last report; empty where there is none.';
COMMENT ON COLUMN mart.project_history.evaluation_score IS
'ผลประเมินโครงการ by สยป.; empty is not evaluated, and not 0.';
COMMENT ON COLUMN mart.project_history.is_certified IS 'The export carries the certification sentence.';
COMMENT ON COLUMN mart.project_history.document_uri IS 'The last export that showed it so.';
COMMENT ON COLUMN mart.project_history.snapshot_at IS 'When that export was made.';
COMMENT ON COLUMN mart.project_history.last_loaded_at IS 'When the warehouse was loaded last.';

CREATE FUNCTION mart.project_status_as_of(day DATE)
RETURNS SETOF MART.PROJECT_HISTORY
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT * FROM mart.project_history
    WHERE
        valid_from < (day + 1)::TIMESTAMP AT TIME ZONE 'Asia/Bangkok'
        AND (valid_to >= (day + 1)::TIMESTAMP AT TIME ZONE 'Asia/Bangkok' OR valid_to IS NULL)
$$;

COMMENT ON FUNCTION mart.project_status_as_of(DATE) IS
'How did each project stand at the end of a day, in Bangkok, by what exports had shown until then?';
