"""Documents with known truth in every channel and family, and documents past reading, from seeded generators."""

import codecs
import re
from collections.abc import Callable, Iterator
from itertools import cycle, islice, product
from random import Random
from typing import Any, NamedTuple

from bench import paper
from bench.score import Case
from tests import hard_scans, html_pages
from tests.by_hand import WAYS
from tests.decorations import HABITS
from tests.forms import TITLE, Page
from tests.layouts import FIELDS, REPORTS, TOLD
from tests.read.pdf.make_pdfs import LONG_FORM, as_rows
from tests.varied_forms import Example, draw
from tests.varied_pages import FAMILIES, Sample

# What transcriptions of one form differ in, beside its two layouts. A field is a line with its label at the beginning.
_FIELD = re.compile(
    r"^((?:ชื่อ|รหัส|ปีงบ|เริ่ม|งบประมาณที่[ไได]|สิ้นสุด|หน่วยงาน|ประเด็น|เป้าหมายที่|ตัวชี้วัด)[^:\n]*) : (.+)$", re.MULTILINE
)
_SHAPES: tuple[Callable[[str], str], ...] = (
    str,
    lambda text: text.replace("\n\n", "\n"),
    lambda text: text.replace("\n\n", "\n\n\n"),
    lambda text: text.replace("\n", "\r\n"),
    lambda text: text.replace("\t", "  "),
    lambda text: text.replace("\n", "  \n   "),
    lambda text: _FIELD.sub(r"\1: \2", text),
    lambda text: _FIELD.sub(r"\1:\2", text),
    lambda text: _FIELD.sub(r"\1\n: \2", text),
    lambda text: _FIELD.sub(r"\1 :\n\2", text),
    lambda text: _FIELD.sub(r"\1 :\n\n\2", text),
    lambda text: text.replace("...", "").replace("..", ""),
    lambda text: text.replace("ำ", "\u0e4d\u0e32"),
    lambda text: text.replace("แ", "เเ"),
    lambda text: text.replace(" : ", "\u00a0:\u00a0"),
    lambda text: text.replace(" : ", " \u200b: "),
    lambda text: text.replace("\n1.", "\n๑."),
    lambda text: re.sub(r"[*]{2,}", "", text),
)
_PAGE_LAYOUTS = ("preformatted", "paragraphs", "line breaks")
_UNENCODABLE = str.maketrans({"–": "-", "“": '"', "”": '"'})


class Group(NamedTuple):
    """A row of the table of accuracy: how its documents are made, `size` tells how many at scale 1."""

    make: Callable[[Random, int], Iterator[Case]]
    size: int
    is_possible: Callable[[], bool] = lambda: True


def _text(example: Example, random: Random) -> str:
    return example.form.text(percent_signs=random.random() < 0.5)


def _plain(random: Random) -> Example:
    """Return an example whose characters all stand in TIS-620."""
    example = draw(random)
    project = example.truth["project"]
    name = project["project_name"].translate(_UNENCODABLE)
    form = example.form.with_(name=name, strategy=example.form.strategy.translate(_UNENCODABLE))
    return Example(form, {**example.truth, "project": {**project, "project_name": name}})


def _text_forms(random: Random, count: int) -> Iterator[Case]:
    encodings = ("utf-8", "utf-8-sig", "utf-16", "cp874", "tis-620")
    for number, encoding in product(range(count), encodings):
        examples = [_plain(random)] * random.choice((1, 1, 2))
        text = "\n".join(_text(example, random) for example in examples)
        shape = number % len(_SHAPES)
        content = _SHAPES[shape](text).encode(encoding, errors="ignore")
        yield Case("form: text", f"{encoding}-{number}-{shape}.txt", content, [one.truth for one in examples])


def _html_forms(random: Random, count: int) -> Iterator[Case]:
    for number, (name, layout) in product(range(count), html_pages.LAYOUTS.items()):
        example = draw(random)
        page = layout(_text(example, random))
        yield Case("form: HTML", f"{name}-{number}.html", page.encode(), [example.truth])


def _laid_out_forms(random: Random, count: int) -> Iterator[Case]:
    """Yield forms whose fields stand in cells or below their labels, or whose reports are tables and lists."""
    layouts = {
        "form: fields laid out": FIELDS,
        "form: reports laid out": {**REPORTS, **{name: layout for name, (layout, _) in TOLD.items()}},
    }
    for number, (group, some) in product(range(count), layouts.items()):
        for name, layout in some.items():
            form, truth = _with_reports(random)
            truth = {**truth, "project": {**truth["project"], "is_certified": False}}
            if name == "without_numbers":  # their days name them
                truth |= {"reports": [{**report, "report_no": None} for report in truth["reports"]]}
            content = layout(form.with_(certified=False)).encode()
            yield Case(group, f"{name}-{number}.{'html' if 'html' in name else 'txt'}", content, [truth])


def _decorated_forms(random: Random, count: int) -> Iterator[Case]:
    """Yield forms as people send them who had them transcribed, quoted or printed anew."""
    for number, habit in product(range(count), HABITS):
        example = _with_reports(random)
        content = HABITS[habit](_text(example, random)).encode()
        yield Case("form: decorated", f"{habit}-{number}.txt", content, [example.truth])


def _forms_written_on(random: Random, count: int) -> Iterator[Case]:
    """Yield forms on which people corrected values, remarked on them, and ticked boxes."""
    for number, (name, way) in product(range(count), WAYS.items()):
        form, truth = _with_reports(random)
        content = way(form).text(percent_signs=False).encode()
        yield Case("form: written on", f"{name}-{number}.txt", content, [truth])


def _pdf_rows(random: Random, count: int) -> Iterator[Case]:
    """Yield forms whose reports are rows of a table with rules, which pages break wherever they end."""
    for number, font in product(range(count), paper.THAI_FONTS):
        form, truth = _with_reports(random)
        truth = {**truth, "project": {**truth["project"], "is_certified": False}}
        size_pt, align = random.choice((10.5, 12, 14, 16)), random.choice(("top", "middle", "bottom"))
        style = f"<style>body {{ font: {size_pt}pt '{font}' }} td {{ vertical-align: {align} }}</style>"
        page = f"<!doctype html><meta charset=utf-8>{style}{as_rows(REPORTS['tabs'](form.with_(certified=False)))}"
        yield Case("form: PDF, rows over pages", f"{font}-{number}.pdf", paper.printed(page, margins=False), [truth])


def _pdf_forms(random: Random, count: int) -> Iterator[Case]:
    for number, font in product(range(count), paper.THAI_FONTS):
        example = draw(random)
        layout, content = _print(random, font, _text(example, random))
        yield Case("form: PDF", f"{font}-{layout}-{number}.pdf", content, [example.truth])


def _pdf_prose(random: Random, count: int) -> Iterator[Case]:
    """Yield a form of running prose, which wraps where the words of the other forms do not."""
    truth = {
        "project": {"project_code": LONG_FORM.code, "rationale": LONG_FORM.rationale, "targets": LONG_FORM.targets},
        "reports": [{"report_no": int(one.no), "narrative": one.narrative} for one in LONG_FORM.reports],
    }
    for number, font in product(range(count), paper.THAI_FONTS):
        layout, content = _print(random, font, LONG_FORM.text(percent_signs=random.random() < 0.5))
        yield Case("form: PDF, prose", f"{font}-{layout}-{number}.pdf", content, [truth])


def _print(random: Random, font: str, text: str) -> tuple[str, bytes]:
    """Return a text as a browser prints it in some layout, size and width, and the layout's name."""
    layouts = (
        html_pages.preformatted, html_pages.paragraphs, html_pages.broken_lines, html_pages.table, html_pages.spans,
    )  # fmt: skip
    layout = random.choice(layouts)
    size_pt, sheet = random.choice((8, 9, 10.5, 12, 14, 16)), random.choice(("A4", "A5", "letter", "A4 landscape"))
    style = f"@page {{ size: {sheet} }} body {{ font: {size_pt}pt '{font}' }}"
    return layout.__name__, paper.printed(layout(text, style), margins=random.random() < 0.5)


def _scanned_forms(random: Random, count: int) -> Iterator[Case]:
    for number in range(count):
        font = paper.THAI_FONTS[number % 3]
        example = draw(random)
        style = f"body {{ font: 12pt '{font}' }}"
        pages = paper.scanned(paper.printed(html_pages.preformatted(_text(example, random), style)), random)
        kind = "pdf" if len(pages) > 1 or number % 2 else "png"
        content = paper.as_pdf(pages) if kind == "pdf" else paper.as_picture(pages, "PNG")
        yield Case("form: scan", f"{font}-{number}.{kind}", content, [example.truth])


_TABLES = [
    hard_scans.Print(rules, pairs, font=font)
    for (rules, pairs), font in zip(
        product(("ruled", "shaded", "rows", "bare"), (1, 2)), cycle(("Garuda", "Loma", "Laksaman")), strict=False
    )
]


def _table_pdfs(random: Random, count: int) -> Iterator[Case]:
    for number, look in zip(range(count), cycle(_TABLES), strict=False):
        example = draw(random)
        content = paper.printed(hard_scans.page(example.form, look))
        yield Case("form: PDF, tables", f"{look.rules}-{look.pairs}-{number}.pdf", content, [example.truth])


def _hard_scans(
    name: str, wear: hard_scans.Wear, *, dpi: int = paper.SCAN_DPI, is_sheet: bool = False
) -> Callable[[Random, int], Iterator[Case]]:
    """Return what makes scans of forms laid out as tables, so worn; two pages on a sheet where that is said."""

    def make(random: Random, count: int) -> Iterator[Case]:
        for number, look in zip(range(count), cycle(_TABLES), strict=False):
            example = draw(random)
            pages = hard_scans.pictures(paper.printed(hard_scans.page(example.form, look)), dpi)
            pages = [wear(page, random) for page in (hard_scans.side_by_side(pages) if is_sheet else pages)]
            content = hard_scans.as_file(pages, dpi)
            yield Case(name, f"{look.rules}-{look.pairs}-{number}.tif", content, [example.truth])

    return make


def _zipped_forms(random: Random, count: int) -> Iterator[Case]:
    for number in range(count):
        examples = [draw(random) for _ in range(6)]
        texts = [_text(example, random) for example in examples]
        members = {
            f"{place}.{'html' if place % 2 else 'txt'}": (html_pages.table(text) if place % 2 else text).encode()
            for place, text in enumerate(texts)
        }
        yield Case("form: ZIP", f"{number}.zip", paper.zipped(members), [example.truth for example in examples])


def _damaged_texts(text: str, random: Random) -> Iterator[tuple[str, str]]:
    """Yield a sound form in the ways in which text is lost for good."""
    lines = text.split("\n")
    yield "first half", "\n".join(lines[: len(lines) // 2])
    yield "second half", "\n".join(lines[len(lines) // 2 :])
    yield "ends in a report", text[: text.rindex("งบประมาณที่เบิกใช้") + 9]
    yield "title only", TITLE
    yield "no code", text.replace("รหัสโครงการ... :", "")
    yield "letters lost", "".join("\ufffd" if random.random() < 0.02 else letter for letter in text)
    yield "every า is ำ", text.replace("า", "ำ")
    yield "blanks in words", "".join(f"{letter} " if random.random() < 0.3 else letter for letter in text)
    yield "private glyphs", text.replace("\u0e48", "\uf70a").replace("\u0e49", "\uf70b")
    yield "read as Latin-1", text.encode().decode("latin-1")
    yield "read as cp874 twice", text.encode("cp874", "ignore").decode("latin-1")
    yield (
        "marks lost",
        "".join(letter for letter in text if letter not in "\u0e31\u0e34\u0e35\u0e36\u0e37\u0e38\u0e39\u0e48\u0e49"),
    )
    yield "question marks", text.encode("ascii", "replace").decode()
    yield "digits lost", "".join("" if letter.isdigit() and random.random() < 0.3 else letter for letter in text)


def _damaged(random: Random, count: int) -> Iterator[Case]:
    for number in range(count):
        example = _with_reports(random)
        text = _text(example, random)
        for name, damaged in _damaged_texts(text, random):
            for kind, content in (("txt", damaged), ("html", html_pages.paragraphs(damaged))):
                yield Case("broken", f"{name}-{number}.{kind}", content.encode(), [example.truth], is_broken=True)
        for name, file in _damaged_files(text, with_pdf=number == 0 and paper.has_browser()):
            yield Case("broken", f"{number} {name}", file, [example.truth], is_broken=True)
    for name, file in _FOREIGN.items():
        yield Case("broken", name, file, [], is_broken=True)


def _with_reports(random: Random) -> Example:
    return next(example for example in iter(lambda: draw(random), None) if example.form.reports)


def _damaged_files(text: str, *, with_pdf: bool) -> Iterator[tuple[str, bytes]]:
    """Yield a sound form in the ways in which files break."""
    archive = paper.zipped({"form.txt": text.encode()})
    yield from {
        "utf-16 without a mark.txt": text.encode("utf-16-le"),
        "cut utf-16.txt": codecs.BOM_UTF16_LE + text.encode("utf-16-le")[: len(text) // 2],
        "shifted.txt": bytes((byte + 1) % 256 for byte in text.encode()),
        "cut.zip": archive[: len(archive) // 2],
        "flipped.zip": archive[:200] + bytes(byte ^ 0xFF for byte in archive[200:260]) + archive[260:],
        "archive of junk.zip": paper.zipped({"a.bin": bytes(range(256)), "b.exe": b"MZ" + bytes(64)}),
        "empty archive.zip": paper.zipped({}),
    }.items()
    if with_pdf:
        pdf = paper.printed(html_pages.preformatted(text))
        yield "cut.pdf", pdf[: len(pdf) // 2]
        yield "zeroed.pdf", pdf[: len(pdf) // 3] + bytes(len(pdf) // 3) + pdf[2 * len(pdf) // 3 :]
        yield "header only.pdf", b"%PDF-1.7\n%%EOF"


# What is no export at all.
_FOREIGN = {
    "empty.txt": b"", "blanks.txt": b" \r\n\t\n", "mark.txt": codecs.BOM_UTF8, "marks.txt": codecs.BOM_UTF16_LE,
    "zeros.bin": bytes(1000), "bytes.bin": bytes(range(256)) * 8, "csv.csv": "รหัส,ชื่อ\n1,สวน\n".encode(),
    "letter.txt": "เรียน ผู้อำนวยการเขต\nขอส่งรายงานประจำเดือนมาเพื่อโปรดทราบ\n".encode(),
    "english.txt": b"Quarterly progress report\nProject: 50210000-0042\n", "json.json": b'{"project_code": 1}',
    "login.html": html_pages.paragraphs("เข้าสู่ระบบ\nชื่อผู้ใช้\nรหัสผ่าน").encode(),
    "error.html": b"<html><head><title>502 Bad Gateway</title></head><body><h1>502</h1></body></html>",
    "frame.html": b"<html><frameset><frame src='a.php'></frameset></html>",
    "word.doc": b"\xd0\xcf\x11\xe0" + bytes(600), "picture.gif": b"GIF89a" + bytes(40),
}  # fmt: skip


def _page_maker(name: str, draw_page: Callable[[Random], list[Sample]]) -> Callable[[Random, int], Iterator[Case]]:
    """Return what makes a family's pages in every layout, as text and as HTML."""

    def make(random: Random, count: int) -> Iterator[Case]:
        for number in range(count):
            for sample in draw_page(random):
                uri, text = sample.page
                kinds = {"text": text, **{layout: html_pages.LAYOUTS[layout](text) for layout in _PAGE_LAYOUTS}}
                for kind, content in kinds.items():
                    group = f"{name}: {'text' if kind == 'text' else 'HTML'}"
                    yield Case(group, f"{sample.layout}-{kind}-{number}/{uri}", content.encode(), [sample.truth])

    return make


_HARD_SCANS: tuple[tuple[str, hard_scans.Wear, int, dict[str, Any]], ...] = (
    ("form: scan, tables", hard_scans.scanned, 8, {}),
    ("form: scan, tables, 150 dpi", hard_scans.scanned, 4, {"dpi": 150}),
    ("form: scan, tables, 300 dpi", hard_scans.scanned, 2, {"dpi": 300}),
    ("form: scan, askew", hard_scans.skewed, 4, {}),
    ("form: scan, fax", hard_scans.faxed, 4, {}),
    ("form: scan, photograph", hard_scans.photographed, 4, {}),
    ("form: scan, stamped", hard_scans.stamped, 4, {}),
    ("form: scan, two pages on a sheet", hard_scans.scanned, 4, {"is_sheet": True}),
)

GROUPS: dict[str, Group] = {
    "form: text": Group(_text_forms, 40),
    "form: HTML": Group(_html_forms, 16),
    "form: laid out": Group(_laid_out_forms, 4),
    "form: decorated": Group(_decorated_forms, 4),
    "form: written on": Group(_forms_written_on, 4),
    "form: PDF": Group(_pdf_forms, 3, paper.has_browser),
    "form: PDF, rows over pages": Group(_pdf_rows, 2, paper.has_browser),
    "form: PDF, prose": Group(_pdf_prose, 2, paper.has_browser),
    "form: scan": Group(_scanned_forms, 4, lambda: paper.has_browser() and paper.has_recogniser()),
    "form: PDF, tables": Group(_table_pdfs, 8, paper.has_browser),
    **{
        name: Group(_hard_scans(name, wear, **more), size, lambda: paper.has_browser() and paper.has_recogniser())
        for name, wear, size, more in _HARD_SCANS
    },
    "form: ZIP": Group(_zipped_forms, 6),
    **{name: Group(_page_maker(name, draw_page), 12) for name, draw_page in FAMILIES.items()},
    "broken": Group(_damaged, 6),
}


def cases(name: str, scale: int) -> Iterator[Case]:
    """Yield the documents of a group, always the same ones."""
    return GROUPS[name].make(Random(name), GROUPS[name].size * scale)


def pages(family: str, count: int) -> list[Page]:
    """Return pages of a family for the measures of speed, each another one."""
    random = Random("speed")
    return [FAMILIES[family](random)[0].page for _ in range(count)]


def examples(count: int) -> list[Example]:
    """Return forms of many reports for the measures of speed, each another one."""
    random = Random("speed")
    return list(islice(iter(lambda: _with_reports(random), None), count))
