-- What each indicator came to, in each quarter and as its headline (quarter 0), in each period. An attainment is of
-- values in one known unit. No target is printed for a quarter: each is held against the year's.
-- reads: indicator_moment, quarter_moment, dw.dim_agency
-- gives: indicator_period
-- periods: dw.fact_indicator_result
-- fills: dw.fact_indicator_result, dw.indicator_result_history

WITH result AS (
    SELECT
        indicator_key, seen_at, 0::SMALLINT AS quarter, result_value, result_unit, evaluation_quarter,
        evaluation_score, NULL::TEXT AS pair_score, NULL::TEXT AS narrative, document_key
    FROM indicator_moment
    UNION ALL
    SELECT
        indicator.indicator_key, indicator.seen_at, stated.quarter, stated.result_value, stated.result_unit, NULL,
        stated.score, stated.pair_score, stated.narrative, stated.document_key
    FROM indicator_moment AS indicator
    INNER JOIN quarter_moment AS stated
        ON
            indicator.indicator_key = stated.indicator_key
            AND indicator.seen_at >= stated.seen_at
            AND indicator.seen_at < coalesce(stated.next_seen_at, 'infinity')
)

SELECT
    result.indicator_key, result.quarter, result.seen_at, indicator.is_only,
    coalesce(agency.agency_key, -1) AS agency_key,
    indicator.target_value, result.result_value,
    CASE
        WHEN indicator.target_unit = result.result_unit AND indicator.has_unit_clash IS NOT TRUE
            THEN round(100 * result.result_value / nullif(indicator.target_value, 0), 4)
    END AS attainment_pct,
    result.evaluation_quarter, result.evaluation_score, result.pair_score, result.narrative, result.document_key
FROM result
INNER JOIN indicator_moment AS indicator USING (indicator_key, seen_at)
LEFT JOIN dw.dim_agency AS agency
    ON
        indicator.agency_code || '0000' = agency.unit_code
        AND dw.is_of_year(indicator.fiscal_year, agency.valid_from, agency.valid_to)
