"""The limits on what one document may hold: over each, it is held back with its line, and nothing else is."""

import pytest

from etl.extract import extract
from etl.limits import LINE_CHARACTERS_MAX, LINES_MAX, RECORDS_MAX, TEXT_BYTES_MAX
from etl.records import Finding
from tests.forms import Form, PrintedReport

FORM = Form().text()
REPORT = PrintedReport("1", "15/11/2566", "10.00")


def limited(text: str) -> Finding:
    (copy,) = extract("form.txt", text.encode())
    assert (copy.project, copy.reports, copy.indicators) == (None, [], [])
    (finding,) = copy.findings
    assert (finding.rule_id, finding.severity) == ("R-limit", "critical")
    return finding


@pytest.mark.parametrize("head", ["", "<html><pre>\n"], ids=["text", "html"])
def test_a_line_that_is_too_long_is_named(head: str) -> None:
    limit = "ก" * LINE_CHARACTERS_MAX
    finding = limited(f"{head}{FORM}{limit}ก")
    assert finding.line == FORM.count("\n") + 1
    assert f"a line has {LINE_CHARACTERS_MAX + 1:,} characters" in finding.message
    assert extract("form.txt", f"{head}{FORM}{limit}".encode())[0].project


def test_of_too_many_lines_the_first_over_the_limit_is_named() -> None:
    few = FORM + "\n" * (LINES_MAX - FORM.count("\n"))
    assert limited(few + "\nก").line == LINES_MAX + 1
    assert extract("form.txt", few.encode())[0].project


def test_a_text_of_too_many_bytes_is_not_decoded() -> None:
    assert "bytes" in limited(FORM + " " * TEXT_BYTES_MAX).message


def test_of_too_many_records_the_copy_over_the_limit_is_named() -> None:
    many = Form(reports=(REPORT,) * (RECORDS_MAX - 1)).text()
    assert len(extract("form.txt", many.encode())[0].reports) == RECORDS_MAX - 1
    form = Form(reports=(REPORT,) * RECORDS_MAX)
    assert limited(form.text()).line == form.line_of("1. ชื่อโครงการ")
