"""what was parsed is kept for later runs, and a load says how much of it was parsed anew."""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

_OF_LOAD = (('parser_version', sa.Text()), ('documents_parsed', sa.Integer()), ('documents_reused', sa.Integer()))


def upgrade() -> None:
    op.create_table('parsed',
    sa.Column('parser_version', sa.Text(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('address_ids', sa.Text(), nullable=False),
    sa.Column('fiscal_years', sa.ARRAY(sa.SmallInteger()), nullable=True),
    sa.Column('pack', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('parser_version', 'sha256', 'address_ids', name=op.f('pk_parsed')),
    schema='ops'
    )
    for name, kind in _OF_LOAD:
        op.add_column('load', sa.Column(name, kind, nullable=True), schema='ops')


def downgrade() -> None:
    for name, _ in _OF_LOAD:
        op.drop_column('load', name, schema='ops')
    op.drop_table('parsed', schema='ops')
