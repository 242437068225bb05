-- How far had each indicator got by a past day? A row an indicator-year, quarter and period; of a day,
-- `SELECT * FROM mart.indicator_attainment_as_of('2023-03-31')`.

CREATE VIEW mart.indicator_history AS
WITH period AS (
    SELECT
        indicator_key, quarter, agency_key, target_value, result_value, attainment_pct, evaluation_quarter,
        evaluation_score, document_key, valid_from, NULL::TIMESTAMPTZ AS valid_to
    FROM dw.fact_indicator_result
    UNION ALL
    SELECT
        indicator_key, quarter, agency_key, target_value, result_value, attainment_pct, evaluation_quarter,
        evaluation_score, document_key, valid_from, valid_to
    FROM dw.indicator_result_history
)

SELECT
    period.valid_from,
    period.valid_to,
    indicator.kpi_id,
    indicator.indicator_name,
    indicator.fiscal_year,
    agency.agency_code,
    agency.agency_name,
    indicator.dimension_no,
    indicator.unit,
    period.quarter,
    period.target_value,
    period.result_value,
    period.attainment_pct,
    period.evaluation_quarter,
    period.evaluation_score,
    document.document_uri,
    document.snapshot_at,
    document.last_loaded_at
FROM period
INNER JOIN dw.dim_indicator AS indicator USING (indicator_key)
INNER JOIN dw.dim_agency AS agency USING (agency_key)
INNER JOIN mart.document AS document USING (document_key)
WHERE
    indicator.kpi_id IS NOT NULL
    OR num_nonnulls(period.target_value, period.result_value, period.evaluation_score) > 0;

COMMENT ON VIEW mart.indicator_history IS
'How far had each indicator got, and since when? A row an indicator-year, quarter and period in which nothing about it '
'changed; quarter 0 is the headline; the indicator is described as it is now.';
COMMENT ON COLUMN mart.indicator_history.valid_from IS 'The snapshot that showed this first.';
COMMENT ON COLUMN mart.indicator_history.valid_to IS
'The snapshot that no longer showed it; empty for what stands now.';
COMMENT ON COLUMN mart.indicator_history.kpi_id IS 'KPI id; empty where an export gives the indicator none.';
COMMENT ON COLUMN mart.indicator_history.indicator_name IS 'ตัวชี้วัด.';
COMMENT ON COLUMN mart.indicator_history.fiscal_year IS
'ปีงบประมาณ (พ.ศ.): Thai fiscal year, Buddhist era; empty where the export prints none.';
COMMENT ON COLUMN mart.indicator_history.agency_code IS
'รหัสหน่วยงาน that is measured, four digits; empty where not stated.';
COMMENT ON COLUMN mart.indicator_history.agency_name IS 'หน่วยงานที่รับผิดชอบ.';
COMMENT ON COLUMN mart.indicator_history.dimension_no IS 'มิติที่, 1 to 4.';
COMMENT ON COLUMN mart.indicator_history.unit IS
'หน่วยนับ in its standard spelling; empty where it is not a known one.';
COMMENT ON COLUMN mart.indicator_history.quarter IS 'ไตรมาสที่; 0 is the headline.';
COMMENT ON COLUMN mart.indicator_history.target_value IS
'ค่าเป้าหมาย of the year; exports print none for a quarter.';
COMMENT ON COLUMN mart.indicator_history.result_value IS 'ผลงานที่ทำได้ as printed; empty where not stated.';
COMMENT ON COLUMN mart.indicator_history.attainment_pct IS
'Result of the year''s target, percent; empty where the target is 0 or blank, and where units differ or are not known.';
COMMENT ON COLUMN mart.indicator_history.evaluation_quarter IS 'Quarter that the headline''s evaluation is of.';
COMMENT ON COLUMN mart.indicator_history.evaluation_score IS
'ผลประเมินตัวชี้วัด by สยป.; empty is not evaluated, and not 0.';
COMMENT ON COLUMN mart.indicator_history.document_uri IS 'The last export that showed it so.';
COMMENT ON COLUMN mart.indicator_history.snapshot_at IS 'When that export was made.';
COMMENT ON COLUMN mart.indicator_history.last_loaded_at IS 'When the warehouse was loaded last.';

CREATE FUNCTION mart.indicator_attainment_as_of(day DATE)
RETURNS SETOF MART.INDICATOR_HISTORY
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT * FROM mart.indicator_history
    WHERE
        valid_from < (day + 1)::TIMESTAMP AT TIME ZONE 'Asia/Bangkok'
        AND (valid_to >= (day + 1)::TIMESTAMP AT TIME ZONE 'Asia/Bangkok' OR valid_to IS NULL)
$$;

COMMENT ON FUNCTION mart.indicator_attainment_as_of(DATE) IS
'How far had each indicator got by the end of a day, in Bangkok, by what exports had shown until then?';
