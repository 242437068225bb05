-- Affected indicators, named as findings name them, now and before this load.
-- reads: indicator_moment, affected_indicator
-- before: dw.dim_indicator
-- gives: indicator_name

SELECT
    indicator_key, dw.indicator_record(kpi_id, agency_code, indicator_name, indicator_key, fiscal_year) AS record
FROM (
    SELECT indicator_key, kpi_id, agency_code, indicator_name, fiscal_year FROM indicator_moment
    WHERE is_current
    UNION
    SELECT indicator_key, kpi_id, agency_code, indicator_name, fiscal_year
    FROM dw.dim_indicator
    INNER JOIN affected_indicator USING (indicator_key)
) AS indicator
GROUP BY indicator_key, record
