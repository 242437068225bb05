"""times that a source reports are called so."""

from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

_RENAMED = (('told_at', 'reported_at'), ('time_told', 'time_reported'))
_COMMENTS = {
    'reported_at': ('When its source says it was made; else when it was pulled.', 'When its source says that it was made; else when it was pulled.'),
    'time_rule_id': ('The rule that the reported time breaks; empty where it can be believed.', 'The rule that the time told breaks; empty where it can be believed.'),
    'time_reported': ('The time as reported, where it breaks a rule.', 'The time as told, where it breaks a rule.'),
}


def upgrade() -> None:
    for old, new in _RENAMED:
        op.alter_column('manifest', old, new_column_name=new, schema='raw')
    op.execute("COMMENT ON TABLE raw.manifest IS 'An observation of a document: where its bytes were, and as of when.'")
    for column, (comment, _) in _COMMENTS.items():
        op.execute(f"COMMENT ON COLUMN raw.manifest.{column} IS '{comment}'")


def downgrade() -> None:
    op.execute("COMMENT ON TABLE raw.manifest IS 'A sighting of a document: where its bytes were, and as of when.'")
    for column, (_, comment) in _COMMENTS.items():
        op.execute(f"COMMENT ON COLUMN raw.manifest.{column} IS '{comment}'")
    for old, new in _RENAMED:
        op.alter_column('manifest', new, new_column_name=old, schema='raw')
