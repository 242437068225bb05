-- Changes: a value that differs from the state before. Personal data is not followed, nor what others derive from.
-- reads: seen_again
-- gives: change
-- fills: ops.field_change

WITH moment AS (
    SELECT DISTINCT ON (record, path, snapshot_at) record, path, snapshot_at, state
    FROM seen_again
    ORDER BY record ASC, path ASC, snapshot_at ASC, sha256 DESC
),

step AS (
    SELECT *, lag(state) OVER (PARTITION BY record, path ORDER BY snapshot_at) AS state_before
    FROM moment
)

SELECT
    step.record, concat_ws('.', nullif(step.path, ''), now_says.key) AS field,
    step.state_before ->> now_says.key AS old_value, now_says.value AS new_value, step.snapshot_at AS seen_at
FROM step
CROSS JOIN LATERAL jsonb_each_text(step.state) AS now_says
WHERE
    step.state <> step.state_before
    AND now_says.value IS DISTINCT FROM step.state_before ->> now_says.key
    AND now_says.key NOT IN (
        'owner', 'coordinator', 'contact', 'shown_progress_pct', 'measured_by', 'target_unit', 'result_unit',
        'has_unit_clash'
    )
