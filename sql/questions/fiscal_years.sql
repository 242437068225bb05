-- Of which fiscal years is something loaded, the newest first?

SELECT DISTINCT fiscal_year
FROM dw.fact_project
WHERE fiscal_year > 0
ORDER BY fiscal_year DESC;
