-- Changes: a value that differs from the one at the end of the day on which the record was seen before. What documents
-- of one day disagree on is no history, and neither is what a record shows at its first sight. What is added is a
-- change from nothing: a report in a log that was seen without it, or a value that an earlier export of the same family
-- left blank. Progress is that which marts show. Personal data is not followed, nor what others derive from.
-- reads: seen_again, project_observation, raw.project
-- gives: change
-- fills: ops.field_change

WITH seen AS (
    SELECT
        of_record, field_prefix, named_by, family, snapshot_at, sha256, copy, ordinal, own_state AS state,
        (snapshot_at AT TIME ZONE 'Asia/Bangkok')::DATE AS day
    FROM seen_again
),

moment AS (
    SELECT DISTINCT ON (of_record, field_prefix, named_by, day)
        of_record, field_prefix, named_by, family, snapshot_at, day, state,
        min(day) OVER (PARTITION BY of_record, field_prefix, named_by, family) AS family_since
    FROM seen
    ORDER BY
        of_record ASC, field_prefix ASC, named_by ASC, day ASC, snapshot_at DESC, sha256 DESC, copy DESC, ordinal DESC
),

step AS (
    SELECT *, lag(state) OVER (PARTITION BY of_record, field_prefix, named_by ORDER BY day) AS state_before
    FROM moment
),

logged AS (
    SELECT
        observation.record AS of_record, observation.family,
        min((observation.snapshot_at AT TIME ZONE 'Asia/Bangkok')::DATE) AS day
    FROM project_observation AS observation
    INNER JOIN raw.project AS project USING (document_key, copy)
    WHERE project.has_report_log
    GROUP BY observation.record, observation.family
)

SELECT DISTINCT ON (step.of_record, step.field_prefix, now_says.key, step.snapshot_at)
    step.of_record AS record,
    step.field_prefix || CASE now_says.key WHEN 'shown_progress_pct' THEN 'progress_pct' ELSE now_says.key END AS field,
    step.state_before ->> now_says.key AS old_value, now_says.value AS new_value, step.snapshot_at AS seen_at
FROM step
CROSS JOIN LATERAL jsonb_each_text(step.state) AS now_says
LEFT JOIN logged ON step.of_record = logged.of_record AND step.family = logged.family
WHERE
    now_says.value IS DISTINCT FROM step.state_before ->> now_says.key
    AND CASE
        WHEN step.state_before IS NULL THEN step.field_prefix <> '' AND logged.day < step.day
        WHEN step.state_before ->> now_says.key IS NULL THEN step.family_since < step.day
        ELSE TRUE
    END
    AND NOT (now_says.key = 'progress_pct' AND step.state ? 'shown_progress_pct')
    AND now_says.key NOT IN (
        'owner', 'coordinator', 'contact', 'section_name', 'measured_by', 'target_unit', 'result_unit',
        'has_unit_clash'
    )
ORDER BY step.of_record, step.field_prefix, now_says.key, step.snapshot_at, step.named_by
