-- Facts of the affected project-years and indicators: what stands, and the periods in which something else stood.
-- load_id is the load that wrote a row as it stands, document_key the last export that showed it so.

-- A project-year's reports at each moment at which it was seen.

CREATE TEMP TABLE report_tally ON COMMIT DROP AS
SELECT
    moment.project_code, moment.fiscal_year, moment.seen_at, count(*)::INTEGER AS report_count,
    min(report.report_date) AS first_report_date, max(report.report_date) AS last_report_date,
    sum(report.disbursed_thb) AS disbursed_thb,
    array_agg(DISTINCT dw.fiscal_month(report.report_date)) FILTER (
        WHERE dw.fiscal_year(report.report_date) = moment.fiscal_year
    ) AS report_months
FROM project_moment AS moment
INNER JOIN report_period AS report
    ON
        moment.project_code = report.project_code AND moment.fiscal_year = report.fiscal_year
        AND moment.seen_at >= report.valid_from AND moment.seen_at < coalesce(report.valid_to, 'infinity')
GROUP BY moment.project_code, moment.fiscal_year, moment.seen_at;

CREATE INDEX ON report_tally (project_code, fiscal_year, seen_at);
ANALYZE report_tally;

CREATE TEMP TABLE project_period ON COMMIT DROP AS
WITH fact AS (
    SELECT
        moment.project_code, moment.fiscal_year, moment.seen_at, version.project_key,
        coalesce(agency.agency_key, -1) AS agency_key,
        dw.date_key(moment.start_date) AS start_date_key, dw.date_key(moment.end_date) AS end_date_key,
        dw.date_key(tally.first_report_date) AS first_report_date_key,
        dw.date_key(tally.last_report_date) AS last_report_date_key,
        moment.budget_received_thb, moment.budget_spent_thb,
        round(100 * moment.budget_spent_thb / nullif(moment.budget_received_thb, 0), 4) AS spent_pct,
        moment.progress_pct, coalesce(tally.report_count, 0) AS report_count, moment.evaluation_score,
        tally.disbursed_thb, tally.report_months, moment.document_key
    FROM project_moment AS moment
    INNER JOIN project_version AS version
        ON
            moment.project_code = version.project_code AND moment.fiscal_year = version.fiscal_year
            AND moment.seen_at >= version.valid_from AND moment.seen_at < coalesce(version.valid_to, 'infinity')
    LEFT JOIN report_tally AS tally
        ON
            moment.project_code = tally.project_code AND moment.fiscal_year = tally.fiscal_year
            AND moment.seen_at = tally.seen_at
    LEFT JOIN dw.dim_agency AS agency
        ON moment.unit_code = agency.unit_code AND dw.is_of_year(moment.fiscal_year, agency.valid_from, agency.valid_to)
),

valued AS (
    SELECT
        *,
        (
            project_key, agency_key, first_report_date_key, last_report_date_key, budget_received_thb,
            budget_spent_thb, progress_pct, report_count, evaluation_score
        ) AS values_now
    FROM fact
),

compared AS (
    SELECT *, lag(values_now) OVER (PARTITION BY project_code, fiscal_year ORDER BY seen_at) AS values_before
    FROM valued
),

numbered AS (
    SELECT *, count(*) FILTER (WHERE values_now IS DISTINCT FROM values_before) OVER each_project AS period_no
    FROM compared
    WINDOW each_project AS (PARTITION BY project_code, fiscal_year ORDER BY seen_at)
),

last AS (
    -- The last moment of each period tells the document, the first when it began.
    SELECT DISTINCT ON (project_code, fiscal_year, period_no)
        *, min(seen_at) OVER (PARTITION BY project_code, fiscal_year, period_no) AS valid_from
    FROM numbered
    ORDER BY project_code ASC, fiscal_year ASC, period_no ASC, seen_at DESC
)

SELECT
    project_code, fiscal_year, project_key, agency_key, start_date_key, end_date_key, first_report_date_key,
    last_report_date_key, budget_received_thb, budget_spent_thb, spent_pct, progress_pct, report_count,
    evaluation_score, disbursed_thb, report_months, document_key, valid_from,
    lead(valid_from) OVER (PARTITION BY project_code, fiscal_year ORDER BY valid_from) AS valid_to
FROM last;

CREATE INDEX ON project_period (project_code, fiscal_year, valid_from);
ANALYZE project_period;

DELETE FROM dw.fact_project AS known
USING affected_project AS affected
WHERE
    known.project_code = affected.project_code AND known.fiscal_year = affected.fiscal_year
    AND NOT EXISTS (
        SELECT FROM project_moment AS moment
        WHERE (moment.project_code, moment.fiscal_year) = (known.project_code, known.fiscal_year)
    );

INSERT INTO dw.fact_project AS known (
    project_code, fiscal_year, project_key, agency_key, start_date_key, end_date_key, first_report_date_key,
    last_report_date_key, budget_received_thb, budget_spent_thb, spent_pct, progress_pct, report_count,
    evaluation_score, disbursed_thb, report_months, document_key, valid_from, load_id
)
SELECT
    period.project_code, period.fiscal_year, period.project_key, period.agency_key, period.start_date_key,
    period.end_date_key, period.first_report_date_key, period.last_report_date_key, period.budget_received_thb,
    period.budget_spent_thb, period.spent_pct, period.progress_pct, period.report_count,
    period.evaluation_score, period.disbursed_thb, period.report_months, period.document_key, period.valid_from,
    this.load_id
FROM project_period AS period
CROSS JOIN this_load AS this
WHERE period.valid_to IS NULL
ON CONFLICT (project_code, fiscal_year) DO UPDATE
    SET
        project_key = excluded.project_key, agency_key = excluded.agency_key, start_date_key = excluded.start_date_key,
        end_date_key = excluded.end_date_key, first_report_date_key = excluded.first_report_date_key,
        last_report_date_key = excluded.last_report_date_key, budget_received_thb = excluded.budget_received_thb,
        budget_spent_thb = excluded.budget_spent_thb,
        spent_pct = excluded.spent_pct, progress_pct = excluded.progress_pct, report_count = excluded.report_count,
        evaluation_score = excluded.evaluation_score, disbursed_thb = excluded.disbursed_thb,
        report_months = excluded.report_months, document_key = excluded.document_key,
        valid_from = excluded.valid_from, load_id = excluded.load_id
    WHERE
    (
        known.project_key, known.agency_key, known.start_date_key, known.end_date_key, known.first_report_date_key,
        known.last_report_date_key, known.budget_received_thb, known.budget_spent_thb,
        known.progress_pct, known.report_count, known.evaluation_score, known.disbursed_thb, known.report_months,
        known.document_key, known.valid_from
    )
    IS DISTINCT FROM (
        excluded.project_key, excluded.agency_key, excluded.start_date_key, excluded.end_date_key,
        excluded.first_report_date_key, excluded.last_report_date_key, excluded.budget_received_thb,
        excluded.budget_spent_thb, excluded.progress_pct, excluded.report_count,
        excluded.evaluation_score, excluded.disbursed_thb, excluded.report_months, excluded.document_key,
        excluded.valid_from
    );

-- A report's period begins with its own values; its project and agency are those that its project-year has now.

DELETE FROM dw.fact_progress_report AS known
USING affected_project AS affected
WHERE
    known.project_code = affected.project_code AND known.fiscal_year = affected.fiscal_year
    AND NOT EXISTS (
        SELECT FROM report_period AS period
        WHERE
            (period.project_code, period.fiscal_year, period.report_ref)
            = (known.project_code, known.fiscal_year, known.report_ref)
    );

INSERT INTO dw.fact_progress_report AS known (
    project_code, fiscal_year, report_ref, report_no, project_key, agency_key, report_date_key, status_key,
    progress_pct, progress_delta_pct, disbursed_thb, narrative, document_key, valid_from, load_id
)
SELECT
    report.project_code, report.fiscal_year, report.report_ref, report.report_no, project.project_key,
    project.agency_key, dw.date_key(report.report_date), coalesce(status.status_key, -1), report.progress_pct,
    report.progress_pct - lag(report.progress_pct) OVER (
        PARTITION BY report.project_code, report.fiscal_year
        ORDER BY report.report_no, report.report_date, report.report_ref
    ),
    report.disbursed_thb, report.narrative, report.document_key, report.valid_from, this.load_id
FROM report_period AS report
INNER JOIN project_period AS project
    ON
        report.project_code = project.project_code AND report.fiscal_year = project.fiscal_year
        AND project.valid_to IS NULL
-- Texts are never empty: what is not stated is NULL.
LEFT JOIN dw.dim_report_status AS status
    ON
        coalesce(report.plan_status, '') = coalesce(status.plan_status, '')
        AND coalesce(report.target_status, '') = coalesce(status.target_status, '')
        AND status.status_key > 0
CROSS JOIN this_load AS this
WHERE report.valid_to IS NULL
ON CONFLICT (project_code, fiscal_year, report_ref) DO UPDATE
    SET
        report_no = excluded.report_no, project_key = excluded.project_key, agency_key = excluded.agency_key,
        report_date_key = excluded.report_date_key, status_key = excluded.status_key,
        progress_pct = excluded.progress_pct, progress_delta_pct = excluded.progress_delta_pct,
        disbursed_thb = excluded.disbursed_thb, narrative = excluded.narrative, document_key = excluded.document_key,
        valid_from = excluded.valid_from, load_id = excluded.load_id
    WHERE
    (
        known.report_no, known.project_key, known.agency_key, known.report_date_key, known.status_key,
        known.progress_pct, known.progress_delta_pct, known.disbursed_thb, known.narrative, known.document_key,
        known.valid_from
    )
    IS DISTINCT FROM (
        excluded.report_no, excluded.project_key, excluded.agency_key, excluded.report_date_key, excluded.status_key,
        excluded.progress_pct, excluded.progress_delta_pct, excluded.disbursed_thb, excluded.narrative,
        excluded.document_key, excluded.valid_from
    );

-- An attainment is of values in one known unit. No target is printed for a quarter: each is held against the year's.

CREATE TEMP TABLE indicator_period ON COMMIT DROP AS
WITH result AS (
    SELECT
        indicator_key, seen_at, 0::SMALLINT AS quarter, result_value, result_unit, evaluation_quarter,
        evaluation_score, NULL::TEXT AS pair_score, NULL::TEXT AS narrative, document_key
    FROM indicator_moment
    UNION ALL
    SELECT
        indicator.indicator_key, indicator.seen_at, stated.quarter, stated.result_value, stated.result_unit, NULL,
        stated.score, stated.pair_score, stated.narrative, stated.document_key
    FROM indicator_moment AS indicator
    INNER JOIN quarter_moment AS stated
        ON
            indicator.indicator_key = stated.indicator_key
            AND indicator.seen_at >= stated.seen_at
            AND indicator.seen_at < coalesce(stated.next_seen_at, 'infinity')
),

fact AS (
    SELECT
        result.indicator_key, result.quarter, result.seen_at, coalesce(agency.agency_key, -1) AS agency_key,
        indicator.target_value, result.result_value,
        CASE
            WHEN indicator.target_unit = result.result_unit AND indicator.has_unit_clash IS NOT TRUE
                THEN round(100 * result.result_value / nullif(indicator.target_value, 0), 4)
        END AS attainment_pct,
        result.evaluation_quarter, result.evaluation_score, result.pair_score, result.narrative, result.document_key
    FROM result
    INNER JOIN indicator_moment AS indicator USING (indicator_key, seen_at)
    LEFT JOIN dw.dim_agency AS agency
        ON
            indicator.agency_code || '0000' = agency.unit_code
            AND dw.is_of_year(indicator.fiscal_year, agency.valid_from, agency.valid_to)
),

valued AS (
    SELECT
        *,
        (
            agency_key, target_value, result_value, attainment_pct, evaluation_quarter, evaluation_score, pair_score,
            narrative
        ) AS values_now
    FROM fact
),

compared AS (
    SELECT *, lag(values_now) OVER (PARTITION BY indicator_key, quarter ORDER BY seen_at) AS values_before
    FROM valued
),

numbered AS (
    SELECT *, count(*) FILTER (WHERE values_now IS DISTINCT FROM values_before) OVER each_result AS period_no
    FROM compared
    WINDOW each_result AS (PARTITION BY indicator_key, quarter ORDER BY seen_at)
),

last AS (
    SELECT DISTINCT ON (indicator_key, quarter, period_no)
        *, min(seen_at) OVER (PARTITION BY indicator_key, quarter, period_no) AS valid_from
    FROM numbered
    ORDER BY indicator_key ASC, quarter ASC, period_no ASC, seen_at DESC
)

SELECT
    indicator_key, quarter, agency_key, target_value, result_value, attainment_pct, evaluation_quarter,
    evaluation_score, pair_score, narrative, document_key, valid_from,
    lead(valid_from) OVER (PARTITION BY indicator_key, quarter ORDER BY valid_from) AS valid_to
FROM last;

CREATE INDEX ON indicator_period (indicator_key, quarter, valid_from);
ANALYZE indicator_period;

DELETE FROM dw.fact_indicator_result AS known
USING affected_indicator AS affected
WHERE
    known.indicator_key = affected.indicator_key
    AND NOT EXISTS (
        SELECT FROM indicator_period AS period
        WHERE (period.indicator_key, period.quarter) = (known.indicator_key, known.quarter)
    );

INSERT INTO dw.fact_indicator_result AS known (
    indicator_key, quarter, agency_key, target_value, result_value, attainment_pct, evaluation_quarter,
    evaluation_score, pair_score, narrative, document_key, valid_from, load_id
)
SELECT
    period.indicator_key, period.quarter, period.agency_key, period.target_value, period.result_value,
    period.attainment_pct, period.evaluation_quarter, period.evaluation_score, period.pair_score, period.narrative,
    period.document_key, period.valid_from, this.load_id
FROM indicator_period AS period
CROSS JOIN this_load AS this
WHERE period.valid_to IS NULL
ON CONFLICT (indicator_key, quarter) DO UPDATE
    SET
        agency_key = excluded.agency_key, target_value = excluded.target_value, result_value = excluded.result_value,
        attainment_pct = excluded.attainment_pct, evaluation_quarter = excluded.evaluation_quarter,
        evaluation_score = excluded.evaluation_score, pair_score = excluded.pair_score,
        narrative = excluded.narrative, document_key = excluded.document_key, valid_from = excluded.valid_from,
        load_id = excluded.load_id
    WHERE
    (
        known.agency_key, known.target_value, known.result_value, known.attainment_pct, known.evaluation_quarter,
        known.evaluation_score, known.pair_score, known.narrative, known.document_key, known.valid_from
    )
    IS DISTINCT FROM (
        excluded.agency_key, excluded.target_value, excluded.result_value, excluded.attainment_pct,
        excluded.evaluation_quarter, excluded.evaluation_score, excluded.pair_score, excluded.narrative,
        excluded.document_key, excluded.valid_from
    );
