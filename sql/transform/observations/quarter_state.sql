-- What was known at each snapshot of an indicator's quarter.
-- reads: affected_indicator, raw.indicator, raw.indicator_quarter, observation
-- gives: quarter_state

WITH stated AS (
    SELECT
        indicator.indicator_key, indicator.kpi_id, indicator.agency_code, indicator.fiscal_year,
        indicator.record AS of_record, of_quarter.quarter, of_quarter.record, of_quarter.field_prefix,
        of_quarter.document_key, of_quarter.copy, of_quarter.ordinal, observation.family,
        observation.snapshot_at, observation.sha256,
        jsonb_strip_nulls(
            to_jsonb(of_quarter) - '{document_key,copy,ordinal,record,field_prefix,quarter}'::TEXT[]
        ) AS own,
        CASE
            WHEN of_quarter.result_value IS NOT NULL THEN jsonb_build_object('result_unit', indicator.unit)
            ELSE '{}'
        END AS printed_together
    FROM affected_indicator
    INNER JOIN raw.indicator AS indicator USING (indicator_key)
    INNER JOIN raw.indicator_quarter AS of_quarter USING (document_key, copy, ordinal)
    INNER JOIN observation USING (document_key)
    WHERE indicator.is_shown
)

SELECT
    indicator_key, kpi_id, agency_code, fiscal_year, quarter, record, field_prefix, document_key, copy, ordinal, family,
    snapshot_at, sha256, own,
    coalesce(max(of_record) OVER (PARTITION BY indicator_key), indicator_key::TEXT) AS of_record,
    count(*) OVER (PARTITION BY indicator_key, quarter) AS times_seen,
    dw.jsonb_merge(own || printed_together) OVER (
        PARTITION BY indicator_key, quarter ORDER BY snapshot_at, sha256, copy, ordinal
    ) AS state
FROM stated
