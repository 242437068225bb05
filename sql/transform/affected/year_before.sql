-- The fiscal years that affected indicators and findings were of before this load.
-- reads: affected_indicator, affected_finding
-- before: dw.dim_indicator, ops.finding
-- gives: year_before

SELECT known.fiscal_year
FROM dw.dim_indicator AS known
INNER JOIN affected_indicator USING (indicator_key)
UNION
SELECT known.fiscal_year
FROM ops.finding AS known
INNER JOIN affected_finding USING (finding_id)
