-- Members that stand in every warehouse: days, and "unknown" (-1) and "not applicable" (-2) where there is no row to
-- point at. Made anew at every migration; a member that is there already is left alone.

INSERT INTO dw.dim_date (date_key, full_date, be_year, fiscal_year, fiscal_quarter, fiscal_month)
SELECT
    dw.date_key(day), day, extract(YEAR FROM day) + 543, dw.fiscal_year(day), (dw.fiscal_month(day) + 2) / 3,
    dw.fiscal_month(day)
FROM (
    SELECT generate_series(DATE '1957-01-01', DATE '2057-12-31', INTERVAL '1 day')::DATE AS day
) AS calendar
ON CONFLICT DO NOTHING;

INSERT INTO dw.dim_date (date_key) VALUES (-1), (-2) ON CONFLICT DO NOTHING;

INSERT INTO dw.dim_agency (agency_key, is_current) VALUES (-1, TRUE), (-2, TRUE)
ON CONFLICT (agency_key) DO NOTHING;

INSERT INTO dw.dim_project (project_key, project_name, is_certified, is_current)
VALUES (-1, 'unknown', FALSE, TRUE), (-2, 'not applicable', FALSE, TRUE) ON CONFLICT (project_key) DO NOTHING;

INSERT INTO dw.dim_strategy (strategy_key, strategy_name)
VALUES (-1, 'unknown'), (-2, 'not applicable') ON CONFLICT DO NOTHING;

INSERT INTO dw.dim_indicator (indicator_key, indicator_name)
VALUES (-1, 'unknown'), (-2, 'not applicable') ON CONFLICT DO NOTHING;

INSERT INTO dw.dim_report_status (status_key) VALUES (-1), (-2) ON CONFLICT DO NOTHING;

INSERT INTO dw.dim_document (document_key) VALUES (-1), (-2) ON CONFLICT DO NOTHING;
