-- What did the loads after one and up to another write? A row a record or field, with what it was and became.
--
-- A fact tells the load that wrote it as it stands. It stood before already where a document that is read as it was
-- then speaks of it (changed), and did not where only documents do that no load had met (added); else nobody can tell.

WITH met AS (
    SELECT DISTINCT document_key FROM ops.load_document
    WHERE load_id <= %(first)s
),

reading AS (
    SELECT
        known.document_key, known.load_id, known.load_id <= %(first)s AS is_as_then,
        met.document_key IS NOT NULL AS is_met
    FROM raw.document AS known
    LEFT JOIN met USING (document_key)
),

result AS (
    SELECT indicator_key, 0 AS quarter, document_key FROM raw.indicator
    WHERE is_shown
    UNION ALL
    SELECT headline.indicator_key, quarterly.quarter, headline.document_key
    FROM raw.indicator AS headline
    INNER JOIN raw.indicator_quarter AS quarterly USING (document_key, copy, ordinal)
    WHERE headline.is_shown
),

written AS (
    SELECT
        1 AS place, 'dw.fact_project' AS table_name, project.record, NULL AS report_ref, NULL::INTEGER AS quarter,
        bool_or(reading.is_as_then) AS is_as_then, bool_or(reading.is_met) AS is_met
    FROM dw.fact_project AS fact
    INNER JOIN dw.dim_project AS project USING (project_key)
    LEFT JOIN raw.project AS stated ON project.record = stated.record AND stated.is_shown
    LEFT JOIN reading ON stated.document_key = reading.document_key
    WHERE fact.load_id > %(first)s AND fact.load_id <= %(last)s
    GROUP BY project.record
    UNION ALL
    SELECT
        2, 'dw.fact_progress_report', project.record, fact.report_ref, NULL, bool_or(reading.is_as_then),
        bool_or(reading.is_met)
    FROM dw.fact_progress_report AS fact
    INNER JOIN dw.dim_project AS project USING (project_key)
    LEFT JOIN raw.report AS stated
        ON
            fact.project_code = stated.project_code AND fact.fiscal_year = stated.fiscal_year
            AND fact.report_ref = stated.report_ref AND stated.is_shown
    LEFT JOIN reading ON stated.document_key = reading.document_key
    WHERE fact.load_id > %(first)s AND fact.load_id <= %(last)s
    GROUP BY project.record, fact.report_ref
    UNION ALL
    SELECT
        3, 'dw.fact_indicator_result', indicator.record, NULL, nullif(fact.quarter, 0),
        bool_or(reading.is_as_then), bool_or(reading.is_met)
    FROM dw.fact_indicator_result AS fact
    INNER JOIN dw.dim_indicator AS indicator USING (indicator_key)
    LEFT JOIN result AS stated ON fact.indicator_key = stated.indicator_key AND fact.quarter = stated.quarter
    LEFT JOIN reading ON stated.document_key = reading.document_key
    WHERE fact.load_id > %(first)s AND fact.load_id <= %(last)s
    GROUP BY indicator.indicator_key, fact.quarter
),

difference AS (
    SELECT
        place, table_name, record,
        CASE WHEN is_as_then THEN 'changed' WHEN is_met THEN 'unclear' ELSE 'added' END AS change,
        NULL AS field, report_ref, quarter, NULL AS before, NULL AS after, NULL::TIMESTAMPTZ AS seen_at
    FROM written
    UNION ALL
    SELECT
        7, 'raw.document', document.uri || ' (' || left(document.sha256, 8) || ')',
        CASE WHEN reading.is_met THEN 'changed' ELSE 'added' END, NULL, NULL, NULL, NULL, NULL, NULL
    FROM reading
    INNER JOIN dw.dim_document AS document USING (document_key)
    WHERE reading.load_id > %(first)s AND reading.load_id <= %(last)s
    UNION ALL
    SELECT 4, 'ops.field_change', record, 'changed', field, NULL, NULL, old_value, new_value, seen_at
    FROM ops.field_change
    WHERE load_id > %(first)s AND load_id <= %(last)s
    UNION ALL
    SELECT
        5, 'ops.finding',
        concat_ws(' ', finding.record, document.uri || ' (' || left(document.sha256, 8) || ')', finding.rule_id),
        'added', finding.field, NULL, NULL, NULL, finding.message, NULL
    FROM ops.finding AS finding
    INNER JOIN dw.dim_document AS document USING (document_key)
    WHERE finding.load_id > %(first)s AND finding.load_id <= %(last)s
    UNION ALL
    SELECT
        6, 'ops.quarantine', concat_ws(' ', held.record, document.uri || ' (' || left(document.sha256, 8) || ')'),
        'added', 'lines[' || held.line || ']', NULL, NULL, NULL, held.reason, NULL
    FROM ops.quarantine AS held
    INNER JOIN dw.dim_document AS document USING (document_key)
    INNER JOIN ops.load AS load ON held.first_seen BETWEEN load.started_at AND load.finished_at
    WHERE load.load_id > %(first)s AND load.load_id <= %(last)s
)

SELECT table_name, record, change, field, report_ref, quarter, before, after, seen_at
FROM difference
ORDER BY place, record, seen_at, field, report_ref, quarter NULLS FIRST;
