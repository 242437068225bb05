"""what exports show: a log of reports, sections, months; agencies in English and in Thai order; complete plans."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

_ADDED = (
    ('raw', 'project', sa.Column('has_report_log', sa.Boolean())),
    ('dw', 'dim_agency', sa.Column('agency_sort_key', sa.Text(collation='C'))),
    ('dw', 'dim_agency', sa.Column('agency_name_en', sa.Text())),
    ('dw', 'dim_agency', sa.Column('district_code', sa.Text())),
    ('dw', 'dim_project', sa.Column('section_name', sa.Text())),
    ('dw', 'dim_strategy', sa.Column('is_plan_complete', sa.Boolean())),
    ('dw', 'fact_project', sa.Column('log_document_key', sa.BigInteger())),
    ('dw', 'fact_project', sa.Column('progress_months', postgresql.ARRAY(sa.SmallInteger()))),
    ('dw', 'fact_project', sa.Column('progress_by_month', postgresql.ARRAY(sa.Numeric(9, 4)))),
    ('dw', 'fact_project', sa.Column('disbursed_by_month', postgresql.ARRAY(sa.Numeric(18, 2)))),
    ('dw', 'fact_project', sa.Column('last_report_ref', sa.Text())),
)  # fmt: skip
_NEVER_EMPTY = (('raw', 'project', 'has_report_log'), ('dw', 'fact_project', 'log_document_key'))

# As the steps of a load made them when this was written.
_MONTH = "12 * (extract(YEAR FROM day.full_date + INTERVAL '3 months')::INTEGER + 543 - fact.fiscal_year)" \
    " + extract(MONTH FROM day.full_date + INTERVAL '3 months')::INTEGER"
_SEEN = """
    SELECT document.document_key, document.sha256,
        CASE
            WHEN known.printed_at IS NULL OR known.printed_at > manifest.fetched_at + INTERVAL '5 minutes'
                THEN manifest.snapshot_at
            ELSE least(known.printed_at, manifest.fetched_at)
        END AS snapshot_at
    FROM dw.dim_document AS document
    JOIN raw.document AS known USING (document_key) JOIN raw.manifest AS manifest USING (sha256)
"""
_FILLED = (
    # Of the families, the printed form alone has the heading of the log where nothing was reported.
    """
    UPDATE raw.project SET has_report_log = document.family = 'printed_form' OR EXISTS (
        SELECT FROM raw.report
        WHERE report.document_key = project.document_key AND report.copy = project.copy
    )
    FROM dw.dim_document AS document WHERE document.document_key = project.document_key
    """,
    f"""
    WITH log AS (
        SELECT DISTINCT ON (project_code, fiscal_year) project_code, fiscal_year, document_key,
            min(snapshot_at) OVER (PARTITION BY project_code, fiscal_year) AS first_seen_at
        FROM raw.project JOIN ({_SEEN}) AS seen USING (document_key)
        WHERE has_report_log
        ORDER BY project_code, fiscal_year, snapshot_at DESC, sha256 DESC
    ), current AS (
        UPDATE dw.fact_project AS fact SET
            log_document_key = coalesce(log.document_key, -1),
            report_count = CASE WHEN log.document_key IS NOT NULL THEN fact.report_count END
        FROM dw.fact_project AS known LEFT JOIN log USING (project_code, fiscal_year)
        WHERE (known.project_code, known.fiscal_year) = (fact.project_code, fact.fiscal_year)
    )
    UPDATE dw.project_history AS past SET report_count = NULL
    FROM dw.project_history AS known LEFT JOIN log USING (project_code, fiscal_year)
    WHERE (known.project_code, known.fiscal_year, known.valid_from)
        = (past.project_code, past.fiscal_year, past.valid_from)
        AND (log.first_seen_at < past.valid_to) IS NOT TRUE
    """,
    """
    UPDATE dw.fact_project AS fact SET last_report_ref = last.report_ref
    FROM (
        SELECT DISTINCT ON (project_code, fiscal_year) project_code, fiscal_year, report_ref
        FROM dw.fact_progress_report
        ORDER BY project_code, fiscal_year, coalesce(report_no, 0) DESC, report_date_key DESC, report_ref DESC
    ) AS last
    WHERE (last.project_code, last.fiscal_year) = (fact.project_code, fact.fiscal_year)
    """,
    f"""
    WITH report AS (
        SELECT fact.project_code, fact.fiscal_year, fact.report_ref, fact.report_no, fact.progress_pct,
            fact.disbursed_thb, day.full_date AS report_date, greatest({_MONTH}, 1) AS fiscal_month,
            {_MONTH} >= 1 AS is_in_year
        FROM dw.fact_progress_report AS fact JOIN dw.dim_date AS day ON fact.report_date_key = day.date_key
        WHERE fact.fiscal_year > 0 AND {_MONTH} <= 12
    ), reported AS (
        SELECT project_code, fiscal_year, fiscal_month, sum(disbursed_thb) AS disbursed_thb,
            bool_or(is_in_year AND progress_pct IS NOT NULL) AS is_progress_reported,
            (array_agg(progress_pct ORDER BY report_date DESC, report_no DESC NULLS LAST, report_ref DESC)
                FILTER (WHERE progress_pct IS NOT NULL))[1] AS progress_pct
        FROM report GROUP BY project_code, fiscal_year, fiscal_month
    ), month AS (
        SELECT project.project_code, project.fiscal_year, month.fiscal_month, reported.progress_pct,
            reported.is_progress_reported, sum(reported.disbursed_thb) OVER so_far AS disbursed_thb,
            count(reported.progress_pct) OVER so_far AS times_reported
        FROM (SELECT DISTINCT project_code, fiscal_year FROM reported) AS project
        CROSS JOIN generate_series(1, 12) AS month (fiscal_month)
        LEFT JOIN reported USING (project_code, fiscal_year, fiscal_month)
        WINDOW so_far AS (PARTITION BY project.project_code, project.fiscal_year ORDER BY month.fiscal_month)
    ), carried AS (
        SELECT project_code, fiscal_year, fiscal_month, disbursed_thb, is_progress_reported,
            max(progress_pct) OVER (PARTITION BY project_code, fiscal_year, times_reported) AS progress_pct
        FROM month
    ), tally AS (
        SELECT project_code, fiscal_year,
            array_agg(fiscal_month::SMALLINT ORDER BY fiscal_month) FILTER (WHERE is_progress_reported)
                AS progress_months,
            array_agg(progress_pct ORDER BY fiscal_month) AS progress_by_month,
            array_agg(disbursed_thb ORDER BY fiscal_month) AS disbursed_by_month
        FROM carried GROUP BY project_code, fiscal_year
    )
    UPDATE dw.fact_project AS fact SET progress_months = tally.progress_months,
        progress_by_month = tally.progress_by_month, disbursed_by_month = tally.disbursed_by_month
    FROM tally WHERE (tally.project_code, tally.fiscal_year) = (fact.project_code, fact.fiscal_year)
    """,
    # The section that an export printed last while the version was current, or before it.
    f"""
    UPDATE dw.dim_project AS version SET section_name = (
        SELECT project.agency_path[cardinality(project.agency_path)]
        FROM raw.project JOIN ({_SEEN}) AS seen USING (document_key)
        WHERE project.is_shown AND cardinality(project.agency_path) > 1
            AND project.project_code = version.project_code AND project.fiscal_year = version.fiscal_year
            AND seen.snapshot_at < coalesce(version.valid_to, 'infinity')
        ORDER BY seen.snapshot_at DESC, seen.sha256 DESC LIMIT 1
    )
    WHERE version.project_code IS NOT NULL
    """,
    "UPDATE dw.dim_agency SET agency_name = NULL WHERE agency_key < 0",
    """
    INSERT INTO ops.load_table (load_id, table_name, row_count)
    SELECT load_id, 'mart.indicator_attainment', (
        SELECT count(*) FROM dw.fact_indicator_result AS fact JOIN dw.dim_indicator AS indicator USING (indicator_key)
        WHERE indicator.kpi_id IS NOT NULL
            OR num_nonnulls(fact.target_value, fact.result_value, fact.evaluation_score) > 0
    )
    FROM ops.load WHERE status = 'committed' ORDER BY load_id DESC LIMIT 1
    """,
)


def upgrade() -> None:
    op.execute('SET CONSTRAINTS ALL IMMEDIATE')
    for schema, table, column in _ADDED:
        op.add_column(table, column, schema=schema)
    for table in ('fact_project', 'project_history'):
        op.alter_column(table, 'report_count', nullable=True, schema='dw')
    for statement in _FILLED:
        op.execute(statement)
    op.execute('SET CONSTRAINTS ALL IMMEDIATE')
    for schema, table, column in _NEVER_EMPTY:
        op.alter_column(table, column, nullable=False, schema=schema)
    op.create_foreign_key(
        'fk_fact_project_log_document_key', 'fact_project', 'dim_document', ['log_document_key'], ['document_key'],
        source_schema='dw', referent_schema='dw', initially='DEFERRED', deferrable=True,
    )  # fmt: skip
    op.create_index(
        'ix_fact_progress_report_undated', 'fact_progress_report', ['project_code', 'fiscal_year'], schema='dw',
        postgresql_where=sa.text('report_date_key = -1'),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index('ix_fact_progress_report_undated', 'fact_progress_report', schema='dw')
    op.execute("DELETE FROM ops.load_table WHERE table_name = 'mart.indicator_attainment'")
    for table in ('fact_project', 'project_history'):
        op.execute(f'UPDATE dw.{table} SET report_count = 0 WHERE report_count IS NULL')
        op.alter_column(table, 'report_count', nullable=False, schema='dw')
    for schema, table, column in reversed(_ADDED):
        op.drop_column(table, column.name, schema=schema)
