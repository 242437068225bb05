-- Each indicator at each moment at which it was seen, with all that `raw.indicator` has.
-- reads: indicator_state, raw.indicator
-- gives: indicator_moment (indicator_key, seen_at)

WITH last AS (
    SELECT DISTINCT ON (indicator_key, snapshot_at)
        indicator_key, snapshot_at, times_seen = 1 AS is_only,
        state || jsonb_build_object(
            'indicator_key', indicator_key, 'record', of_record,
            'document_key', coalesce((state ->> 'measured_by')::BIGINT, document_key)
        ) AS state
    FROM indicator_state
    ORDER BY indicator_key ASC, snapshot_at ASC, sha256 DESC, copy DESC, ordinal DESC
)

SELECT
    last.snapshot_at AS seen_at, last.is_only,
    lead(last.snapshot_at) OVER (PARTITION BY last.indicator_key ORDER BY last.snapshot_at) IS NULL AS is_current,
    last.state ->> 'target_unit' AS target_unit, last.state ->> 'result_unit' AS result_unit, filled.*
FROM last
CROSS JOIN LATERAL jsonb_populate_record(NULL::RAW.INDICATOR, last.state) AS filled
