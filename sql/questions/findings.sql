-- Which findings stand? A row a finding, by agency and document.

SELECT
    agency_code, agency_name, agency_name_en, fiscal_year, document_uri, rule_id, severity, record, field, value,
    message, line
FROM mart.document_quality
WHERE
    NOT is_superseded
    AND (%(fiscal_year)s::INTEGER IS NULL OR fiscal_year = %(fiscal_year)s)
    AND (%(severity)s::TEXT IS NULL OR severity = %(severity)s)
    AND (%(rule_id)s::TEXT IS NULL OR rule_id = %(rule_id)s)
    AND (%(agency_code)s::TEXT IS NULL OR coalesce(agency_code, '') = %(agency_code)s)
ORDER BY
    agency_sort_key, agency_code, document_uri, line, rule_id, record, field, value, severity, message, fiscal_year,
    sha256
LIMIT %(limit)s OFFSET %(offset)s;
