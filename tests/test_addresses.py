"""Addresses of names: ordinary ones stand as they are, each is another, and there is a way back."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from etl.addresses import ADDRESS_BYTES_MAX, bounded, escape, escape_unseen, unescape

NAMES = st.one_of(
    st.binary(max_size=40),
    st.lists(st.sampled_from([b"%", b"4", b"1", b"a", b"!", b"/", b"\xc3", "ก".encode(), b"\n", b"\x1b"])).map(
        b"".join
    ),
)


@pytest.mark.parametrize(
    "name",
    ["แบบฟอร์ม ๑.txt", "a b.txt", "100%.txt", "a#b?c&d=e.html", "โครงการน้ำ!.txt"[:-5] + ".txt", "50% off", "😀.txt"],
)
def test_an_ordinary_name_stands_as_it_is(name: str) -> None:
    assert escape(name.encode()) == name


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("รายงาน.txt".encode("cp874"), "%C3%D2%C2%A7%D2%B9.txt"),
        ("โครงการ/".encode() + "แผน ๑".encode("cp874"), "โครงการ/%E1%BC%B9 %F1"),
        (b"a\x1b[31mb\n.txt", "a%1B[31mb%0A.txt"),
        (b"a%41.txt", "a%2541.txt"),
        (b"a.zip!/b.txt", "a.zip%21/b.txt"),
        (b"a.zip!", "a.zip%21"),
        ("a\u202eb\x9b.txt".encode(), "a%E2%80%AEb%C2%9B.txt"),
    ],
)
def test_what_would_mislead_is_escaped(name: bytes, address: str) -> None:
    assert escape(name) == address


@given(NAMES)
@example(b"%\xc3")
@example(b"%4\x80")
def test_the_way_back_leads_to_the_name(name: bytes) -> None:
    address = escape(name)
    assert unescape(address) == name
    assert address.isprintable()
    assert "!/" not in address


@given(NAMES, NAMES)
def test_two_names_have_two_addresses(one: bytes, other: bytes) -> None:
    assert (escape(one) == escape(other)) == (one == other)


def test_an_address_of_its_own_escapes_keeps_them() -> None:
    assert escape_unseen("http://a/b%20c?d=%E0%B8%81ก\x1b") == "http://a/b%20c?d=%E0%B8%81ก%1B"


def test_a_long_address_is_shortened_to_one_that_is_its_own() -> None:
    short, long, other = "ก" * 600, "ก" * 2000, "ก" * 2000 + "ข"
    assert bounded(short) == short
    assert len(bounded(long).encode()) <= ADDRESS_BYTES_MAX
    assert bounded(long) != bounded(other)
