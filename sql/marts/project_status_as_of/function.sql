-- How did each project stand at the end of a day, in Bangkok, by what exports had shown until then? What speaks of time
-- is as of that day. By the days that reports bear: mart.project_status_as_reported.

CREATE FUNCTION mart.project_status_as_of(day DATE)
RETURNS SETOF MART.PROJECT_HISTORY
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT
        valid_from,
        valid_to,
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
        budget_received_thb,
        budget_spent_thb,
        spent_pct,
        progress_pct,
        dw.time_gone_pct(start_date, end_date, day) AS time_gone_pct,
        dw.time_gone_pct(start_date, end_date, day) - progress_pct AS behind_pct,
        end_date < day AND progress_pct < 100 AS is_overdue,
        report_count,
        first_report_date,
        last_report_date,
        evaluation_score,
        is_certified,
        is_conflict,
        document_uri,
        snapshot_at,
        last_loaded_at
    FROM mart.project_history
    WHERE
        valid_from < (day + 1)::TIMESTAMP AT TIME ZONE 'Asia/Bangkok'
        AND (
            valid_to >= (day + 1)::TIMESTAMP AT TIME ZONE 'Asia/Bangkok' OR valid_to IS NULL
        );
END;
