-- What is known of every record at each snapshot, of those that were seen more than once, and whose the record is.
-- reads: project_state, report_state, indicator_state, quarter_state
-- gives: seen_again

WITH of_project AS (
    SELECT
        project_code, fiscal_year, record AS of_record, record, '' AS field_prefix, document_key, copy, 0 AS ordinal,
        family, snapshot_at, sha256, own, state, '' AS named_by, state AS own_state
    FROM project_state
    UNION ALL
    SELECT
        project_code, fiscal_year, of_record, record, field_prefix, document_key, copy, 0 AS ordinal, family,
        snapshot_at, sha256, own, state, '' AS named_by, state AS own_state
    FROM report_state
),

of_indicator AS (
    SELECT
        kpi_id, agency_code, fiscal_year, of_record, record, '' AS field_prefix, document_key, copy, ordinal, family,
        snapshot_at, sha256, own, state, named_by, own_state
    FROM indicator_state
    WHERE times_seen > 1
    UNION ALL
    SELECT
        kpi_id, agency_code, fiscal_year, of_record, record, field_prefix, document_key, copy, ordinal, family,
        snapshot_at, sha256, own, state, '' AS named_by, state AS own_state
    FROM quarter_state
    WHERE times_seen > 1
)

SELECT
    of_record, record, field_prefix, left(substring(project_code, '^[0-9].*'), 4) AS agency_code, NULL AS kpi_id,
    substring(project_code, '^[0-9].*') AS project_code, nullif(fiscal_year, -1) AS fiscal_year,
    document_key, copy, ordinal, family, snapshot_at, sha256, own, state, named_by, own_state
FROM of_project
UNION ALL
SELECT
    of_record, record, field_prefix, coalesce(left(substring(kpi_id, '^[0-9]{4}-.*'), 4), agency_code),
    substring(kpi_id, '^[0-9]{4}-[0-9]{3,4}$'), NULL, fiscal_year,
    document_key, copy, ordinal, family, snapshot_at, sha256, own, state, named_by, own_state
FROM of_indicator
