-- What each affected project-year is, in each period.
-- reads: project_moment
-- gives: project_version (project_code, fiscal_year, valid_from)
-- periods: dw.dim_project
-- fills: dw.dim_project

SELECT
    project_code, fiscal_year, record, seen_at, is_only,
    view_id,
    project_name,
    section_name,
    start_date,
    end_date,
    rationale,
    objectives,
    targets,
    coalesce(is_certified AND can_be_certified, FALSE) AS is_certified
FROM project_moment
