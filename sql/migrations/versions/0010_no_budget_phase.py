"""no export has ever stated the phase that a budget is of."""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

_TABLES = ('fact_project', 'project_history')


def upgrade() -> None:
    for table in _TABLES:
        op.drop_column(table, 'budget_phase', schema='dw')


def downgrade() -> None:
    for table in _TABLES:
        op.add_column(table, sa.Column('budget_phase', sa.Text(), nullable=True), schema='dw')
