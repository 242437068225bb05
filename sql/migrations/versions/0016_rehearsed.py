"""a load may be rehearsed: done, looked at and taken back."""

from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

_STATUS = 'running, committed, failed, or rehearsed: done and taken back.'


def upgrade() -> None:
    op.drop_constraint('ck_load_status', 'load', schema='ops')
    op.create_check_constraint(
        op.f('ck_load_status'), 'load', "status IN ('running', 'committed', 'failed', 'rehearsed')", schema='ops'
    )
    op.execute(f"COMMENT ON COLUMN ops.load.status IS '{_STATUS}'")


def downgrade() -> None:
    op.execute("DELETE FROM ops.load WHERE status = 'rehearsed'")
    op.drop_constraint('ck_load_status', 'load', schema='ops')
    op.create_check_constraint(
        op.f('ck_load_status'), 'load', "status IN ('running', 'committed', 'failed')", schema='ops'
    )
    op.execute("COMMENT ON COLUMN ops.load.status IS 'running, committed or failed.'")
