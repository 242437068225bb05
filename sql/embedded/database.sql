-- A database of the embedded server handed to the owner, by the superuser: a new one, or one of an earlier release,
-- where the superuser owned all that stands in it. Nobody else comes in unless the owner lets them. The database itself
-- goes last: as long as it is the superuser's, or the owner lacks a right that it gets here, this is not done.

SET LOCAL search_path = '';

DO $$
DECLARE
    statement TEXT;
BEGIN
    FOR statement IN
        WITH ours AS (
            SELECT oid, nspname, nspowner FROM pg_catalog.pg_namespace
            WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
        )

        SELECT format('ALTER SCHEMA %I OWNER TO reporting_owner', nspname) FROM ours WHERE nspowner = 10
        UNION ALL
        SELECT
            format(
                'ALTER %s %s OWNER TO reporting_owner',
                CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
                relation.oid::REGCLASS
            )
        FROM pg_catalog.pg_class AS relation
        INNER JOIN ours ON relation.relnamespace = ours.oid
        WHERE
            relation.relowner = 10 AND relation.relkind IN ('r', 'p', 'v', 'm', 'S')
            -- The sequence of a column goes with its table.
            AND NOT EXISTS (
                SELECT FROM pg_catalog.pg_depend
                WHERE classid = 'pg_catalog.pg_class'::REGCLASS AND objid = relation.oid AND deptype IN ('a', 'i')
            )
        UNION ALL
        SELECT format('ALTER ROUTINE %s OWNER TO reporting_owner', routine.oid::REGPROCEDURE)
        FROM pg_catalog.pg_proc AS routine
        INNER JOIN ours ON routine.pronamespace = ours.oid
        WHERE routine.proowner = 10
        UNION ALL
        SELECT format('ALTER TYPE %s OWNER TO reporting_owner', kind.oid::REGTYPE)
        FROM pg_catalog.pg_type AS kind
        INNER JOIN ours ON kind.typnamespace = ours.oid
        WHERE kind.typowner = 10 AND kind.typtype IN ('e', 'd', 'r')
    LOOP
        EXECUTE statement;
    END LOOP;

    -- What any login may do by default, and no reader needs: large objects, messages, locks that are everybody's, DO.
    FOR statement IN
        SELECT format('ROUTINE %s', oid::REGPROCEDURE) FROM pg_catalog.pg_proc
        WHERE
            pronamespace = 'pg_catalog'::REGNAMESPACE
            AND proname ~ '^(lo_|loread$|lowrite$|pg_(try_)?advisory_|pg_notify$|pg_logical_emit_message$)'
        UNION ALL
        SELECT format('LANGUAGE %I', lanname) FROM pg_catalog.pg_language WHERE lanpltrusted
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM PUBLIC', statement);
        EXECUTE format('GRANT ALL ON %s TO reporting_owner', statement);
    END LOOP;
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());

    -- The groups may be there from another database of this server, and this one a copy of it.
    IF to_regrole('reporting_bi') IS NOT NULL AND to_regrole('reporting_writer') IS NOT NULL THEN
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO reporting_bi, reporting_writer', current_database());
        EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO reporting_writer', current_database());
    END IF;
    IF to_regrole('reporting_agency') IS NOT NULL THEN
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO reporting_agency', current_database());
    END IF;
    -- A load proves foreign keys as a set, and need not have the server look up each row: `etl/load/keys.py`.
    GRANT SET ON PARAMETER session_replication_role TO reporting_owner;
    EXECUTE format('ALTER DATABASE %I OWNER TO reporting_owner', current_database());
END
$$;
