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


def _side_by_side(form: Form) -> str:
    """Return the reports with a column for each, and a row for each of their values."""
    (_, *labels), *reports = _rows(form)
    head = "\t".join(["รายการ", *(f"ครั้งที่ {report[0]}" for report in reports)])
    return "\n".join([head, *("\t".join(row) for row in zip(labels, *(report[1:] for report in reports), strict=True))])


def _two_tables(form: Form) -> str:
    rows = _rows(form)
    money = COLUMNS.index("งบประมาณที่เบิกใช้ (บาท)")
    work = ["\t".join([*row[:money], *row[money + 1 :]]) for row in rows]
    return "\n".join([*work, "", *(f"{row[0]}\t{row[money]}" for row in rows)])


def _with_column(heading: str, print_value: Callable[[int], str], at: int) -> Layout:
    """Return the layout of a table that has one more column."""

    def layout(form: Form) -> str:
        header, *rows = _rows(form)
        wider = [(*row[:at], print_value(index), *row[at:]) for index, row in enumerate(rows, start=1)]
        return "\n".join(map("\t".join, [(*header[:at], heading, *header[at:]), *wider]))

    return _with_reports(layout)


def _without_column(at: int) -> Layout:
    return _with_reports(lambda form: "\n".join("\t".join((*row[:at], *row[at + 1 :])) for row in _rows(form)))


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
    "table_per_report": _by_report(
        "รายงานครั้งที่ {no} — {date}\n\n{text}\n\n| ความก้าวหน้าของงานฯ | งบประมาณที่เบิกใช้ (ครั้งที่ {no}) | แผน | เป้าหมาย |\n"
        "|---|---|---|---|\n| {pct} % | {thb} | {plan} | {target} |\n"
    ),
    "side_by_side": _with_reports(_side_by_side),
    "numbers_with_words": _with_reports(
        lambda form: "\n".join(
            "\t".join((f"ครั้งที่ {row[0]}/2567" if at else row[0], *row[1:])) for at, row in enumerate(_rows(form))
        )
    ),
    "two_tables": _with_reports(_two_tables),
    "places_of_rows": _with_column("ลำดับ", str, 0),
    "statuses_in_one_cell": _with_reports(
        lambda form: "\n".join(
            "\t".join((*row[:-2], f"{row[-2]} / {row[-1]}" if at else "สถานะ")) for at, row in enumerate(_rows(form))
        )
    ),
}
TOLD: dict[str, tuple[Layout, str]] = {
    "cumulative": (_with_column("เบิกจ่ายสะสม (บาท)", lambda no: f"{no * 7},500.00", 5), "columns_unread"),
    "balance": (_with_column("งบประมาณคงเหลือ (บาท)", lambda no: f"{9 - no}7,500.00", 7), "columns_unread"),
    "planned": (_with_column("แผน (%)", lambda no: f"{no * 31}.00", 3), "columns_unread"),
    "spent_in_per_cent": (_with_column("ร้อยละการเบิกจ่าย", lambda no: f"{no * 21}.75", 5), "columns_unread"),
    "remarks": (_with_column("หมายเหตุ", lambda no: f"แก้ไขเมื่อ {no}/6/2567", 7), "columns_unread"),
    "obstacles": (_with_column("ปัญหาและอุปสรรค", lambda _: "ฝนตก", 3), "columns_unread"),
    "unheard_of": (_with_column("ดัชนีพิเศษ", lambda no: f"{no},250.25", 4), "columns_unread"),
    "total": (
        _with_reports(
            lambda form: "\n".join(map("\t".join, [*_rows(form), ("", "", "รวม", "", "926,001.50", "", "")]))
        ),
        "columns_unread",
    ),
    "without_headings": (_with_reports(lambda form: "\n".join(map("\t".join, _rows(form)[1:]))), "labels_missing"),
    "without_numbers": (_without_column(0), "report_no_unlisted"),
}
"""Layouts whose values are those of the form, and the issue that each has beyond."""


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
    "wide_colon": _fields("{}：{}".format),
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
