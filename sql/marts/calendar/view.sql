-- Which day does each month of a fiscal year begin on, and how is it written? A row a month of a fiscal year, of all
-- years that projects or indicators are of, and of the present one.

CREATE VIEW mart.calendar AS
WITH year AS (
    SELECT DISTINCT fiscal_year::INTEGER AS fiscal_year FROM dw.fact_project
    WHERE fiscal_year > 0
    UNION
    SELECT DISTINCT fiscal_year::INTEGER FROM dw.dim_indicator
    WHERE fiscal_year > 0
    UNION
    SELECT dw.fiscal_year(dw.today())
)

SELECT
    year.fiscal_year,
    month.fiscal_month::SMALLINT AS fiscal_month,
    ((month.fiscal_month + 2) / 3)::SMALLINT AS fiscal_quarter,
    dw.month_start(year.fiscal_year, month.fiscal_month) AS month_start,
    dw.month_start(year.fiscal_year, month.fiscal_month + 1) - 1 AS month_end,
    dw.month_label_th(dw.month_start(year.fiscal_year, month.fiscal_month)) AS label_th,
    dw.month_label_en(dw.month_start(year.fiscal_year, month.fiscal_month)) AS label_en,
    (
        SELECT max(load.finished_at) FROM ops.load AS load
        WHERE load.status = 'committed'
    ) AS last_loaded_at
FROM year
CROSS JOIN generate_series(1, 12) AS month (fiscal_month);
