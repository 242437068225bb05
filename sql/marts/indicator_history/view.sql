-- How far had each indicator got, and since when? A row an indicator-year, quarter and period in which nothing about it
-- changed; quarter 0 is the headline; the indicator is described as it is now.
--
-- Of a day: `SELECT * FROM mart.indicator_attainment_as_of('2023-03-31')`.

CREATE VIEW mart.indicator_history AS
WITH period AS (
    SELECT
        indicator_key, quarter, agency_key, target_value, result_value, attainment_pct, evaluation_quarter,
        evaluation_score, document_key, valid_from, NULL::TIMESTAMPTZ AS valid_to
    FROM dw.fact_indicator_result
    UNION ALL
    SELECT
        indicator_key, quarter, agency_key, target_value, result_value, attainment_pct, evaluation_quarter,
        evaluation_score, document_key, valid_from, valid_to
    FROM dw.indicator_result_history
)

SELECT
    period.valid_from,
    period.valid_to,
    indicator.kpi_id,
    indicator.indicator_name,
    indicator.fiscal_year,
    agency.agency_code,
    agency.agency_name,
    agency.agency_name_en,
    agency.agency_sort_key,
    indicator.dimension_no,
    indicator.unit,
    period.quarter,
    period.target_value,
    period.result_value,
    period.attainment_pct,
    period.evaluation_quarter,
    period.evaluation_score,
    dw.is_of_one_day(period.valid_from, period.valid_to) AS is_conflict,
    document.document_uri,
    document.snapshot_at,
    document.last_loaded_at
FROM period
INNER JOIN dw.dim_indicator AS indicator USING (indicator_key)
INNER JOIN dw.dim_agency AS agency USING (agency_key)
INNER JOIN mart.document AS document USING (document_key)
WHERE dw.is_measured(indicator.kpi_id, period.target_value, period.result_value, period.evaluation_score);
