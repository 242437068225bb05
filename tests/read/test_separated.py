"""Cells parted by commas, semicolons or tabs: the same form gives the same records, and prose is left as it is."""

import csv
import io

import pytest

from etl.extract import extract
from etl.read import separated
from etl.records import Copy
from tests.forms import Form
from tests.office_files import rows_of

FORM = Form(received="1,250,000.50 บาท").text()


def written(cells: list[list[str]], width: int = 0, **style: object) -> str:
    target = io.StringIO()
    csv.writer(target, **style).writerows([[*row, *[""] * (width - len(row))] for row in cells])
    return target.getvalue()


def facts(content: bytes) -> list[object]:
    (copy,) = extract("file:///a.csv", content)
    assert isinstance(copy, Copy)
    return [
        *(
            {name: getattr(record, name) for name in record.__struct_fields__ if name != "places"}
            for record in (copy.project, copy.strategy, *copy.reports)
            if record
        )
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("in_two", [True, False])
@pytest.mark.parametrize("width", [0, 5])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_a_form_as_separated_text_is_the_same_form(separator: str, in_two: bool, width: int, quoting: int) -> None:
    content = written(rows_of(FORM, in_two=in_two), width, delimiter=separator, quoting=quoting)
    assert facts(content.encode()) == facts(FORM.encode())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp874", "utf-16"])
def test_in_whatever_encoding(encoding: str) -> None:
    assert facts(written(rows_of(FORM, in_two=True)).encode(encoding)) == facts(FORM.encode())


def test_the_separator_may_be_stated() -> None:
    assert separated.rows_of("sep=|\na|b, c\n") == [(2, ["a", "b, c"])]


def test_cells_of_several_lines_keep_count_of_lines() -> None:
    text = 'a,b,c\n"x\ny",2,3\n4,5,"6,7"\n'
    assert separated.rows_of(text) == [(1, ["a", "b", "c"]), (2, ["x\ny", "2", "3"]), (4, ["4", "5", "6,7"])]


@pytest.mark.parametrize(
    "text",
    [
        FORM,
        "ซื้อดิน, ทราย, ปูน\nและจ้าง, ปลูก, ตัด\nรวม, 3, รายการ\nก\n",
        "งบ : 1,250,000\nใช้ : 312,500\nเหลือ : 937,500,000\nก\n",
        '{\n "a": "1",\n "b": "2",\n "c": "3,4"\n}\n',
        'เขากล่าวว่า "ดี, มาก"\nและ "ไม่, ดี"\nและ "พอ, ใช้"\n',
        'a,"b\nc,d\ne,f\n',
    ],
    ids=["a form", "prose", "amounts", "JSON", "quotes in prose", "a quote left open"],
)
def test_other_text_is_left_as_it_is(text: str) -> None:
    assert separated.rows_of(text) is None


@pytest.mark.parametrize("text", ['"' * 200_001, '","' * 100_001, "a,b\n" * 50_000 + '"', '"",' * 100_000])
def test_cost_grows_with_the_text(text: str) -> None:
    separated.rows_of(text)
