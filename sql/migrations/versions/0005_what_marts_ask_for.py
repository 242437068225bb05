"""what marts ask for: until when a document was seen, what reports sum to, which node of a plan is shown."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What the migrations before have changed is checked now: no table may change while checks of it wait.
    op.execute('SET CONSTRAINTS ALL IMMEDIATE')
    op.add_column('dim_document', sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=True, comment='Until when it was seen as it is; the time that it prints on itself goes before.'), schema='dw')
    op.execute(
        "UPDATE dw.dim_document AS document SET last_seen_at = coalesce(reading.printed_at, seen.last_seen_at)"
        " FROM (SELECT sha256, max(snapshot_at) AS last_seen_at FROM raw.manifest GROUP BY sha256) AS seen,"
        " raw.document AS reading"
        " WHERE document.sha256 = seen.sha256 AND document.document_key = reading.document_key"
    )
    op.add_column('fact_project', sa.Column('disbursed_thb', sa.Numeric(precision=18, scale=2), nullable=True, comment='Sum of what the reports say was disbursed, baht; empty where none says.'), schema='dw')
    op.add_column('fact_project', sa.Column('report_months', postgresql.ARRAY(sa.SmallInteger()), nullable=True, comment='Months of its fiscal year with a report, in order; 1 is October.'), schema='dw')
    op.execute(
        "UPDATE dw.fact_project AS fact"
        " SET disbursed_thb = told.disbursed_thb, report_months = told.report_months"
        " FROM ("
        "  SELECT report.project_code, report.fiscal_year, sum(report.disbursed_thb) AS disbursed_thb,"
        "   array_agg(DISTINCT day.fiscal_month) FILTER (WHERE day.fiscal_year = report.fiscal_year) AS report_months"
        "  FROM dw.fact_progress_report AS report JOIN dw.dim_date AS day ON report.report_date_key = day.date_key"
        "  GROUP BY report.project_code, report.fiscal_year"
        " ) AS told"
        " WHERE (fact.project_code, fact.fiscal_year) = (told.project_code, told.fiscal_year)"
    )
    op.add_column('bridge_project_strategy', sa.Column('is_shown', sa.Boolean(), nullable=True, comment='The one node of the project-year that is shown: that of the copy shown.'), schema='dw')
    # Of several nodes the one that the copy shown names is not told here: it is when the documents are read again.
    op.execute(
        "UPDATE dw.bridge_project_strategy AS bridge SET is_shown = NOT EXISTS ("
        " SELECT FROM dw.bridge_project_strategy AS other"
        " WHERE other.project_key = bridge.project_key AND other.strategy_key < bridge.strategy_key)"
    )
    op.alter_column('bridge_project_strategy', 'is_shown', nullable=False, schema='dw')
    op.execute(
        "UPDATE raw.document SET records_digest = 'to be read again' WHERE document_key IN ("
        " SELECT project.document_key FROM raw.project JOIN dw.fact_project USING (project_code, fiscal_year)"
        " JOIN dw.bridge_project_strategy AS bridge USING (project_key) WHERE bridge.is_disputed)"
    )
    for name, kind, comment in (
        ('agency_code', sa.Text(), 'Agency of the record, or else of all that its copy speaks of; empty where none tells.'),
        ('project_code', sa.Text(), 'Project code of the record; empty where it is of none.'),
        ('fiscal_year', sa.SmallInteger(), 'Thai fiscal year of the record, Buddhist era; empty where it does not tell.'),
    ):
        op.add_column('finding', sa.Column(name, kind, nullable=True, comment=comment), schema='ops')
    op.execute(
        """
        UPDATE ops.finding AS finding
        SET
            agency_code = CASE
                WHEN record ~ '^[0-9]{4}([0-9]{4})?[-/]' THEN left(record, 4)
                ELSE coalesce(
                    (
                        SELECT project.agency_code FROM raw.project
                        WHERE (project.document_key, project.copy) = (finding.document_key, finding.copy)
                    ),
                    (
                        SELECT CASE count(DISTINCT indicator.agency_code) WHEN 1 THEN min(indicator.agency_code) END
                        FROM raw.indicator
                        WHERE (indicator.document_key, indicator.copy) = (finding.document_key, finding.copy)
                    )
                )
            END,
            project_code = CASE WHEN record ~ '^[0-9]{8}-[0-9]{4}/' THEN split_part(record, '/', 1) END,
            fiscal_year = substring(split_part(record, '/reports[', 1), '/([0-9]{4})$')::SMALLINT
        """
    )
    op.execute('SET CONSTRAINTS ALL IMMEDIATE')
    op.create_index('ix_finding_fiscal_year_agency_code', 'finding', ['fiscal_year', 'agency_code'], schema='ops')
    op.create_index('ix_finding_project_code', 'finding', ['project_code'], schema='ops')
    op.drop_index('ix_fact_progress_report_printed_code', table_name='fact_progress_report', schema='dw')
    op.create_index('ix_fact_project_printed_code', 'fact_project', [sa.literal_column("substring(project_code, '^[0-9].*')")], schema='dw')
    op.drop_constraint('pk_fact_progress_report', 'fact_progress_report', schema='dw', type_='primary')
    op.create_primary_key('pk_fact_progress_report', 'fact_progress_report', ['fiscal_year', 'project_code', 'report_ref'], schema='dw')
    op.create_index('ix_fact_project_printed_year', 'fact_project', [sa.literal_column('nullif(fiscal_year, -1)')], schema='dw')


def downgrade() -> None:
    op.drop_constraint('pk_fact_progress_report', 'fact_progress_report', schema='dw', type_='primary')
    op.create_primary_key('pk_fact_progress_report', 'fact_progress_report', ['project_code', 'fiscal_year', 'report_ref'], schema='dw')
    op.drop_index('ix_fact_project_printed_year', table_name='fact_project', schema='dw')
    op.drop_index('ix_fact_project_printed_code', table_name='fact_project', schema='dw')
    op.create_index('ix_fact_progress_report_printed_code', 'fact_progress_report', [sa.literal_column("substring(project_code, '^[0-9].*')")], schema='dw')
    op.drop_index('ix_finding_project_code', table_name='finding', schema='ops')
    op.drop_index('ix_finding_fiscal_year_agency_code', table_name='finding', schema='ops')
    for name in ('agency_code', 'project_code', 'fiscal_year'):
        op.drop_column('finding', name, schema='ops')
    op.drop_column('bridge_project_strategy', 'is_shown', schema='dw')
    op.drop_column('fact_project', 'report_months', schema='dw')
    op.drop_column('fact_project', 'disbursed_thb', schema='dw')
    op.drop_column('dim_document', 'last_seen_at', schema='dw')
