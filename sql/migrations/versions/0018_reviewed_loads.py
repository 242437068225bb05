"""who began a load, who approved it and why; what a rehearsed load would change, and what was decided of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

_ADDED = (
    sa.Column('triggered_by', sa.Text()),
    sa.Column('approved_by', sa.Text()),
    sa.Column('reason', sa.Text()),
    sa.Column('source', sa.Text()),
    sa.Column('rehearsal_of', sa.BigInteger()),
)  # fmt: skip


def upgrade() -> None:
    for column in _ADDED:
        op.add_column('load', column, schema='ops')
    op.create_foreign_key(
        'fk_load_rehearsal_of', 'load', 'load', ['rehearsal_of'], ['load_id'],
        source_schema='ops', referent_schema='ops', initially='DEFERRED', deferrable=True,
    )  # fmt: skip
    op.execute(
        """
        UPDATE ops.load SET source = (
            SELECT source FROM ops.pull WHERE pull.run_id = load.run_id ORDER BY pull_id DESC LIMIT 1
        )
        """
    )
    op.create_table('rehearsal',
    sa.Column('load_id', sa.BigInteger(), autoincrement=False, nullable=False, comment='The load.'),
    sa.Column('state_mark', sa.Text(), nullable=False, comment='Digest of what the warehouse held of the rehearsed years, before: an approval stands while it is the same.'),
    sa.Column('effect', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='What would change, as `etl run --rehearse --json` prints it.'),
    sa.Column('decision', sa.Text(), nullable=True, comment='approved or rejected; empty where nobody has decided.'),
    sa.Column('decided_by', sa.Text(), nullable=True, comment='Who decided.'),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True, comment='When it was decided.'),
    sa.Column('reason', sa.Text(), nullable=True, comment='Why it was decided so.'),
    sa.CheckConstraint("decision IN ('approved', 'rejected')", name=op.f('ck_rehearsal_decision')),
    sa.CheckConstraint('num_nulls(decision, decided_by, decided_at) IN (0, 3)', name=op.f('ck_rehearsal_decided')),
    sa.ForeignKeyConstraint(['load_id'], ['ops.load.load_id'], name=op.f('fk_rehearsal_load_id'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('load_id', name=op.f('pk_rehearsal')),
    schema='ops',
    comment='What a rehearsed load would change, and what was decided of it.'
    )


def downgrade() -> None:
    op.drop_table('rehearsal', schema='ops')
    for column in reversed(_ADDED):
        op.drop_column('load', column.name, schema='ops')
