-- Money: what did each project receive and spend, which have no budget, what was unspent when the fiscal year ended?

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
    budget_phase,
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

COMMENT ON VIEW mart.budget IS 'What did each project receive and spend? A row a project-year.';
COMMENT ON COLUMN mart.budget.project_code IS 'รหัสโครงการ; empty where the export prints none.';
COMMENT ON COLUMN mart.budget.view_id IS 'Number of the view, where the export prints no project code; else empty.';
COMMENT ON COLUMN mart.budget.fiscal_year IS
'ปีงบประมาณ (พ.ศ.): Thai fiscal year, Buddhist era; empty where the export prints none.';
COMMENT ON COLUMN mart.budget.project_name IS 'ชื่อโครงการ.';
COMMENT ON COLUMN mart.budget.agency_code IS 'รหัสหน่วยงาน, four digits.';
COMMENT ON COLUMN mart.budget.agency_name IS 'หน่วยงานที่รับผิดชอบ.';
COMMENT ON COLUMN mart.budget.agency_kind IS 'district, department or division.';
COMMENT ON COLUMN mart.budget.unit_code IS 'Agency and unit, eight digits.';
COMMENT ON COLUMN mart.budget.unit_name IS 'Name of the unit; empty for the agency as a whole.';
COMMENT ON COLUMN mart.budget.budget_phase IS
'Phase that the budget received is of; empty where the export does not say.';
COMMENT ON COLUMN mart.budget.budget_received_thb IS 'งบประมาณที่ได้รับ, baht; empty where not stated.';
COMMENT ON COLUMN mart.budget.budget_spent_thb IS 'งบประมาณที่ใช้ไป, baht; empty where not stated.';
COMMENT ON COLUMN mart.budget.spent_pct IS 'Spent of received, percent; empty where nothing was received.';
COMMENT ON COLUMN mart.budget.disbursed_thb IS
'งบประมาณที่เบิกใช้: sum of what the reports say was disbursed, baht; empty where none says.';
COMMENT ON COLUMN mart.budget.unspent_thb IS
'Received and not spent, baht; negative where more was spent; empty where either is not stated.';
COMMENT ON COLUMN mart.budget.is_after_year_end IS
'The export was seen after 30 September, when the fiscal year was over; empty without a year.';
COMMENT ON COLUMN mart.budget.unspent_at_year_end_thb IS
'Received and not spent when the fiscal year was over, baht; empty where the export was not seen after that.';
COMMENT ON COLUMN mart.budget.budget_status IS
'not stated, no budget (0 baht received), spending not stated, nothing spent, partly spent, all spent or overspent.';
COMMENT ON COLUMN mart.budget.document_uri IS 'The export that these values come from.';
COMMENT ON COLUMN mart.budget.snapshot_at IS 'When that export was made.';
COMMENT ON COLUMN mart.budget.last_seen_at IS 'Until when that export was seen as it is.';
COMMENT ON COLUMN mart.budget.last_loaded_at IS 'When the warehouse was loaded last.';
