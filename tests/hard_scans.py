"""Printed forms as offices scan them: laid out as tables, stamped, faxed, photographed, two pages on a sheet.

In comes a form drawn at random, out comes its picture. A `Print` says how the form is laid out, a wear what happens to
the paper; both are drawn from the same seed. It takes Chromium, and the fonts of Debian's `fonts-thai-tlwg`.
"""

import html
from collections.abc import Callable, Sequence
from io import BytesIO
from random import Random
from typing import NamedTuple

import cv2
import numpy as np
import pypdfium2
from PIL import Image, ImageDraw, ImageFilter

from tests.forms import Form
from tests.layouts import COLUMNS

Wear = Callable[[Image.Image, Random], Image.Image]

_WHITE = 255
_DESK = (70, 60, 52)
_RULES = {
    "ruled": "td, th { border: 1px solid }",
    "shaded": "td, th { border: 1px solid #888 } th, .label { background: #ddd }",
    "rows": "tr { border-bottom: 1px solid #999 }",
    "bare": "",
}


class Print(NamedTuple):
    """How a form is laid out: its rules, how many fields stand in a row, and whether its reports are a table."""

    rules: str = "ruled"
    pairs: int = 1
    is_reports_table: bool = True
    font: str = "Garuda"
    size_pt: float = 11.0
    sheet: str = "A4"


def page(form: Form, look: Print) -> str:
    """Return a form as HTML, its fields as label cells beside value cells."""
    style = (
        f"@page {{ size: {look.sheet}; margin: 12mm }} body {{ font: {look.size_pt}pt/1.4 '{look.font}' }} "
        "table { border-collapse: collapse; width: 100%; margin: 4px 0 } td, th { padding: 4px 8px; text-align: left } "
        f".label {{ width: {22 if look.pairs == 1 else 16}% }} p {{ margin: 4px 0 }} "
        "h3 { font-size: 1em; margin: 8px 0 4px } "
        f".no {{ white-space: nowrap }} {_RULES[look.rules]}"
    )
    name = [("ชื่อโครงการ/กิจกรรม", form.name)]
    project = [
        ("รหัสโครงการ", form.code), ("ปีงบประมาณ พ.ศ.", form.fiscal_year), ("เริ่มต้นโครงการ", form.start),
        ("สิ้นสุดโครงการ", form.end), ("งบประมาณที่ได้รับ", form.received), ("งบประมาณที่ใช้ไป", form.spent),
    ]  # fmt: skip
    agency = [("หน่วยงานที่รับผิดชอบ", form.agency), ("ชื่อผู้รับผิดชอบ", form.owner), ("ผู้ประสานงาน สยป.", "")]
    plan = [
        ("ประเด็นยุทธศาสตร์", form.strategy), ("ประเด็นยุทธศาสตร์ย่อย", form.sub_issue), ("เป้าหมายที่", form.goal),
        ("ตัวชี้วัด", form.indicator),
    ]  # fmt: skip
    sections = (
        ("1. ชื่อโครงการและหน่วยงานที่รับผิดชอบโครงการ", ""),
        ("1.1 รหัสโครงการและชื่อโครงการ", _fields(name, 1, look) + _fields(project, look.pairs, look)),
        ("1.2 หน่วยงานที่รับผิดชอบ", _fields(agency, 1, look)),
        ("1.3 หลักการและเหตุผล", _prose(form.rationale)),
        ("1.4 วัตถุประสงค์ของโครงการ", _prose(form.objectives)),
        ("1.5 เป้าหมายของโครงการ", _prose(form.targets)),
        ("1.6 สนับสนุนแผนพัฒนา กทม. ระยะ 20 ปี", _fields(plan, 1, look)),
        ("2. รายงานความก้าวหน้าของโครงการและการใช้จ่ายงบประมาณ", _reports(form, look)),
    )
    body = "".join(f"<h3>{html.escape(heading)}</h3>{content}" for heading, content in sections)
    title = "<p style='text-align: center'><b>แบบแสดงรายงานความก้าวหน้าและข้อมูลเกี่ยวกับโครงการ</b></p>"
    end = (
        "<p>ขอรับรองว่า ข้อมูลที่ปรากฏในเอกสารฉบับนี้ หน่วยงานได้จัดพิมพ์จากระบบงานจริง เพื่อเป็นหลักฐานไว้ตรวจสอบ</p>"
        if form.certified
        else ""
    )
    return f"<meta charset=utf-8><style>{style}</style>{title}{body}{end}"


def _fields(fields: Sequence[tuple[str, str]], pairs: int, look: Print) -> str:
    rows = [fields[start : start + pairs] for start in range(0, len(fields), pairs)]
    return "<table>" + "".join("<tr>" + "".join(map(_pair, row)) + "</tr>" for row in rows) + "</table>"


def _pair(field: tuple[str, str]) -> str:
    label, value = map(html.escape, field)
    return f"<td class=label>{label}</td><td>{value}</td>"


def _prose(text: str) -> str:
    return "".join(f"<p>{html.escape(line)}</p>" for line in text.split("\n"))


def _reports(form: Form, look: Print) -> str:
    if not look.is_reports_table:
        text = form.text()
        begin = text.index("2. รายงาน")
        lines = text[begin:].split("\n")[1:]
        kept = [line for line in lines if "::" in line]
        return f'<pre style="font: inherit; white-space: pre-wrap">{html.escape(chr(10).join(kept))}</pre>'
    header = "".join(f"<th>{html.escape(name)}</th>" for name in COLUMNS)
    rows = "".join(
        f"<tr><td class=no>{one.no}</td><td class=no>{one.date}</td><td>{html.escape(one.narrative)}</td>"
        f"<td class=no>{one.progress}</td><td class=no>{one.disbursed}</td>"
        f"<td>{one.plan_status}</td><td>{one.target_status}</td></tr>"
        for one in form.reports
    )
    return f"<table><tr>{header}</tr>{rows}</table>"


def pictures(pdf: bytes, dpi: int) -> list[Image.Image]:
    """Return the pages of a PDF in colour."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [one.render(scale=dpi / 72).to_pil().convert("RGB") for one in document]


# What happens to the paper.


def scanned(picture: Image.Image, random: Random) -> Image.Image:
    """Grey, a little soft and speckled, hardly askew."""
    askew = picture.convert("L").rotate(random.uniform(-0.4, 0.4), Image.Resampling.BICUBIC, fillcolor=_WHITE)
    speckles = Image.effect_noise(picture.size, random.uniform(4, 12))
    return Image.blend(askew.filter(ImageFilter.GaussianBlur(0.4)), speckles, 0.06)


def skewed(picture: Image.Image, random: Random) -> Image.Image:
    """Laid askew by up to four degrees."""
    turn = random.choice((-1, 1)) * random.uniform(1.0, 4.0)
    return picture.convert("L").rotate(turn, Image.Resampling.BICUBIC, expand=True, fillcolor=_WHITE)


def faxed(picture: Image.Image, random: Random) -> Image.Image:
    """Black and white, with specks, and streaks of the transmission."""
    soft = np.asarray(picture.convert("L").filter(ImageFilter.GaussianBlur(0.7)), np.float32)
    generator = np.random.default_rng(random.getrandbits(32))
    black = soft + generator.normal(0, 18, soft.shape) < 150
    black |= generator.random(soft.shape) < 0.0008
    return Image.fromarray(np.where(black, np.uint8(0), np.uint8(_WHITE))).convert("1")


def photographed(picture: Image.Image, random: Random) -> Image.Image:
    """On a dark desk, from aside, with the shadow of a hand, a little curled."""
    room = round(0.02 * picture.height)
    desk = Image.new("RGB", (picture.width, picture.height + 2 * room), _DESK)
    desk.paste(picture, (0, room))
    flat = np.asarray(desk)
    height, width = flat.shape[:2]
    curl = np.float32(random.uniform(0.002, 0.006) * height)
    x = np.tile(np.arange(width, dtype=np.float32), (height, 1))
    y = np.tile(np.arange(height, dtype=np.float32)[:, None], (1, width))
    bent = cv2.remap(flat, x, y + curl * np.sin(x / width * np.pi), cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    room = round(0.08 * width)
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    moved = (
        corners
        + room
        + np.array([(random.uniform(0, 0.03) * width, random.uniform(0, 0.03) * height) for _ in corners], np.float32)
        * np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)], np.float32)
    )
    size = (width + 2 * room, height + 2 * room)
    turned = cv2.warpPerspective(
        bent, cv2.getPerspectiveTransform(corners, moved), size, flags=cv2.INTER_CUBIC, borderValue=_DESK
    ).astype(np.float32)
    fall = np.linspace(random.uniform(0.62, 0.8), 1.0, size[0], dtype=np.float32)[None, :, None]
    fall = fall if random.random() < 0.5 else fall[:, ::-1]
    generator = np.random.default_rng(random.getrandbits(32))
    grain = generator.normal(0, 4, turned.shape).astype(np.float32)
    return Image.fromarray(np.clip(turned * fall + grain, 0, _WHITE).astype(np.uint8)).filter(
        ImageFilter.GaussianBlur(0.5)
    )


def stamped(picture: Image.Image, random: Random) -> Image.Image:
    """With a red stamp and a blue signature over its text."""
    marked = picture.convert("RGB")
    ink = Image.new("RGB", marked.size, "white")
    draw = ImageDraw.Draw(ink)
    width, height = marked.size
    side = round(0.16 * width)
    for _ in range(2):
        left, top = random.randint(0, width - side), random.randint(round(0.05 * height), round(0.6 * height))
        draw.ellipse((left, top, left + side, top + side), outline=(200, 40, 50), width=max(width // 300, 2))
        draw.rectangle(
            (left + side // 6, top + side // 3, left + side * 5 // 6, top + side * 2 // 3),
            outline=(200, 40, 50), width=max(width // 400, 2),
        )  # fmt: skip
    points = [(random.uniform(0.3, 0.7) * width, random.uniform(0.1, 0.7) * height)]
    for _ in range(14):
        points.append(
            (points[-1][0] + random.uniform(-0.03, 0.05) * width, points[-1][1] + random.uniform(-0.02, 0.02) * height)
        )
    draw.line(points, fill=(30, 50, 170), width=max(width // 350, 2), joint="curve")
    over = np.minimum(np.asarray(marked), np.asarray(ink))
    return Image.fromarray(over)


def side_by_side(pages: Sequence[Image.Image]) -> list[Image.Image]:
    """Return pages two to a sheet, as a copier puts them."""
    sheets = []
    for start in range(0, len(pages), 2):
        pair = [one.convert("RGB") for one in pages[start : start + 2]]
        sheet = Image.new("RGB", (2 * pair[0].width, pair[0].height), "white")
        for number, one in enumerate(pair):
            sheet.paste(one, (number * pair[0].width, 0))
        sheets.append(sheet)
    return sheets


def as_file(pages: Sequence[Image.Image], dpi: int) -> bytes:
    """Return pictures as one TIFF, packed as scanners do."""
    target = BytesIO()
    packing = {"RGB": "jpeg", "1": "group4"}.get(pages[0].mode, "tiff_deflate")
    pages[0].save(target, "TIFF", save_all=True, append_images=[*pages[1:]], compression=packing, dpi=(dpi, dpi))
    return target.getvalue()
