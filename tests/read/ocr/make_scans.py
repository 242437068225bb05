"""Make the fixtures of this folder anew: pages printed by Chromium, scanned by Poppler; one as Tesseract writes it.

Run from the root of the project: `python -m tests.read.ocr.make_scans`. It takes Chromium, `poppler-utils`, the fonts
of Debian's `fonts-thai-tlwg` and Tesseract; the tests take Tesseract alone.
"""

import html
import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageFilter

from bench import paper
from etl.read.ocr import tesseract
from tests import hard_scans
from tests.forms import Form
from tests.indicator_pages import IndicatorPage

FOLDER = Path(__file__).parent
DPI = 200
FORM = Form(certified=True)
INDICATOR = IndicatorPage()
TABLES = FORM.with_(rationale="คลองในพื้นที่ขาดร่มเงา", objectives="- เพิ่มพื้นที่สีเขียว", reports=FORM.reports[:2])
LOOKS = (
    hard_scans.Print("ruled", pairs=2, sheet="210mm 400mm"), hard_scans.Print("bare", font="Loma", sheet="210mm 400mm"),
)  # fmt: skip


def main() -> None:
    """Write every fixture."""
    with tempfile.TemporaryDirectory() as folder:
        form = _scan(Path(folder), _body(FORM.text()), "Loma", "13px")
        indicator = _scan(Path(folder), _body(INDICATOR.text(style="tabs")), "Garuda", "13px")
        blurred = _scan(Path(folder), _body(FORM.text(percent_signs=False)), "Norasi", "15px")
    black_on_white = [page.point(lambda grey: 255 if grey > 150 else 0).convert("1") for page in form]
    _save(black_on_white, "form.tif")
    tables = [hard_scans.pictures(paper.printed(hard_scans.page(TABLES, look)), DPI)[0] for look in LOOKS]
    _save(
        [page.convert("L").point(lambda grey: 255 if grey > 150 else 0).convert("1") for page in tables], "tables.tif"
    )
    leaning = indicator[0].rotate(0.6, Image.Resampling.BICUBIC, fillcolor=255)
    leaning.quantize(16).save(FOLDER / "indicator.png", optimize=True, dpi=(DPI, DPI))
    reports = blurred[-1].filter(ImageFilter.GaussianBlur(0.9))
    for name, text in zip(("recorded.txt", "recorded.tsv"), tesseract.recognise(reports, "tha+eng"), strict=True):
        (FOLDER / name).write_text(text, "utf-8")


def _save(pages: list[Image.Image], name: str) -> None:
    first, *others = pages
    first.save(FOLDER / name, save_all=True, append_images=others, compression="group4", dpi=(DPI, DPI))


def _body(text: str) -> str:
    """Return a text as HTML; lines with tabs are rows of a table with rules."""
    rows = [
        f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in line.split(chr(9)))}</tr>"
        if line.count("\t") > 1 and not line.startswith(("รายงาน", "\t"))
        else f"<div>{html.escape(line) or '&nbsp;'}</div>"
        for line in text.splitlines()
    ]
    return "".join(rows).replace("</div><tr>", "</div><table><tr>").replace("</tr><div>", "</tr></table><div>")


def _scan(folder: Path, body: str, font: str, size: str) -> list[Image.Image]:
    style = (
        f"@page {{ size: A4; margin: 15mm }} body {{ font: {size}/1.5 '{font}'; white-space: pre-wrap; tab-size: 6 }} "
        "table { border-collapse: collapse } td { border: 1px solid; padding: 6px 16px; white-space: nowrap }"
    )
    source, printed = folder / f"{font}.html", folder / f"{font}.pdf"
    source.write_text(f"<meta charset=utf-8><style>{style}</style>{body}", "utf-8")
    subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
         f"--print-to-pdf={printed}", source.as_uri()],
        check=True, capture_output=True,
    )  # fmt: skip
    subprocess.run(["pdftoppm", "-r", str(DPI), "-gray", printed, folder / font], check=True)
    return [Image.open(page) for page in sorted(folder.glob(f"{font}-*.pgm"))]


if __name__ == "__main__":
    main()
