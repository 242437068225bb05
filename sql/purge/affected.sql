-- What a purge affects, before the document's texts go: its project-years and indicators, and whatever names a node of
-- a plan whose name may be this document's. Comes after the early steps of a load that brings nothing, which find
-- nothing.

INSERT INTO outdated_project (project_code, fiscal_year, record)
SELECT DISTINCT project_code, fiscal_year, record
FROM raw.project
WHERE document_key = %(document_key)s;

INSERT INTO outdated_indicator (indicator_key)
SELECT DISTINCT indicator_key
FROM raw.indicator
WHERE document_key = %(document_key)s;

-- A name that the reference table gives is nobody's; of the others, those that read as here are looked for anew.

CREATE TEMP TABLE forgotten_node ON COMMIT DROP AS
WITH stated AS (
    SELECT
        plan_version, goal_code, goal_name, sub_issue_code, sub_issue_name, strategy_code, strategy_name
    FROM raw.project
    WHERE document_key = %(document_key)s
    UNION ALL
    SELECT plan_version, goal_code, goal_name, sub_issue_code, sub_issue_name, strategy_code, strategy_name
    FROM raw.indicator
    WHERE document_key = %(document_key)s
),

printed AS (
    SELECT plan_version, goal_code AS node_code, goal_name AS node_name FROM stated
    UNION
    SELECT plan_version, sub_issue_code, sub_issue_name FROM stated
    UNION
    SELECT plan_version, strategy_code, strategy_name FROM stated
)

SELECT known.strategy_key, known.plan_version, known.node_code
FROM dw.dim_strategy AS known
INNER JOIN printed USING (plan_version, node_code)
WHERE
    known.name_rank < 2
    AND printed.node_name = CASE known.node_code
        WHEN known.goal_code THEN known.goal_name
        WHEN known.sub_issue_code THEN known.sub_issue_name
        ELSE known.strategy_name
    END;

INSERT INTO outdated_project (project_code, fiscal_year, record)
SELECT DISTINCT project.project_code, project.fiscal_year, project.record
FROM raw.project AS project
INNER JOIN forgotten_node AS node
    ON
        project.plan_version = node.plan_version
        AND node.node_code IN (project.goal_code, project.sub_issue_code, project.strategy_code);

INSERT INTO outdated_indicator (indicator_key)
SELECT DISTINCT indicator.indicator_key
FROM raw.indicator AS indicator
INNER JOIN forgotten_node AS node
    ON
        indicator.plan_version = node.plan_version
        AND node.node_code IN (indicator.goal_code, indicator.sub_issue_code, indicator.strategy_code);

UPDATE dw.dim_strategy AS known
SET
    goal_name = CASE WHEN known.node_code <> known.goal_code THEN known.goal_name END,
    sub_issue_name = CASE WHEN known.node_code <> known.sub_issue_code THEN known.sub_issue_name END,
    strategy_name = CASE WHEN known.node_code <> known.strategy_code THEN known.strategy_name END,
    name_rank = 0, named_at = NULL
FROM forgotten_node
WHERE known.strategy_key = forgotten_node.strategy_key;

-- Pairs of statuses are never taken out by a merge.

CREATE TEMP TABLE printed_status ON COMMIT DROP AS
SELECT DISTINCT status.status_key
FROM raw.report AS report
INNER JOIN dw.dim_report_status AS status
    ON
        coalesce(report.plan_status, '') = coalesce(status.plan_status, '')
        AND coalesce(report.target_status, '') = coalesce(status.target_status, '')
WHERE report.document_key = %(document_key)s AND status.status_key > 0;
