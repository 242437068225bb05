-- How far had each indicator got by the end of a day, in Bangkok, by what exports had shown until then?

CREATE FUNCTION mart.indicator_attainment_as_of(day DATE)
RETURNS SETOF MART.INDICATOR_HISTORY
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT * FROM mart.indicator_history
    WHERE
        valid_from < (day + 1)::TIMESTAMP AT TIME ZONE 'Asia/Bangkok'
        AND (valid_to >= (day + 1)::TIMESTAMP AT TIME ZONE 'Asia/Bangkok' OR valid_to IS NULL)
$$;
