-- What changed since the snapshot before, and when was it seen? Never personal data.

CREATE VIEW mart.change_history AS
SELECT
    change.record,
    substring(fact.project_code, '^[0-9].*') AS project_code,
    project.view_id,
    project.project_name,
    NULL AS kpi_id,
    NULL AS indicator_name,
    nullif(fact.fiscal_year, -1) AS fiscal_year,
    agency.agency_code,
    agency.agency_name,
    agency.agency_kind,
    agency.unit_code,
    agency.unit_name,
    change.field,
    change.old_value,
    change.new_value,
    change.seen_at,
    (
        SELECT max(load.finished_at) FROM ops.load AS load
        WHERE load.status = 'committed'
    ) AS last_loaded_at
FROM dw.fact_project AS fact
INNER JOIN dw.dim_project AS project USING (project_key)
INNER JOIN dw.dim_agency AS agency USING (agency_key)
INNER JOIN ops.field_change AS change ON dw.record_name(fact.project_code, fact.fiscal_year) = change.record
UNION ALL
SELECT
    change.record, NULL, NULL, NULL, indicator.kpi_id, indicator.indicator_name, indicator.fiscal_year,
    agency.agency_code, agency.agency_name, agency.agency_kind, agency.unit_code, agency.unit_name,
    change.field, change.old_value, change.new_value, change.seen_at,
    (
        SELECT max(load.finished_at) FROM ops.load AS load
        WHERE load.status = 'committed'
    ) AS last_loaded_at
FROM dw.fact_indicator_result AS headline
INNER JOIN dw.dim_indicator AS indicator USING (indicator_key)
INNER JOIN dw.dim_agency AS agency USING (agency_key)
INNER JOIN ops.field_change AS change
    ON
        dw.indicator_record(
            indicator.kpi_id, indicator.agency_code, indicator.indicator_name, indicator.indicator_key,
            indicator.fiscal_year
        ) = change.record
WHERE headline.quarter = 0;

COMMENT ON VIEW mart.change_history IS
'What changed since the snapshot before? A row a field that changed, of a project or an indicator as it is known now.';
COMMENT ON COLUMN mart.change_history.record IS 'The record, as findings name it: project code or indicator, and year.';
COMMENT ON COLUMN mart.change_history.project_code IS
'รหัสโครงการ; empty where the export prints none, and for an indicator.';
COMMENT ON COLUMN mart.change_history.view_id IS
'Number of the view, where the export prints no project code; else empty.';
COMMENT ON COLUMN mart.change_history.project_name IS 'ชื่อโครงการ; empty for an indicator.';
COMMENT ON COLUMN mart.change_history.kpi_id IS 'KPI id; empty for a project, and for an indicator without one.';
COMMENT ON COLUMN mart.change_history.indicator_name IS 'ตัวชี้วัด; empty for a project.';
COMMENT ON COLUMN mart.change_history.fiscal_year IS
'ปีงบประมาณ (พ.ศ.): Thai fiscal year, Buddhist era; empty where the export prints none.';
COMMENT ON COLUMN mart.change_history.agency_code IS 'รหัสหน่วยงาน, four digits; empty where not stated.';
COMMENT ON COLUMN mart.change_history.agency_name IS 'หน่วยงานที่รับผิดชอบ.';
COMMENT ON COLUMN mart.change_history.agency_kind IS 'district, department or division.';
COMMENT ON COLUMN mart.change_history.unit_code IS 'Agency and unit, eight digits.';
COMMENT ON COLUMN mart.change_history.unit_name IS 'Name of the unit; empty for the agency as a whole.';
COMMENT ON COLUMN mart.change_history.field IS
'The field, by its path: reports[2].progress_pct is the progress in report 2.';
COMMENT ON COLUMN mart.change_history.old_value IS 'What the snapshot before showed; empty where it showed nothing.';
COMMENT ON COLUMN mart.change_history.new_value IS 'What this snapshot shows.';
COMMENT ON COLUMN mart.change_history.seen_at IS 'The snapshot that showed the change.';
COMMENT ON COLUMN mart.change_history.last_loaded_at IS 'When the warehouse was loaded last.';
