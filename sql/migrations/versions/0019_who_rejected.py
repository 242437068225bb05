"""who rejected a case of quarantine, and when."""

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

_ADDED = (
    sa.Column('decided_by', sa.Text(), comment='Who rejected it, in Airflow or on its machine.'),
    sa.Column('decided_at', sa.DateTime(timezone=True), comment='When it was rejected.'),
)  # fmt: skip


def upgrade() -> None:
    for column in _ADDED:
        op.add_column('quarantine', column, schema='ops')


def downgrade() -> None:
    for column in reversed(_ADDED):
        op.drop_column('quarantine', column.name, schema='ops')
