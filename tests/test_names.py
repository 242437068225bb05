"""What a record is called, to those who may read documents and to those who may not."""

import pytest

from etl.records.names import without_text

TEXT = "ร้อยละ / ของครัวเรือน\nที่ 3/2566"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (f"5030/{TEXT}/2566", "5030/…/2566"),
        (f"5030/{TEXT}/unknown/quarters[2]", "5030/…/unknown/quarters[2]"),
        (f"unknown/{TEXT}/2566", "unknown/…/2566"),
        (f"{TEXT}/2566", "…/2566"),
        (TEXT, "…/2566"),
        ("a text without a year", "…"),
        ("", "…"),
        *((name, name) for name in (
            "document", "copy[1]", "view:2484/unknown", "50490000-3572/2566", "50490000-3572/2566/reports[2]",
            "50490000-3572/unknown/reports[2023-10-16#2]", "5030-1086/2566", "5030-1086/2566/quarters[1]",
            "0800/3.4.1.3/2568", "indicators[#4]/2566",
        )),
    ],
)  # fmt: skip
def test_a_name_without_text_keeps_codes_years_and_items(name: str, shown: str) -> None:
    assert without_text(name) == shown
