-- On what do copies of a document disagree, or documents of one day, and where does each value stand? A row a field and
-- a value that is not shown.
--
-- Of copies, the certified one is shown, and else the last. Of documents of one day nobody can tell which is right: the
-- last of them that states the value is shown, and none of them is a change of another.
--
-- Never personal data: of such fields the row says only that copies disagree, and on which lines.

CREATE VIEW mart.conflict AS
WITH line AS NOT MATERIALIZED (
    SELECT
        document_key, copy, is_shown, '' AS field_prefix, 0 AS ordinal,
        concat_ws('/', project_code, fiscal_year) AS of_project, '' AS ref, NULL::BIGINT AS indicator_key, places
    FROM raw.project
    UNION ALL
    SELECT
        document_key, copy, is_shown, field_prefix, 0, concat_ws('/', project_code, fiscal_year), report_ref, NULL,
        places
    FROM raw.report
    UNION ALL
    SELECT
        document_key, copy, is_shown, 'indicators', ordinal, NULL, indicator_key::TEXT, indicator_key, places
    FROM raw.indicator
),

of_copies AS (
    SELECT
        kept.project_code, kept.fiscal_year, other.indicator_key, kept.field,
        kept.value_shown, kept.document_key, shown.copy AS copy_shown,
        dw.line_of(shown.places, kept.field_name) AS line_shown,
        kept.value_other, kept.document_key AS other_document_key, kept.copy AS copy_other,
        coalesce(dw.line_of(other.places, kept.field_name), whole.first_line) AS line_other
    FROM (
        SELECT
            *, concat_ws('/', project_code, fiscal_year) AS of_project,
            -- A report by its number, also where one copy lacks it; an indicator by its place in the other copy.
            CASE
                WHEN starts_with(field, 'indicators') THEN 'indicators'
                WHEN field LIKE '%]' THEN field || '.'
                ELSE coalesce(substring(field, '^[^\]]*\]\.'), '')
            END AS field_prefix,
            CASE WHEN starts_with(field, 'indicators') THEN substring(field, '#([0-9]+)')::INTEGER ELSE 0 END
                AS ordinal,
            regexp_replace(field, '^[^\]]*\](\.|$)', '') AS field_name
        FROM ops.field_conflict
    ) AS kept
    LEFT JOIN line AS other
        ON
            kept.document_key = other.document_key AND kept.copy = other.copy
            AND kept.field_prefix = other.field_prefix AND kept.ordinal = other.ordinal
    LEFT JOIN line AS shown
        ON
            kept.document_key = shown.document_key AND shown.is_shown
            AND CASE
                WHEN other.ref IS NULL
                    THEN kept.field_prefix = shown.field_prefix AND kept.of_project = shown.of_project
                ELSE other.ref = shown.ref AND other.of_project IS NOT DISTINCT FROM shown.of_project
            END
    LEFT JOIN raw.project AS whole ON kept.document_key = whole.document_key AND kept.copy = whole.copy
),

seen AS (
    SELECT
        document.document_key, document.sha256, (seen_at AT TIME ZONE 'Asia/Bangkok')::DATE AS day, max(seen_at) AS at
    FROM dw.dim_document AS document
    INNER JOIN raw.document AS reading USING (document_key)
    INNER JOIN raw.manifest AS manifest USING (sha256)
    CROSS JOIN dw.snapshot_at(reading.printed_at, manifest.snapshot_at, manifest.fetched_at) AS seen_at
    GROUP BY document.document_key, document.sha256, day
),

several AS (
    SELECT project.project_code, project.fiscal_year, seen.day
    FROM raw.project AS project
    INNER JOIN seen USING (document_key)
    WHERE project.is_shown
    GROUP BY project.project_code, project.fiscal_year, seen.day
    HAVING count(DISTINCT project.document_key) > 1
),

of_day AS (
    SELECT
        several.project_code, several.fiscal_year, several.day, source.document_key, source.copy, '' AS field_prefix,
        '' AS ref, to_jsonb(source) AS stated, source.places
    FROM several
    INNER JOIN raw.project AS source USING (project_code, fiscal_year)
    WHERE source.is_shown
    UNION ALL
    SELECT
        several.project_code, several.fiscal_year, several.day, source.document_key, source.copy, source.field_prefix,
        source.report_ref, to_jsonb(source), source.places
    FROM several
    INNER JOIN raw.report AS source USING (project_code, fiscal_year)
    WHERE source.is_shown
),

stated AS (
    SELECT
        of_day.project_code, of_day.fiscal_year, of_day.day, of_day.ref, of_day.field_prefix || place.key AS field,
        of_day.document_key, of_day.copy, of_day.stated ->> place.key AS value, (place.value ->> 1)::INTEGER AS line,
        row_number() OVER (
            PARTITION BY of_day.project_code, of_day.fiscal_year, of_day.day, of_day.ref, place.key
            ORDER BY seen.at DESC, seen.sha256 DESC
        ) AS age
    FROM of_day
    INNER JOIN seen USING (document_key, day)
    CROSS JOIN LATERAL jsonb_each(of_day.places) AS place
    WHERE
        of_day.stated ->> place.key IS NOT NULL
        AND place.key NOT IN ('owner', 'coordinator', 'contact')
),

contested AS (
    SELECT 'copies' AS conflict_kind, of_copies.* FROM of_copies
    UNION ALL
    SELECT
        'documents', shown.project_code, shown.fiscal_year, NULL, shown.field,
        shown.value AS value_shown, shown.document_key, shown.copy AS copy_shown, shown.line AS line_shown,
        other.value AS value_other, other.document_key AS other_document_key, other.copy AS copy_other,
        other.line AS line_other
    FROM stated AS shown
    INNER JOIN stated AS other USING (project_code, fiscal_year, day, ref, field)
    -- A page that prints the agency alone says nothing of its section.
    WHERE
        shown.age = 1 AND shown.value <> other.value
        AND NOT (shown.field = 'agency_path' AND (strpos(other.value, rtrim(shown.value, ']')) = 1))
        AND NOT (shown.field = 'agency_path' AND (strpos(shown.value, rtrim(other.value, ']')) = 1))
)

SELECT
    contested.conflict_kind,
    substring(fact.project_code, '^[0-9].*') AS project_code,
    project.view_id,
    indicator.kpi_id,
    coalesce(nullif(fact.fiscal_year, -1), indicator.fiscal_year) AS fiscal_year,
    project.project_name,
    agency.agency_code,
    agency.agency_name,
    agency.agency_name_en,
    agency.agency_sort_key,
    agency.agency_kind,
    coalesce(project.section_name, agency.unit_name) AS section_name,
    contested.field,
    contested.value_shown,
    contested.copy_shown,
    contested.line_shown,
    contested.value_other,
    contested.copy_other,
    contested.line_other,
    coalesce(
        fact.document_key IN (contested.document_key, contested.other_document_key),
        headline.document_key = contested.document_key, FALSE
    ) AS is_of_last_export,
    other_document.document_uri AS document_uri_other,
    document.document_uri,
    document.snapshot_at,
    document.last_loaded_at
FROM contested
INNER JOIN mart.document AS document USING (document_key)
INNER JOIN mart.document AS other_document ON contested.other_document_key = other_document.document_key
LEFT JOIN dw.fact_project AS fact
    ON contested.project_code = fact.project_code AND contested.fiscal_year = fact.fiscal_year
LEFT JOIN dw.dim_project AS project ON fact.project_key = project.project_key
LEFT JOIN dw.dim_indicator AS indicator ON contested.indicator_key = indicator.indicator_key
LEFT JOIN dw.fact_indicator_result AS headline
    ON contested.indicator_key = headline.indicator_key AND headline.quarter = 0
INNER JOIN dw.dim_agency AS agency ON coalesce(fact.agency_key, headline.agency_key, -1) = agency.agency_key;
