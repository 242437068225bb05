"""The catalogue of indicators: targets whose value and unit swap sides, and the path through the plan."""

from decimal import Decimal

import pytest

from etl.extract import extract
from etl.records import Copy, Indicator
from tests.indicator_pages import CatalogueEntry

SOUND = CatalogueEntry()


def read(entry: CatalogueEntry | str, uri: str = "mykpi2563.php?pid=181") -> tuple[Copy, Indicator]:
    """Return the one copy of a page and its indicator."""
    (copy,) = extract(uri, (entry if isinstance(entry, str) else entry.text()).encode())
    assert copy.document.family == "indicator_catalogue", copy.findings
    (one,) = copy.indicators
    return copy, one


@pytest.mark.parametrize("blank_lines", [True, False])
def test_a_page_of_the_catalogue(blank_lines: bool) -> None:
    copy, one = read(SOUND.text(blank_lines=blank_lines))
    assert (one.kpi_id, one.agency_code, one.fiscal_year) == ("181", None, None)
    assert one.indicator_name == "4. สวนริมคลองและ/หรือสวนสาธารณะที่ได้รับการส่งเสริม"
    assert (one.target_raw, one.target_value, one.unit_raw, one.unit) == ("≥1 : แห่ง", Decimal(1), "แห่ง", "แห่ง")
    assert (one.indicator_class, one.definition) == ("ตัวชี้วัดเป้าประสงค์", "สวน หมายถึง พื้นที่สีเขียว")
    assert one.issues == {}
    assert copy.strategy
    for record in (one, copy.strategy):
        assert record.plan_version == "plan2556-2575"
        assert (record.strategy_code, record.strategy_name) == ("2", "มหานครสีเขียว สะดวกสบาย")
        assert (record.sub_issue_code, record.goal_code) == ("2.2", "2.2.1")
        assert record.goal_name == "กรุงเทพมหานครเป็นมหานครที่ร่มรื่นด้วยพรรณไม้%"


@pytest.mark.parametrize(
    ("target", "value", "unit_raw", "unit"),
    [
        ("ร้อยละ : 80", "80", "ร้อยละ", "ร้อยละ"),
        ("ร้อยละ : 90", "90", "ร้อยละ", "ร้อยละ"),
        ("ตร.ม. : 12.25 ตร.ม.", "12.25", "ตร.ม.", "ตร.ม."),
        ("1,200 ชุมชน : 1,200 ชุมชน", "1200", "ชุมชน", "ชุมชน"),
        ("ร้อยละ : 20 ของประชาชนที่ทำการสำรวจ", "20", "ร้อยละ", "ร้อยละ"),
        ("ไม่น้อยกว่าร้อยละ ๘๐ : ร้อยละ", "80", "ร้อยละ", "ร้อยละ"),
        ("80% : ร้อยละ", "80", "ร้อยละ", "ร้อยละ"),
        ("≤ 5 : ครั้ง", "5", "ครั้ง", "ครั้ง"),
        ("5 : ระดับ", "5", "ระดับ", "ระดับ"),
        ("12.25 ตร.ม.", "12.25", "ตร.ม.", "ตร.ม."),
        ("3 : กระบุง", "3", "กระบุง", None),
    ],
)
def test_value_and_unit_swap_sides(target: str, value: str, unit_raw: str, unit: str | None) -> None:
    _, one = read(SOUND.with_(target=target))
    assert (one.target_raw, one.target_value) == (target, Decimal(value))
    assert (one.unit_raw, one.unit, one.issues) == (unit_raw, unit, {})


@pytest.mark.parametrize("target", ["1,200 ชุมชน : 1,300 ชุมชน", "3-5 : แห่ง", "ร้อยละ : มาก", "ร้อยละ : 8O"])
def test_sides_that_contradict_each_other_state_no_value(target: str) -> None:
    _, one = read(SOUND.with_(target=target))
    assert (one.target_raw, one.target_value, one.issues) == (target, None, {"target_value_unreadable": target})


def test_sides_with_different_units_state_none() -> None:
    _, one = read(SOUND.with_(target="ร้อยละ : 12 แห่ง"))
    assert (one.target_value, one.unit_raw, one.unit) == (Decimal(12), None, None)
    assert one.issues == {"unit_conflict": "ร้อยละ : 12 แห่ง"}


def test_the_lines_of_the_plan_may_stand_on_one_line() -> None:
    _, one = read(SOUND.with_(plan=(" ".join(SOUND.plan),)))
    assert (one.strategy_code, one.sub_issue_code, one.goal_code) == ("2", "2.2", "2.2.1")
    assert one.sub_issue_name == "มีพื้นที่สาธารณะ พื้นที่สีเขียวกระจายทั่วทุกพื้นที่"


def test_a_line_of_the_plan_in_the_definition_is_no_part_of_it() -> None:
    _, one = read(SOUND.with_(plan=(SOUND.plan[0], SOUND.plan[2], "สวนมีหลายขนาด", SOUND.plan[1])))
    assert (one.strategy_code, one.sub_issue_code, one.goal_code) == ("2", None, "2.2.1")
    assert (one.definition, one.issues) == (
        "สวนมีหลายขนาด 1.นิยาม หรือความหมายของตัวชี้วัด สวน หมายถึง พื้นที่สีเขียว",
        {"text_unplaced": "1: :มิติที่ ๒.๒ - มีพื้นที่สาธารณะ พื้นที่สีเขียวกระจายทั่วทุกพื้นที่"},
    )


def test_without_headings_the_address_names_it() -> None:
    text = SOUND.text(blank_lines=False).splitlines()
    kept = [line for line in text[3:] if not line.startswith(("สนับสนุน", "1.นิยาม"))]
    _, one = read("\n".join(kept))
    assert (one.kpi_id, one.indicator_name, one.target_value) == ("181", None, Decimal(1))
    assert (one.goal_code, one.definition) == ("2.2.1", "สวน หมายถึง พื้นที่สีเขียว")
    assert one.issues == {"kpi_id_from_address": "181"}


def test_page_and_address_may_disagree() -> None:
    _, one = read(SOUND, uri="mykpi2563.php?pid=182")
    assert (one.kpi_id, one.issues) == ("181", {"kpi_id_mismatch": "181 / 182"})
    _, one = read(SOUND.with_(number="18x"), uri="page.html")
    assert (one.kpi_id, one.issues) == (None, {"kpi_id_unreadable": "18x"})


def test_the_years_in_the_heading_are_no_fiscal_year_and_an_agency_s_page_is_no_catalogue() -> None:
    _, one = read(SOUND, uri="page.html")
    assert (one.fiscal_year, one.issues) == (None, {})
