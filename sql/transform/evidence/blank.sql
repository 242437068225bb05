-- A blank where an earlier export of the same family printed a value. The value stands, and a finding says so. What
-- others derive from is passed over, and so is personal data.
-- reads: seen_again, ops.purge
-- gives: blank

WITH compared AS (
    SELECT
        *,
        dw.jsonb_merge(own) OVER (
            PARTITION BY of_record, field_prefix, family ORDER BY snapshot_at, sha256, copy, ordinal
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS own_before
    FROM seen_again
)

SELECT DISTINCT
    compared.document_key, compared.copy, compared.record, compared.of_record,
    compared.field_prefix || known.field AS field, compared.agency_code, compared.kpi_id, compared.project_code,
    compared.fiscal_year
FROM compared
CROSS JOIN LATERAL jsonb_object_keys(compared.own_before) AS known (field)
WHERE
    NOT compared.own ? known.field
    -- What was purged is not blank in the export.
    AND compared.sha256 NOT IN (
        SELECT sha256 FROM ops.purge
        WHERE is_prose_purged
    )
    AND compared.state ->> known.field IS NOT NULL
    AND known.field NOT IN (
        'owner', 'coordinator', 'contact', 'is_certified', 'shown_progress_pct', 'section_name', 'measured_by',
        'has_unit_clash'
    )
