"""Print the fixtures of this folder anew: forms laid out as pages in several ways and fonts, printed by Chromium.

Run from the root of the project: `python -m tests.read.pdf.make_pdfs`. It takes Chromium and the fonts of Debian's
`fonts-thai-tlwg`, which no test needs: the PDFs are kept beside this file, each with the text that it was printed from.
"""

import html
import re
import subprocess
import tempfile
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from tests.forms import Form, PrintedReport
from tests.layouts import REPORTS

FOLDER = Path(__file__).parent
CHROMIUM = [
    "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
HOST = "report.example.org"
ADDRESS = f"http://{HOST}/myproject.php?pid=50210000-0042"

LONG_FORM = Form(
    name="ปรับปรุงทางเท้าและปลั๊กไฟสาธารณะริมคลอง ระยะที่ 2",
    rationale=(
        "พื้นที่ริมคลองมีประชาชนใช้สัญจรวันละกว่า 1,200 คน แต่ทางเท้าชำรุดและน้ำท่วมขังบ่อยครั้ง อีกทั้งไฟส่องสว่างไม่ทั่วถึง "
        "สำนักงานเขตจึงสำรวจความต้องการของผู้ที่อยู่อาศัยในชุมชน ๑๒ แห่ง พบว่าส่วนใหญ่ต้องการที่นั่งพัก ร่มเงา และจุดชาร์จไฟ "
        "(ที่ใช้งานได้จริงทั้งกลางวันและกลางคืน) โครงการนี้เริ่มต้นจากกลุ่มผู้สูงอายุ ญาติ และเด็กเล็กซึ่งได้รับผลกระทบมากที่สุด "
        "เพื่อให้ทุกคนกลับมาใช้ประโยชน์จากคลองได้อย่างปลอดภัย ณ สิ้นปีงบประมาณ"
    ),
    objectives="- เพิ่มพื้นที่ร่มรื่นให้ผู้ที่สัญจร\n- ลดอุบัติเหตุจากทางเท้าชำรุด\n- สร้างจุดพักผ่อนสำหรับผู้สูงอายุและเด็ก",
    targets="ทางเท้า 2.5 กิโลเมตร พร้อมปลั๊กไฟ 40 จุด ภายในเดือนสิงหาคม",
    reports=tuple(
        PrintedReport(
            str(number),
            f"{15 + number}/{(9 + number) % 12 + 1:02}/{2566 + (9 + number) // 12}",
            f"{number * 10}.50",
            narrative,
            disbursed=f"{number * 125_000:,}.25 บาท",
        )
        for number, narrative in enumerate(
            (
                "ประชุมร่วมกับผู้แทนชุมชนเพื่อกำหนดจุดก่อสร้าง และสำรวจแนวเขตที่ดินของผู้อยู่อาศัยริมคลองทั้งสองฝั่ง",
                "จัดทำแบบก่อสร้าง ประมาณราคา และขออนุมัติจัดซื้อจัดจ้าง",
                (
                    "ลงนามสัญญาจ้างแล้ว ผู้รับจ้างเข้าพื้นที่รื้อถอนทางเท้าเดิม คิดเป็นระยะทาง 800 เมตร "
                    "ทั้งนี้ได้ประชาสัมพันธ์ให้ประชาชนทราบล่วงหน้าแล้ว"
                ),
                "เทพื้นคอนกรีต ปูกระเบื้อง ติดตั้งราวกันตก",
                (
                    "ติดตั้งปลั๊กไฟและโคมไฟส่องสว่าง ปลูกต้นไม้ยืนต้น 500 ต้น และไม้พุ่มตลอดแนวทางเท้า "
                    "ซึ่งผ่านการตรวจรับงวดที่ 3 แล้ว"
                ),
                "ก่อสร้างแล้วเสร็จ ตรวจรับงานครบทุกงวด อยู่ระหว่างส่งมอบพื้นที่ให้ชุมชนดูแลต่อไป",
            ),
            start=1,
        )
    ),
    certified=True,
)  # fmt: skip


class Fixture(NamedTuple):
    """One PDF: the form as text, and how it was printed."""

    name: str
    text: str
    lay_out: Callable[[str], str]
    font: str
    size_px: int
    style: str = ""


def as_paragraphs(text: str) -> str:
    """Lay out each line as a paragraph."""
    return "".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines() if line.strip())


def as_kept(text: str) -> str:
    """Lay out the text with its own lines, blanks and tabs; long lines wrap."""
    return f'<pre style="font: inherit; white-space: pre-wrap">{html.escape(text)}</pre>'


def as_broken(text: str) -> str:
    """Lay out the lines with a break after each."""
    return "<br>".join(map(html.escape, text.splitlines()))


def as_tables(text: str) -> str:
    """Lay out labels and values in columns, and what tabs part in columns of their own."""
    rows = []
    for line in filter(str.strip, text.splitlines()):
        cells = [html.escape(cell.strip()) for cell in re.split(r"\t+" if "\t" in line else r" (?=: )", line.rstrip())]
        spans = "".join(f"<td>{cell}" for cell in cells[:-1])
        rows.append(f"<tr>{spans}<td colspan={5 - len(cells)}>{cells[-1]}")
    return f"<table>{''.join(rows)}</table>"


def as_rows(text: str) -> str:
    """Lay out what tabs part as rows of a table with rules, which pages break wherever they end."""
    parts = list[str]()
    for is_row, lines in groupby(filter(str.strip, text.splitlines()), key=lambda line: "\t" in line):
        cells = ([html.escape(cell) for cell in line.split("\t")] for line in lines)
        rows = "".join(f"<tr>{''.join(f'<td>{cell}' for cell in row)}" for row in cells) if is_row else ""
        parts.append(f"<table>{rows}</table>" if is_row else "".join(f"<p>{row[0]}</p>" for row in cells))
    return (
        f"<style>table {{ border-collapse: collapse }} td {{ border: 1px solid; padding: 4px }}</style>{''.join(parts)}"
    )


FIXTURES = (
    Fixture("paragraphs_loma", LONG_FORM.text(), as_paragraphs, "Loma", 16),
    Fixture("kept_garuda", LONG_FORM.text(percent_signs=False), as_kept, "Garuda", 13),
    Fixture("tables_norasi", LONG_FORM.text(), as_tables, "Norasi", 18),
    Fixture("broken_umpush", LONG_FORM.text(percent_signs=False), as_broken, "Umpush", 15, "font-weight: bold"),
    Fixture("paragraphs_waree", Form().text() + Form(code="50210000-0043").text(), as_paragraphs, "Waree", 11),
    Fixture("paragraphs_mono", Form(certified=True).text(), as_paragraphs, "Tlwg Mono", 14, "text-align: justify"),
    Fixture("kept_laksaman", Form().text(), as_kept, "Laksaman", 24),
    Fixture("rows_garuda", REPORTS["tabs"](LONG_FORM), as_rows, "Garuda", 21),
    Fixture("rows_loma", REPORTS["tabs"](LONG_FORM), as_rows, "Loma", 17, "vertical-align: middle"),
)


def page(fixture: Fixture) -> str:
    """Return the page that is printed."""
    return (
        f"<!doctype html><html lang=th><meta charset=utf-8><title>{fixture.name} : รายงาน</title>"
        f"<body style=\"font: {fixture.size_px}px '{fixture.font}'; {fixture.style}\">{fixture.lay_out(fixture.text)}"
    )


def print_pages(pages: dict[str, str], folder: Path) -> None:
    """Print pages to PDFs of their names, with the head and foot that Chromium prints, all from the same address."""
    for name, content in pages.items():
        with (
            tempfile.TemporaryDirectory() as profile,
            ThreadingHTTPServer(("127.0.0.1", 0), _serving(content)) as server,
        ):
            threading.Thread(target=server.serve_forever, daemon=True).start()
            where = [
                f"--user-data-dir={profile}",
                f"--host-resolver-rules=MAP {HOST} 127.0.0.1:{server.server_port}",
                f"--print-to-pdf={folder / name}.pdf",
            ]
            subprocess.run([*CHROMIUM, *where, ADDRESS], check=True, capture_output=True)
            server.shutdown()


def _serving(content: str) -> type[BaseHTTPRequestHandler]:
    class Server(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(content.encode())

    return Server


if __name__ == "__main__":
    for fixture in FIXTURES:
        (FOLDER / f"{fixture.name}.txt").write_text(fixture.text)
    print_pages({fixture.name: page(fixture) for fixture in FIXTURES}, FOLDER)
