-- Agencies and their units, type 2: a code may stand for one agency up to a fiscal year and for another after it. The
-- periods are those of the reference table; a unit's are its agency's. Done first, for what belongs to a unit whose
-- periods have moved is to be looked at again.

CREATE TEMP TABLE agency_period ON COMMIT DROP AS
WITH unit AS (
    SELECT agency_code, agency_code || '0000' AS unit_code FROM stage_agency
    UNION
    SELECT project.agency_code, project.unit_code
    FROM affected_project
    INNER JOIN raw.project AS project USING (project_code, fiscal_year)
    WHERE project.unit_code IS NOT NULL
    UNION
    SELECT indicator.agency_code, indicator.agency_code || '0000'
    FROM affected_indicator
    INNER JOIN raw.indicator AS indicator USING (indicator_key)
    WHERE indicator.agency_code IS NOT NULL
    UNION
    SELECT agency_code, unit_code FROM dw.dim_agency
    WHERE unit_code IS NOT NULL
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
    ON agency.agency_kind = section.agency_kind AND substr(unit.unit_code, 5) = section.section_code || '00';

CREATE TEMP TABLE moved_unit ON COMMIT DROP AS
SELECT DISTINCT known.unit_code
FROM dw.dim_agency AS known
LEFT JOIN agency_period AS period USING (agency_key)
WHERE
    known.unit_code IS NOT NULL
    AND (
        period.agency_key IS NULL
        OR (known.valid_from, known.valid_to) IS DISTINCT FROM (period.valid_from, period.valid_to)
    );

INSERT INTO affected_project (project_code, fiscal_year)
SELECT DISTINCT project.project_code, project.fiscal_year
FROM moved_unit
INNER JOIN raw.project AS project USING (unit_code)
ON CONFLICT DO NOTHING;

INSERT INTO affected_indicator (indicator_key)
SELECT DISTINCT indicator.indicator_key
FROM moved_unit
INNER JOIN raw.indicator AS indicator ON moved_unit.unit_code = indicator.agency_code || '0000'
ON CONFLICT DO NOTHING;

ANALYZE affected_project;
ANALYZE affected_indicator;

DELETE FROM dw.dim_agency
WHERE unit_code IS NOT NULL AND agency_key NOT IN (SELECT agency_key FROM agency_period);

INSERT INTO dw.dim_agency AS known (
    agency_key, agency_code, unit_code, agency_name, unit_name, agency_kind, valid_from, valid_to, is_current
)
SELECT agency_key, agency_code, unit_code, agency_name, unit_name, agency_kind, valid_from, valid_to, is_current
FROM agency_period
ON CONFLICT (agency_key) DO UPDATE
    SET
        agency_name = excluded.agency_name, unit_name = excluded.unit_name, agency_kind = excluded.agency_kind,
        valid_to = excluded.valid_to, is_current = excluded.is_current
    WHERE
    (known.agency_name, known.unit_name, known.agency_kind, known.valid_to)
    IS DISTINCT FROM (excluded.agency_name, excluded.unit_name, excluded.agency_kind, excluded.valid_to);
