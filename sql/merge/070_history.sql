-- What stood before. The rows of a period that has passed are made anew for what is affected, since a snapshot that
-- comes late slots in between; a row that stands as it should is not written again.

DELETE FROM dw.project_history AS known
USING affected_project AS affected
WHERE
    known.project_code = affected.project_code AND known.fiscal_year = affected.fiscal_year
    AND NOT EXISTS (
        SELECT FROM project_period AS period
        WHERE
            (period.project_code, period.fiscal_year, period.valid_from, period.valid_to)
            = (known.project_code, known.fiscal_year, known.valid_from, known.valid_to)
    );

INSERT INTO dw.project_history AS known (
    project_code, fiscal_year, valid_from, valid_to, project_key, agency_key, start_date_key, end_date_key,
    first_report_date_key, last_report_date_key, budget_received_thb, budget_spent_thb, spent_pct,
    progress_pct, report_count, evaluation_score, document_key, load_id
)
SELECT
    period.project_code, period.fiscal_year, period.valid_from, period.valid_to, period.project_key, period.agency_key,
    period.start_date_key, period.end_date_key, period.first_report_date_key, period.last_report_date_key,
    period.budget_received_thb, period.budget_spent_thb, period.spent_pct, period.progress_pct,
    period.report_count, period.evaluation_score, period.document_key, this.load_id
FROM project_period AS period
CROSS JOIN this_load AS this
WHERE period.valid_to IS NOT NULL
ON CONFLICT (project_code, fiscal_year, valid_from) DO UPDATE
    SET
        project_key = excluded.project_key, agency_key = excluded.agency_key, start_date_key = excluded.start_date_key,
        end_date_key = excluded.end_date_key, first_report_date_key = excluded.first_report_date_key,
        last_report_date_key = excluded.last_report_date_key, budget_received_thb = excluded.budget_received_thb,
        budget_spent_thb = excluded.budget_spent_thb,
        spent_pct = excluded.spent_pct, progress_pct = excluded.progress_pct, report_count = excluded.report_count,
        evaluation_score = excluded.evaluation_score, document_key = excluded.document_key, load_id = excluded.load_id
    WHERE
    (
        known.project_key, known.agency_key, known.first_report_date_key, known.last_report_date_key,
        known.budget_received_thb, known.budget_spent_thb, known.progress_pct, known.report_count,
        known.evaluation_score, known.document_key
    )
    IS DISTINCT FROM (
        excluded.project_key, excluded.agency_key, excluded.first_report_date_key, excluded.last_report_date_key,
        excluded.budget_received_thb, excluded.budget_spent_thb, excluded.progress_pct, excluded.report_count,
        excluded.evaluation_score, excluded.document_key
    );

DELETE FROM dw.progress_report_history AS known
USING affected_project AS affected
WHERE
    known.project_code = affected.project_code AND known.fiscal_year = affected.fiscal_year
    AND NOT EXISTS (
        SELECT FROM changing_report AS period
        WHERE
            (period.project_code, period.fiscal_year, period.report_ref, period.valid_from, period.valid_to)
            = (known.project_code, known.fiscal_year, known.report_ref, known.valid_from, known.valid_to)
    );

INSERT INTO dw.progress_report_history AS known (
    project_code, fiscal_year, report_ref, valid_from, valid_to, report_no, report_date_key, status_key, progress_pct,
    disbursed_thb, narrative, document_key, load_id
)
SELECT
    period.project_code, period.fiscal_year, period.report_ref, period.valid_from, period.valid_to, period.report_no,
    dw.date_key(period.report_date), coalesce(status.status_key, -1), period.progress_pct, period.disbursed_thb,
    period.narrative, period.document_key, this.load_id
FROM changing_report AS period
LEFT JOIN dw.dim_report_status AS status
    ON
        coalesce(period.plan_status, '') = coalesce(status.plan_status, '')
        AND coalesce(period.target_status, '') = coalesce(status.target_status, '')
        AND status.status_key > 0
CROSS JOIN this_load AS this
WHERE period.valid_to IS NOT NULL
ON CONFLICT (project_code, fiscal_year, report_ref, valid_from) DO UPDATE
    SET
        report_no = excluded.report_no, report_date_key = excluded.report_date_key, status_key = excluded.status_key,
        progress_pct = excluded.progress_pct, disbursed_thb = excluded.disbursed_thb, narrative = excluded.narrative,
        document_key = excluded.document_key, load_id = excluded.load_id
    WHERE
    (
        known.report_no, known.report_date_key, known.status_key, known.progress_pct, known.disbursed_thb,
        known.narrative, known.document_key
    )
    IS DISTINCT FROM (
        excluded.report_no, excluded.report_date_key, excluded.status_key, excluded.progress_pct,
        excluded.disbursed_thb, excluded.narrative, excluded.document_key
    );

DELETE FROM dw.indicator_result_history AS known
USING affected_indicator AS affected
WHERE
    known.indicator_key = affected.indicator_key
    AND NOT EXISTS (
        SELECT FROM indicator_period AS period
        WHERE
            (period.indicator_key, period.quarter, period.valid_from, period.valid_to)
            = (known.indicator_key, known.quarter, known.valid_from, known.valid_to)
    );

INSERT INTO dw.indicator_result_history AS known (
    indicator_key, quarter, valid_from, valid_to, agency_key, target_value, result_value, attainment_pct,
    evaluation_quarter, evaluation_score, pair_score, narrative, document_key, load_id
)
SELECT
    period.indicator_key, period.quarter, period.valid_from, period.valid_to, period.agency_key, period.target_value,
    period.result_value, period.attainment_pct, period.evaluation_quarter, period.evaluation_score, period.pair_score,
    period.narrative, period.document_key, this.load_id
FROM indicator_period AS period
CROSS JOIN this_load AS this
WHERE period.valid_to IS NOT NULL
ON CONFLICT (indicator_key, quarter, valid_from) DO UPDATE
    SET
        agency_key = excluded.agency_key, target_value = excluded.target_value, result_value = excluded.result_value,
        attainment_pct = excluded.attainment_pct, evaluation_quarter = excluded.evaluation_quarter,
        evaluation_score = excluded.evaluation_score, pair_score = excluded.pair_score,
        narrative = excluded.narrative, document_key = excluded.document_key, load_id = excluded.load_id
    WHERE
    (
        known.agency_key, known.target_value, known.result_value, known.attainment_pct, known.evaluation_quarter,
        known.evaluation_score, known.pair_score, known.narrative, known.document_key
    )
    IS DISTINCT FROM (
        excluded.agency_key, excluded.target_value, excluded.result_value, excluded.attainment_pct,
        excluded.evaluation_quarter, excluded.evaluation_score, excluded.pair_score, excluded.narrative,
        excluded.document_key
    );
