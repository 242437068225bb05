-- Where does each value stand? A row a value of a project-year or of one of its reports, in the export that it is shown
-- from.
--
-- Never personal data.

CREATE VIEW mart.value_place AS
WITH stated AS (
    SELECT fact.project_code, fact.fiscal_year, fact.document_key, source.copy, '' AS field_prefix, source.places
    FROM dw.fact_project AS fact
    INNER JOIN raw.project AS source USING (document_key, project_code, fiscal_year)
    WHERE source.is_shown
    UNION ALL
    SELECT
        fact.project_code, fact.fiscal_year, fact.document_key, source.copy, source.field_prefix, source.places
    FROM dw.fact_progress_report AS fact
    INNER JOIN raw.report AS source USING (document_key, project_code, fiscal_year, report_ref)
    WHERE source.is_shown
)

SELECT
    substring(standing.project_code, '^[0-9].*') AS project_code,
    project.view_id,
    nullif(standing.fiscal_year, -1) AS fiscal_year,
    project.project_name,
    agency.agency_code,
    agency.agency_name,
    agency.agency_name_en,
    agency.agency_sort_key,
    agency.agency_kind,
    coalesce(project.section_name, agency.unit_name) AS section_name,
    stated.field_prefix || place.key AS field,
    stated.copy,
    (place.value ->> 0)::INTEGER AS page,
    (place.value ->> 1)::INTEGER AS line,
    document.document_uri,
    document.snapshot_at,
    document.last_loaded_at
FROM dw.fact_project AS standing
INNER JOIN stated USING (project_code, fiscal_year)
INNER JOIN dw.dim_project AS project ON standing.project_key = project.project_key
INNER JOIN dw.dim_agency AS agency ON standing.agency_key = agency.agency_key
INNER JOIN mart.document AS document ON stated.document_key = document.document_key
CROSS JOIN LATERAL jsonb_each(stated.places) AS place
WHERE place.key NOT IN ('owner', 'coordinator', 'contact');
