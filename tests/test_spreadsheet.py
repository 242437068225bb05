"""Workbooks, read back with another library: types, text that stays text, and Excel's limits."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.utils.escape import unescape

from etl.cli import spreadsheet
from etl.errors import BadInputError


def written(tmp_path: Path, *values: object) -> list[Cell]:
    """Write a row of values; return its cells as they are read again."""
    spreadsheet.write_workbook(tmp_path / "book.xlsx", [f"c{n}" for n, _ in enumerate(values)], [values])
    return list(load_workbook(tmp_path / "book.xlsx").active[2])


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (None, None),
        (True, True),
        (0, 0),
        (-12, -12),
        (999999999999999, 999999999999999),
        (9999999999999999, "9999999999999999"),
        (10**18, 1e18),
        (Decimal("1234567.89"), 1234567.89),
        (Decimal("12345678901234.56"), "12345678901234.56"),
        (Decimal("0.00"), 0),
        (Decimal("NaN"), "NaN"),
        (float("inf"), "inf"),
        (1.5, 1.5),
        (dt.date(2023, 9, 30), dt.datetime.fromisoformat("2023-09-30")),
        (dt.date(1900, 1, 1), "1900-01-01"),
        (dt.datetime(2023, 9, 30, 20, 30, tzinfo=dt.UTC), dt.datetime.fromisoformat("2023-10-01T03:30")),
        (dt.datetime.fromisoformat("2023-09-30T20:30"), dt.datetime.fromisoformat("2023-09-30T20:30")),
        (["ก", None, 2], "ก, , 2"),
        ({"a": [1]}, '{"a":[1]}'),
        (b"\x00\xff", "\\x00ff"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ("0012", "0012"),
        ("1e3", "1e3"),
        ("https://example.org", "https://example.org"),
        (" leading and trailing ", " leading and trailing "),
    ],
)
def test_a_value_keeps_its_type_where_excel_keeps_it_exact(tmp_path: Path, value: object, read: object) -> None:
    (cell,) = written(tmp_path, value)
    assert (cell.value, type(cell.value)) == (read, type(read))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", '=HYPERLINK("http://x","y")', "{=1+1}"])
def test_text_is_never_a_formula_not_even_when_its_cell_is_edited(tmp_path: Path, start: str) -> None:
    (cell,) = written(tmp_path, f"{start}1+1")
    assert cell.data_type == "s"
    assert unescape(cell.value) == f"{start}1+1"
    assert cell.quotePrefix or start == "{=1+1}"
    assert cell.hyperlink is None


def test_a_header_is_text_as_well(tmp_path: Path) -> None:
    spreadsheet.write_workbook(tmp_path / "book.xlsx", ["=1+1", "ก"], [])
    assert [cell.data_type for cell in load_workbook(tmp_path / "book.xlsx").active[1]] == ["s", "s"]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=50))
def test_any_text_makes_a_workbook_that_opens(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    (cell,) = written(tmp_path_factory.mktemp("book"), text)
    assert cell.data_type == "s"
    assert ends_of_lines(unescape(cell.value)) == ends_of_lines(text)


def ends_of_lines(text: str) -> str:
    """Return a text with ends of lines as XML keeps them."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def test_decimals_are_shown_as_they_are_stated(tmp_path: Path) -> None:
    cells = written(tmp_path, Decimal("1500.00"), Decimal("12.5"), 7)
    assert [cell.number_format for cell in cells] == ["0.00", "0.0", "0"]


def test_what_excel_does_not_take_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(written(tmp_path, "ก" * 32_767)[0].value) == 32_767
    with pytest.raises(BadInputError, match="row 1, column 2 has 32,768 letters"):
        written(tmp_path, "", "ก" * 32_768)
    with pytest.raises(BadInputError, match="32,768 letters"):
        written(tmp_path, "😀" * 16_384)
    with pytest.raises(BadInputError, match="columns"):
        spreadsheet.write_workbook(tmp_path / "book.xlsx", ["c"] * 16_385, [])
    monkeypatch.setattr(spreadsheet, "ROWS_MAX", 4)
    spreadsheet.write_workbook(tmp_path / "book.xlsx", ["c"], [[1]] * 3)
    with pytest.raises(BadInputError, match="more than 3 rows"):
        spreadsheet.write_workbook(tmp_path / "book.xlsx", ["c"], [[1]] * 4)
