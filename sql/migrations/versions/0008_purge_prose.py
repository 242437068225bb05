"""a purge may take out a document's prose too."""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('purge', sa.Column('is_prose_purged', sa.Boolean(), server_default=sa.text('false'), nullable=False, comment='Every text that it says was taken out too.'), schema='ops')


def downgrade() -> None:
    op.drop_column('purge', 'is_prose_purged', schema='ops')
