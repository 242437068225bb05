-- What loads and marts share. Made anew at every migration. A function that calls one of PostgreSQL's that is STABLE
-- says STABLE itself, though it always gives the same: only then is it inlined, and costs a fifth.

CREATE OR REPLACE FUNCTION dw.key(VARIADIC parts TEXT[])
RETURNS BIGINT
LANGUAGE sql STABLE PARALLEL SAFE
RETURN ('x' || substr(md5(array_to_string(parts, chr(31), chr(30))), 1, 16))::BIT(64)::BIGINT & 9223372036854775807;

COMMENT ON FUNCTION dw.key(TEXT[]) IS
'The surrogate key of what the parts name: 63 bits of their hash, the same in whatever order things are loaded.';

CREATE OR REPLACE FUNCTION dw.date_key(day DATE)
RETURNS INTEGER
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(to_char(day, 'YYYYMMDD')::INTEGER, -1);

COMMENT ON FUNCTION dw.date_key(DATE) IS 'The key of a day, yyyymmdd; -1 where it is not known.';

CREATE OR REPLACE FUNCTION dw.is_to_come(moment TIMESTAMPTZ, fetched_at TIMESTAMPTZ)
RETURNS BOOLEAN
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN moment > fetched_at + INTERVAL '5 minutes';

COMMENT ON FUNCTION dw.is_to_come(TIMESTAMPTZ, TIMESTAMPTZ) IS
'Whether a moment lies after a fetch, by more than the clocks of two machines may differ; as in etl.pull.snapshot.';

CREATE OR REPLACE FUNCTION dw.snapshot_at(printed_at TIMESTAMPTZ, source_at TIMESTAMPTZ, fetched_at TIMESTAMPTZ)
RETURNS TIMESTAMPTZ
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN printed_at IS NULL OR dw.is_to_come(printed_at, fetched_at) THEN source_at ELSE least(printed_at, fetched_at)
END;

COMMENT ON FUNCTION dw.snapshot_at(TIMESTAMPTZ, TIMESTAMPTZ, TIMESTAMPTZ) IS
'When a document was made: what it prints on itself, unless that is to come, else what its source tells.';

CREATE OR REPLACE FUNCTION dw.fiscal_year(day DATE)
RETURNS INTEGER
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN extract(YEAR FROM day + INTERVAL '3 months')::INTEGER + 543;

COMMENT ON FUNCTION dw.fiscal_year(DATE) IS
'The Thai fiscal year (B.E.) of a day: it begins on 1 October of the year before.';

CREATE OR REPLACE FUNCTION dw.fiscal_month(day DATE)
RETURNS SMALLINT
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN extract(MONTH FROM day + INTERVAL '3 months')::SMALLINT;

COMMENT ON FUNCTION dw.fiscal_month(DATE) IS 'The month of the Thai fiscal year of a day; 1 is October.';

CREATE OR REPLACE FUNCTION dw.month_of_year(day DATE, fiscal_year INTEGER)
RETURNS INTEGER
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 12 * (dw.fiscal_year(day) - fiscal_year) + dw.fiscal_month(day);

COMMENT ON FUNCTION dw.month_of_year(DATE, INTEGER) IS
'The month of a Thai fiscal year (B.E.) that a day lies in; 1 is October, and it counts on before and after the year.';

CREATE OR REPLACE FUNCTION dw.thai_sort_key(name TEXT)
RETURNS TEXT
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN
regexp_replace(regexp_replace(name, '[็-๎]', '', 'g'), '([เแโใไ])([ก-ฮ])', '\2\1', 'g')
|| chr(31) || regexp_replace(name, '[^็-๎]', '-', 'g');

COMMENT ON FUNCTION dw.thai_sort_key(TEXT) IS
'What a Thai name is sorted by as in a dictionary, in the collation "C": a vowel that is written before its consonant
counts behind it, and tone marks tell apart only what is else the same. Servers need not know Thai.';

CREATE OR REPLACE FUNCTION dw.month_start(fiscal_year INTEGER, fiscal_month INTEGER)
RETURNS DATE
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN make_date(fiscal_year - 544 + (fiscal_month + 8) / 12, (fiscal_month + 8) % 12 + 1, 1);

COMMENT ON FUNCTION dw.month_start(INTEGER, INTEGER) IS
'First day of a month of a Thai fiscal year (B.E.); 1 is October, and 13 that of the next year.';

CREATE OR REPLACE FUNCTION dw.month_label_th(month_start DATE)
RETURNS TEXT
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN
('{ม.ค.,ก.พ.,มี.ค.,เม.ย.,พ.ค.,มิ.ย.,ก.ค.,ส.ค.,ก.ย.,ต.ค.,พ.ย.,ธ.ค.}'::TEXT[])[extract(MONTH FROM month_start)]
|| ' ' || right((extract(YEAR FROM month_start)::INTEGER + 543)::TEXT, 2);

COMMENT ON FUNCTION dw.month_label_th(DATE) IS 'A month in Thai, as it is printed: ต.ค. 65.';

CREATE OR REPLACE FUNCTION dw.month_label_en(month_start DATE)
RETURNS TEXT
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN extract(YEAR FROM month_start)::TEXT || '-' || lpad(extract(MONTH FROM month_start)::TEXT, 2, '0');

COMMENT ON FUNCTION dw.month_label_en(DATE) IS 'A month in English, which sorts as it is: 2022-10.';

CREATE OR REPLACE FUNCTION dw.is_measured(
    kpi_id TEXT, target_value NUMERIC, result_value NUMERIC, evaluation_score NUMERIC
)
RETURNS BOOLEAN
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN kpi_id IS NOT NULL OR num_nonnulls(target_value, result_value, evaluation_score) > 0;

COMMENT ON FUNCTION dw.is_measured(TEXT, NUMERIC, NUMERIC, NUMERIC) IS
'Whether there is anything to show of an indicator: one that is only named, by a text without an id, has nothing.';

CREATE OR REPLACE AGGREGATE dw.jsonb_merge (JSONB)(
    SFUNC = jsonb_concat,
    STYPE = jsonb,
    INITCOND = '{}'
);

COMMENT ON AGGREGATE dw.jsonb_merge (JSONB) IS
'Objects laid over each other: of each member the last one given.';

CREATE OR REPLACE FUNCTION dw.together(printed JSONB)
RETURNS JSONB
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN jsonb_strip_nulls(printed) = '{}' THEN '{}'::JSONB ELSE printed END;

COMMENT ON FUNCTION dw.together(JSONB) IS
'What is printed together: all of it, blanks too, where any of it is stated; else nothing.';

CREATE OR REPLACE FUNCTION dw.today()
RETURNS DATE
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (now() AT TIME ZONE 'Asia/Bangkok')::DATE;

COMMENT ON FUNCTION dw.today() IS 'Today in Bangkok, wherever the session is.';

CREATE OR REPLACE FUNCTION dw.time_gone_pct(start_date DATE, end_date DATE, day DATE)
RETURNS NUMERIC
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN
CASE
    WHEN end_date >= start_date
        THEN round(100.0 * greatest(least(day, end_date + 1) - start_date, 0) / (end_date + 1 - start_date), 2)
END;

COMMENT ON FUNCTION dw.time_gone_pct(DATE, DATE, DATE) IS
'Share of a project''s days that are over on a day, percent; empty where its first or last day is not known, or where
it ends before it begins.';

CREATE OR REPLACE FUNCTION dw.is_of_year(fiscal_year INTEGER, valid_from DATE, valid_to DATE)
RETURNS BOOLEAN
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN fiscal_year > 0
        THEN
            make_date(fiscal_year - 544, 10, 1) >= coalesce(valid_from, '-infinity')
            AND make_date(fiscal_year - 544, 10, 1) < coalesce(valid_to, 'infinity')
    ELSE valid_to IS NULL
END;

COMMENT ON FUNCTION dw.is_of_year(INTEGER, DATE, DATE) IS
'Whether a period covers the first day of a Thai fiscal year (B.E.); of an unknown year, whether it lasts.';

CREATE OR REPLACE FUNCTION dw.line_of(places JSONB, field TEXT)
RETURNS INTEGER
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(
    (places -> field ->> 1)::INTEGER,
    (SELECT min((place.value ->> 1)::INTEGER) FROM jsonb_each($1) AS place)
);

COMMENT ON FUNCTION dw.line_of(JSONB, TEXT) IS
'The line of a document on which a field of a record stands; where it does not, the first line of the record.';

CREATE OR REPLACE FUNCTION dw.is_of_one_day(valid_from TIMESTAMPTZ, valid_to TIMESTAMPTZ)
RETURNS BOOLEAN
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce((valid_from AT TIME ZONE 'Asia/Bangkok')::DATE = (valid_to AT TIME ZONE 'Asia/Bangkok')::DATE, FALSE);

COMMENT ON FUNCTION dw.is_of_one_day(TIMESTAMPTZ, TIMESTAMPTZ) IS
'Whether a period ended on the day on which it began, in Bangkok: documents of that day disagree.';
