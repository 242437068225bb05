"""the name of a record is a column: in `raw`, from there in two dimensions; findings say whose their record is."""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

_NAME = 'Name of the record, as findings have it: `50490000-3572/2566`.'
_INDICATOR = 'Name of the record, as findings have it: `5030-1086/2566`; empty where it was of a text that was purged.'
_PREFIX = 'What stands before a field of it in the path from its project-year or indicator-year: `reports[2].`.'
_ADDED = (
    ('raw', 'project', 'record', False, _NAME), ('raw', 'report', 'record', False, _NAME),
    ('raw', 'report', 'field_prefix', False, _PREFIX), ('raw', 'indicator', 'record', True, _INDICATOR),
    ('raw', 'indicator_quarter', 'record', True, _INDICATOR), ('raw', 'indicator_quarter', 'field_prefix', False, _PREFIX),
    ('dw', 'dim_project', 'record', True, _NAME), ('dw', 'dim_indicator', 'record', True, _NAME),
    ('ops', 'finding', 'of_record', False, 'The record itself, or the project-year or indicator-year that it is a part of.'),
    ('ops', 'finding', 'kpi_id', True, 'KPI id of the record; empty where it is of none.'),
)

# As `etl.records.names` made them when this was written.
_PROJECT = "project_code || '/' || coalesce(nullif(fiscal_year, -1)::TEXT, 'unknown')"
_FILLED = (
    f'UPDATE raw.project SET record = {_PROJECT}',
    f"UPDATE raw.report SET record = {_PROJECT} || '/reports[' || report_ref || ']', field_prefix = 'reports[' || report_ref || '].'",
    """
    UPDATE raw.indicator AS named SET record =
        CASE
            WHEN kpi_id ~ '^[0-9]{4}-' OR (kpi_id IS NOT NULL AND agency_code IS NULL) THEN kpi_id
            WHEN coalesce(kpi_id, indicator_name) IS NOT NULL
                THEN coalesce(agency_code, 'unknown') || '/' || coalesce(kpi_id, indicator_name)
            WHEN document_key NOT IN (
                SELECT document.document_key FROM ops.purge JOIN dw.dim_document AS document USING (sha256)
                WHERE purge.is_prose_purged
            ) THEN 'indicators[#' || ordinal || ']'
        END || '/' || coalesce(fiscal_year::TEXT, 'unknown')
    """,
    """
    UPDATE raw.indicator_quarter AS named
    SET record = indicator.record || '/quarters[' || named.quarter || ']', field_prefix = 'quarters[' || named.quarter || '].'
    FROM raw.indicator
    WHERE (indicator.document_key, indicator.copy, indicator.ordinal) = (named.document_key, named.copy, named.ordinal)
    """,
    f'UPDATE dw.dim_project SET record = {_PROJECT} WHERE project_code IS NOT NULL',
    """
    UPDATE dw.dim_indicator AS named SET record = coalesce(stated.record, named.indicator_key::TEXT)
    FROM (SELECT indicator_key, max(record) AS record FROM raw.indicator GROUP BY indicator_key) AS stated
    WHERE named.indicator_key = stated.indicator_key
    """,
    r"""
    UPDATE ops.finding SET
        of_record = regexp_replace(record, '/(reports|quarters)\[[^/]*\]$', ''),
        kpi_id = substring(record, '^([0-9]{4}-[0-9]{3,4})/'),
        -- A quarter's name ends in the quarter, where the year was looked for.
        fiscal_year = coalesce(fiscal_year, substring(record, '/([0-9]{4})/quarters\[[^/]*\]$')::SMALLINT)
    """,
)


def upgrade() -> None:
    op.execute('SET CONSTRAINTS ALL IMMEDIATE')
    for schema, table, name, _, comment in _ADDED:
        op.add_column(table, sa.Column(name, sa.Text(), nullable=True, comment=comment), schema=schema)
    for statement in _FILLED:
        op.execute(statement)
    op.execute('SET CONSTRAINTS ALL IMMEDIATE')
    for schema, table, name, is_nullable, _ in _ADDED:
        if not is_nullable:
            op.alter_column(table, name, nullable=False, schema=schema)
    op.create_index('ix_project_record', 'project', ['record'], schema='raw')
    op.drop_index('ix_project_project_code_fiscal_year', 'project', schema='raw')
    for function in (  # the first rests on the second
        'indicator_record(TEXT, TEXT, TEXT, BIGINT, SMALLINT)', 'record_name(TEXT, SMALLINT)', 'record_agency(TEXT)',
        'record_year(TEXT)', 'record_project(TEXT)',
    ):
        op.execute(f'DROP FUNCTION IF EXISTS dw.{function}')


def downgrade() -> None:
    op.create_index('ix_project_project_code_fiscal_year', 'project', ['project_code', 'fiscal_year'], schema='raw')
    op.drop_index('ix_project_record', 'project', schema='raw')
    for schema, table, name, _, _ in reversed(_ADDED):
        op.drop_column(table, name, schema=schema)
