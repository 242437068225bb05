"""Prints the city's facts as exports print them: forms, project pages, and indexes of indicators."""

import ctypes
import html
import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path

from city.model import Copy, Indicator, Page, Project, Report, Sight

_TITLE = "แบบแสดงรายงานความก้าวหน้าและข้อมูลเกี่ยวกับโครงการ"
_CERTIFICATION = "ขอรับรองว่า ข้อมูลที่ปรากฏในเอกสารฉบับนี้ หน่วยงานได้จัดพิมพ์จากระบบงานจริง เพื่อเป็นหลักฐานไว้ตรวจสอบ"
_THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
# What the levels of a plan are called, by the plan.
_WORDS = {
    "plan2556-2575": ("ด้านที่", "มิติที่ ", "เป้าหมายที่ "),
    "plan2561-2580rev": ("ยุทธศาสตร์ที่", "", ""),
}
_OF_WRITING = re.compile(rb"(?<=<)[0-9A-F]{32}(?=>)|(?<=D:)\d{14}")  # when it was written
_SHEET_PT, _MARGIN_PT, _FONT_PT, _LEADING_PT = (595, 842), 40, 7.5, 13


def form(project: Project, sight: Sight, names: dict[tuple[str, str], str]) -> str:
    """Return a form as text, with its copies after each other; `names` has the plan's, by version and code."""
    copies = [copy for copy in (sight.copy, sight.other) if copy]
    return "\n".join(_copy(project, copy, names) for copy in copies)


def _copy(project: Project, copy: Copy, names: dict[tuple[str, str], str]) -> str:
    strategy, sub_issue, goal = _plan_lines(copy.goal.plan_version, copy.goal.code, names)
    parts = [
        f"**** {_TITLE} ****",
        "1. ชื่อโครงการและหน่วยงานที่รับผิดชอบโครงการ",
        "1.1 รหัสโครงการและชื่อโครงการ",
        f"ชื่อโครงการ/กิจกรรม : {project.name}",
        f"รหัสโครงการ... : {project.code}",
        f"ปีงบประมาณ พ.ศ. : {project.fiscal_year}",
        f"เริ่มต้นโครงการ : {project.start} 00:00:00",
        f"งบประมาณที่ได้รับ : {copy.received_thb:,.2f} บาท",
        f"สิ้นสุดโครงการ : {project.end} 00:00:00",
        f"งบประมาณที่ใช้ไป : {copy.spent_thb:,.2f} บาท",
        "1.2 หน่วยงานที่รับผิดชอบ",
        f"หน่วยงานที่รับผิดชอบ. : {project.agency.name} / {project.section}",
        f"ชื่อผู้รับผิดชอบ... : {project.section}",
        "ผู้ประสานงาน สยป :",
        "1.3 หลักการและเหตุผล",
        project.rationale,
        "1.4 วัตถุประสงค์ของโครงการ",
        "- เพื่อประโยชน์ของชุมชนสมมติ",
        "1.5 เป้าหมายของโครงการ..",
        "ชุมชนสมมติ 1 แห่ง",
        "1.6 สนับสนุนแผนพัฒนา กทม. ระยะ 20 ปี (ยุทธศาสตร์-ประเด็นยุทธศาสตร์-กลยุทธ์ตามแผนฯ /ตัวชี้วัด)",
        f"ประเด็นยุทธศาสตร์ : {strategy}",
        f"ประเด็นยุทธศาสตร์ย่อย : {sub_issue}",
        f"เป้าหมายที่ : {goal}",
        f"ตัวชี้วัด... : {project.indicator}",
        "2. รายงานความก้าวหน้าของโครงการและการใช้จ่ายงบประมาณ",
        *(line for report in copy.reports for line in _report(report)),
        *([_CERTIFICATION] if copy.is_certified else []),
        "ลงชื่อ.....(ผู้รับผิดชอบโครงการ)",
        "ตำแหน่ง",
        ".....",
    ]
    return "\n\n".join(parts) + "\n"


def _plan_lines(version: str, goal: str, names: dict[tuple[str, str], str]) -> tuple[str, str, str]:
    strategy, sub_issue = goal.partition(".")[0], goal.rpartition(".")[0]
    words = _WORDS[version]
    return (
        f"{words[0]} {strategy.translate(_THAI_DIGITS)} – {names[version, strategy]}",
        f"{words[1]}{sub_issue.translate(_THAI_DIGITS)} - {names[version, sub_issue]}",
        f"{words[2]}{goal.translate(_THAI_DIGITS)} {names[version, goal]}",
    )


def _report(report: Report) -> tuple[str, str]:
    day = report.day.replace(year=report.day.year + 2) if report.is_misdated else report.day
    done = f"ความก้าวหน้าของงานฯ = {report.progress_pct:.2f} %"
    paid = f"งบประมาณที่เบิกใช้ (ครั้งที่ {report.no}) = {report.disbursed_thb:,.2f} บาท"
    return (
        f"รายงานครั้งที่{report.no}\t:: {_thai_day(day)} : {report.narrative}\t\t",
        f"\t:: {done} {paid}\t: {report.plan_status}\t: {report.target_status}",
    )


def _thai_day(day: date) -> str:
    return f"{day:%d/%m}/{day.year + 543}"


def page(shown: Page, names: dict[tuple[str, str], str]) -> str:
    """Return a project page, which shows no log of reports."""
    evaluation = "" if shown.evaluation_score is None else f" : ไตรมาสที่ 4 {shown.evaluation_score:.4f}"
    strategy, sub_issue, goal = _plan_lines(shown.goal.plan_version, shown.goal.code, names)
    unit = shown.code[:8]
    return "\n\n".join([
        "ความคืบหน้าโครงการ/กิจกรรม", f"{shown.name} : {shown.code}", f"{shown.agency.name} : ({shown.fiscal_year})",
        f"{shown.progress_pct:.2f}", f"ความคืบหน้าโครงการ ร้อยละ {shown.progress_pct:.2f}",
        f"*** สยป. ประเมินโครงการ{evaluation}",
        "หลักการและเหตุผล", "หน้าเว็บสมมติ สร้างขึ้นเพื่อสาธิตระบบ", f"{unit}/{unit}", "วัตถุประสงค์ของโครงการ",
        "- เพื่อประโยชน์ของชุมชนสมมติ", "เป้าหมายของโครงการ", "ชุมชนสมมติ 1 แห่ง", "สนับสนุนยุทธศาสตร์กรุงเทพมหานครฯ",
        f"{strategy}\n{sub_issue}\n{goal}",
    ]) + "\n"  # fmt: skip


def index(indicators: Sequence[Indicator], names: dict[tuple[str, str], str]) -> str:
    """Return the index of an agency's indicators of one fiscal year."""
    agency, year = indicators[0].agency, indicators[0].fiscal_year
    parts = [f"ผลการปฏิบัติราชการประจำปี : {year} ของหน่วยงาน : {agency.code}0000", "Home Home SED"]
    for number, one in enumerate(indicators, start=1):
        _, sub_issue, goal = _plan_lines(one.goal.plan_version, one.goal.code, names)
        rows = "\n".join(f"{quarter}\n{result:.2f}\n\n0 / 0" for quarter, result in enumerate(one.results, start=1))
        parts += [
            sub_issue.removeprefix("มิติที่ "), f"({number}) {one.name}\n[มิติที่ 1 : ตัวชี้วัดสมมติ]",
            goal.removeprefix("เป้าหมายที่ "), f"หน่วยนับ :{one.unit}", f"เป้าหมาย :{one.target:.2f}",
            f"ผลงาน :{one.results[-1]:.2f}", rows,
        ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def as_html(text: str) -> str:
    """Return a form as a page of a table, each label in a cell of its own."""
    rows = (html.escape(line.strip()).partition(" : ") for line in text.split("\n") if line.strip())
    cells = (
        f"<tr><td>{label}</td><td>: {value}</td></tr>" if colon else f"<tr><td colspan=2>{label}</td></tr>"
        for label, colon, value in rows
    )
    head = "<meta charset='utf-8'><title>เอกสารสมมติ (invented)</title>"
    return f"<!DOCTYPE html>\n<html lang='th'><head>{head}</head><body><table>{''.join(cells)}</table></body></html>\n"


def as_html_lines(text: str) -> str:
    """Return a page of the system, a paragraph a line."""
    lines = "\n".join(f"<p>{html.escape(line)}</p>" for line in text.split("\n"))
    head = "<meta charset='utf-8'><title>เอกสารสมมติ (invented)</title>"
    return f"<!DOCTYPE html>\n<html lang='th'><head>{head}</head><body>{lines}</body></html>\n"


def as_pdf(text: str) -> bytes:
    """Return a form as a PDF with a text layer, in Thai letters that it carries along."""
    import pypdfium2
    import pypdfium2.raw as pdfium

    lines = [line.strip().replace("\t", "  ") for line in text.split("\n") if line.strip()]
    width, height = _SHEET_PT
    per_page = (height - 2 * _MARGIN_PT) // _LEADING_PT
    document = pypdfium2.PdfDocument.new()
    letters = _font()
    data = (ctypes.c_ubyte * len(letters)).from_buffer_copy(letters)
    font = pdfium.FPDFText_LoadFont(document, data, len(letters), pdfium.FPDF_FONT_TRUETYPE, True)
    for start in range(0, len(lines), per_page):
        sheet = document.new_page(width, height)
        for row, line in enumerate(lines[start : start + per_page]):
            written = pdfium.FPDFPageObj_CreateTextObj(document, font, _FONT_PT)
            utf16 = f"{line}\0".encode("utf-16-le")
            pdfium.FPDFText_SetText(written, (ctypes.c_ushort * (len(utf16) // 2)).from_buffer_copy(utf16))
            y = height - _MARGIN_PT - row * _LEADING_PT
            pdfium.FPDFPageObj_Transform(written, 1, 0, 0, 1, _MARGIN_PT, y)
            pdfium.FPDFPage_InsertObject(sheet, written)
        sheet.gen_content()
    saved = BytesIO()
    document.save(saved)
    return _OF_WRITING.sub(lambda found: b"0" * len(found[0]), saved.getvalue())


@cache
def _font() -> bytes:
    from fontpkg_noto_sans_thai import ROOT

    (path,) = Path(ROOT, "files").glob("*.ttf")
    return path.read_bytes()
