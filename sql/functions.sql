-- What loads and marts share. Made anew at every migration.

CREATE OR REPLACE FUNCTION dw.key(VARIADIC parts TEXT[])
RETURNS BIGINT
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ('x' || substr(md5(array_to_string(parts, chr(31), chr(30))), 1, 16))::BIT(64)::BIGINT & 9223372036854775807;

COMMENT ON FUNCTION dw.key(TEXT[]) IS
'The surrogate key of what the parts name: 63 bits of their hash, the same in whatever order things are loaded.';

CREATE OR REPLACE FUNCTION dw.date_key(day DATE)
RETURNS INTEGER
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(to_char(day, 'YYYYMMDD')::INTEGER, -1);

COMMENT ON FUNCTION dw.date_key(DATE) IS 'The key of a day, yyyymmdd; -1 where it is not known.';

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

CREATE OR REPLACE FUNCTION dw.record_name(record_key TEXT, fiscal_year SMALLINT)
RETURNS TEXT
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN record_key || '/' || coalesce(nullif(fiscal_year, -1)::TEXT, 'unknown');

COMMENT ON FUNCTION dw.record_name(TEXT, SMALLINT) IS
'The name of a project-year or an indicator-year, as findings give it: 50490000-3572/2566.';
