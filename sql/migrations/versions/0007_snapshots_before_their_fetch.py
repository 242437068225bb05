"""snapshots before their fetch: what a source tells as its time stands beside what can be believed of it."""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute('SET CONSTRAINTS ALL IMMEDIATE')
    op.add_column('manifest', sa.Column('told_at', sa.DateTime(timezone=True), nullable=True, comment='When its source says that it was made; else when it was pulled.'), schema='raw')
    op.add_column('manifest', sa.Column('time_rule_id', sa.Text(), nullable=True, comment='The rule that the time told breaks; empty where it can be believed.'), schema='raw')
    op.add_column('manifest', sa.Column('time_told', sa.Text(), nullable=True, comment='The time as told, where it breaks a rule.'), schema='raw')
    op.execute('UPDATE raw.manifest SET told_at = snapshot_at')
    op.drop_constraint('pk_manifest', 'manifest', schema='raw', type_='primary')
    op.alter_column('manifest', 'told_at', nullable=False, schema='raw')
    op.create_primary_key('pk_manifest', 'manifest', ['sha256', 'uri', 'told_at'], schema='raw')
    op.alter_column('manifest', 'snapshot_at', comment='When it was made, as far as can be believed; never after it was pulled.', schema='raw')
    # As `etl.pull.snapshot` does for what is pulled from now on. The next load lays out history anew where it is so.
    told = "to_char(told_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || 'Z'"
    op.execute(
        "UPDATE raw.manifest SET snapshot_at = told_at - INTERVAL '543 years', time_rule_id = 'R-snapshot-buddhist',"
        f" time_told = {told} WHERE extract(YEAR FROM told_at AT TIME ZONE 'UTC') >= 2513"
    )
    op.execute(
        "UPDATE raw.manifest AS manifest SET time_rule_id = 'R-snapshot-future',"
        f" time_told = {told},"
        " snapshot_at = least("
        "  date_trunc('day', fetched_at, 'Asia/Bangkok'),"
        "  (SELECT max(report.report_date)::TIMESTAMP AT TIME ZONE 'Asia/Bangkok' FROM raw.report AS report"
        "   JOIN dw.dim_document AS document USING (document_key) WHERE document.sha256 = manifest.sha256))"
        " WHERE snapshot_at > fetched_at + INTERVAL '5 minutes'"
    )
    op.execute('UPDATE raw.manifest SET snapshot_at = fetched_at WHERE snapshot_at > fetched_at')


def downgrade() -> None:
    op.drop_constraint('pk_manifest', 'manifest', schema='raw', type_='primary')
    op.execute('UPDATE raw.manifest SET snapshot_at = told_at')
    op.create_primary_key('pk_manifest', 'manifest', ['sha256', 'uri', 'snapshot_at'], schema='raw')
    op.alter_column('manifest', 'snapshot_at', comment='When it was made or changed, as its source tells.', schema='raw')
    for name in ('told_at', 'time_rule_id', 'time_told'):
        op.drop_column('manifest', name, schema='raw')
