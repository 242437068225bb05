-- What about the warehouse should somebody look at? A row a check and fiscal year, well or not; what is found is kept,
-- so that a trend can be seen.

INSERT INTO ops.quality_check (check_name, fiscal_year, severity, cases, message)
WITH ended AS (
    SELECT load.* FROM ops.load AS load
    WHERE load.status IN ('committed', 'failed')
),

-- A load that failed is not made good by one of another year.
last_of_year AS (
    SELECT DISTINCT ON (ended.fiscal_year) ended.fiscal_year, ended.status, ended.finished_at
    FROM ended
    ORDER BY ended.fiscal_year ASC, ended.load_id DESC
),

last_pull AS (
    SELECT DISTINCT ON (pull.source) pull.pulled_at, pull.alert
    FROM ops.pull AS pull
    ORDER BY pull.source ASC, pull.pull_id DESC
),

last_load AS (
    SELECT committed.load_id, committed.fiscal_year, committed.finished_at
    FROM ended AS committed
    WHERE committed.status = 'committed'
    ORDER BY committed.load_id DESC
    LIMIT 1
),

touched AS (
    SELECT fact.fiscal_year
    FROM dw.fact_project AS fact
    INNER JOIN last_load USING (load_id)
    WHERE fact.fiscal_year > 0
    UNION
    SELECT last_load.fiscal_year FROM last_load
    WHERE last_load.fiscal_year IS NOT NULL
),

-- The years of the last load; where it touched none, the latest.
year_looked_at AS (
    SELECT touched.fiscal_year FROM touched
    UNION
    SELECT max(status.fiscal_year) FROM mart.project_status AS status
    WHERE NOT EXISTS (SELECT FROM touched)
),

missing AS (
    SELECT coverage.fiscal_year, coverage.agency_code, sum(coverage.missing)::BIGINT AS months
    FROM mart.report_coverage AS coverage
    INNER JOIN year_looked_at USING (fiscal_year)
    GROUP BY coverage.fiscal_year, coverage.agency_code
    HAVING sum(coverage.missing) > 0
),

odd AS (
    SELECT anomaly.fiscal_year, anomaly.rule_id, count(*) AS cases
    FROM mart.progress_anomaly AS anomaly
    INNER JOIN year_looked_at USING (fiscal_year)
    WHERE anomaly.severity = 'warning'
    GROUP BY anomaly.fiscal_year, anomaly.rule_id
),

found (check_name, fiscal_year, severity, cases, message) AS (
    SELECT
        'load', last_of_year.fiscal_year, 'critical', 1,
        concat(
            'the last load of ', coalesce('FY' || last_of_year.fiscal_year, 'all years'), ' failed at ',
            date_trunc('minute', last_of_year.finished_at), '; `etl status` says why'
        )
    FROM last_of_year
    WHERE last_of_year.status = 'failed'
    UNION ALL
    -- Of a source that was pulled but once, by mistake, nobody wants to hear for ever.
    SELECT 'source', NULL, 'critical', 1, last_pull.alert
    FROM last_pull
    WHERE last_pull.alert IS NOT NULL AND last_pull.pulled_at > now() - make_interval(hours => %(freshness_max_hours)s)
    UNION ALL
    SELECT
        'freshness', NULL, 'warning', 1,
        concat('the last load was committed at ', date_trunc('minute', last_load.finished_at))
    FROM last_load
    WHERE last_load.finished_at < now() - make_interval(hours => %(freshness_max_hours)s)
    UNION ALL
    SELECT
        'news', NULL, 'warning', 1,
        concat('nothing new came since ', max(ended.finished_at)::DATE, ': reports are monthly')
    FROM ended
    WHERE ended.status = 'committed' AND ended.records_loaded > 0
    HAVING max(ended.finished_at) < now() - make_interval(days => %(news_max_days)s)
    UNION ALL
    SELECT
        'volume', NULL, 'critical', 1,
        concat(
            freshness.table_name, ' has ', freshness.row_count, ' rows, and had ', freshness.row_count_before, ' before'
        )
    FROM mart.freshness AS freshness
    WHERE freshness.row_count < freshness.row_count_before * (1 - %(volume_drop_max_pct)s / 100.0)
    UNION ALL
    SELECT
        'quarantine', NULL, 'warning', count(DISTINCT held.document_key),
        concat(
            count(*), ' records of ', count(DISTINCT held.document_key), ' documents are held back, the oldest since ',
            min(held.first_seen)::DATE
        )
    FROM ops.quarantine AS held
    WHERE held.state = 'held'
    HAVING count(*) > 0
    UNION ALL
    SELECT
        'coverage', missing.fiscal_year, 'warning', sum(missing.months),
        concat(
            'FY', missing.fiscal_year, ': ', sum(missing.months), ' monthly reports of ', count(*),
            ' agencies are missing, most of ',
            -- By its code, which is no text of a document: what is kept here no purge has to look through.
            (array_agg(
                coalesce(missing.agency_code, 'an unknown one') || ' (' || missing.months || ')'
                ORDER BY missing.months DESC, missing.agency_code ASC
            ))[1]
        )
    FROM missing
    GROUP BY missing.fiscal_year
    UNION ALL
    SELECT
        'anomalies', odd.fiscal_year, 'info', sum(odd.cases),
        concat(
            'FY', odd.fiscal_year, ': ',
            string_agg(odd.rule_id || ' ' || odd.cases, ', ' ORDER BY odd.cases DESC, odd.rule_id ASC)
        )
    FROM odd
    GROUP BY odd.fiscal_year
)

SELECT
    checks.check_name,
    found.fiscal_year,
    coalesce(found.severity, 'ok'),
    coalesce(found.cases, 0),
    coalesce(found.message, 'nothing to look at')
FROM unnest('{load,source,freshness,news,volume,quarantine,coverage,anomalies}'::TEXT[]) AS checks (check_name)
LEFT JOIN found USING (check_name)
RETURNING check_name AS "check", fiscal_year, severity, cases, message;
