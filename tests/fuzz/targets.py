"""What is fuzzed: a row a channel and a family. A target knows sound documents and how they are damaged."""

from collections.abc import Callable
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from random import Random
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from etl import families
from etl.records import Copy
from tests.conftest import SAMPLE
from tests.forms import Page
from tests.fuzz.mutations import BYTE_EDITS, HTML_EDITS, OCR_EDITS, TEXT_EDITS, Edits, Mutant, edited
from tests.fuzz.oracle import Export, copies_in, printed_in, recognised_in
from tests.html_pages import LAYOUTS
from tests.indicator_pages import CatalogueEntry, DepartmentIndex, IndicatorPage
from tests.layouts import FIELDS, REPORTS, TOLD
from tests.project_pages import PageReport, ProjectGrid, ProjectPage, ProjectView
from tests.varied_forms import draw

_ENCODINGS = ("utf-8",) * 6 + ("utf-8-sig", "utf-16", "cp874", "tis-620")
PDFS = Path(__file__).parents[1] / "read" / "pdf"
_FORMS = 6
_TABLE_STYLES = ("bars", "tabs", "blanks", "three")


class Target(NamedTuple):
    """A kind of document under fuzz; `is_exact` where the channel itself must notice any damage to a value."""

    documents: Callable[[], list[Export]]
    mutate: Callable[[Random, bytes, bytes], Mutant]
    is_exact: bool = False
    read_copies: Callable[[Export], list[Copy]] = copies_in

    def mutant(self, seed: str) -> tuple[Mutant, Export, Export]:
        """Return a damaged document, always the same for a seed, and the two sound ones that it was made of."""
        random = Random(seed)
        sound, other = random.choice(self.documents()), random.choice(self.documents())
        return self.mutate(random, sound.content, other.content), sound, other


def as_text(edits: Edits[str], encodings: tuple[str, ...] = _ENCODINGS) -> Callable[[Random, bytes, bytes], Mutant]:
    """Return what damages the text of a document and saves it in one of several encodings."""

    def mutate(random: Random, content: bytes, other: bytes) -> Mutant:
        text, names = edited(random, content.decode(), other.decode(), edits)
        encoding = random.choice(encodings)
        # A Thai code page has a question mark where a dash was.
        return Mutant(text.encode(encoding, errors="replace"), (*names, encoding))

    return mutate


def as_bytes(random: Random, content: bytes, other: bytes) -> Mutant:
    """Damage the bytes of a document."""
    return Mutant(*edited(random, content, other, BYTE_EDITS))


@cache
def _forms() -> list[Export]:
    random = Random("sound forms")
    texts = [draw(random).form.text(percent_signs=number % 2 == 0) for number in range(_FORMS)]
    return [
        Export("sample.txt", SAMPLE.read_bytes()),
        *(Export(f"form-{number}.txt", text.encode()) for number, text in enumerate(texts)),
    ]


@cache
def _laid_out_forms() -> list[Export]:
    """Return a form in each layout; without the certification, behind which no table is of the form."""
    random = Random("layouts")
    forms = [draw(random).form for _ in range(_FORMS)]
    form = max(forms, key=lambda one: len(one.reports)).with_(certified=False)
    layouts = {**FIELDS, **REPORTS, **{name: layout for name, (layout, _) in TOLD.items()}}
    return [Export(f"{name}.txt", layout(form).encode()) for name, layout in layouts.items()]


@cache
def _encoded_forms() -> list[Export]:
    texts = [(export.uri, export.content.decode().replace("–", "-")) for export in _forms()]
    return [Export(uri, text.encode(encoding)) for uri, text in texts for encoding in ("utf-8", "utf-16", "cp874")]


@cache
def _project_pages() -> list[Export]:
    first = ProjectPage()
    second = first.with_(
        code="04160000-6973", title="ตรวจสุขภาพเชิงรุก ปี 2566", agency="สำนักงานการเจ้าหน้าที่", fiscal_year="2566",
        progress="100.00", chart="100.00", evaluation=" : ไตรมาสที่ 4 : 0.0000", units="04160000/04160200",
        plan=(
            "ยุทธศาสตร์ที่ ๗ – การสร้างความเป็นมืออาชีพในการบริหารจัดการมหานคร",
            "ยุทธศาสตร์ย่อยที่ ๗.๒ - การบริหารแผนและประเมินผล", "เป้าหมายที่ ๗.๒.๒ กรุงเทพมหานครมีระบบการติดตาม%",
        ),
        reports=(
            PageReport("2", "100.00", "2023-09-29", "29/09/2566"), PageReport("1", "45", "2023-01-31", "31/01/2566"),
        ),
    )  # fmt: skip
    return [
        _export(page.saved(text))
        for page in (first, second, first.with_(fiscal_year=None))
        for text in (page.whole(), page.whole(between="\n"), page.bare())
    ]


@cache
def _project_views() -> list[Export]:
    views = [ProjectView(), ProjectView(code="50490000-3607", heading_code="50490000-3607", progress="100.00")]
    texts = [view.text(between) for view in views for between in ("", "\n", " : ")]
    grids = [ProjectGrid().saved(ProjectGrid().text(between)) for between in ("", "\t", "\n", " | ")]
    return [*(Export(f"view-{number}.txt", text.encode()) for number, text in enumerate(texts)), *map(_export, grids)]


@cache
def _indicator_pages() -> list[Export]:
    first = IndicatorPage()
    second = first.with_(kpi_id="5030-871", unit="แห่ง", target="1,200", result="1,407.52", level="ผลลัพธ์ (outcome)")
    texts = [
        (page, text)
        for page in (first, second)
        for text in (
            page.text(),
            page.text(blank_lines=False),
            *(page.text(style=style) for style in _TABLE_STYLES),
            page.bare(),
        )
    ]
    return [_export(page.page(text)) for page, text in texts]


@cache
def _catalogue() -> list[Export]:
    entries = [CatalogueEntry(target=target) for target in ("≥1 : แห่ง", "ร้อยละ : 80", "ตร.ม. : 12.25 ตร.ม.")]
    return [_export(entry.page()) for entry in (*entries, CatalogueEntry(number="87", name="สวนหลังบ้าน"))]


@cache
def _indexes() -> list[Export]:
    first, second = DepartmentIndex(), DepartmentIndex(unit_code="50410000", year="2566", has_table_head=True)
    return [
        _export(index.page(text))
        for index in (first, second)
        for text in (index.text(), *(index.text(style=style) for style in _TABLE_STYLES), index.crawled())
    ]


@cache
def _web_pages() -> list[Export]:
    sound = [*_forms()[:3], *_project_pages()[::3], *_project_views()[::3], *_indicator_pages()[::5], *_indexes()[::4]]
    return [
        Export(export.uri.replace(".txt", ".html"), layout(export.content.decode()).encode())
        for export in sound
        for layout in LAYOUTS.values()
    ]


@cache
def _pdfs() -> list[Export]:
    return [Export(path.name, path.read_bytes()) for path in sorted(PDFS.glob("*.pdf"))]


@cache
def _archives() -> list[Export]:
    members = [*_forms()[:2], *_web_pages()[:2]]
    return [Export("exports.zip", _zipped(members, method)) for method in (ZIP_STORED, ZIP_DEFLATED)]


def _zipped(members: list[Export], method: int) -> bytes:
    target = BytesIO()
    with ZipFile(target, "w", method) as archive:
        for number, member in enumerate(members):
            archive.writestr(f"{number}-{member.uri}", member.content)
    return target.getvalue()


def _export(page: Page) -> Export:
    return Export(page.uri, page.text.encode())


# Documents of a family beside its example.
_VARIED: dict[str, Callable[[], list[Export]]] = {
    "printed_form": _forms, "project_page": _project_pages, "project_view": _project_views,
    "indicator_page": _indicator_pages, "indicator_catalogue": _catalogue, "department_index": _indexes,
}  # fmt: skip


@cache
def _of_family(name: str) -> list[Export]:
    example = Path(families.__file__).parent / name / "example.txt"
    varied = _VARIED[name]() if name in _VARIED else []
    return [*varied, Export(f"{name}.txt", example.read_bytes())]


TARGETS: dict[str, Target] = {
    **{name: Target(partial(_of_family, name), as_text(TEXT_EDITS)) for name in families.names()},
    "layouts": Target(_laid_out_forms, as_text(TEXT_EDITS)),
    "text": Target(_encoded_forms, as_bytes),
    "html": Target(_web_pages, as_text(HTML_EDITS, ("utf-8",))),
    "pdf": Target(_pdfs, as_bytes, is_exact=True, read_copies=printed_in),
    "archive": Target(_archives, as_bytes, is_exact=True),
    "ocr": Target(_forms, as_text(OCR_EDITS, ("utf-8",)), read_copies=recognised_in),
}
