-- Which agencies are there, and of which did anything come? A row an agency, as its code is used now or was last; also
-- one of which there is no export.

CREATE VIEW mart.agency AS
WITH latest AS (
    SELECT DISTINCT ON (agency_code) *
    FROM dw.dim_agency
    WHERE unit_code = agency_code || '0000'
    -- A code that was given up is of no agency now: the last that it was of stands.
    ORDER BY agency_code ASC, agency_name IS NULL ASC, valid_from DESC NULLS LAST
),

project AS (
    SELECT
        agency.agency_code, count(*) AS projects,
        array_agg(DISTINCT fact.fiscal_year::INTEGER) FILTER (WHERE fact.fiscal_year > 0) AS fiscal_years
    FROM dw.fact_project AS fact
    INNER JOIN dw.dim_agency AS agency USING (agency_key)
    GROUP BY agency.agency_code
)

SELECT
    latest.agency_code,
    latest.agency_name,
    latest.agency_name_en,
    latest.agency_sort_key,
    latest.agency_kind,
    latest.district_code,
    dw.fiscal_year(latest.valid_from) AS fiscal_year_from,
    dw.fiscal_year(latest.valid_to - 1) AS fiscal_year_to,
    coalesce(project.projects, 0) AS projects,
    coalesce(project.fiscal_years, '{}') AS fiscal_years,
    (
        SELECT max(load.finished_at) FROM ops.load AS load
        WHERE load.status = 'committed'
    ) AS last_loaded_at
FROM latest
LEFT JOIN project USING (agency_code);
