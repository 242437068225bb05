-- Dimensions. Each is merged with its guard: a row that stands as it should is not written again.

-- The plans' nodes: those of the reference table, and every node that an export names, by code. The reference's name
-- stands (name_rank 2); where there is none, the one that a shown copy printed last (1), or else another copy (0).

WITH printed AS (
    SELECT
        project.plan_version, project.goal_code, project.goal_name, project.sub_issue_code, project.sub_issue_name,
        project.strategy_code, project.strategy_name, project.is_shown::INTEGER AS name_rank,
        observation.snapshot_at AS named_at
    FROM project_copy
    INNER JOIN raw.project AS project USING (document_key, copy)
    INNER JOIN observation USING (document_key)
    WHERE project.plan_version IS NOT NULL
    UNION ALL
    SELECT
        indicator.plan_version, indicator.goal_code, indicator.goal_name, indicator.sub_issue_code,
        indicator.sub_issue_name, indicator.strategy_code, indicator.strategy_name, indicator.is_shown::INTEGER,
        observation.snapshot_at
    FROM affected_indicator
    INNER JOIN raw.indicator AS indicator USING (indicator_key)
    INNER JOIN observation USING (document_key)
    WHERE indicator.plan_version IS NOT NULL
),

node AS (
    SELECT plan_version, goal_code AS node_code, goal_name AS node_name, name_rank, named_at FROM printed
    UNION ALL
    SELECT plan_version, sub_issue_code, sub_issue_name, name_rank, named_at FROM printed
    UNION ALL
    SELECT plan_version, strategy_code, strategy_name, name_rank, named_at FROM printed
    UNION ALL
    SELECT plan_version, code, name, 2, NULL FROM stage_plan_node
    UNION ALL
    SELECT
        plan_version, node_code,
        CASE node_code WHEN goal_code THEN goal_name WHEN sub_issue_code THEN sub_issue_name ELSE strategy_name END,
        name_rank, named_at
    FROM dw.dim_strategy
    WHERE strategy_key > 0
),

named AS (
    SELECT DISTINCT ON (plan_version, node_code) plan_version, node_code, node_name, name_rank, named_at
    FROM node
    WHERE node_code IS NOT NULL
    ORDER BY plan_version ASC, node_code ASC, node_name IS NULL ASC, name_rank DESC, named_at DESC, node_name DESC
),

path AS (
    SELECT
        node.plan_version, node.node_code,
        split_part(node.node_code, '.', 1) AS strategy_code,
        (regexp_match(node.node_code, '^\d+\.\d+'))[1] AS sub_issue_code,
        CASE WHEN node.node_code LIKE '%.%.%' THEN node.node_code END AS goal_code,
        node.node_name, node.name_rank, node.named_at
    FROM named AS node
)

INSERT INTO dw.dim_strategy AS known (
    strategy_key, plan_version, node_code, strategy_code, strategy_name, sub_issue_code, sub_issue_name, goal_code,
    goal_name, name_rank, named_at
)
SELECT
    dw.key('strategy', path.plan_version, path.node_code), path.plan_version, path.node_code,
    path.strategy_code, strategy.node_name AS strategy_name, path.sub_issue_code,
    sub_issue.node_name AS sub_issue_name, path.goal_code,
    CASE WHEN path.goal_code IS NOT NULL THEN path.node_name END, path.name_rank, path.named_at
FROM path
LEFT JOIN named AS strategy
    ON path.plan_version = strategy.plan_version AND path.strategy_code = strategy.node_code
LEFT JOIN named AS sub_issue
    ON path.plan_version = sub_issue.plan_version AND path.sub_issue_code = sub_issue.node_code
ON CONFLICT (strategy_key) DO UPDATE
    SET
        strategy_name = excluded.strategy_name,
        sub_issue_name = excluded.sub_issue_name,
        goal_name = excluded.goal_name,
        name_rank = excluded.name_rank, named_at = excluded.named_at
    WHERE
    (known.strategy_name, known.sub_issue_name, known.goal_name, known.name_rank, known.named_at)
    IS DISTINCT FROM (
        excluded.strategy_name, excluded.sub_issue_name, excluded.goal_name, excluded.name_rank, excluded.named_at
    );

-- Indicators, named as findings name them.

CREATE TEMP TABLE indicator_name ON COMMIT DROP AS
SELECT
    indicator_key, dw.indicator_record(kpi_id, agency_code, indicator_name, indicator_key, fiscal_year) AS record
FROM (
    SELECT indicator_key, kpi_id, agency_code, indicator_name, fiscal_year FROM indicator_moment
    WHERE is_current
    UNION
    SELECT indicator_key, kpi_id, agency_code, indicator_name, fiscal_year
    FROM dw.dim_indicator
    INNER JOIN affected_indicator USING (indicator_key)
) AS indicator
GROUP BY indicator_key, record;

DELETE FROM dw.dim_indicator AS known
USING affected_indicator AS affected
WHERE
    known.indicator_key = affected.indicator_key
    AND known.indicator_key NOT IN (SELECT indicator_key FROM indicator_moment);

INSERT INTO dw.dim_indicator AS known (
    indicator_key, kpi_id, indicator_name, fiscal_year, agency_code, dimension_no, indicator_type, indicator_level,
    indicator_class, plan_version, strategy_code, strategy_name, sub_issue_code, sub_issue_name, goal_code, goal_name,
    summary, definition, unit_raw, unit, target_raw
)
SELECT
    indicator_key, kpi_id, indicator_name, fiscal_year, agency_code, dimension_no, indicator_type, indicator_level,
    indicator_class, plan_version, strategy_code, strategy_name, sub_issue_code, sub_issue_name, goal_code, goal_name,
    summary, definition, unit_raw, unit, target_raw
FROM indicator_moment
WHERE is_current
ON CONFLICT (indicator_key) DO UPDATE
    SET
        indicator_name = excluded.indicator_name, agency_code = excluded.agency_code,
        dimension_no = excluded.dimension_no, indicator_type = excluded.indicator_type,
        indicator_level = excluded.indicator_level, indicator_class = excluded.indicator_class,
        plan_version = excluded.plan_version, strategy_code = excluded.strategy_code,
        strategy_name = excluded.strategy_name, sub_issue_code = excluded.sub_issue_code,
        sub_issue_name = excluded.sub_issue_name, goal_code = excluded.goal_code, goal_name = excluded.goal_name,
        summary = excluded.summary, definition = excluded.definition, unit_raw = excluded.unit_raw,
        unit = excluded.unit, target_raw = excluded.target_raw
    WHERE
    (
        known.indicator_name, known.agency_code, known.dimension_no, known.indicator_type, known.indicator_level,
        known.indicator_class, known.plan_version, known.strategy_code, known.strategy_name, known.sub_issue_code,
        known.sub_issue_name, known.goal_code, known.goal_name, known.summary, known.definition, known.unit_raw,
        known.unit, known.target_raw
    )
    IS DISTINCT FROM (
        excluded.indicator_name, excluded.agency_code, excluded.dimension_no, excluded.indicator_type,
        excluded.indicator_level, excluded.indicator_class, excluded.plan_version, excluded.strategy_code,
        excluded.strategy_name, excluded.sub_issue_code, excluded.sub_issue_name, excluded.goal_code,
        excluded.goal_name, excluded.summary, excluded.definition, excluded.unit_raw, excluded.unit, excluded.target_raw
    );

-- Pairs of statuses.

INSERT INTO dw.dim_report_status (status_key, plan_status, target_status)
SELECT dw.key('status', plan_status, target_status), plan_status, target_status
FROM (
    SELECT DISTINCT plan_status, target_status FROM report_period
    WHERE num_nonnulls(plan_status, target_status) > 0
) AS pair
ON CONFLICT DO NOTHING;

-- Project-years, type 2: a version for each moment at which an attribute changed.

CREATE TEMP TABLE project_version ON COMMIT DROP AS
WITH valued AS (
    SELECT
        *,
        (
            view_id, project_name, start_date, end_date, rationale, objectives, targets, is_certified
        ) AS values_now
    FROM project_moment
),

compared AS (
    SELECT *, lag(values_now) OVER (PARTITION BY project_code, fiscal_year ORDER BY seen_at) AS values_before
    FROM valued
),

period AS (
    SELECT
        *, seen_at AS valid_from,
        lead(seen_at) OVER (PARTITION BY project_code, fiscal_year ORDER BY seen_at) AS valid_to
    FROM compared
    WHERE values_now IS DISTINCT FROM values_before
)

SELECT
    dw.key('project', project_code, fiscal_year::TEXT, extract(EPOCH FROM valid_from)::TEXT) AS project_key,
    project_code, fiscal_year, valid_from, valid_to, valid_to IS NULL AS is_current, view_id, project_name, start_date,
    end_date, rationale, objectives, targets, is_certified
FROM period;

CREATE INDEX ON project_version (project_code, fiscal_year, valid_from);
ANALYZE project_version;

-- Versions that are not current, or no longer are, or no longer are there.

CREATE TEMP TABLE past_version ON COMMIT DROP AS
SELECT known.project_key
FROM dw.dim_project AS known
INNER JOIN affected_project USING (project_code, fiscal_year)
LEFT JOIN project_version AS version USING (project_key)
WHERE version.is_current IS NOT TRUE;

DELETE FROM dw.dim_project AS known
USING past_version
WHERE
    known.project_key = past_version.project_key
    AND known.project_key NOT IN (SELECT project_key FROM project_version);

INSERT INTO dw.dim_project AS known (
    project_key, project_code, fiscal_year, valid_from, valid_to, is_current,
    view_id, project_name, start_date, end_date, rationale, objectives, targets, is_certified
)
SELECT
    project_key, project_code, fiscal_year, valid_from, valid_to, is_current,
    view_id, project_name, start_date, end_date, rationale, objectives, targets, is_certified
FROM project_version
ON CONFLICT (project_key) DO UPDATE
    SET
        valid_to = excluded.valid_to, is_current = excluded.is_current, view_id = excluded.view_id,
        project_name = excluded.project_name,
        start_date = excluded.start_date,
        end_date = excluded.end_date,
        rationale = excluded.rationale,
        objectives = excluded.objectives, targets = excluded.targets, is_certified = excluded.is_certified
    WHERE
    (
        known.valid_to, known.view_id, known.project_name, known.start_date, known.end_date, known.rationale,
        known.objectives, known.targets, known.is_certified
    )
    IS DISTINCT FROM (
        excluded.valid_to, excluded.view_id, excluded.project_name, excluded.start_date, excluded.end_date,
        excluded.rationale, excluded.objectives, excluded.targets, excluded.is_certified
    );
