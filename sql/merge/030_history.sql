-- The history of every affected project-year and its reports, from all sightings, whatever order they were loaded in.
-- A state is what was known at a snapshot: its values laid over those before, so that a blank erases nothing.
-- Snapshots of the same moment are ordered by the hash of their bytes.

CREATE TEMP TABLE sighting ON COMMIT DROP AS
SELECT DISTINCT document.document_key, manifest.sha256, manifest.snapshot_at
FROM raw.manifest AS manifest
INNER JOIN dw.dim_document AS document USING (sha256);

ANALYZE sighting;

CREATE TEMP TABLE project_state ON COMMIT DROP AS
SELECT
    project.project_code, project.fiscal_year, project.document_key, sighting.sha256, sighting.snapshot_at,
    dw.jsonb_merge(
        jsonb_strip_nulls(to_jsonb(project))
        - '{document_key,copy,is_shown,places,page,first_line,last_line,project_code,fiscal_year}'::TEXT[]
    ) OVER history AS state
FROM affected_project
INNER JOIN raw.project AS project USING (project_code, fiscal_year)
INNER JOIN sighting USING (document_key)
WHERE project.is_shown
WINDOW history AS (
    PARTITION BY project.project_code, project.fiscal_year ORDER BY sighting.snapshot_at, sighting.sha256
);

CREATE TEMP TABLE report_state ON COMMIT DROP AS
SELECT
    report.project_code, report.fiscal_year, report.report_no, report.document_key,
    sighting.sha256, sighting.snapshot_at,
    dw.jsonb_merge(
        jsonb_strip_nulls(to_jsonb(report))
        - '{document_key,copy,ordinal,is_shown,places,project_code,fiscal_year,report_no}'::TEXT[]
    ) OVER history AS state
FROM affected_project
INNER JOIN raw.report AS report USING (project_code, fiscal_year)
INNER JOIN sighting USING (document_key)
WHERE report.is_shown
WINDOW history AS (
    PARTITION BY report.project_code, report.fiscal_year, report.report_no
    ORDER BY sighting.snapshot_at, sighting.sha256
);

-- What stands now: the last state of each.

CREATE TEMP TABLE current_project ON COMMIT DROP AS
SELECT DISTINCT ON (last.project_code, last.fiscal_year)
    last.project_code, last.fiscal_year, last.document_key, filled.project_name, filled.start_date, filled.end_date,
    filled.budget_received_thb, filled.budget_spent_thb, filled.agency_code, filled.unit_code, filled.progress_pct,
    filled.evaluation_score
FROM project_state AS last
CROSS JOIN LATERAL jsonb_populate_record(NULL::RAW.PROJECT, last.state) AS filled
ORDER BY last.project_code ASC, last.fiscal_year ASC, last.snapshot_at DESC, last.sha256 DESC;

CREATE TEMP TABLE current_report ON COMMIT DROP AS
SELECT DISTINCT ON (last.project_code, last.fiscal_year, last.report_no)
    last.project_code, last.fiscal_year, last.report_no, last.document_key, filled.report_date, filled.narrative,
    filled.progress_pct, filled.disbursed_thb, filled.plan_status, filled.target_status
FROM report_state AS last
CROSS JOIN LATERAL jsonb_populate_record(NULL::RAW.REPORT, last.state) AS filled
ORDER BY last.project_code ASC, last.fiscal_year ASC, last.report_no ASC, last.snapshot_at DESC, last.sha256 DESC;

ANALYZE current_project;
ANALYZE current_report;
