"""A form that breaks off anywhere never gives another value in silence."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from etl.extract import extract
from etl.records import Copy, Record
from tests.families.test_unheaded_forms import bare
from tests.forms import Form
from tests.layouts import FIELDS, REPORTS

FORM = Form().with_report(3, disbursed="412,500")
PRINTS = {
    "plain": FORM.text(),
    "without percent signs": FORM.text(percent_signs=False),
    "bare": bare(FORM.text()),
    **{name: REPORTS[name](FORM) for name in ("tabs", "pipes", "aligned")},
    **{f"fields as {name}": FIELDS[name](FORM) for name in ("cells", "below", "equals", "two_up")},
}
NUMBERS = (Decimal, date, int)


def records(copy: Copy) -> dict[Any, Record]:
    reports = {f"report {number}": report for number, report in enumerate(copy.reports, 1)}
    return {"project": copy.project or pytest.fail("no project"), **reports}


def numbers(record: Record) -> dict[str, Any]:
    names = record.__struct_fields__
    return {name: value for name in names if isinstance(value := getattr(record, name), NUMBERS)}


@pytest.mark.parametrize("name", PRINTS)
def test_a_number_that_is_cut_is_named(name: str) -> None:
    text = PRINTS[name]
    (whole,) = extract("form.txt", text.encode())
    said = {key: numbers(record) for key, record in records(whole).items()}
    is_cut = 0
    for end in range(text.index("เริ่มต้นโครงการ"), len(text)):
        if not (text[end - 1].isdigit() or text[end - 1] in ",."):
            continue
        for copy in extract("form.txt", text[:end].encode()):
            for key, record in records(copy).items() if copy.project else ():
                for field, value in numbers(record).items():
                    if value != said.get(key, {}).get(field) and field != "is_certified":
                        is_cut += 1
                        assert any(issue.startswith(field) for issue in record.issues), (text[:end][-80:], field, value)
    assert is_cut > 5
