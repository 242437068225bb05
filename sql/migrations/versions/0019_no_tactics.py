"""a tactic of a plan, such as 4.3.1.3, is no goal: no export is read for one, and none lacks a project."""

from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM dw.dim_strategy WHERE node_code LIKE '%.%.%.%'")


def downgrade() -> None:
    pass
