-- Each project-year at each moment at which it was seen, with all that `raw.project` has; of snapshots of one moment
-- the last is what counts.
-- reads: project_observation, raw.project, document_progress, project_state
-- gives: project_moment (project_code, fiscal_year, seen_at)

SELECT
    TRUE AS is_only, observation.snapshot_at AS seen_at, observation.can_be_certified,
    coalesce(project.progress_pct, progress.last_progress_pct) AS shown_progress_pct,
    CASE
        WHEN cardinality(project.agency_path) > 1 THEN project.agency_path[cardinality(project.agency_path)]
    END AS section_name, project.*
FROM project_observation AS observation
INNER JOIN raw.project AS project USING (document_key, copy, project_code, fiscal_year)
LEFT JOIN document_progress AS progress USING (document_key, project_code, fiscal_year)
WHERE observation.times_seen = 1
UNION ALL
SELECT
    FALSE, last.snapshot_at, TRUE, (last.state ->> 'shown_progress_pct')::NUMERIC,
    last.state ->> 'section_name', filled.*
FROM (
    SELECT DISTINCT ON (project_code, fiscal_year, snapshot_at)
        snapshot_at,
        state || jsonb_build_object(
            'project_code', project_code, 'fiscal_year', fiscal_year, 'record', record, 'document_key', document_key
        ) AS state
    FROM project_state
    ORDER BY project_code ASC, fiscal_year ASC, snapshot_at ASC, sha256 DESC
) AS last
CROSS JOIN LATERAL jsonb_populate_record(NULL::RAW.PROJECT, last.state) AS filled
