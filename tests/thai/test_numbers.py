from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.thai.numbers import read_decimal, read_money, read_percent, read_worded_money


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0 บาท", "0"),
        ("0.00", "0.00"),
        ("393,224,000.- บาท", "393224000"),
        ("58,671,244.78", "58671244.78"),
        ("๑,๐๐๐ บาท", "1000"),
        ("9999999999999999.99", "9999999999999999.99"),
        ("1,250,000.- บาทถ้วน", "1250000"),
        ("1,000 บาท ถ้วน", "1000"),
        ("฿1,000.50", "1000.50"),
        ("1,000 บ.", "1000"),
        (".00 บาท", "0.00"),
        (".0000", "0.0000"),
        ("0.000 บาท", "0.000"),  # nought in any number of decimals
        ("ไม่ใช้งบประมาณ", "0"),
        ("480,000/-", "480000"),
        ("480,000.00/- บาท", "480000.00"),
        ("480,000.–", "480000"),
        ("480,000=-", "480000"),
        ("480,000 บาท (สี่แสนแปดหมื่นบาทถ้วน)", "480000"),
        ("๔๘๐,๐๐๐.- (สี่แสน แปดหมื่นบาทถ้วน)", "480000"),
        ("480,000.50 บาท (สี่แสนแปดหมื่นบาทห้าสิบสตางค์)", "480000.50"),
        ("480,000 บาท สี่แสนแปดหมื่นบาทถ้วน", "480000"),
        ("480,000 (สี่แสนแปดหมื่น)", "480000"),
        ("480,000 บาท 480,000 บาท", "480000"),
        ("480,000 (480,000.00 บาท)", "480000"),
        ("480,500 บาท 50 สตางค์", "480500.5"),
        ("ยังไม่มีการเบิกจ่าย", "0"),
        ("สี่แสนแปดหมื่นบาทถ้วน (480,000.00 บาท)", "480000.00"),
    ],
)
def test_every_printed_form_of_money_is_read(text: str, amount: str) -> None:
    assert str(read_money(text)) == amount


@pytest.mark.parametrize(
    "text",
    [
        "",
        "บาท",
        ".",
        ".50",
        "฿",
        "ไม่ทราบ",
        "1,40",
        "1,2345",
        "1.239",
        "480.000",
        "1.480 บาท",
        "๔๘๐.๐๐๐",
        "10000000000000000",
        "12 13",
        "1e3",
        "NaN",
        "480,000 บาท (สี่แสนบาทถ้วน)",  # the words say otherwise
        "480,000 บาท (ตามสัญญา)",
        "358,000 บาท 77,000 บาท",
        "358,000 (77,000)",
        "50 50",
        "1,1",
        "สี่แสนแปดหมื่นบาทถ้วน (408,000.00 บาท)",
    ],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not"):
        read_money(text)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.25 ล้านบาท", "1250000"),
        ("๔๘๐ พันบาท", "480000"),
        ("1,200.5ล้านบาท", "1200500000"),
        ("3 พันล้านบาท", "3000000000"),
        ("1.25 ล้าน", "1250000"),
        ("0.353 ล.บ.", "353000"),
        ("26.5K", "26500"),
        ("1.315M", "1315000"),
        ("สี่แสนแปดหมื่นบาทถ้วน", "480000"),
        ("9 500", "9500"),
        ("1 250 000.50 บาท", "1250000.50"),
        ("ไม่มี", "0"),
        ("2 แสน 5 หมื่นบาท", "250000"),
        ("1 ล้าน 2 แสน บาท", "1200000"),
        ("1.2 ล.", "1200000"),
    ],
)
def test_an_amount_whose_noughts_are_a_word_is_read(text: str, amount: str) -> None:
    assert read_worded_money(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["480 บาท", "ล้านบาท", "12 13", "1 25 000", "1.2345678901 ล้านบาท", "5 หมื่น 2 แสนบาท"])
def test_what_is_no_amount_in_words_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not"):
        read_worded_money(text)


def test_percentages_keep_their_decimals() -> None:
    assert [
        str(read_percent(text))
        for text in ("15", "25.00", "100.0000", "50.00 %", "ร้อยละ 7.5", "80 เปอร์เซ็นต์", "60/100", "๖๐ / ๑๐๐")
    ] == [
        "15",
        "25.00",
        "100.0000",
        "50.00",
        "7.5",
        "80",
        "60",
        "60",
    ]


@pytest.mark.parametrize("text", ["", "%", "33.33333", "0.0000001", "123456", "๑๐๐,๐๐๐", "60/90", "3/1000"])
def test_what_is_no_percentage_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not"):
        read_percent(text)


@given(st.decimals(0, 10**12, places=2))
def test_grouped_numbers_come_back(number: Decimal) -> None:
    assert read_decimal(f"{number:,}") == number
