-- What changed since the snapshot before, and what was added? A row a field that changed, of a project or an indicator
-- as it is known now.
--
-- What a record shows at its first sight is no change, and neither is what documents of one day disagree on.
--
-- Never personal data.

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
    agency.agency_name_en,
    agency.agency_sort_key,
    agency.agency_kind,
    agency.unit_code,
    agency.unit_name,
    coalesce(project.section_name, agency.unit_name) AS section_name,
    change.field,
    CASE WHEN change.old_value IS NULL THEN 'added' ELSE 'changed' END AS change_kind,
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
INNER JOIN ops.field_change AS change USING (record)
UNION ALL
SELECT
    change.record, NULL, NULL, NULL, indicator.kpi_id, indicator.indicator_name, indicator.fiscal_year,
    agency.agency_code, agency.agency_name, agency.agency_name_en, agency.agency_sort_key, agency.agency_kind,
    agency.unit_code, agency.unit_name, NULL,
    change.field, CASE WHEN change.old_value IS NULL THEN 'added' ELSE 'changed' END, change.old_value,
    change.new_value, change.seen_at,
    (
        SELECT max(load.finished_at) FROM ops.load AS load
        WHERE load.status = 'committed'
    ) AS last_loaded_at
FROM dw.fact_indicator_result AS headline
INNER JOIN dw.dim_indicator AS indicator USING (indicator_key)
INNER JOIN dw.dim_agency AS agency USING (agency_key)
INNER JOIN ops.field_change AS change USING (record)
WHERE headline.quarter = 0;
