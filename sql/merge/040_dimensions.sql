-- Dimensions. Each is merged with its guard: a row that stands as it should is not written again.

-- Agencies: those of the reference table, and every unit that a project code names.

WITH unit AS (
    SELECT agency_code, agency_code || '0000' AS unit_code FROM stage_agency
    UNION
    SELECT project.agency_code, project.unit_code
    FROM affected_project
    INNER JOIN raw.project AS project USING (project_code, fiscal_year)
),

named AS (
    SELECT
        unit.agency_code, unit.unit_code, agency.agency_name, agency.agency_kind,
        coalesce(
            section.section_name,
            CASE
                WHEN right(unit.unit_code, 4) = '0000' THEN NULL
                WHEN agency.agency_kind = 'district' THEN 'section ' || substr(unit.unit_code, 5, 2)
                ELSE 'unit ' || substr(unit.unit_code, 5, 4)
            END
        ) AS unit_name
    FROM unit
    LEFT JOIN stage_agency AS agency USING (agency_code)
    LEFT JOIN stage_section AS section
        ON agency.agency_kind = section.agency_kind AND substr(unit.unit_code, 5) = section.section_code || '00'
)

INSERT INTO dw.dim_agency AS known (
    agency_key, agency_code, unit_code, agency_name, unit_name, agency_kind, valid_from, valid_to, is_current
)
SELECT
    dw.key('agency', unit_code), agency_code, unit_code, agency_name, unit_name, agency_kind, NULL, NULL, TRUE
FROM named
ON CONFLICT (agency_key) DO UPDATE
    SET agency_name = excluded.agency_name, unit_name = excluded.unit_name, agency_kind = excluded.agency_kind
    WHERE
    (known.agency_name, known.unit_name, known.agency_kind)
    IS DISTINCT FROM (excluded.agency_name, excluded.unit_name, excluded.agency_kind);

-- The plans' nodes: those of the reference table, and every node that an export names, by code. The reference's name
-- stands (name_rank 2); where there is none, the one that a shown copy printed last (1), or else another copy (0).

WITH printed AS (
    SELECT
        project.*, project.is_shown::INTEGER AS name_rank, sighting.snapshot_at AS named_at
    FROM affected_project
    INNER JOIN raw.project AS project USING (project_code, fiscal_year)
    INNER JOIN sighting USING (document_key)
    WHERE project.plan_version IS NOT NULL
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
    SELECT plan_version, node_code, coalesce(goal_name, sub_issue_name, strategy_name), name_rank, named_at
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

-- Indicators: one with an id by its id, one without by its text.

INSERT INTO dw.dim_indicator AS known (
    indicator_key, kpi_id, indicator_name, fiscal_year, agency_code, dimension_no, indicator_type, indicator_level,
    unit_raw, unit
)
SELECT DISTINCT ON (indicator_key)
    indicator_key, kpi_id, indicator_name, fiscal_year, agency_code, dimension_no, indicator_type, indicator_level,
    unit_raw, unit
FROM raw.indicator
INNER JOIN sighting USING (document_key)
WHERE indicator_key IN (SELECT indicator_key FROM stage_indicator)
ORDER BY indicator_key ASC, is_shown DESC, snapshot_at DESC, sha256 DESC, indicator_name ASC
ON CONFLICT (indicator_key) DO UPDATE
    SET
        indicator_name = excluded.indicator_name, dimension_no = excluded.dimension_no,
        indicator_type = excluded.indicator_type, indicator_level = excluded.indicator_level,
        unit_raw = excluded.unit_raw, unit = excluded.unit
    WHERE
    (
        known.indicator_name, known.dimension_no, known.indicator_type, known.indicator_level, known.unit_raw,
        known.unit
    )
    IS DISTINCT FROM (
        excluded.indicator_name, excluded.dimension_no, excluded.indicator_type, excluded.indicator_level,
        excluded.unit_raw, excluded.unit
    );

-- Pairs of statuses.

INSERT INTO dw.dim_report_status (status_key, plan_status, target_status)
SELECT DISTINCT dw.key('status', report.plan_status, report.target_status), report.plan_status, report.target_status
FROM affected_project
INNER JOIN raw.report AS report USING (project_code, fiscal_year)
WHERE num_nonnulls(report.plan_status, report.target_status) > 0
ON CONFLICT DO NOTHING;

-- Project-years, type 2: a version for each snapshot at which an attribute changed.

CREATE TEMP TABLE project_version ON COMMIT DROP AS
WITH moment AS (
    SELECT DISTINCT ON (project_code, fiscal_year, snapshot_at)
        project_code, fiscal_year, snapshot_at,
        to_jsonb(jsonb_populate_record(NULL::DW.DIM_PROJECT, state))
        - '{project_key,project_code,fiscal_year,valid_from,valid_to,is_current}'::TEXT[] AS attributes
    FROM project_state
    ORDER BY project_code ASC, fiscal_year ASC, snapshot_at ASC, sha256 DESC
),

change AS (
    SELECT
        *,
        coalesce(
            attributes <> lag(attributes) OVER (PARTITION BY project_code, fiscal_year ORDER BY snapshot_at), TRUE
        ) AS is_change
    FROM moment
),

period AS (
    SELECT
        project_code, fiscal_year, attributes, snapshot_at AS valid_from,
        lead(snapshot_at) OVER (PARTITION BY project_code, fiscal_year ORDER BY snapshot_at) AS valid_to
    FROM change
    WHERE is_change
)

SELECT
    dw.key(
        'project', period.project_code, period.fiscal_year::TEXT, extract(EPOCH FROM period.valid_from)::TEXT
    ) AS project_key,
    period.project_code, period.fiscal_year, period.valid_from, period.valid_to,
    period.valid_to IS NULL AS is_current,
    filled.project_name, filled.start_date, filled.end_date, filled.rationale, filled.objectives, filled.targets,
    filled.is_certified
FROM period
CROSS JOIN LATERAL jsonb_populate_record(NULL::DW.DIM_PROJECT, period.attributes) AS filled;

DELETE FROM dw.dim_project AS known
USING affected_project AS affected
WHERE
    (known.project_code, known.fiscal_year) = (affected.project_code, affected.fiscal_year)
    AND known.project_key NOT IN (SELECT project_key FROM project_version);

INSERT INTO dw.dim_project AS known (
    project_key, project_code, fiscal_year, valid_from, valid_to, is_current,
    project_name, start_date, end_date, rationale, objectives, targets, is_certified
)
SELECT
    project_key, project_code, fiscal_year, valid_from, valid_to, is_current,
    project_name, start_date, end_date, rationale, objectives, targets, is_certified
FROM project_version
ON CONFLICT (project_key) DO UPDATE
    SET
        valid_to = excluded.valid_to, is_current = excluded.is_current, project_name = excluded.project_name,
        start_date = excluded.start_date, end_date = excluded.end_date, rationale = excluded.rationale,
        objectives = excluded.objectives, targets = excluded.targets, is_certified = excluded.is_certified
    WHERE
    (
        known.valid_to, known.project_name, known.start_date, known.end_date, known.rationale, known.objectives,
        known.targets, known.is_certified
    )
    IS DISTINCT FROM (
        excluded.valid_to, excluded.project_name, excluded.start_date, excluded.end_date, excluded.rationale,
        excluded.objectives, excluded.targets, excluded.is_certified
    );
