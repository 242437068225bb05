-- How did each project stand when its fiscal year ended, on 30 September? A row a project-year that was seen on that
-- day or later.
--
-- It is as the export seen nearest to the end of that day shows it; as_of says when that was. What came after the year
-- ended, such as money spent until February, changes nothing here where an export of the time tells.

CREATE VIEW mart.project_year_end AS
WITH standing AS (
    SELECT
        fact.*, current_document.last_seen_at,
        make_timestamptz(fact.fiscal_year - 543, 10, 1, 0, 0, 0, 'Asia/Bangkok') AS year_end,
        make_date(fact.fiscal_year - 543, 10, 1) AS day_after
    FROM dw.fact_project AS fact
    INNER JOIN dw.dim_document AS current_document USING (document_key)
    WHERE fact.fiscal_year > 0
)

SELECT
    substring(standing.project_code, '^[0-9].*') AS project_code,
    project.view_id,
    standing.fiscal_year,
    project.project_name,
    agency.agency_code,
    agency.agency_name,
    agency.agency_name_en,
    agency.agency_sort_key,
    agency.agency_kind,
    agency.unit_code,
    agency.unit_name,
    coalesce(project.section_name, agency.unit_name) AS section_name,
    project.start_date,
    project.end_date,
    nearest.budget_received_thb,
    nearest.budget_spent_thb,
    nearest.budget_received_thb - nearest.budget_spent_thb AS unspent_thb,
    nearest.progress_pct,
    dw.time_gone_pct(project.start_date, project.end_date, standing.day_after) AS time_gone_pct,
    dw.time_gone_pct(project.start_date, project.end_date, standing.day_after) - nearest.progress_pct AS behind_pct,
    project.end_date < standing.day_after AND nearest.progress_pct < 100 AS is_overdue,
    (nearest.seen_at AT TIME ZONE 'Asia/Bangkok')::DATE AS as_of,
    document.document_uri,
    document.snapshot_at,
    document.last_loaded_at
FROM standing
CROSS JOIN
    LATERAL (
        SELECT period.*, seen.seen_at
        FROM (
            SELECT
                standing.project_key, standing.agency_key, standing.budget_received_thb, standing.budget_spent_thb,
                standing.progress_pct, standing.document_key, standing.valid_from, NULL AS valid_to
            UNION ALL
            SELECT
                past.project_key, past.agency_key, past.budget_received_thb, past.budget_spent_thb, past.progress_pct,
                past.document_key, past.valid_from, past.valid_to
            FROM dw.project_history AS past
            WHERE standing.project_code = past.project_code AND standing.fiscal_year = past.fiscal_year
        ) AS period
        INNER JOIN dw.dim_document AS source USING (document_key)
        -- When in its period it was seen nearest to the year's end.
        CROSS JOIN
            LATERAL (
                SELECT
                    CASE
                        WHEN period.valid_from >= standing.year_end THEN period.valid_from
                        ELSE
                            greatest(
                                period.valid_from, least(source.last_seen_at, period.valid_to, standing.year_end)
                            )
                    END AS seen_at
            ) AS seen
        ORDER BY
            greatest(seen.seen_at - standing.year_end, standing.year_end - seen.seen_at) ASC, period.valid_from ASC
        LIMIT 1
    ) AS nearest
INNER JOIN dw.dim_project AS project ON nearest.project_key = project.project_key
INNER JOIN dw.dim_agency AS agency ON nearest.agency_key = agency.agency_key
INNER JOIN mart.document AS document ON nearest.document_key = document.document_key
WHERE standing.last_seen_at >= standing.year_end - INTERVAL '1 day';
