-- Changes: a value that differs from the state before. Personal data is not followed, nor what others derive from.
-- reads: seen_again
-- gives: change
-- fills: ops.field_change

WITH moment AS (
    SELECT DISTINCT ON (of_record, field_prefix, snapshot_at) of_record, field_prefix, snapshot_at, state
    FROM seen_again
    ORDER BY of_record ASC, field_prefix ASC, snapshot_at ASC, sha256 DESC
),

step AS (
    SELECT *, lag(state) OVER (PARTITION BY of_record, field_prefix ORDER BY snapshot_at) AS state_before
    FROM moment
)

SELECT
    step.of_record AS record, step.field_prefix || now_says.key AS field,
    step.state_before ->> now_says.key AS old_value, now_says.value AS new_value, step.snapshot_at AS seen_at
FROM step
CROSS JOIN LATERAL jsonb_each_text(step.state) AS now_says
WHERE
    step.state <> step.state_before
    AND now_says.value IS DISTINCT FROM step.state_before ->> now_says.key
    AND now_says.key NOT IN (
        'owner', 'coordinator', 'contact', 'shown_progress_pct', 'section_name', 'measured_by', 'target_unit',
        'result_unit', 'has_unit_clash'
    )
