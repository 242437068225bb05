-- The history of every affected project-year, report, indicator and quarter, from all observations, whatever order they
-- were loaded in. A state is what was known at a snapshot: its values laid over those before, so that a blank erases
-- nothing, but what is printed together is replaced together. Snapshots of the same moment are ordered by the hash of
-- their bytes.
-- How many rows a join by project code and fiscal year gives is guessed far too low, since the two go together. What
-- such a join gives is therefore kept and counted before anything is joined to it.

CREATE TEMP TABLE project_copy ON COMMIT DROP AS
SELECT project.document_key, project.copy, project.project_code, project.fiscal_year, project.is_shown
FROM affected_project
INNER JOIN raw.project AS project USING (project_code, fiscal_year);

ANALYZE project_copy;

CREATE TEMP TABLE observation ON COMMIT DROP AS
WITH relevant AS (
    SELECT document_key FROM project_copy
    UNION
    SELECT indicator.document_key
    FROM affected_indicator
    INNER JOIN raw.indicator AS indicator USING (indicator_key)
)

SELECT DISTINCT
    document.document_key, document.sha256, document.family,
    dw.snapshot_at(reading.printed_at, manifest.snapshot_at, manifest.fetched_at) AS snapshot_at
FROM relevant
INNER JOIN dw.dim_document AS document USING (document_key)
INNER JOIN raw.document AS reading USING (document_key)
INNER JOIN raw.manifest AS manifest USING (sha256);

ANALYZE observation;

-- Where each project-year was seen. One that was seen once is as it stands there: only of the others is there a history
-- to be laid out, and they are few when a year is loaded for the first time.

CREATE TEMP TABLE project_observation ON COMMIT DROP AS
SELECT
    shown.project_code, shown.fiscal_year, shown.document_key, shown.copy, observation.sha256, observation.snapshot_at,
    observation.family, count(*) OVER (PARTITION BY shown.project_code, shown.fiscal_year) AS times_seen
FROM project_copy AS shown
INNER JOIN observation USING (document_key)
WHERE shown.is_shown;

CREATE INDEX ON project_observation (project_code, fiscal_year);
ANALYZE project_observation;

-- Progress as each document shows it: its headline, or else that of its last report.

CREATE TEMP TABLE document_progress ON COMMIT DROP AS
SELECT DISTINCT ON (report.document_key, report.project_code, report.fiscal_year)
    report.document_key, report.project_code, report.fiscal_year, report.progress_pct AS last_progress_pct
FROM (SELECT DISTINCT document_key FROM project_observation) AS seen
INNER JOIN raw.report AS report USING (document_key)
WHERE report.is_shown AND report.progress_pct IS NOT NULL
ORDER BY
    report.document_key ASC, report.project_code ASC, report.fiscal_year ASC,
    report.report_no DESC, report.report_date DESC NULLS LAST;

CREATE INDEX ON document_progress (document_key, project_code, fiscal_year);
ANALYZE document_progress;

CREATE TEMP TABLE project_state ON COMMIT DROP AS
WITH stated AS (
    SELECT
        observation.*,
        jsonb_strip_nulls(
            to_jsonb(project)
            - '{document_key,copy,is_shown,places,page,first_line,last_line,project_code,fiscal_year}'::TEXT[]
            || jsonb_build_object(
                -- Of the families, the printed form alone can be certified.
                'is_certified', CASE WHEN observation.family = 'printed_form' THEN project.is_certified END,
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
    project_code, fiscal_year, document_key, copy, family, snapshot_at, sha256, own,
    dw.jsonb_merge(own || evaluation) OVER (
        PARTITION BY project_code, fiscal_year ORDER BY snapshot_at, sha256
    ) AS state
FROM stated;

-- Each project-year at each moment at which it was seen; of snapshots of one moment the last is what stands.

CREATE TEMP TABLE project_moment ON COMMIT DROP AS
SELECT
    project.project_code, project.fiscal_year, observation.snapshot_at AS seen_at,
    project.document_key, project.view_id,
    project.project_name, project.start_date, project.end_date, project.rationale, project.objectives, project.targets,
    project.is_certified AND observation.family = 'printed_form' AS is_certified, project.budget_received_thb,
    project.budget_spent_thb, project.unit_code,
    coalesce(project.progress_pct, progress.last_progress_pct) AS progress_pct, project.evaluation_score
FROM project_observation AS observation
INNER JOIN raw.project AS project USING (document_key, copy, project_code, fiscal_year)
LEFT JOIN document_progress AS progress USING (document_key, project_code, fiscal_year)
WHERE observation.times_seen = 1
UNION ALL
SELECT
    last.project_code, last.fiscal_year, last.snapshot_at, last.document_key, filled.view_id, filled.project_name,
    filled.start_date, filled.end_date, filled.rationale, filled.objectives, filled.targets,
    coalesce(filled.is_certified, FALSE), filled.budget_received_thb, filled.budget_spent_thb, filled.unit_code,
    (last.state ->> 'shown_progress_pct')::NUMERIC, filled.evaluation_score
FROM (
    SELECT DISTINCT ON (project_code, fiscal_year, snapshot_at)
        project_code, fiscal_year, snapshot_at, document_key, state
    FROM project_state
    ORDER BY project_code ASC, fiscal_year ASC, snapshot_at ASC, sha256 DESC
) AS last
CROSS JOIN LATERAL jsonb_populate_record(NULL::RAW.PROJECT, last.state) AS filled;

CREATE INDEX ON project_moment (project_code, fiscal_year, seen_at);
ANALYZE project_moment;

-- The reports of project-years that were seen again, and for how long each stood as it did.

CREATE TEMP TABLE report_state ON COMMIT DROP AS
WITH stated AS (
    SELECT
        observation.*, report.report_ref,
        jsonb_strip_nulls(
            jsonb_build_object(
                'report_no', report.report_no, 'report_date', report.report_date, 'narrative', report.narrative,
                'progress_pct', report.progress_pct, 'disbursed_thb', report.disbursed_thb,
                'plan_status', report.plan_status, 'target_status', report.target_status
            )
        ) AS own
    FROM project_observation AS observation
    INNER JOIN raw.report AS report USING (document_key, project_code, fiscal_year)
    WHERE observation.times_seen > 1 AND report.is_shown
)

SELECT
    project_code, fiscal_year, report_ref, document_key, copy, family, snapshot_at, sha256, own,
    dw.jsonb_merge(own) OVER (
        PARTITION BY project_code, fiscal_year, report_ref ORDER BY snapshot_at, sha256
    ) AS state
FROM stated;

CREATE TEMP TABLE changing_report ON COMMIT DROP AS
WITH moment AS (
    SELECT DISTINCT ON (project_code, fiscal_year, report_ref, snapshot_at)
        project_code, fiscal_year, report_ref, snapshot_at, document_key, state
    FROM report_state
    ORDER BY project_code ASC, fiscal_year ASC, report_ref ASC, snapshot_at ASC, sha256 DESC
),

compared AS (
    SELECT
        *, lag(state) OVER (PARTITION BY project_code, fiscal_year, report_ref ORDER BY snapshot_at) AS state_before
    FROM moment
),

numbered AS (
    SELECT *, count(*) FILTER (WHERE state IS DISTINCT FROM state_before) OVER each_report AS period_no
    FROM compared
    WINDOW each_report AS (PARTITION BY project_code, fiscal_year, report_ref ORDER BY snapshot_at)
),

period AS (
    SELECT
        project_code, fiscal_year, report_ref, min(snapshot_at) AS valid_from,
        (array_agg(document_key ORDER BY snapshot_at DESC))[1] AS document_key,
        (array_agg(state ORDER BY snapshot_at))[1] AS state
    FROM numbered
    GROUP BY project_code, fiscal_year, report_ref, period_no
)

SELECT
    period.project_code, period.fiscal_year, period.report_ref, filled.report_no, filled.report_date, filled.narrative,
    filled.progress_pct, filled.disbursed_thb, filled.plan_status, filled.target_status, period.document_key,
    period.valid_from,
    lead(period.valid_from) OVER (
        PARTITION BY period.project_code, period.fiscal_year, period.report_ref ORDER BY period.valid_from
    ) AS valid_to
FROM period
CROSS JOIN LATERAL jsonb_populate_record(NULL::RAW.REPORT, period.state) AS filled;

CREATE INDEX ON changing_report (project_code, fiscal_year, report_ref);
ANALYZE changing_report;

-- All reports of affected project-years, with the period in which each stood as it did.

CREATE TEMP TABLE report_period ON COMMIT DROP AS
SELECT
    report.project_code, report.fiscal_year, report.report_ref, report.report_no, report.report_date, report.narrative,
    report.progress_pct, report.disbursed_thb, report.plan_status, report.target_status, report.document_key,
    observation.snapshot_at AS valid_from, NULL::TIMESTAMPTZ AS valid_to
FROM project_observation AS observation
INNER JOIN raw.report AS report USING (document_key, project_code, fiscal_year)
WHERE observation.times_seen = 1 AND report.is_shown
UNION ALL
SELECT
    project_code, fiscal_year, report_ref, report_no, report_date, narrative, progress_pct, disbursed_thb, plan_status,
    target_status, document_key, valid_from, valid_to
FROM changing_report;

CREATE INDEX ON report_period (project_code, fiscal_year, report_ref);
ANALYZE report_period (project_code, fiscal_year, report_ref, plan_status, target_status, valid_from, valid_to);

-- An indicator's values come from the document that measured it last: one that only names it states no value. Each
-- value keeps the unit of the document that stated it, for it is compared within one unit only.

CREATE TEMP TABLE indicator_state ON COMMIT DROP AS
WITH stated AS (
    SELECT
        indicator.indicator_key, indicator.document_key, indicator.copy, observation.family, observation.snapshot_at,
        observation.sha256,
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
        ) AS own,
        dw.together(jsonb_build_object('unit_raw', indicator.unit_raw, 'unit', indicator.unit))
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
        ) AS printed_together
    FROM affected_indicator
    INNER JOIN raw.indicator AS indicator USING (indicator_key)
    INNER JOIN observation USING (document_key)
    WHERE indicator.is_shown
)

SELECT
    indicator_key, document_key, copy, family, snapshot_at, sha256, own,
    count(*) OVER (PARTITION BY indicator_key) AS times_seen,
    dw.jsonb_merge(own || printed_together) OVER (
        PARTITION BY indicator_key ORDER BY snapshot_at, sha256
    ) AS state
FROM stated;

CREATE TEMP TABLE quarter_state ON COMMIT DROP AS
WITH stated AS (
    SELECT
        indicator.indicator_key, of_quarter.quarter, of_quarter.document_key, of_quarter.copy, observation.family,
        observation.snapshot_at, observation.sha256,
        jsonb_strip_nulls(to_jsonb(of_quarter) - '{document_key,copy,ordinal,quarter}'::TEXT[]) AS own,
        CASE
            WHEN of_quarter.result_value IS NOT NULL THEN jsonb_build_object('result_unit', indicator.unit)
            ELSE '{}'
        END AS printed_together
    FROM affected_indicator
    INNER JOIN raw.indicator AS indicator USING (indicator_key)
    INNER JOIN raw.indicator_quarter AS of_quarter USING (document_key, copy, ordinal)
    INNER JOIN observation USING (document_key)
    WHERE indicator.is_shown
)

SELECT
    indicator_key, quarter, document_key, copy, family, snapshot_at, sha256, own,
    count(*) OVER (PARTITION BY indicator_key, quarter) AS times_seen,
    dw.jsonb_merge(own || printed_together) OVER (
        PARTITION BY indicator_key, quarter ORDER BY snapshot_at, sha256
    ) AS state
FROM stated;

-- Each indicator, and each of its quarters, at each moment at which it was seen.

CREATE TEMP TABLE indicator_moment ON COMMIT DROP AS
WITH last AS (
    SELECT DISTINCT ON (indicator_key, snapshot_at) indicator_key, snapshot_at, document_key, state
    FROM indicator_state
    ORDER BY indicator_key ASC, snapshot_at ASC, sha256 DESC
)

SELECT
    last.indicator_key, last.snapshot_at AS seen_at,
    lead(last.snapshot_at) OVER (PARTITION BY last.indicator_key ORDER BY last.snapshot_at) IS NULL AS is_current,
    coalesce((last.state ->> 'measured_by')::BIGINT, last.document_key) AS document_key,
    filled.kpi_id, filled.indicator_name, filled.fiscal_year, filled.agency_code, filled.dimension_no,
    filled.indicator_type, filled.indicator_level, filled.indicator_class, filled.plan_version, filled.strategy_code,
    filled.strategy_name, filled.sub_issue_code, filled.sub_issue_name, filled.goal_code, filled.goal_name,
    filled.summary, filled.definition, filled.unit_raw, filled.unit, filled.target_raw, filled.target_value,
    last.state ->> 'target_unit' AS target_unit, filled.result_value,
    last.state ->> 'result_unit' AS result_unit, filled.has_unit_clash, filled.evaluation_quarter,
    filled.evaluation_score
FROM last
CROSS JOIN LATERAL jsonb_populate_record(NULL::RAW.INDICATOR, last.state) AS filled;

CREATE TEMP TABLE quarter_moment ON COMMIT DROP AS
WITH last AS (
    SELECT DISTINCT ON (indicator_key, quarter, snapshot_at) indicator_key, quarter, snapshot_at, document_key, state
    FROM quarter_state
    ORDER BY indicator_key ASC, quarter ASC, snapshot_at ASC, sha256 DESC
)

SELECT
    last.indicator_key, last.quarter, last.snapshot_at AS seen_at,
    lead(last.snapshot_at) OVER (PARTITION BY last.indicator_key, last.quarter ORDER BY last.snapshot_at)
        AS next_seen_at,
    last.document_key, filled.result_value, last.state ->> 'result_unit' AS result_unit, filled.score,
    filled.pair_score, filled.narrative
FROM last
CROSS JOIN LATERAL jsonb_populate_record(NULL::RAW.INDICATOR_QUARTER, last.state) AS filled;

CREATE INDEX ON indicator_moment (indicator_key, seen_at);
CREATE INDEX ON quarter_moment (indicator_key, quarter);
ANALYZE indicator_moment;
ANALYZE quarter_moment;
