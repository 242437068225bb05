-- The history of every affected project-year, report, indicator and quarter, from all sightings, whatever order they
-- were loaded in. A state is what was known at a snapshot: its values laid over those before, so that a blank erases
-- nothing, but what is printed together is replaced together. Snapshots of the same moment are ordered by the hash of
-- their bytes.

CREATE TEMP TABLE sighting ON COMMIT DROP AS
WITH relevant AS (
    SELECT project.document_key
    FROM affected_project
    INNER JOIN raw.project AS project USING (project_code, fiscal_year)
    UNION
    SELECT indicator.document_key
    FROM affected_indicator
    INNER JOIN raw.indicator AS indicator USING (indicator_key)
)

SELECT DISTINCT
    document.document_key, document.sha256, document.family,
    coalesce(reading.printed_at, manifest.snapshot_at) AS snapshot_at
FROM relevant
INNER JOIN dw.dim_document AS document USING (document_key)
INNER JOIN raw.document AS reading USING (document_key)
INNER JOIN raw.manifest AS manifest USING (sha256);

ANALYZE sighting;

-- Progress as each document shows it: its headline, or else that of its last report.

CREATE TEMP TABLE document_progress ON COMMIT DROP AS
SELECT
    report.document_key, report.project_code, report.fiscal_year,
    (array_agg(report.progress_pct ORDER BY report.report_no DESC, report.report_date DESC NULLS LAST))[1]
        AS last_progress_pct
FROM affected_project
INNER JOIN raw.report AS report USING (project_code, fiscal_year)
WHERE report.is_shown AND report.progress_pct IS NOT NULL
GROUP BY report.document_key, report.project_code, report.fiscal_year;

CREATE TEMP TABLE project_state ON COMMIT DROP AS
SELECT
    project.project_code, project.fiscal_year, project.document_key, sighting.sha256, sighting.snapshot_at,
    dw.jsonb_merge(
        jsonb_strip_nulls(
            to_jsonb(project)
            - '{document_key,copy,is_shown,places,page,first_line,last_line,project_code,fiscal_year}'::TEXT[]
            || jsonb_build_object(
                -- Of the families, the printed form alone can be certified.
                'is_certified', CASE WHEN sighting.family = 'printed_form' THEN project.is_certified END,
                'shown_progress_pct', coalesce(project.progress_pct, progress.last_progress_pct)
            )
        )
        || dw.together(
            jsonb_build_object(
                'evaluation_quarter', project.evaluation_quarter, 'evaluation_score', project.evaluation_score
            )
        )
    ) OVER history AS state
FROM affected_project
INNER JOIN raw.project AS project USING (project_code, fiscal_year)
INNER JOIN sighting USING (document_key)
LEFT JOIN document_progress AS progress USING (document_key, project_code, fiscal_year)
WHERE project.is_shown
WINDOW history AS (
    PARTITION BY project.project_code, project.fiscal_year ORDER BY sighting.snapshot_at, sighting.sha256
);

CREATE TEMP TABLE report_state ON COMMIT DROP AS
SELECT
    report.project_code, report.fiscal_year, report.report_ref, report.document_key,
    sighting.sha256, sighting.snapshot_at,
    dw.jsonb_merge(
        jsonb_strip_nulls(
            jsonb_build_object(
                'report_no', report.report_no, 'report_date', report.report_date, 'narrative', report.narrative,
                'progress_pct', report.progress_pct, 'disbursed_thb', report.disbursed_thb,
                'plan_status', report.plan_status, 'target_status', report.target_status
            )
        )
    ) OVER history AS state
FROM affected_project
INNER JOIN raw.report AS report USING (project_code, fiscal_year)
INNER JOIN sighting USING (document_key)
WHERE report.is_shown
WINDOW history AS (
    PARTITION BY report.project_code, report.fiscal_year, report.report_ref
    ORDER BY sighting.snapshot_at, sighting.sha256
);

-- An indicator's values come from the document that measured it last: one that only names it states no value. Each
-- value keeps the unit of the document that stated it, for it is compared within one unit only.

CREATE TEMP TABLE indicator_state ON COMMIT DROP AS
SELECT
    indicator.indicator_key, indicator.document_key, sighting.sha256, sighting.snapshot_at,
    dw.jsonb_merge(
        jsonb_strip_nulls(
            to_jsonb(indicator) - '{document_key,copy,ordinal,is_shown,places,indicator_key}'::TEXT[]
            || jsonb_build_object(
                'measured_by',
                CASE
                    WHEN
                        num_nonnulls(indicator.target_value, indicator.result_value, indicator.evaluation_score) > 0
                        THEN indicator.document_key
                END
            )
        )
        || dw.together(jsonb_build_object('unit_raw', indicator.unit_raw, 'unit', indicator.unit))
        || CASE
            WHEN num_nonnulls(indicator.target_raw, indicator.target_value) > 0
                THEN jsonb_build_object(
                    'target_raw', indicator.target_raw, 'target_value', indicator.target_value,
                    'target_unit', indicator.unit
                )
            ELSE '{}'
        END
        || CASE
            WHEN indicator.result_value IS NOT NULL THEN jsonb_build_object('result_unit', indicator.unit)
            ELSE '{}'
        END
        || dw.together(
            jsonb_build_object(
                'evaluation_quarter', indicator.evaluation_quarter, 'evaluation_score', indicator.evaluation_score
            )
        )
        || dw.together(
            jsonb_build_object(
                'plan_version', indicator.plan_version,
                'strategy_code', indicator.strategy_code, 'strategy_name', indicator.strategy_name,
                'sub_issue_code', indicator.sub_issue_code, 'sub_issue_name', indicator.sub_issue_name,
                'goal_code', indicator.goal_code, 'goal_name', indicator.goal_name
            )
        )
    ) OVER history AS state
FROM affected_indicator
INNER JOIN raw.indicator AS indicator USING (indicator_key)
INNER JOIN sighting USING (document_key)
WHERE indicator.is_shown
WINDOW history AS (
    PARTITION BY indicator.indicator_key ORDER BY sighting.snapshot_at, sighting.sha256
);

CREATE TEMP TABLE quarter_state ON COMMIT DROP AS
SELECT
    indicator.indicator_key, stated.quarter, stated.document_key, sighting.sha256, sighting.snapshot_at,
    dw.jsonb_merge(
        jsonb_strip_nulls(to_jsonb(stated) - '{document_key,copy,ordinal,quarter}'::TEXT[])
        || CASE
            WHEN stated.result_value IS NOT NULL THEN jsonb_build_object('result_unit', indicator.unit)
            ELSE '{}'
        END
    ) OVER history AS state
FROM affected_indicator
INNER JOIN raw.indicator AS indicator USING (indicator_key)
INNER JOIN raw.indicator_quarter AS stated USING (document_key, copy, ordinal)
INNER JOIN sighting USING (document_key)
WHERE indicator.is_shown
WINDOW history AS (
    PARTITION BY indicator.indicator_key, stated.quarter ORDER BY sighting.snapshot_at, sighting.sha256
);

-- What stands now: the last state of each.

CREATE TEMP TABLE current_project ON COMMIT DROP AS
WITH latest AS (
    SELECT DISTINCT ON (project_code, fiscal_year) project_code, fiscal_year, document_key, state
    FROM project_state
    ORDER BY project_code ASC, fiscal_year ASC, snapshot_at DESC, sha256 DESC
)

SELECT
    latest.project_code, latest.fiscal_year, latest.document_key, filled.project_name, filled.start_date,
    filled.end_date, filled.budget_received_thb, filled.budget_spent_thb, filled.agency_code, filled.unit_code,
    (latest.state ->> 'shown_progress_pct')::NUMERIC AS progress_pct, filled.evaluation_score
FROM latest
CROSS JOIN LATERAL jsonb_populate_record(NULL::RAW.PROJECT, latest.state) AS filled;

CREATE TEMP TABLE current_report ON COMMIT DROP AS
WITH latest AS (
    SELECT DISTINCT ON (project_code, fiscal_year, report_ref)
        project_code, fiscal_year, report_ref, document_key, state
    FROM report_state
    ORDER BY project_code ASC, fiscal_year ASC, report_ref ASC, snapshot_at DESC, sha256 DESC
)

SELECT
    latest.project_code, latest.fiscal_year, latest.report_ref, latest.document_key, filled.report_no,
    filled.report_date, filled.narrative, filled.progress_pct, filled.disbursed_thb, filled.plan_status,
    filled.target_status
FROM latest
CROSS JOIN LATERAL jsonb_populate_record(NULL::RAW.REPORT, latest.state) AS filled;

CREATE TEMP TABLE current_indicator ON COMMIT DROP AS
WITH latest AS (
    SELECT DISTINCT ON (indicator_key) indicator_key, document_key, state
    FROM indicator_state
    ORDER BY indicator_key ASC, snapshot_at DESC, sha256 DESC
)

SELECT
    latest.indicator_key, coalesce((latest.state ->> 'measured_by')::BIGINT, latest.document_key) AS document_key,
    filled.kpi_id, filled.indicator_name, filled.fiscal_year, filled.agency_code, filled.dimension_no,
    filled.indicator_type, filled.indicator_level, filled.indicator_class, filled.plan_version, filled.strategy_code,
    filled.strategy_name, filled.sub_issue_code, filled.sub_issue_name, filled.goal_code, filled.goal_name,
    filled.summary, filled.definition, filled.unit_raw, filled.unit, filled.target_raw, filled.target_value,
    latest.state ->> 'target_unit' AS target_unit, filled.result_value,
    latest.state ->> 'result_unit' AS result_unit, filled.has_unit_clash, filled.evaluation_quarter,
    filled.evaluation_score
FROM latest
CROSS JOIN LATERAL jsonb_populate_record(NULL::RAW.INDICATOR, latest.state) AS filled;

CREATE TEMP TABLE current_quarter ON COMMIT DROP AS
WITH latest AS (
    SELECT DISTINCT ON (indicator_key, quarter) indicator_key, quarter, document_key, state
    FROM quarter_state
    ORDER BY indicator_key ASC, quarter ASC, snapshot_at DESC, sha256 DESC
)

SELECT
    latest.indicator_key, latest.quarter, latest.document_key, filled.result_value,
    latest.state ->> 'result_unit' AS result_unit, filled.score, filled.pair_score, filled.narrative
FROM latest
CROSS JOIN LATERAL jsonb_populate_record(NULL::RAW.INDICATOR_QUARTER, latest.state) AS filled;

ANALYZE current_project;
ANALYZE current_report;
ANALYZE current_indicator;
ANALYZE current_quarter;
