-- What had each project reported by the end of a day, in Bangkok, as exports showed it until then?

CREATE FUNCTION mart.progress_report_as_of(day DATE)
RETURNS SETOF MART.PROGRESS_REPORT_HISTORY
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT * FROM mart.progress_report_history
    WHERE
        valid_from < (day + 1)::TIMESTAMP AT TIME ZONE 'Asia/Bangkok'
        AND (valid_to >= (day + 1)::TIMESTAMP AT TIME ZONE 'Asia/Bangkok' OR valid_to IS NULL)
$$;
