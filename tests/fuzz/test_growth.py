"""The shapes that `make fuzz` lets grow are documents that are read; how they grow is for it to measure."""

from itertools import chain

import pytest

from etl import families
from etl.extract import extract
from etl.read.archive import unpack
from tests.fuzz import growth
from tests.fuzz.growth import Shape

SHAPES = [*growth.structures(), *growth.decorations(), *growth.lines_that_hit(), *growth.pdfs(), *growth.archives()]


@pytest.mark.parametrize("shape", SHAPES, ids=[shape.name for shape in SHAPES])
def test_a_shape_is_read_and_grows(shape: Shape) -> None:
    small, big = (shape.document(size) for size in (3, 30))
    assert len(small) < len(big)
    copies = chain.from_iterable(extract(*member[:2]) for member in unpack(shape.name, small))
    assert not [finding for copy in copies for finding in copy.findings if finding.rule_id == "R-not-processed"]


def test_lines_that_grow_together_can_be_told_apart() -> None:
    for target in families.names():
        shape = next(growth.runs(target))
        assert len(shape.document(9)) - len(shape.document(1)) == 8 * len(shape.parts)
        assert {len(part.document(9)) - len(part.document(1)) for part in shape.parts} == {8}
