-- What was known at each snapshot of a project-year that was seen more than once: its values laid over those before, so
-- that a blank erases nothing, but what is printed together is replaced together.
-- reads: project_observation, raw.project, document_progress
-- gives: project_state

WITH stated AS (
    SELECT
        observation.*,
        jsonb_strip_nulls(
            to_jsonb(project)
            - '{document_key,copy,record,is_shown,places,page,first_line,last_line}'::TEXT[]
            - '{project_code,fiscal_year,has_report_log}'::TEXT[]
            || jsonb_build_object(
                -- An export that prints no certification says nothing of it.
                'is_certified', CASE WHEN observation.can_be_certified THEN project.is_certified END,
                -- A page that prints the agency alone says nothing of its section.
                'section_name',
                CASE
                    WHEN cardinality(project.agency_path) > 1
                        THEN project.agency_path[cardinality(project.agency_path)]
                END,
                'shown_progress_pct', coalesce(project.progress_pct, progress.last_progress_pct)
            )
        ) AS own,
        dw.together(
            jsonb_build_object(
                'evaluation_quarter', project.evaluation_quarter, 'evaluation_score', project.evaluation_score
            )
        ) AS evaluation
    FROM project_observation AS observation
    INNER JOIN raw.project AS project USING (document_key, copy, project_code, fiscal_year)
    LEFT JOIN document_progress AS progress USING (document_key, project_code, fiscal_year)
    WHERE observation.times_seen > 1
)

SELECT
    project_code, fiscal_year, record, document_key, copy, family, snapshot_at, sha256, own,
    dw.jsonb_merge(own || evaluation) OVER (
        PARTITION BY project_code, fiscal_year ORDER BY snapshot_at, sha256
    ) AS state
FROM stated
