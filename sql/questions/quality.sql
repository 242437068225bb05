-- What about the warehouse should somebody look at? A row an alert; nothing when all is well.

WITH freshness AS (
    SELECT * FROM mart.freshness
    WHERE table_name = 'dw.fact_project'
),

this_year AS (
    SELECT max(fiscal_year) AS fiscal_year FROM mart.project_status
),

missing AS (
    SELECT agency_code, agency_name, fiscal_year, sum(missing) AS months_missing
    FROM mart.report_coverage
    WHERE fiscal_year = (SELECT this_year.fiscal_year FROM this_year)
    GROUP BY agency_code, agency_name, fiscal_year
    HAVING sum(missing) > 0
),

odd AS (
    SELECT fiscal_year, rule_id, count(*) AS cases, count(DISTINCT agency_code) AS agencies
    FROM mart.progress_anomaly
    WHERE fiscal_year = (SELECT this_year.fiscal_year FROM this_year) AND severity = 'warning'
    GROUP BY fiscal_year, rule_id
),

alert AS (
    SELECT
        'freshness' AS "check",
        'critical' AS severity,
        concat('a load failed at ', failed_since, ' and none was committed since') AS message
    FROM freshness
    WHERE failed_since IS NOT NULL
    UNION ALL
    SELECT 'freshness', 'warning', concat('the last load was committed at ', last_loaded_at)
    FROM freshness
    WHERE last_loaded_at < now() - make_interval(hours => %(freshness_max_hours)s)
    UNION ALL
    SELECT 'volume', 'critical', concat(table_name, ' has ', row_count, ' rows, and had ', row_count_before, ' before')
    FROM mart.freshness
    WHERE row_count < row_count_before * (1 - %(volume_drop_max_pct)s / 100.0)
    UNION ALL
    SELECT 'quarantine', 'warning', concat(count(*), ' records are held back')
    FROM ops.quarantine
    WHERE state = 'held'
    HAVING count(*) > 0
    UNION ALL
    SELECT
        'coverage', 'warning',
        concat(agency_code, ' ', agency_name, ': ', months_missing, ' monthly reports are missing in ', fiscal_year)
    FROM missing
    UNION ALL
    SELECT 'anomalies', 'info', concat(rule_id, ': ', cases, ' cases in ', agencies, ' agencies in ', fiscal_year)
    FROM odd
)

SELECT "check", severity, message
FROM alert
ORDER BY array_position('{critical,warning,info}', severity), "check", message;
