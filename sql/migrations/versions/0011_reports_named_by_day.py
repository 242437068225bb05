"""a report without a number is named by its day wherever it is spoken of."""

from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

_PLACE = r'reports\[#\d+\]'
_NAMED = r"""
    FROM raw.report AS report
    WHERE
        (report.document_key, report.copy) = (named.document_key, named.copy)
        AND report.report_ref !~ '^#' AND report.report_no IS NULL
        AND {column} ~ ('(^|/)reports\[#' || report.ordinal || '\](\.|$)')
"""


def upgrade() -> None:
    for table, column in (('finding', 'record'), ('finding', 'field'), ('field_conflict', 'field')):
        op.execute(
            f"UPDATE ops.{table} AS named SET {column}"
            f" = regexp_replace(named.{column}, '{_PLACE}', 'reports[' || report.report_ref || ']')"
            + _NAMED.format(column=f'named.{column}')
        )


def downgrade() -> None:
    """Leave the names: a place is no longer known once it is gone."""
