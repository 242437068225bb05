-- The fiscal years of which this load may have changed what marts show: those of all that it computed anew, as it was
-- before and as it is now, and of what names something that has another name now.
-- reads: year_before, affected_project, affected_indicator, dw.dim_indicator, dirty_document, ops.finding, renamed,
--     dw.fact_project, dw.bridge_project_strategy, dw.fact_indicator_result
-- gives: changed_year

WITH changed AS (
    SELECT fiscal_year FROM year_before
    UNION
    SELECT fiscal_year FROM affected_project
    UNION
    SELECT indicator.fiscal_year
    FROM affected_indicator
    INNER JOIN dw.dim_indicator AS indicator USING (indicator_key)
    UNION
    SELECT finding.fiscal_year
    FROM dirty_document
    INNER JOIN ops.finding AS finding USING (document_key)
    UNION
    SELECT fact.fiscal_year
    FROM dw.fact_project AS fact
    LEFT JOIN dw.bridge_project_strategy AS goal USING (project_key)
    INNER JOIN renamed ON renamed.renamed_key IN (fact.agency_key, goal.strategy_key)
    UNION
    SELECT indicator.fiscal_year
    FROM dw.fact_indicator_result AS fact
    INNER JOIN renamed ON fact.agency_key = renamed.renamed_key
    INNER JOIN dw.dim_indicator AS indicator USING (indicator_key)
)

SELECT fiscal_year FROM changed
WHERE fiscal_year > 0
