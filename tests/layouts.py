"""A printed form laid out as tables, lists and grids: what programs make of it, and what people retype.

In comes a form, out comes its text, or its page where that is HTML. A layout of the reports leaves the fields as they
are printed, and one of the fields the reports.
"""

import re
from collections.abc import Callable, Sequence

from tests.forms import Form, PrintedReport

Layout = Callable[[Form], str]

COLUMNS = ("ครั้งที่", "วันที่", "รายละเอียด", "ความก้าวหน้า (%)", "งบประมาณที่เบิกใช้ (บาท)", "แผน", "เป้าหมาย")
_NAMES = ("no", "date", "text", "pct", "thb", "plan", "target")
_MARK = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")
_FIELD = re.compile(r"^(?P<label>[^\s:][^:\n]{2,40}?)\s*:\s?(?P<value>(?!:).*)$")
_SECTION = re.compile(r"^[12](?:\.\d)?\.? ")


def _cells(report: PrintedReport) -> tuple[str, ...]:
    return (
        report.no, report.date, report.narrative, report.progress, report.disbursed,
        report.plan_status, report.target_status,
    )  # fmt: skip


def _rows(form: Form) -> list[Sequence[str]]:
    return [COLUMNS, *map(_cells, form.reports)]


def _with_reports(print_reports: Callable[[Form], str]) -> Layout:
    return lambda form: f"{form.with_(reports=()).text().rstrip()}\n\n{print_reports(form)}\n"


def _by_row(print_row: Callable[[Sequence[str]], str]) -> Layout:
    return _with_reports(lambda form: "\n".join(map(print_row, _rows(form))))


def _by_report(form_of_report: str) -> Layout:
    return _with_reports(
        lambda form: "\n".join(
            form_of_report.format(**dict(zip(_NAMES, _cells(report), strict=True))) for report in form.reports
        )
    )


def _width(text: str) -> int:
    return len(_MARK.sub("", text))


def _aligned(form: Form) -> str:
    rows = _rows(form)
    widths = [max(_width(row[at]) for row in rows) for at in range(len(COLUMNS))]
    return "\n".join(
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _pipes(form: Form) -> str:
    header, *rows = ["| " + " | ".join(row) + " |" for row in _rows(form)]
    return "\n".join([header, "|---" * len(COLUMNS) + "|", *rows])


def _boxed(form: Form) -> str:
    rule = "├" + "┼".join(["─────"] * len(COLUMNS)) + "┤"
    return f"\n{rule}\n".join("│ " + " │ ".join(row) + " │" for row in _rows(form))


def _html(form: Form) -> str:
    above = "".join(f"<p>{line}</p>" for line in form.with_(reports=()).text().split("\n") if line.strip())
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in _rows(form))
    return f"<html><body>{above}<table>{rows}</table></body></html>"


REPORTS: dict[str, Layout] = {
    "tabs": _by_row("\t".join),
    "pipes": _with_reports(_pipes),
    "boxed": _with_reports(_boxed),
    "aligned": _with_reports(_aligned),
    "cells_on_lines": _by_row("\n".join),
    "cells_apart": _by_row("\n\n".join),
    "html": _html,
    "nested_list": _by_report(
        "- รายงานครั้งที่ {no}\n  - วันที่: {date}\n  - รายละเอียด: {text}\n  - ความก้าวหน้าของงาน: {pct} %\n"
        "  - งบประมาณที่เบิกใช้ (ครั้งที่ {no}): {thb}\n  - สถานะแผน: {plan}\n  - สถานะเป้าหมาย: {target}"
    ),
    "nested_list_without_labels": _by_report(
        "* รายงานครั้งที่ {no} ({date})\n  * {text}\n  * ความก้าวหน้า = {pct} %\n  * เบิกจ่าย = {thb}\n  * {plan}\n  * {target}"
    ),
    "list_with_statuses_together": _by_report(
        "- **รายงานครั้งที่ {no}** : {date} : {text}\n  - ความก้าวหน้าของงานฯ : {pct} %\n"
        "  - งบประมาณที่เบิกใช้ : {thb}\n  - สถานะ : {plan} : {target}"
    ),
    "label_cells": _by_report(
        "รายงานครั้งที่\t{no}\tวันที่\t{date}\nความก้าวหน้าของงาน\t{pct} %\tงบประมาณที่เบิกใช้\t{thb}\n"
        "รายละเอียด\t{text}\nสถานะแผน\t{plan}\tสถานะเป้าหมาย\t{target}"
    ),
    "label_lines": _by_report(
        "รายงานครั้งที่\n{no}\nวันที่\n{date}\nรายละเอียด\n{text}\nความก้าวหน้าของงาน\n{pct}\nงบประมาณที่เบิกใช้\n{thb}\n"
        "สถานะแผน\n{plan}\nสถานะเป้าหมาย\n{target}"
    ),
    "one_line": _by_report(
        "ครั้งที่ {no}: วันที่: {date}, ความก้าวหน้า: {pct}%, เบิกจ่าย: {thb}, รายละเอียด: {text}, สถานะแผน: {plan}, "
        "สถานะเป้าหมาย: {target}"
    ),
}


def _fields(print_field: Callable[[str, str], str]) -> Layout:
    """Return the layout that prints a label and its value in another way."""
    return lambda form: "\n".join(
        print_field(*field) if (field := _field(line)) else line for line in form.text().split("\n")
    )


def _field(line: str) -> tuple[str, str] | None:
    match = None if _SECTION.match(line) or "::" in line else _FIELD.match(line)
    return (match["label"], match["value"]) if match else None


def _by_two(print_fields: Callable[[list[tuple[str, str]]], str]) -> Layout:
    """Return the layout that prints two fields in a row."""

    def layout(form: Form) -> str:
        printed: list[str] = []
        row: list[tuple[str, str]] = []
        for line in form.text().split("\n"):
            field = _field(line)
            row += [field] if field else []
            if row and (len(row) == 2 or (line.strip() and not field)):
                printed.append(print_fields(row))
                row = []
            if not field:
                printed.append(line)
        return "\n".join(printed)

    return layout


def _two_up(gap: str) -> Layout:
    return _by_two(lambda row: gap.join(f"{label}{gap}{value}" for label, value in row))


def _grid(gap: str) -> Layout:
    return _by_two(lambda row: "\n".join(gap.join(cells) for cells in zip(*row, strict=True)))


def _html_fields(print_label: Callable[[str], str]) -> Layout:
    def layout(form: Form) -> str:
        rows = [
            f"<tr><td>{print_label(field[0])}</td><td>{field[1]}</td></tr>"
            if (field := _field(line))
            else f"<tr><td colspan=2>{line}</td></tr>"
            for line in form.text().split("\n")
            if line.strip()
        ]
        return f"<html><body><table>{''.join(rows)}</table></body></html>"

    return layout


FIELDS: dict[str, Layout] = {
    "cells": _fields("{}\t{}".format),
    "wide_gap": _fields("{}    {}".format),
    "two_blanks": _fields("{}  {}".format),
    "below": _fields("{}\n{}".format),
    "piped": _fields("| {} | {} |".format),
    "equals": _fields("{} = {}".format),
    "dash": _fields("{} – {}".format),
    "arrow": _fields("{} → {}".format),
    "brackets": _fields("[{}] {}".format),
    "two_up": _two_up("\t"),
    "two_up_aligned": _two_up("     "),
    "grid": _grid("\t"),
    "grid_aligned": _grid("     "),
    "html": _html_fields(lambda label: label),
    "html_wrapped_labels": _html_fields(lambda label: f"{label[: len(label) // 2]}<br>{label[len(label) // 2 :]}"),
}
