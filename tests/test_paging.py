"""Lists that are shown in parts: all of them, put together, are the whole, however many rows are alike."""

import pytest

from etl import monitor
from etl.monitor import FindingFilter
from etl.warehouse import open_engine
from tests.conftest import SAMPLE, Warehouse

ALIKE = """
    INSERT INTO ops.finding (load_id, document_key, copy, rule_id, severity, record, of_record, field, value, message)
    SELECT load_id, document_key, 1, 'R-odd', 'info', 'document', 'document', 'field', value::TEXT, 'odd'
    FROM ops.load_document CROSS JOIN generate_series(1, 40) AS value
"""
SAME_ADDRESS = """
    WITH made AS (
        INSERT INTO dw.dim_document (document_key, sha256, uri, snapshot_at, last_seen_at, fetched_at)
        SELECT number, md5(number::TEXT), 'file:///form.txt', now(), now(), now()
        FROM generate_series(1, 40) AS number
        RETURNING document_key
    )
    INSERT INTO ops.load_document (load_id, document_key, records_read, records_unchanged)
    SELECT load_id, made.document_key, made.document_key, made.document_key FROM made CROSS JOIN ops.load
"""


@pytest.fixture
def loaded(warehouse: Warehouse) -> Warehouse:
    """A warehouse with many findings alike, and documents of one address."""
    warehouse.load(SAMPLE)
    with warehouse.connect() as connection:
        connection.execute(ALIKE)
        connection.execute(SAME_ADDRESS)
    return warehouse


@pytest.mark.parametrize("limit", [1, 7])
def test_findings_in_parts_are_all_findings(loaded: Warehouse, limit: int) -> None:
    engine, wanted = open_engine(loaded.settings), FindingFilter(rule_id="R-odd")
    values = [
        row["value"]
        for start in range(0, 40, limit)
        for row in monitor.findings(engine, wanted, limit, start).part.rows
    ]
    assert sorted(values, key=int) == [str(number) for number in range(1, 41)]


def test_documents_of_a_load_in_parts_begin_alike(loaded: Warehouse) -> None:
    engine = open_engine(loaded.settings)

    def first(limit: int) -> list[int]:
        found = monitor.load(engine, 1, limit, 0)
        assert found
        return [row["records_read"] for row in found.documents.rows]

    whole = first(50)
    assert len(whole) == 41
    for limit in (1, 7, 23):
        assert first(limit) == whole[:limit]
