"""What any bytes come to: lines through the channel that they show, or a reason."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import DocumentFault
from etl.read import read
from etl.records import Channel
from tests.forms import Form


@pytest.mark.parametrize(
    ("content", "rule_id", "reason"),
    [
        (b"\x1f\x8b\x08\x00", "R-unreadable", "packed with gzip"),
        (b"7z\xbc\xaf\x27\x1c\x00\x04", "R-unreadable", "a 7-Zip archive"),
        (b"Rar!\x1a\x07\x01\x00", "R-unreadable", "a RAR archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "R-unreadable", "of an office program"),
        (rb"{\rtf1\ansi}", "R-unreadable", "of an office program"),
        (b"PK\x03\x04", "R-unreadable", "the ZIP archive is damaged or cut off"),
        (Form().text().replace("า", "ำ").encode(), "R-encoding-loss", "the text is damaged: า became ำ"),
        (b"<p>" + Form().text().replace(" ", "\ufffd").encode(), "R-encoding-loss", "characters were lost"),
    ],
)
def test_what_cannot_be_read_says_why(content: bytes, rule_id: str, reason: str) -> None:
    with pytest.raises(DocumentFault, match=reason) as fault:
        read(content)
    assert fault.value.rule_id == rule_id


@pytest.mark.parametrize(
    ("content", "channel"),
    [
        ("รายงาน", Channel.TEXT),
        ("ถ้า ก < ข และ ข > ค", Channel.TEXT),
        ("<<ชื่อ>> : 1", Channel.TEXT),
        ("<ไม่ใช่ป้าย> ข้อความ <b>", Channel.TEXT),
        ("ก้าวหน้า<br>ตามแผน\nบรรทัดต่อไป", Channel.TEXT),
        ("บรรทัดแรก\nบรรทัดที่สอง\nตามแผน</p>", Channel.TEXT),
        ("<!DOCTYPE html><p>ก", Channel.HTML),
        ("\ufeff \r\n<HTML LANG=th><body>ก", Channel.HTML),
        ("<?xml version='1.0' encoding='utf-8'?>\n<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0'><p>ก", Channel.HTML),
        ("<!-- saved from url=(0013)about:internet -->\n<p>ก", Channel.HTML),
        ("<table class=t><tr><td>ก", Channel.HTML),
        ("ก<br>ข</div>\n", Channel.HTML),
    ],
)
def test_a_page_is_known_by_its_tags(content: str, channel: Channel) -> None:
    for encoding in ("utf-8", "utf-16"):
        assert read(content.encode(encoding)).channel is channel


@settings(max_examples=300)
@given(st.sampled_from([b"", b"<p>", b"PK\x03\x04", b"Date: 1\nContent-Type: multipart/related\n"]), st.binary())
def test_any_bytes_are_lines_or_a_fault(start: bytes, content: bytes) -> None:
    try:
        assert read(start + content).lines
    except DocumentFault as fault:
        assert fault.reason


def test_the_real_form_is_sound() -> None:
    pages = read(Path("samples/50490000-3572_two_copies.txt").read_bytes())
    assert pages.channel is Channel.TEXT
    assert not pages.notes
