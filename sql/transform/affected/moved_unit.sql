-- Units whose periods are no longer those that the warehouse has: what belongs to them is affected.
-- reads: agency_period
-- before: dw.dim_agency
-- gives: moved_unit

SELECT DISTINCT known.unit_code
FROM dw.dim_agency AS known
LEFT JOIN agency_period AS period USING (agency_key)
WHERE
    known.unit_code IS NOT NULL
    AND (
        period.agency_key IS NULL
        OR (known.valid_from, known.valid_to) IS DISTINCT FROM (period.valid_from, period.valid_to)
    )
