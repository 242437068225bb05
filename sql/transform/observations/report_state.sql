-- What was known at each snapshot of the reports of project-years that were seen more than once.
-- reads: project_observation, raw.report
-- gives: report_state

WITH stated AS (
    SELECT
        observation.project_code, observation.fiscal_year, observation.record AS of_record, observation.document_key,
        observation.copy, observation.family, observation.snapshot_at, observation.sha256, report.report_ref,
        report.record, report.field_prefix,
        jsonb_strip_nulls(
            to_jsonb(report)
            - '{document_key,copy,ordinal,record,field_prefix,is_shown,places}'::TEXT[]
            - '{project_code,fiscal_year,report_ref}'::TEXT[]
        ) AS own
    FROM project_observation AS observation
    INNER JOIN raw.report AS report USING (document_key, project_code, fiscal_year)
    WHERE observation.times_seen > 1 AND report.is_shown
)

SELECT
    project_code, fiscal_year, report_ref, of_record, record, field_prefix, document_key, copy, family, snapshot_at,
    sha256, own,
    dw.jsonb_merge(own) OVER (
        PARTITION BY project_code, fiscal_year, report_ref ORDER BY snapshot_at, sha256
    ) AS state
FROM stated
