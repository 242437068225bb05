-- What did each project report, month by month: how far did it get since the report before, and how far should it have
-- been by then?

CREATE VIEW mart.progress_report AS
SELECT
    substring(standing.project_code, '^[0-9].*') AS project_code,
    project.view_id,
    nullif(standing.fiscal_year, -1) AS fiscal_year,
    project.project_name,
    agency.agency_code,
    agency.agency_name,
    agency.agency_kind,
    agency.unit_code,
    agency.unit_name,
    fact.report_no,
    report.full_date AS report_date,
    report.fiscal_month,
    fact.progress_pct,
    fact.progress_delta_pct,
    dw.time_gone_pct(project.start_date, project.end_date, report.full_date) AS time_gone_pct,
    dw.time_gone_pct(project.start_date, project.end_date, report.full_date) - fact.progress_pct AS behind_pct,
    fact.disbursed_thb,
    status.plan_status,
    status.target_status,
    fact.narrative,
    NOT EXISTS (
        SELECT FROM dw.fact_progress_report AS later
        WHERE
            later.project_code = fact.project_code AND later.fiscal_year = fact.fiscal_year
            AND (coalesce(later.report_no, 0), later.report_date_key, later.report_ref)
            > (coalesce(fact.report_no, 0), fact.report_date_key, fact.report_ref)
    ) AS is_last,
    document.document_uri,
    document.snapshot_at,
    document.last_loaded_at
-- From the project-year, so that the reports of an agency's year are found by their key.
FROM dw.fact_project AS standing
INNER JOIN dw.fact_progress_report AS fact
    ON standing.project_code = fact.project_code AND standing.fiscal_year = fact.fiscal_year
INNER JOIN dw.dim_project AS project ON standing.project_key = project.project_key
INNER JOIN dw.dim_agency AS agency ON standing.agency_key = agency.agency_key
INNER JOIN dw.dim_date AS report ON fact.report_date_key = report.date_key
INNER JOIN dw.dim_report_status AS status USING (status_key)
INNER JOIN mart.document AS document ON fact.document_key = document.document_key;

COMMENT ON VIEW mart.progress_report IS 'What did each project report? A row a report.';
COMMENT ON COLUMN mart.progress_report.project_code IS 'รหัสโครงการ; empty where the export prints none.';
COMMENT ON COLUMN mart.progress_report.view_id IS
'Number of the view, where the export prints no project code; else empty.';
COMMENT ON COLUMN mart.progress_report.fiscal_year IS
'ปีงบประมาณ (พ.ศ.): Thai fiscal year, Buddhist era; empty where the export prints none.';
COMMENT ON COLUMN mart.progress_report.project_name IS 'ชื่อโครงการ.';
COMMENT ON COLUMN mart.progress_report.agency_code IS 'รหัสหน่วยงาน, four digits.';
COMMENT ON COLUMN mart.progress_report.agency_name IS 'หน่วยงานที่รับผิดชอบ.';
COMMENT ON COLUMN mart.progress_report.agency_kind IS 'district, department or division.';
COMMENT ON COLUMN mart.progress_report.unit_code IS 'Agency and unit, eight digits.';
COMMENT ON COLUMN mart.progress_report.unit_name IS 'Name of the unit; empty for the agency as a whole.';
COMMENT ON COLUMN mart.progress_report.report_no IS 'รายงานครั้งที่; empty where the export prints no number.';
COMMENT ON COLUMN mart.progress_report.report_date IS 'Day of the report; empty where not stated.';
COMMENT ON COLUMN mart.progress_report.fiscal_month IS
'Month of the fiscal year that the day lies in; 1 is October. A day after 30 September lies in the next year''s.';
COMMENT ON COLUMN mart.progress_report.progress_pct IS 'ความก้าวหน้าของงาน, percent; empty where not stated.';
COMMENT ON COLUMN mart.progress_report.progress_delta_pct IS
'Percentage points since the report numbered before; empty for the first.';
COMMENT ON COLUMN mart.progress_report.time_gone_pct IS
'Share of the project''s days that were over on the day of the report, percent; empty where a day is not known.';
COMMENT ON COLUMN mart.progress_report.behind_pct IS
'Percentage points by which progress lay behind the share of time gone; negative where it led; empty where either is '
'not known.';
COMMENT ON COLUMN mart.progress_report.disbursed_thb IS 'งบประมาณที่เบิกใช้, baht; empty where not stated.';
COMMENT ON COLUMN mart.progress_report.plan_status IS 'Standing against the plan, as printed.';
COMMENT ON COLUMN mart.progress_report.target_status IS 'Standing against the target, as printed.';
COMMENT ON COLUMN mart.progress_report.narrative IS 'What was done, as printed.';
COMMENT ON COLUMN mart.progress_report.is_last IS 'It is the last report of the project-year.';
COMMENT ON COLUMN mart.progress_report.document_uri IS 'The export that these values come from.';
COMMENT ON COLUMN mart.progress_report.snapshot_at IS 'When that export was made.';
COMMENT ON COLUMN mart.progress_report.last_loaded_at IS 'When the warehouse was loaded last.';
