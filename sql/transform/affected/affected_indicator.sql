-- The indicator-years that this load computes anew.
-- reads: dirty_indicator, moved_unit, raw.indicator
-- gives: affected_indicator (indicator_key)

SELECT indicator_key FROM dirty_indicator
UNION
SELECT indicator.indicator_key
FROM moved_unit
INNER JOIN raw.indicator AS indicator ON moved_unit.unit_code = indicator.agency_code || '0000'
