-- Which cases of quarantine are there, those held longest first? A row a case, with the ids of all its rows.
--
-- Nothing of a copy is loaded whose project is held: its reports and indicators belong to the project's case. So do
-- further copies of the project in the same document that are held for the same reason.

WITH picked AS (
    SELECT quarantine.* FROM ops.quarantine AS quarantine
    WHERE
        quarantine.state = %(state)s
        AND (
            %(load_id)s::BIGINT IS NULL
            OR EXISTS (
                SELECT FROM ops.load_document AS met
                WHERE met.load_id = %(load_id)s AND met.document_key = quarantine.document_key
            )
        )
),

project AS (
    SELECT DISTINCT ON (document_key, copy) * FROM picked
    WHERE record ~ %(project)s
    ORDER BY document_key ASC, copy ASC, page DESC, line DESC
),

of_case AS (
    SELECT
        picked.quarantine_id,
        coalesce(
            first_value(project.quarantine_id) OVER (
                PARTITION BY project.document_key, project.record, project.reason
                ORDER BY project.page, project.line, project.quarantine_id
            ),
            picked.quarantine_id
        ) AS case_id
    FROM picked
    LEFT JOIN project USING (document_key, copy)
),

counted AS (
    SELECT
        case_id AS quarantine_id,
        array_agg(quarantine_id ORDER BY quarantine_id <> case_id, quarantine_id) AS quarantine_ids
    FROM of_case
    GROUP BY case_id
),

agency_of AS (
    SELECT document_key, copy, record, min(agency_code) AS agency_code FROM ops.finding
    WHERE severity = 'critical'
    GROUP BY document_key, copy, record
)

SELECT
    picked.quarantine_id, counted.quarantine_ids, document.uri, document.family, picked.copy, picked.record,
    picked.rule_id, picked.reason, picked.page, picked.line, picked.first_seen, picked.last_seen, picked.state,
    agency_of.agency_code, agency.agency_name, agency.agency_name_en,
    count(*) OVER () AS cases
FROM counted
INNER JOIN picked USING (quarantine_id)
INNER JOIN dw.dim_document AS document USING (document_key)
LEFT JOIN agency_of USING (document_key, copy, record)
LEFT JOIN dw.dim_agency AS agency ON agency_of.agency_code || '0000' = agency.unit_code AND agency.is_current
WHERE
    (%(quarantine_ids)s::BIGINT[] IS NULL OR counted.quarantine_ids && %(quarantine_ids)s::BIGINT[])
    AND (%(rule_id)s::TEXT IS NULL OR picked.rule_id = %(rule_id)s)
    AND (%(agency_code)s::TEXT IS NULL OR coalesce(agency_of.agency_code, '') = %(agency_code)s)
    AND (%(min_days)s::INTEGER IS NULL OR picked.first_seen <= now() - make_interval(days => %(min_days)s))
ORDER BY picked.first_seen, document.uri, picked.page, picked.line, picked.record, picked.quarantine_id
LIMIT %(limit)s OFFSET %(offset)s;
