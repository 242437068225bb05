-- Who may log in to the embedded server, said in single-user mode, when nobody else is there. The superuser sets up,
-- and does nothing else; the owner that migrates and loads is none. Their passwords are set behind this. A statement
-- ends with a semicolon and a blank line, and only there.

DO $$
DECLARE
    made NAME;
BEGIN
    -- Earlier releases loaded as the role that initdb made, which nothing can take superuser from: it gets another name.
    -- Whoever does that must be another superuser.
    IF (SELECT rolname FROM pg_roles WHERE oid = 10) = 'reporting_owner' THEN
        CREATE ROLE renaming SUPERUSER;
        SET SESSION AUTHORIZATION renaming;
        ALTER ROLE reporting_owner RENAME TO postgres;
        SET SESSION AUTHORIZATION postgres;
        DROP ROLE renaming;
    END IF;
    IF to_regrole('reporting_owner') IS NULL THEN
        CREATE ROLE reporting_owner;
    END IF;
    -- What the owner makes is its own to change; what the superuser made for it is from here on.
    FOR made IN
        SELECT rolname FROM pg_roles WHERE NOT rolsuper AND rolname !~ '^pg_' AND rolname <> 'reporting_owner'
    LOOP
        EXECUTE format('GRANT %I TO reporting_owner WITH ADMIN TRUE, INHERIT FALSE, SET FALSE', made);
    END LOOP;
    -- However many others there are, the owner gets in; and what it loaded may be written out when it says so.
    GRANT pg_use_reserved_connections, pg_checkpoint TO reporting_owner;
    -- The one limit that a session cannot lift by itself; the owner sets it for the logins that it makes.
    GRANT SET ON PARAMETER temp_file_limit TO reporting_owner;
END
$$;

ALTER ROLE reporting_owner LOGIN CREATEROLE NOSUPERUSER NOCREATEDB NOREPLICATION NOBYPASSRLS;

-- What they hold is nobody's business, and locks taken there would be everybody's.
REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;
