-- How many findings stand, by rule and by agency? A row a rule, and a row an agency; without those that a later export
-- put right.

WITH standing AS (
    SELECT rule_id, severity, agency_code, agency_name, agency_name_en, agency_sort_key, sha256
    FROM mart.document_quality
    WHERE
        NOT is_superseded
        AND (%(fiscal_year)s::INTEGER IS NULL OR fiscal_year = %(fiscal_year)s)
        AND (%(severity)s::TEXT IS NULL OR severity = %(severity)s)
        AND (%(rule_id)s::TEXT IS NULL OR rule_id = %(rule_id)s)
        AND (%(agency_code)s::TEXT IS NULL OR coalesce(agency_code, '') = %(agency_code)s)
)

SELECT
    rule_id, severity, coalesce(agency_code, '') AS agency_code, max(agency_name) AS agency_name,
    max(agency_name_en) AS agency_name_en, count(*) AS findings, count(DISTINCT sha256) AS documents,
    count(*) FILTER (WHERE severity = 'critical') AS critical, count(*) FILTER (WHERE severity = 'warning') AS warning,
    count(*) FILTER (WHERE severity = 'info') AS info, grouping(rule_id) = 0 AS is_of_rule
FROM standing
GROUP BY GROUPING SETS ((rule_id, severity), (coalesce(agency_code, '')))
ORDER BY findings DESC, rule_id ASC, agency_code ASC;
