-- How did each project stand at the end of a day, by the reports that bear that day or an earlier one, whenever they
-- were seen? What speaks of time is as of that day.

CREATE FUNCTION mart.project_status_as_reported(day DATE)
RETURNS SETOF MART.PROJECT_REPORTED
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT
        reported_from,
        reported_to,
        project_code,
        view_id,
        fiscal_year,
        project_name,
        agency_code,
        agency_name,
        agency_name_en,
        agency_sort_key,
        agency_kind,
        unit_code,
        unit_name,
        section_name,
        start_date,
        end_date,
        progress_pct,
        dw.time_gone_pct(start_date, end_date, day) AS time_gone_pct,
        dw.time_gone_pct(start_date, end_date, day) - progress_pct AS behind_pct,
        end_date < day AND progress_pct < 100 AS is_overdue,
        disbursed_to_date_thb,
        report_count,
        reports_undated,
        last_report_date,
        document_uri,
        snapshot_at,
        last_loaded_at
    FROM mart.project_reported
    WHERE reported_from <= day AND (reported_to > day OR reported_to IS NULL);
END;
