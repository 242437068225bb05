-- Who may do what. reporting_bi reads mart and nothing else. It cannot log in until an operator gives it a password;
-- its limits hold for its own sessions, and not for those of roles that are members of it.

DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'reporting_bi') THEN
        CREATE ROLE reporting_bi NOLOGIN;
    END IF;
    -- The owner may act as BI: `etl sql` does, so that it shows what a BI tool would see.
    EXECUTE format('GRANT reporting_bi TO %I', current_user);
    -- Others may use the same database: what PUBLIC may do in it outside our schemas is not ours to change.
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO reporting_bi', current_database());
END
$$;

ALTER ROLE reporting_bi SET default_transaction_read_only = on;
ALTER ROLE reporting_bi SET statement_timeout = '60s';

REVOKE ALL ON SCHEMA raw, dw, ops FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA raw, dw, ops FROM reporting_bi;
GRANT USAGE ON SCHEMA mart TO reporting_bi;
GRANT SELECT ON ALL TABLES IN SCHEMA mart TO reporting_bi;
