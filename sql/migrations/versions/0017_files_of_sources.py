"""what pulls know of the files of a source: nothing is fetched twice. The first pull after this fetches all once more."""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('source_file',
    sa.Column('uri', sa.Text(), autoincrement=False, nullable=False, comment='Address of the file.'),
    sa.Column('version', sa.Text(), nullable=True, comment='What its source says of it as long as its bytes are the same; empty where it says too little to tell.'),
    sa.Column('sha256', sa.Text(), nullable=False, comment='Hash of the bytes.'),
    sa.Column('fetched_at', sa.DateTime(timezone=True), nullable=False, comment='When it was fetched.'),
    sa.Column('unpacked_by', sa.Text(), nullable=True, comment='The version of the parser that found the documents in it; empty where it could not be unpacked whole.'),
    sa.Column('gone_at', sa.DateTime(timezone=True), nullable=True, comment='When its source listed it no more; empty while it does.'),
    sa.PrimaryKeyConstraint('uri', name=op.f('pk_source_file')),
    schema='raw',
    comment='A file at a source, as it was when it was fetched last.'
    )
    op.create_table('source_document',
    sa.Column('file_uri', sa.Text(), autoincrement=False, nullable=False, comment='Address of the file.'),
    sa.Column('ordinal', sa.Integer(), autoincrement=False, nullable=False, comment='Its place in the file, from 1.'),
    sa.Column('uri', sa.Text(), nullable=False, comment='Address of the document.'),
    sa.Column('sha256', sa.Text(), nullable=False, comment='Hash of the bytes.'),
    sa.Column('byte_size', sa.BigInteger(), nullable=False, comment='Size of the document in bytes.'),
    sa.Column('modified_at', sa.DateTime(timezone=True), nullable=True, comment='When it was modified, as its archive says.'),
    sa.ForeignKeyConstraint(['file_uri'], ['raw.source_file.uri'], name=op.f('fk_source_document_file_uri')),
    sa.PrimaryKeyConstraint('file_uri', 'ordinal', name=op.f('pk_source_document')),
    schema='raw',
    comment='A document in a file at a source: the file itself, or a member where it is an archive.'
    )
    op.create_table('landed_file',
    sa.Column('sha256', sa.Text(), autoincrement=False, nullable=False, comment='Hash of the bytes.'),
    sa.Column('stamp', sa.Text(), nullable=False, comment='What its storage says of the file; when that is another, the bytes are proven again.'),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_landed_file')),
    schema='raw',
    comment='Bytes in the landing area, as they lay when they were proven by their hash.'
    )
    op.create_table('pull',
    sa.Column('pull_id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='The pull.'),
    sa.Column('run_id', sa.Text(), nullable=False, comment='The run that it was part of.'),
    sa.Column('source', sa.Text(), nullable=False, comment='Address of the source, without a login.'),
    sa.Column('pulled_at', sa.DateTime(timezone=True), nullable=False, comment='When it ended.'),
    sa.Column('files_listed', sa.Integer(), server_default=sa.text('0'), nullable=False, comment='Files that the source listed.'),
    sa.Column('files_fetched', sa.Integer(), server_default=sa.text('0'), nullable=False, comment='Files that were fetched: new ones, and other versions of known ones.'),
    sa.Column('files_gone', sa.Integer(), server_default=sa.text('0'), nullable=False, comment='Files that it lists no more since the pull before.'),
    sa.Column('bytes_fetched', sa.BigInteger(), nullable=False, comment='Bytes that were fetched.'),
    sa.Column('alert', sa.Text(), nullable=True, comment='Why somebody should look at the source: it listed nothing, or much less than before; empty where all is well.'),
    sa.PrimaryKeyConstraint('pull_id', name=op.f('pk_pull')),
    schema='ops',
    comment='A pull: what a source listed, and what was fetched of it.'
    )


def downgrade() -> None:
    for schema, table in (('ops', 'pull'), ('raw', 'landed_file'), ('raw', 'source_document'), ('raw', 'source_file')):
        op.drop_table(table, schema=schema)
