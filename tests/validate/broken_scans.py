"""For the rule about values recognised in pictures, scans that break it: every figure and word that it looks at."""

import re

from tests.forms import CERTIFICATION, Form, PrintedReport, Scan
from tests.indicator_pages import CatalogueEntry, DepartmentIndex, IndicatorPage
from tests.project_pages import ProjectGrid, ProjectPage, ProjectView
from tests.validate.broken_forms import SOUND

_FIGURE = re.compile(r"[0-9๐-๙](?:[0-9๐-๙.,/:-]*[0-9๐-๙])?")

# Nothing confirms it: no calendar, no sum, no list in order, no name that the plan knows.
UNCONFIRMED = SOUND.with_(
    start="2023-11-02", end="2024-08-15", strategy="ยุทธศาสตร์ที่ ๔ – อื่น", sub_issue="๔.๓ - อื่น", goal="๔.๓.๑ อื่น",
    reports=(
        PrintedReport("2", "15/11/2566", "10.00"), PrintedReport("4", "20/02/2567", "20.50", disbursed="12.50 บาท"),
    ),
)  # fmt: skip


def _all_low_confidence(text: str) -> Scan:
    return Scan(text, tuple({*_FIGURE.findall(text)}))


def _low_confidence_words(form: Form, *words: str) -> Scan:
    return Scan(form.text(), words)


BROKEN: dict[str, list[Scan]] = {
    "R-ocr-misread": [
        Scan(SOUND.text(), ("50210000-0042",)),
        Scan(SOUND.text(), ("20.50",)),
        Scan(SOUND.text().replace(CERTIFICATION, ""), ()),
        _low_confidence_words(SOUND, "ฝ่ายโยธา"),
        _low_confidence_words(SOUND, "เป็นไปตามแผน", "เป็นไปตามเป้าหมาย"),
        *map(
            _all_low_confidence, (UNCONFIRMED.text(), ProjectPage().whole(), ProjectView().text(), ProjectGrid().text())
        ),
        *map(
            _all_low_confidence,
            (IndicatorPage().with_row(2, score="95.25").text(), DepartmentIndex().text(), CatalogueEntry().text()),
        ),
    ]
}
