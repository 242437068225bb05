-- Fiscal years (B.E.) of which a load changed what marts tell: projects that it wrote, and what it found.

SELECT DISTINCT fact.fiscal_year
FROM dw.fact_project AS fact
WHERE
    fact.fiscal_year > 0
    AND fact.fiscal_year IN (
        SELECT fiscal_year FROM dw.fact_project
        WHERE load_id = %(load_id)s
        UNION ALL
        SELECT fiscal_year FROM dw.fact_progress_report
        WHERE load_id = %(load_id)s
        UNION ALL
        SELECT fiscal_year FROM dw.dim_indicator INNER JOIN dw.fact_indicator_result USING (indicator_key)
        WHERE load_id = %(load_id)s
        UNION ALL
        SELECT fiscal_year FROM ops.finding
        WHERE load_id = %(load_id)s
    );
