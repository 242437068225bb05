-- Where each project-year was seen. One that was seen once is as it was printed there: only of the others is there a
-- history to be laid out, and they are few when a year is loaded for the first time.
-- reads: project_copy, observation, stage_family
-- gives: project_observation (project_code, fiscal_year)

SELECT
    shown.project_code, shown.fiscal_year, shown.record, shown.document_key, shown.copy, observation.sha256,
    observation.snapshot_at, observation.family, coalesce(family.can_be_certified, FALSE) AS can_be_certified,
    count(*) OVER (PARTITION BY shown.project_code, shown.fiscal_year) AS times_seen
FROM project_copy AS shown
INNER JOIN observation USING (document_key)
LEFT JOIN stage_family AS family ON observation.family = family.family
WHERE shown.is_shown
