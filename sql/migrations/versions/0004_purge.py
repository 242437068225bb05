"""purge."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('purge',
    sa.Column('sha256', sa.Text(), nullable=False, comment='Hash of the document.'),
    sa.Column('purged_at', sa.DateTime(timezone=True), nullable=False, comment='When it was purged first.'),
    sa.Column('purged_by', sa.Text(), nullable=False, comment='The login that did it.'),
    sa.Column('reason', sa.Text(), nullable=True, comment='Why; empty where nobody said.'),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_purge')),
    schema='ops',
    comment='A document whose personal data was taken out, and is not taken in again.'
    )
    # Earlier releases kept both sides of a conflict between copies also where they are somebody's names.
    op.execute(
        "UPDATE ops.field_conflict SET value_shown = NULL, value_other = NULL"
        " WHERE field IN ('owner', 'coordinator', 'contact')"
    )
    # Nor did they take the login out of the address of a web server.
    op.execute(
        "INSERT INTO raw.manifest (sha256, uri, snapshot_at, fetched_at, byte_size, landed_uri)"
        " SELECT sha256, regexp_replace(uri, '^(https?://)[^/]*@', '\\1'), snapshot_at, fetched_at, byte_size, landed_uri"
        " FROM raw.manifest WHERE uri ~ '^https?://[^/]*@' ON CONFLICT DO NOTHING"
    )
    op.execute("DELETE FROM raw.manifest WHERE uri ~ '^https?://[^/]*@'")
    op.execute(
        "UPDATE dw.dim_document SET uri = regexp_replace(uri, '^(https?://)[^/]*@', '\\1')"
        " WHERE uri ~ '^https?://[^/]*@'"
    )


def downgrade() -> None:
    op.drop_table('purge', schema='ops')
