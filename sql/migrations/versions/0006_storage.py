"""storage: documents are found by their hash on the storage of today; where they may lie besides is noted."""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('storage',
    sa.Column('address', sa.Text(), nullable=False, comment='Folder or address that landing area and batches are under.'),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=False, comment='When a run used it last.'),
    sa.PrimaryKeyConstraint('address', name=op.f('pk_storage')),
    schema='ops',
    comment='A place where documents and batches lie or lay: a purge looks through all of them.'
    )
    op.execute(
        "INSERT INTO ops.storage (address, used_at)"
        " SELECT regexp_replace(landed_uri, '/landing/[0-9a-f]{2}/[0-9a-f]{64}$', ''), max(fetched_at)"
        " FROM raw.manifest WHERE landed_uri ~ '/landing/[0-9a-f]{2}/[0-9a-f]{64}$' GROUP BY 1"
    )
    op.drop_column('manifest', 'landed_uri', schema='raw')


def downgrade() -> None:
    op.add_column('manifest', sa.Column('landed_uri', sa.Text(), nullable=True, comment='Address of the bytes in the landing area.'), schema='raw')
    op.execute(
        "UPDATE raw.manifest SET landed_uri = concat("
        "(SELECT address FROM ops.storage ORDER BY used_at DESC LIMIT 1), '/landing/', left(sha256, 2), '/', sha256)"
    )
    op.alter_column('manifest', 'landed_uri', nullable=False, schema='raw')
    op.drop_table('storage', schema='ops')
