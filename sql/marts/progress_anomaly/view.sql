-- What looks odd? A row an anomaly of a project-year as it is now, or of one of its reports.
--
-- What is odd is said once, by the rules of expectations/ marked as anomalies. A fall from one snapshot to the next,
-- which no document shows by itself, is added.

CREATE VIEW mart.progress_anomaly AS
WITH period AS (
    SELECT
        standing.project_code, standing.fiscal_year, standing.agency_key, before.progress_pct AS old_pct,
        before.valid_to AS seen_at,
        -- What came after a past period is past as well, or current.
        CASE WHEN after.project_key IS NULL THEN standing.progress_pct ELSE after.progress_pct END AS new_pct,
        coalesce(after.project_key, standing.project_key) AS project_key,
        coalesce(after.document_key, standing.document_key) AS document_key
    FROM dw.fact_project AS standing
    INNER JOIN dw.project_history AS before
        ON standing.project_code = before.project_code AND standing.fiscal_year = before.fiscal_year
    LEFT JOIN dw.project_history AS after
        ON
            before.project_code = after.project_code AND before.fiscal_year = after.fiscal_year
            AND before.valid_to = after.valid_from
),

-- A fall between two snapshots is as odd and as grave as one between two reports.
drop_rule AS (
    SELECT
        rule.rule_id, rule.severity, coalesce(named.rule_name, rule.rule_id) AS rule_name,
        coalesce(named.rule_name_en, rule.rule_id) AS rule_name_en
    FROM ops.rule AS rule
    LEFT JOIN ops.rule_name AS named USING (rule_id)
    WHERE rule.suite = 'reports' AND rule.judges = 'progress_drop' AND rule.is_anomaly
)

-- Of the copies of a document, the one shown; of several documents, those that no later one of their kind replaced.
SELECT
    quality.project_code,
    version.view_id,
    quality.fiscal_year,
    version.project_name,
    quality.agency_code,
    quality.agency_name,
    quality.agency_name_en,
    quality.agency_sort_key,
    quality.agency_kind,
    unit.unit_code,
    unit.unit_name,
    coalesce(version.section_name, unit.unit_name) AS section_name,
    report.report_no,
    report.report_date,
    quality.rule_id,
    quality.rule_name,
    quality.rule_name_en,
    quality.severity,
    quality.value,
    quality.message,
    quality.snapshot_at AS seen_at,
    quality.document_uri,
    quality.line,
    quality.last_loaded_at
FROM mart.document_quality AS quality
INNER JOIN dw.dim_document AS document USING (sha256)
INNER JOIN raw.project AS project
    ON document.document_key = project.document_key AND quality.copy = project.copy
LEFT JOIN raw.report AS report
    ON
        project.document_key = report.document_key AND project.copy = report.copy
        AND quality.record = report.record
INNER JOIN dw.fact_project AS fact
    ON project.project_code = fact.project_code AND project.fiscal_year = fact.fiscal_year
INNER JOIN dw.dim_project AS version USING (project_key)
INNER JOIN dw.dim_agency AS unit USING (agency_key)
WHERE
    -- An array, so that findings of other rules are left out first.
    quality.rule_id = any(
        array(
            SELECT rule.rule_id FROM ops.rule AS rule
            WHERE rule.is_anomaly
        )
    )
    AND NOT quality.is_superseded
    -- What is held back is in no mart but that of documents: a report that is not there is none of the project's.
    AND CASE WHEN quality.record = quality.of_record THEN project.is_shown ELSE report.is_shown END
UNION ALL
SELECT
    substring(period.project_code, '^[0-9].*'), version.view_id, nullif(period.fiscal_year, -1), version.project_name,
    unit.agency_code, unit.agency_name, unit.agency_name_en, unit.agency_sort_key, unit.agency_kind, unit.unit_code,
    unit.unit_name, coalesce(version.section_name, unit.unit_name), NULL, NULL,
    drop_rule.rule_id, drop_rule.rule_name, drop_rule.rule_name_en, drop_rule.severity,
    trim_scale(period.old_pct) || ' → ' || trim_scale(period.new_pct),
    'progress fell from one snapshot to the next', period.seen_at,
    document.document_uri, NULL, document.last_loaded_at
FROM period
INNER JOIN dw.dim_project AS version USING (project_key)
INNER JOIN dw.dim_agency AS unit USING (agency_key)
INNER JOIN mart.document AS document USING (document_key)
CROSS JOIN drop_rule
WHERE period.new_pct < period.old_pct;
