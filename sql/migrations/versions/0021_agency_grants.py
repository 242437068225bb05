"""which agencies' rows a login reads."""

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('agency_grant',
    sa.Column('login', sa.Text(), autoincrement=False, nullable=False, comment='The login.'),
    sa.Column('agency_code', sa.Text(), autoincrement=False, nullable=False, comment="The agency's code."),
    sa.PrimaryKeyConstraint('login', 'agency_code', name=op.f('pk_agency_grant')),
    schema='ops',
    comment='An agency whose rows a login reads in `mart_agency`, in every fiscal year of its code.'
    )


def downgrade() -> None:
    op.drop_table('agency_grant', schema='ops')
