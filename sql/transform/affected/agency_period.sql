-- Agencies and their units, type 2: a code may stand for one agency up to a fiscal year and for another after it. The
-- periods are those of the reference table; a unit's are its agency's.
-- reads: stage_agency, stage_section, dirty_project, dirty_indicator, raw.project, raw.indicator
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
)

SELECT
    dw.key(VARIADIC array_remove(ARRAY['agency', unit.unit_code, agency.valid_from::TEXT], NULL)) AS agency_key,
    unit.agency_code, unit.unit_code, agency.agency_name,
    coalesce(
        section.section_name,
        CASE
            WHEN right(unit.unit_code, 4) = '0000' THEN NULL
            WHEN agency.agency_kind = 'district' THEN 'section ' || substr(unit.unit_code, 5, 2)
            ELSE 'unit ' || substr(unit.unit_code, 5, 4)
        END
    ) AS unit_name,
    agency.agency_kind, agency.valid_from, agency.valid_to, agency.valid_to IS NULL AS is_current
FROM unit
LEFT JOIN stage_agency AS agency USING (agency_code)
LEFT JOIN stage_section AS section
    ON agency.agency_kind = section.agency_kind AND substr(unit.unit_code, 5) = section.section_code || '00'
