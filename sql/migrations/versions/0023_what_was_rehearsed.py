"""which batches were rehearsed, and by which release: what was asked before that is known is asked once more."""

import sqlalchemy as sa
from alembic import op

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None

_ADDED = (
    sa.Column('batches_digest', sa.Text(), nullable=True, comment='Digest of the batches that were rehearsed: an approval is for these, and no others.'),
    sa.Column('loaded_by', sa.Text(), nullable=True, comment='Version of what loaded them: an approval is for this release alone.'),
)  # fmt: skip


def upgrade() -> None:
    for column in _ADDED:
        op.add_column('rehearsal', column, schema='ops')


def downgrade() -> None:
    for column in reversed(_ADDED):
        op.drop_column('rehearsal', column.name, schema='ops')
