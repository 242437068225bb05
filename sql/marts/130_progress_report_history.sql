-- What had each project reported by a past day, and how did its reports read then? A row a report and period; of a day,
-- `SELECT * FROM mart.progress_report_as_of('2023-03-31')`.

CREATE VIEW mart.progress_report_history AS
WITH period AS (
    SELECT
        project_code, fiscal_year, report_ref, report_no, report_date_key, status_key, progress_pct, disbursed_thb,
        narrative, document_key, valid_from, NULL::TIMESTAMPTZ AS valid_to
    FROM dw.fact_progress_report
    UNION ALL
    SELECT
        project_code, fiscal_year, report_ref, report_no, report_date_key, status_key, progress_pct, disbursed_thb,
        narrative, document_key, valid_from, valid_to
    FROM dw.progress_report_history
)

SELECT
    period.valid_from,
    period.valid_to,
    substring(standing.project_code, '^[0-9].*') AS project_code,
    project.view_id,
    nullif(standing.fiscal_year, -1) AS fiscal_year,
    project.project_name,
    agency.agency_code,
    agency.agency_name,
    agency.agency_kind,
    agency.unit_code,
    agency.unit_name,
    period.report_no,
    report.full_date AS report_date,
    period.progress_pct,
    period.disbursed_thb,
    status.plan_status,
    status.target_status,
    period.narrative,
    document.document_uri,
    document.snapshot_at,
    document.last_loaded_at
FROM dw.fact_project AS standing
INNER JOIN period ON standing.project_code = period.project_code AND standing.fiscal_year = period.fiscal_year
INNER JOIN dw.dim_project AS project USING (project_key)
INNER JOIN dw.dim_agency AS agency USING (agency_key)
INNER JOIN dw.dim_date AS report ON period.report_date_key = report.date_key
INNER JOIN dw.dim_report_status AS status USING (status_key)
INNER JOIN mart.document AS document ON period.document_key = document.document_key;

COMMENT ON VIEW mart.progress_report_history IS
'What had each project reported, and since when? A row a report and period in which nothing about it changed; project '
'and agency are named as they are now.';
COMMENT ON COLUMN mart.progress_report_history.valid_from IS 'The snapshot that showed this first.';
COMMENT ON COLUMN mart.progress_report_history.valid_to IS
'The snapshot that no longer showed it; empty for what stands now.';
COMMENT ON COLUMN mart.progress_report_history.project_code IS 'รหัสโครงการ; empty where the export prints none.';
COMMENT ON COLUMN mart.progress_report_history.view_id IS
'Number of the view, where the export prints no project code; else empty.';
COMMENT ON COLUMN mart.progress_report_history.fiscal_year IS
'ปีงบประมาณ (พ.ศ.): Thai fiscal year, Buddhist era; empty where the export prints none.';
COMMENT ON COLUMN mart.progress_report_history.project_name IS 'ชื่อโครงการ.';
COMMENT ON COLUMN mart.progress_report_history.agency_code IS 'รหัสหน่วยงาน, four digits.';
COMMENT ON COLUMN mart.progress_report_history.agency_name IS 'หน่วยงานที่รับผิดชอบ.';
COMMENT ON COLUMN mart.progress_report_history.agency_kind IS 'district, department or division.';
COMMENT ON COLUMN mart.progress_report_history.unit_code IS 'Agency and unit, eight digits.';
COMMENT ON COLUMN mart.progress_report_history.unit_name IS 'Name of the unit; empty for the agency as a whole.';
COMMENT ON COLUMN mart.progress_report_history.report_no IS 'รายงานครั้งที่; empty where the export prints no number.';
COMMENT ON COLUMN mart.progress_report_history.report_date IS 'Day of the report; empty where not stated.';
COMMENT ON COLUMN mart.progress_report_history.progress_pct IS
'ความก้าวหน้าของงาน, percent; empty where not stated.';
COMMENT ON COLUMN mart.progress_report_history.disbursed_thb IS
'งบประมาณที่เบิกใช้, baht; empty where not stated.';
COMMENT ON COLUMN mart.progress_report_history.plan_status IS 'Standing against the plan, as printed.';
COMMENT ON COLUMN mart.progress_report_history.target_status IS 'Standing against the target, as printed.';
COMMENT ON COLUMN mart.progress_report_history.narrative IS 'What was done, as printed.';
COMMENT ON COLUMN mart.progress_report_history.document_uri IS 'The last export that showed it so.';
COMMENT ON COLUMN mart.progress_report_history.snapshot_at IS 'When that export was made.';
COMMENT ON COLUMN mart.progress_report_history.last_loaded_at IS 'When the warehouse was loaded last.';

CREATE FUNCTION mart.progress_report_as_of(day DATE)
RETURNS SETOF MART.PROGRESS_REPORT_HISTORY
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT * FROM mart.progress_report_history
    WHERE
        valid_from < (day + 1)::TIMESTAMP AT TIME ZONE 'Asia/Bangkok'
        AND (valid_to >= (day + 1)::TIMESTAMP AT TIME ZONE 'Asia/Bangkok' OR valid_to IS NULL)
$$;

COMMENT ON FUNCTION mart.progress_report_as_of(DATE) IS
'What had each project reported by the end of a day, in Bangkok, as exports showed it until then?';
