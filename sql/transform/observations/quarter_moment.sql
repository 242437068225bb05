-- Each quarter of an indicator at each moment at which it was seen, with all that `raw.indicator_quarter` has.
-- reads: quarter_state, raw.indicator_quarter
-- gives: quarter_moment (indicator_key, quarter)

WITH last AS (
    SELECT DISTINCT ON (indicator_key, quarter, snapshot_at)
        indicator_key, quarter, snapshot_at,
        state || jsonb_build_object('quarter', quarter, 'document_key', document_key) AS state
    FROM quarter_state
    ORDER BY indicator_key ASC, quarter ASC, snapshot_at ASC, sha256 DESC, copy DESC, ordinal DESC
)

SELECT
    last.indicator_key, last.snapshot_at AS seen_at,
    lead(last.snapshot_at) OVER (PARTITION BY last.indicator_key, last.quarter ORDER BY last.snapshot_at)
        AS next_seen_at,
    last.state ->> 'result_unit' AS result_unit, filled.*
FROM last
CROSS JOIN LATERAL jsonb_populate_record(NULL::RAW.INDICATOR_QUARTER, last.state) AS filled
