-- Which agencies are there now?

SELECT agency_code, agency_name, agency_name_en
FROM dw.dim_agency
WHERE is_current AND unit_code = agency_code || '0000'
ORDER BY agency_sort_key, agency_code;
