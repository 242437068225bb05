-- Who may do what. The owner is whoever migrates: schemas, tables and views are its own. reporting_writer loads: it
-- reads and writes rows, and changes no table. reporting_bi reads mart and nothing else, and reporting_agency
-- mart_agency and nothing else. They are groups that nobody logs in as before an operator says so: docs/access.md
-- tells how people and programs become members. What stands as it should is left alone, so that the owner needs no
-- rights over roles that an administrator made for it; where one made no reporting_agency, nobody is granted
-- agencies.

DO $$
DECLARE
    attempts CONSTANT INTEGER := 10;
    limits TEXT[] := '{default_transaction_read_only=on,statement_timeout=60s,idle_in_transaction_session_timeout=60s}';
    one TEXT;
    reader TEXT;
BEGIN
    -- How much disk a query may fill is the one limit that no session can lift for itself, and not every owner may set it.
    IF has_parameter_privilege('temp_file_limit', 'SET') THEN
        limits := array_append(limits, 'temp_file_limit=2GB');
    END IF;
    -- Roles are the server's, and no lock is: another database of it may be migrated at this moment. Whoever comes second
    -- waits for the first to commit, is told so by an error, and then finds done what it came for.
    FOR attempt IN 1..attempts LOOP
        BEGIN
            FOREACH one IN ARRAY '{reporting_bi,reporting_writer}'::TEXT[] LOOP
                IF to_regrole(one) IS NULL THEN
                    EXECUTE format('CREATE ROLE %I NOLOGIN', one);
                END IF;
            END LOOP;
            IF to_regrole('reporting_agency') IS NULL AND EXISTS (
                SELECT FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolcreaterole)
            ) THEN
                CREATE ROLE reporting_agency NOLOGIN;
            END IF;
            FOR reader, one IN
                SELECT rolname, lim FROM pg_roles CROSS JOIN unnest(limits) AS lim
                WHERE
                    rolname IN ('reporting_bi', 'reporting_agency')
                    AND NOT EXISTS (
                        SELECT FROM pg_db_role_setting
                        WHERE setrole = pg_roles.oid AND setdatabase = 0 AND lim = any(setconfig)
                    )
            LOOP
                EXECUTE format('ALTER ROLE %I SET %I = %L', reader, split_part(one, '=', 1), split_part(one, '=', 2));
            END LOOP;
            EXIT;
        EXCEPTION WHEN duplicate_object OR unique_violation OR internal_error THEN
            IF attempt = attempts THEN
                RAISE;
            END IF;
        END;
    END LOOP;
    -- Others may use the same database: what PUBLIC may do in it outside our schemas is not ours to change.
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO reporting_bi, reporting_writer', current_database());
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO reporting_writer', current_database());
    IF to_regrole('reporting_agency') IS NOT NULL THEN
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO reporting_agency', current_database());
        GRANT USAGE ON SCHEMA mart_agency TO reporting_agency;
        GRANT SELECT ON ALL TABLES IN SCHEMA mart_agency TO reporting_agency;
        GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA mart_agency TO reporting_agency;
    END IF;
END
$$;

REVOKE ALL ON SCHEMA raw, dw, ops, mart, mart_agency FROM PUBLIC, reporting_bi;
REVOKE ALL ON ALL TABLES IN SCHEMA raw, dw, ops FROM reporting_bi;

-- The functions of mart that look into the past read dw with the owner's rights, so they are for nobody else.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA mart, mart_agency FROM PUBLIC;
GRANT USAGE ON SCHEMA mart TO reporting_bi, reporting_writer;
GRANT SELECT ON ALL TABLES IN SCHEMA mart TO reporting_bi, reporting_writer;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA mart TO reporting_bi, reporting_writer;

GRANT USAGE ON SCHEMA raw, dw, ops TO reporting_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA raw, dw, ops TO reporting_writer;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA raw, dw, ops TO reporting_writer;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA dw TO reporting_writer;
REVOKE INSERT, UPDATE, DELETE ON ops.alembic_version FROM reporting_writer;

-- What the owner makes later, by hand as well.
ALTER DEFAULT PRIVILEGES IN SCHEMA mart GRANT SELECT ON TABLES TO reporting_bi, reporting_writer;
ALTER DEFAULT PRIVILEGES IN SCHEMA mart GRANT EXECUTE ON FUNCTIONS TO reporting_bi, reporting_writer;
ALTER DEFAULT PRIVILEGES IN SCHEMA raw, dw, ops GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO reporting_writer;
ALTER DEFAULT PRIVILEGES IN SCHEMA raw, dw, ops GRANT USAGE ON SEQUENCES TO reporting_writer;
ALTER DEFAULT PRIVILEGES IN SCHEMA dw GRANT EXECUTE ON FUNCTIONS TO reporting_writer;
