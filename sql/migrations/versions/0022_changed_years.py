"""of which fiscal years a load changed what marts show, so that pages of what has left a year are made anew."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        'load',
        sa.Column('changed_years', postgresql.ARRAY(sa.SmallInteger()), nullable=True, comment='The fiscal years of which it may have changed what marts show, also those that something has left; empty where that is not known, as of a load that an earlier release did.'),
        schema='ops',
    )  # fmt: skip


def downgrade() -> None:
    op.drop_column('load', 'changed_years', schema='ops')
