-- What was known at each snapshot of an indicator. Its values come from the document that measured it last: one that
-- only names it states no value. Each value keeps the unit of the document that stated it, for it is compared within
-- one unit only. Forms of several projects may name one indicator, each in its own way: what each of them says is
-- followed by itself (own_state). One of whose name nothing is left, because it was of a text that was purged, is named
-- by its key. One document may have several that only their place tells apart: they stand in its order.
-- reads: affected_indicator, raw.indicator, raw.project, observation
-- gives: indicator_state

WITH stated AS (
    SELECT
        indicator.indicator_key, indicator.kpi_id, indicator.agency_code, indicator.fiscal_year, indicator.record,
        indicator.document_key, indicator.copy, indicator.ordinal, observation.family,
        observation.snapshot_at, observation.sha256,
        coalesce(project.record, '') AS named_by,
        jsonb_strip_nulls(
            to_jsonb(indicator) - '{document_key,copy,ordinal,record,is_shown,places,indicator_key}'::TEXT[]
            || jsonb_build_object(
                'measured_by',
                CASE
                    WHEN
                        num_nonnulls(indicator.target_value, indicator.result_value, indicator.evaluation_score) > 0
                        THEN indicator.document_key
                END
            )
        ) AS own,
        dw.together(jsonb_build_object('unit_raw', indicator.unit_raw, 'unit', indicator.unit))
        || CASE
            WHEN num_nonnulls(indicator.target_raw, indicator.target_value) > 0
                THEN jsonb_build_object(
                    'target_raw', indicator.target_raw, 'target_value', indicator.target_value,
                    'target_unit', indicator.unit
                )
            ELSE '{}'
        END
        || CASE
            WHEN indicator.result_value IS NOT NULL THEN jsonb_build_object('result_unit', indicator.unit)
            ELSE '{}'
        END
        || dw.together(
            jsonb_build_object(
                'evaluation_quarter', indicator.evaluation_quarter, 'evaluation_score', indicator.evaluation_score
            )
        )
        || dw.together(
            jsonb_build_object(
                'plan_version', indicator.plan_version,
                'strategy_code', indicator.strategy_code, 'strategy_name', indicator.strategy_name,
                'sub_issue_code', indicator.sub_issue_code, 'sub_issue_name', indicator.sub_issue_name,
                'goal_code', indicator.goal_code, 'goal_name', indicator.goal_name
            )
        ) AS printed_together
    FROM affected_indicator
    INNER JOIN raw.indicator AS indicator USING (indicator_key)
    INNER JOIN observation USING (document_key)
    LEFT JOIN raw.project AS project
        ON indicator.document_key = project.document_key AND indicator.copy = project.copy
    WHERE indicator.is_shown
)

SELECT
    indicator_key, kpi_id, agency_code, fiscal_year, record, document_key, copy, ordinal, family, snapshot_at, sha256,
    own, named_by,
    dw.jsonb_merge(own || printed_together) OVER (
        PARTITION BY indicator_key, named_by ORDER BY snapshot_at, sha256, copy, ordinal
    ) AS own_state,
    coalesce(max(record) OVER (PARTITION BY indicator_key), indicator_key::TEXT) AS of_record,
    count(*) OVER (PARTITION BY indicator_key) AS times_seen,
    dw.jsonb_merge(own || printed_together) OVER (
        PARTITION BY indicator_key ORDER BY snapshot_at, sha256, copy, ordinal
    ) AS state
FROM stated
