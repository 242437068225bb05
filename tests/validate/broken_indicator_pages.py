"""For each rule of `expectations/indicators.json`, pages that break it."""

from tests.forms import Page
from tests.indicator_pages import HOST, KPIS, ROUTINE, CatalogueEntry, DepartmentIndex, IndexKpi, IndicatorPage
from tests.project_pages import GridIndicator, ProjectGrid

SOUND = IndicatorPage()
ENTRY = CatalogueEntry(plan=(*CatalogueEntry().plan[:2], ":เป้าหมายที่ ๒.๒.๙ สวนใกล้บ้าน"))
INDEX = DepartmentIndex()
ELSEWHERE = f"{HOST}/page.html"


def _torn(page: IndicatorPage | DepartmentIndex, old: str, new: str = "") -> Page:
    text = page.text()
    if old not in text:
        raise ValueError(f"{old!r} does not stand in the page")
    return page.page(text.replace(old, new))


def _with(**changes: str) -> Page:
    return SOUND.with_(**changes).page()


def _with_row(number: int, **changes: str) -> Page:
    return SOUND.with_row(number, **changes).page()


def _with_kpi(**changes: str) -> Page:
    return INDEX.with_kpi(**changes).page()


BROKEN: dict[str, list[Page]] = {
    "R-kpi-id": [Page(ELSEWHERE, SOUND.with_(kpi_id="5021-77").text())],
    "R-kpi-id-missing": [Page(ELSEWHERE, SOUND.bare())],
    "R-id-from-address": [
        SOUND.page(SOUND.bare()), INDEX.page(INDEX.crawled()),
        Page(f"{HOST}/index11.php?selDEP=23000000&selYear=2564", INDEX.crawled()),
    ],
    "R-id-mismatch": [
        Page(f"{HOST}/mykpi.php?pid=5022-0775", SOUND.text()),
        Page(f"{HOST}/mykpi2563.php?pid=182", ENTRY.text()),
        Page(f"{HOST}/index11.php?selDEP=24000000&selYear=2564", INDEX.text()),
        Page(f"{HOST}/index11.php?selDEP=23000000&selYear=2563", INDEX.text()),
    ],
    "R-indicator-name-missing": [SOUND.page(SOUND.bare())],
    "R-fiscal-year-missing": [SOUND.page(), INDEX.with_(year="").page()],
    "R-fiscal-year-unreadable": [INDEX.with_(year="25x4").page()],
    "R-fiscal-year-range": [INDEX.with_(year="2554").page(), INDEX.with_(year="2599").page()],
    "R-agency-code": [Page(ELSEWHERE, INDEX.with_(unit_code="2300000O").text())],
    "R-agency-missing": [Page(ELSEWHERE, INDEX.with_(unit_code="").text())],
    "R-agency-unknown": [_with(kpi_id="7721-0042"), INDEX.with_(unit_code="77210000").page()],
    "R-dimension": [_with(name="มิติที่ 5 ร้อยละของสวน"), _with_kpi(bracket="[มิติที่ 5 : ]")],
    "R-dimension-missing": [_with_kpi(bracket="")],
    "R-dimension-unreadable": [_with_kpi(bracket="[มิติที่ สอง : ]")],
    "R-dimension-mismatch": [_with_kpi(head="มิติที่ 1 ด้านประสิทธิผล", bracket="[มิติที่ 2 : ]")],
    "R-indicator-word": [_with(type="ตัวชี้วัดอื่น"), _with(level="ผลผลิต (outcome)")],
    "R-plan-code": [
        ENTRY.with_(plan=(*ENTRY.plan[:2], ":เป้าหมายที่ สวนใกล้บ้าน")).page(),
        ENTRY.with_(plan=(":ด้านที่ – มหานคร", *ENTRY.plan[1:])).page(),
        ENTRY.with_(plan=(ENTRY.plan[0], ":มิติที่ - อื่น", ENTRY.plan[2])).page(),
    ],
    "R-plan-path": [_with_kpi(goal="๑.๕.๖ สวนใกล้บ้าน"), ENTRY.with_(plan=(ENTRY.plan[0], ":มิติที่ ๓.๒ - อื่น")).page()],
    "R-plan-version": [INDEX.with_(year="2566").with_kpi(goal="มิติที่ ๑.๖ - อื่น เป้าหมายที่ ๑.๖.๖ สวน").page()],
    "R-goal-missing": [_with_kpi(goal=""), ENTRY.with_(plan=ENTRY.plan[:2]).page()],
    "R-goal-mismatch": [_with_kpi(goal="๑.๖.๖ สวนใกล้บ้าน")],
    "R-goal-truncated": [CatalogueEntry().page()],
    "R-goal-stray-digit": [INDEX.page(INDEX.crawled())],
    "R-value-unreadable": [
        _with(target="8O"), _with(result="60 70"), _with(evaluation="ไตรมาสที่ 5: 1"), _with(evaluation="ไตรมาสที่ 1: x"),
        *(_with_row(number, result="1,5.00", score="1OO", pair="1O / 100") for number in (1, 2, 3, 4)),
        _with_kpi(result="x"),
        ENTRY.with_(target="3-5 : แห่ง").page(),
    ],
    "R-target-missing": [_with(target=""), _with_kpi(target="-"), ENTRY.with_(target="").page()],
    "R-result-missing": [_with(result=""), _with_kpi(result="")],
    "R-target-0": [_with(target="0.00"), _with_kpi(target="0")],
    "R-comma-cut": [SOUND.with_(result="1").with_row(4, result="1,407.52").page(),
                    SOUND.with_row(3, result="1.00").with_row(4, result="1,407.52").page()],
    "R-headline-quarter": [_with(result="63.0000"), SOUND.with_(result="57.50").with_row(4, result="0.00").page()],
    "R-unit-missing": [_with(unit=""), _with_kpi(unit="")],
    "R-unit-unknown": [_with(unit="ผลลัพธ์"), _with_kpi(unit="กระบุง")],
    "R-unit-is-number": [_with(unit="ร้อยละ 30"), _with_kpi(unit="๓๐")],
    "R-unit-clash": [
        _with(unit="ระดับ", target="5", result="80"), SOUND.with_(unit="คะแนน", target="3.51").page(),
        _with(name="3.3 ระดับความพึงพอใจ", target="100", result="4.45"), _with(result_unit="ระดับ"),
        ENTRY.with_(target="ร้อยละ : 12 แห่ง").page(),
    ],
    "R-quarter-missing": [SOUND.with_(rows=SOUND.rows[:3]).page(), SOUND.page(SOUND.bare())],
    "R-quarter-repeated": [_with_row(3, quarter="2")],
    "R-quarter-blank": [_with_row(2, result="", score="95")],
    "R-quarter-incomplete": [_with_row(1, pair="")],
    "R-quarter-unclear": [SOUND.page(SOUND.with_row(2, result="57").text(blank_lines=False))],
    "R-zero-after-positive": [_with_row(number, result="0.00") for number in (2, 3, 4)],
    "R-score-range": [_with(evaluation="ไตรมาสที่ 1: 101"), _with_row(1, score="-1"), _with_row(3, score="100.01")],
    "R-eval-mismatch": [_with(evaluation="ไตรมาสที่ 1: 95")],
    "R-eval-vs-result": [_with_row(1, result="0.00")],
    "R-label-missing": [_torn(SOUND, "ค่าเป้าหมาย ร้อยละ : 80.0000"), _torn(INDEX, "เป้าหมาย :80.00")],
    "R-label-repeated": [_torn(SOUND, "\n\n0\n", "\nค่าเป้าหมาย ร้อยละ : 70\n")],
    "R-text-unplaced": [_torn(SOUND, "\n\n0\n", "\n\nหมายเหตุ\n"), _torn(INDEX, "Home Home SED", "หมายเหตุ")],
    "R-fact-lost": [_torn(SOUND, "\n\n0\n", "\n\nหมายเหตุ 77.25\n")],
    "R-text-elided": [_with(name="ร้อยละของสวน..."), _with_row(2, narrative="ดำเนินการแล้ว…")],
    "R-text-placeholder": [_with(name="-"), _with_row(2, narrative="-"), _with_row(3, narrative="")],
    "R-share-mismatch": [ProjectGrid(indicators=(GridIndicator(share="62.00"),)).saved()],
    "R-encoding-loss": [_with(definition="ข้อความ\ufffdยาว" + "ก" * 2000)],
}  # fmt: skip

# Pages that are odd, and real: none of them breaks a rule but that on the year that an indicator page does not print.
WITHIN_THE_LIMITS: list[Page] = [
    SOUND.page(),
    SOUND.page(SOUND.text(blank_lines=False)),
    SOUND.with_(result="136.15").with_row(4, result="136.15").page(),  # four times the target
    SOUND.with_(unit="ตร.ม.", target="3200", result="25684").with_row(4, result="25,684.00").page(),
    SOUND.with_(unit="ระดับ", target="5", result="5")
    .with_row(1, result="2.00").with_row(2, result="2.00").with_row(3, result="2.00").with_row(4, result="5.00").page(),
    SOUND.with_(evaluation="ไตรมาสที่ 4:").page(),
    ENTRY.page(),
    INDEX.page(),
    INDEX.with_(kpis=(IndexKpi("จำนวนสวน", goal=f"{ROUTINE} {ROUTINE}", head="มิติที่ 1 ด้านประสิทธิผล"), *KPIS)).page(),
]  # fmt: skip
