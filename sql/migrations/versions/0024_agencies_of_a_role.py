"""agencies are granted to a login as the server knows it: what a login had that is gone, none of its name has."""

import sqlalchemy as sa
from alembic import op

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('agency_grant', sa.Column('role_oid', sa.BigInteger(), nullable=True, comment='What the server knows that login by: a later one of its name, here or on another server, is granted nothing.'), schema='ops')
    op.execute(
        "UPDATE ops.agency_grant SET role_oid = role.oid FROM pg_roles AS role"
        " WHERE login = role.rolname AND pg_has_role(role.oid, to_regrole('reporting_agency')::OID, 'MEMBER')"
    )
    op.execute("DELETE FROM ops.agency_grant WHERE role_oid IS NULL")
    op.alter_column('agency_grant', 'role_oid', nullable=False, schema='ops')


def downgrade() -> None:
    op.drop_column('agency_grant', 'role_oid', schema='ops')
