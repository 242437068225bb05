-- How did each project stand at the end of a day, in Bangkok, by what exports had shown until then?

CREATE FUNCTION mart.project_status_as_of(day DATE)
RETURNS SETOF MART.PROJECT_HISTORY
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT * FROM mart.project_history
    WHERE
        valid_from < (day + 1)::TIMESTAMP AT TIME ZONE 'Asia/Bangkok'
        AND (valid_to >= (day + 1)::TIMESTAMP AT TIME ZONE 'Asia/Bangkok' OR valid_to IS NULL)
$$;
