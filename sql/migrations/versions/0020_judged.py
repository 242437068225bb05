"""what each document was judged by: what would be judged the same is not judged again. The next run judges all once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('judged',
    sa.Column('document_key', sa.BigInteger(), autoincrement=False, nullable=False, comment='The document.'),
    sa.Column('judged_by', sa.Text(), nullable=True, comment='Digest of all that decides what is loaded of it, but its bytes; empty where the next run may judge otherwise.'),
    sa.Column('records_digest', sa.Text(), nullable=False, comment='Hash of everything read from it, as `raw.document` has it.'),
    sa.Column('family', sa.Text(), nullable=True, comment='Kind of export; empty where nobody could tell.'),
    sa.Column('channel', sa.Text(), nullable=True, comment='How it reached us.'),
    sa.Column('fiscal_years', postgresql.ARRAY(sa.SmallInteger()), nullable=True, comment='The fiscal years that it speaks of; empty where it belongs to every year\'s load, as it does not say its own.'),
    sa.ForeignKeyConstraint(['document_key'], ['dw.dim_document.document_key'], name=op.f('fk_judged_document_key'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('document_key', name=op.f('pk_judged')),
    schema='ops',
    comment='What came of a document when it was judged, and by what: a run that judges by the same need not.'
    )


def downgrade() -> None:
    op.drop_table('judged', schema='ops')
