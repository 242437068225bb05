"""what each check of the warehouse found is kept, so that a trend can be seen."""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('quality_check',
    sa.Column('quality_check_id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='The result.'),
    sa.Column('checked_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the warehouse was checked.'),
    sa.Column('check_name', sa.Text(), nullable=False, comment='load, freshness, news, volume, quarantine, coverage or anomalies.'),
    sa.Column('fiscal_year', sa.SmallInteger(), nullable=True, comment='The fiscal year that it is about; empty where about none.'),
    sa.Column('severity', sa.Text(), nullable=False, comment='ok, info, warning or critical.'),
    sa.Column('cases', sa.BigInteger(), nullable=False, comment='How many cases: loads, tables, documents, monthly reports or findings.'),
    sa.Column('message', sa.Text(), nullable=False, comment='What was found, in a line.'),
    sa.CheckConstraint("severity IN ('ok', 'info', 'warning', 'critical')", name=op.f('ck_quality_check_severity')),
    sa.PrimaryKeyConstraint('quality_check_id', name=op.f('pk_quality_check')),
    schema='ops',
    comment='What a check of the warehouse found: the trend of what should be looked at.'
    )


def downgrade() -> None:
    op.drop_table('quality_check', schema='ops')
