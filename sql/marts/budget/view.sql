-- What did each project receive and spend? A row a project-year.

CREATE VIEW mart.budget AS
SELECT
    project.project_code,
    project.view_id,
    project.fiscal_year,
    project.project_name,
    project.agency_code,
    project.agency_name,
    project.agency_name_en,
    project.agency_sort_key,
    project.agency_kind,
    project.unit_code,
    project.unit_name,
    project.section_name,
    project.budget_received_thb,
    project.budget_spent_thb,
    project.spent_pct,
    project.disbursed_thb,
    project.budget_received_thb - project.budget_spent_thb AS unspent_thb,
    project.last_seen_at >= make_timestamptz(project.fiscal_year - 543, 10, 1, 0, 0, 0, 'Asia/Bangkok')
        AS is_after_year_end,
    year_end.unspent_thb AS unspent_at_year_end_thb,
    year_end.as_of AS year_end_as_of,
    CASE
        WHEN project.budget_received_thb IS NULL THEN 'not stated'
        WHEN project.budget_received_thb = 0 THEN 'no budget'
        WHEN project.budget_spent_thb IS NULL THEN 'spending not stated'
        WHEN project.budget_spent_thb = 0 THEN 'nothing spent'
        WHEN project.budget_spent_thb < project.budget_received_thb THEN 'partly spent'
        WHEN project.budget_spent_thb = project.budget_received_thb THEN 'all spent'
        ELSE 'overspent'
    END AS budget_status,
    project.document_uri,
    project.snapshot_at,
    project.last_seen_at,
    project.last_loaded_at
FROM mart.project_status AS project
-- Where no code is printed, a view's number is what names it.
LEFT JOIN mart.project_year_end AS year_end
    ON
        project.fiscal_year = year_end.fiscal_year
        AND coalesce(project.project_code, project.view_id) = coalesce(year_end.project_code, year_end.view_id);
