-- What did each project receive and spend? A row a project-year.

CREATE VIEW mart.budget AS
SELECT
    project_code,
    view_id,
    fiscal_year,
    project_name,
    agency_code,
    agency_name,
    agency_kind,
    unit_code,
    unit_name,
    budget_received_thb,
    budget_spent_thb,
    spent_pct,
    disbursed_thb,
    budget_received_thb - budget_spent_thb AS unspent_thb,
    last_seen_at >= make_timestamptz(fiscal_year - 543, 10, 1, 0, 0, 0, 'Asia/Bangkok') AS is_after_year_end,
    CASE
        WHEN last_seen_at >= make_timestamptz(fiscal_year - 543, 10, 1, 0, 0, 0, 'Asia/Bangkok')
            THEN budget_received_thb - budget_spent_thb
    END AS unspent_at_year_end_thb,
    CASE
        WHEN budget_received_thb IS NULL THEN 'not stated'
        WHEN budget_received_thb = 0 THEN 'no budget'
        WHEN budget_spent_thb IS NULL THEN 'spending not stated'
        WHEN budget_spent_thb = 0 THEN 'nothing spent'
        WHEN budget_spent_thb < budget_received_thb THEN 'partly spent'
        WHEN budget_spent_thb = budget_received_thb THEN 'all spent'
        ELSE 'overspent'
    END AS budget_status,
    document_uri,
    snapshot_at,
    last_seen_at,
    last_loaded_at
FROM mart.project_status;
