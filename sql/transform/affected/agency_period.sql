-- Agencies and their units, type 2: a code may stand for one agency up to a fiscal year and for another after it. The
-- periods are those of the reference table; a unit's are its agency's. Where that table has no name for a code in a
-- period, the one that most exports of it print stands.
-- reads: stage_agency, stage_section, stage_district, dirty_project, dirty_indicator, raw.project, raw.indicator
-- before: dw.dim_agency
-- gives: agency_period
-- fills: dw.dim_agency

WITH known AS (
    SELECT agency_code || '0000' AS unit_code FROM stage_agency
    UNION
    SELECT project.unit_code
    FROM dirty_project
    INNER JOIN raw.project AS project USING (record)
    WHERE project.unit_code IS NOT NULL
    UNION
    SELECT indicator.agency_code || '0000'
    FROM dirty_indicator
    INNER JOIN raw.indicator AS indicator USING (indicator_key)
    WHERE indicator.agency_code IS NOT NULL
    UNION
    SELECT unit_code FROM dw.dim_agency
    WHERE unit_code IS NOT NULL
),

-- A project may be told to be of one agency, and its unit of another: a unit is always that of its own first digits.
unit AS (
    SELECT left(unit_code, 4) AS agency_code, unit_code FROM known
),

period AS (
    SELECT unit.agency_code, unit.unit_code, agency.agency_name, agency.agency_kind, agency.valid_from, agency.valid_to
    FROM unit
    LEFT JOIN stage_agency AS agency USING (agency_code)
),

printed AS (
    SELECT
        period.agency_code, period.valid_from,
        mode() WITHIN GROUP (ORDER BY project.agency_path[1] COLLATE "C") AS agency_name
    FROM (
        SELECT DISTINCT agency_code, valid_from, valid_to FROM period
        WHERE agency_name IS NULL
    ) AS period
    INNER JOIN raw.project AS project
        ON
            period.agency_code = project.agency_code
            AND dw.is_of_year(project.fiscal_year, period.valid_from, period.valid_to)
    WHERE project.is_shown
    GROUP BY period.agency_code, period.valid_from
),

named AS (
    SELECT
        period.agency_code, period.unit_code, period.agency_kind, period.valid_from, period.valid_to,
        coalesce(period.agency_name, printed.agency_name) AS agency_name
    FROM period
    LEFT JOIN printed
        ON
            period.agency_name IS NULL AND period.agency_code = printed.agency_code
            AND period.valid_from IS NOT DISTINCT FROM printed.valid_from
)

SELECT
    dw.key(VARIADIC array_remove(ARRAY['agency', agency.unit_code, agency.valid_from::TEXT], NULL)) AS agency_key,
    agency.agency_code, agency.unit_code, agency.agency_name, dw.thai_sort_key(agency.agency_name) AS agency_sort_key,
    district.agency_name_en, district.district_code,
    coalesce(
        section.section_name,
        CASE
            WHEN right(agency.unit_code, 4) = '0000' THEN NULL
            WHEN agency.agency_kind = 'district' THEN 'section ' || substr(agency.unit_code, 5, 2)
            ELSE 'unit ' || substr(agency.unit_code, 5, 4)
        END
    ) AS unit_name,
    agency.agency_kind, agency.valid_from, agency.valid_to, agency.valid_to IS NULL AS is_current
FROM named AS agency
LEFT JOIN stage_district AS district ON agency.agency_kind = 'district' AND agency.agency_code = district.agency_code
LEFT JOIN stage_section AS section
    ON agency.agency_kind = section.agency_kind AND substr(agency.unit_code, 5) = section.section_code || '00'
