"""E-mail: what is attached to it is a document each, its own text where that is an export, and nothing else."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from etl.documents import extract_files
from etl.errors import DocumentFault
from etl.extract import extract
from etl.read import archive, read
from tests.containers import compound, mailed, outlook_streams, tarred, zipped
from tests.forms import Form
from tests.read.test_html import mhtml

FORM = Form().text()


def parts(content: bytes) -> dict[str, bytes]:
    return {member.uri.removeprefix("a.eml!/"): member.content for member in archive.unpack("a.eml", content)}


def texts(content: bytes) -> dict[str, str]:
    return {name: part.decode("utf-8-sig") for name, part in parts(content).items()}


def test_what_is_attached_is_a_document_and_a_covering_letter_is_none() -> None:
    files = {"รายงาน ๑.txt": FORM.encode(), "b.pdf": b"%PDF-1.4 not really"}
    assert parts(mailed("เรียน ท่าน", *files.items())) == files


def test_a_text_that_is_an_export_is_a_document_beside_what_is_attached() -> None:
    assert list(texts(mailed(FORM, ("a.txt", b"1")))) == ["body.txt", "a.txt"]


def test_a_text_alone_is_a_document() -> None:
    assert texts(mailed("รายงานตามโทรศัพท์")) == {"body.txt": "รายงานตามโทรศัพท์\n"}


def test_the_richer_of_two_texts_is_read() -> None:
    (name,) = found = texts(mailed("ดูแบบ HTML", page=f"<html><pre>{FORM}</pre></html>"))
    assert name == "body.html"
    assert Form().code in found[name]


@pytest.mark.parametrize("subject", ["Re: รายงาน", "RE: x", "ตอบกลับ: x"])
def test_what_a_reply_quotes_is_no_document(subject: str) -> None:
    quoted = "\n".join(f"> {line}" for line in FORM.splitlines())
    body = f"รับทราบ\n\nOn Friday, A wrote:\n{quoted}\n"
    assert list(parts(mailed(body, ("a.txt", b"1"), subject=subject))) == ["a.txt"]
    assert list(parts(mailed(f"รับทราบ\n-----Original Message-----\n{FORM}", ("a.txt", b"1"), subject=subject))) == [
        "a.txt"
    ]
    page = f"<p>รับทราบ</p><blockquote type=cite><pre>{FORM}</pre></blockquote>"
    assert list(parts(mailed(body, ("a.txt", b"1"), subject=subject, page=page))) == ["a.txt"]


OLDER = Form(spent="1 บาท").text()
HEADS = {
    "> ": "On Mon, Jan 8, 2024, Plan wrote:\n",
    "": "-----Original Message-----\nFrom: ก\nSent: 8 ม.ค. 2567\nSubject: ข\n\n",
    " > ": "เมื่อ จ. 8 ม.ค. 2567 เวลา 09:00 ก เขียนว่า:\n\n",
    " ": "จาก: ก\nวันที่: 8 มกราคม 2567\nถึง: ข\nเรื่อง: รายงาน\n\n",
}


def quoting(mark: str, own: str) -> str:
    return f"{own}\n\n{HEADS[mark]}" + "\n".join(f"{mark}{line}".rstrip() for line in OLDER.splitlines())


@pytest.mark.parametrize("mark", HEADS)
def test_an_older_form_that_is_quoted_is_a_document_of_its_own_day(mark: str) -> None:
    members = [*archive.unpack("a.eml", mailed(quoting(mark, FORM)))]
    assert [member.uri for member in members] == ["a.eml!/body.txt", "a.eml!/quoted.txt"]
    assert [member.modified_at for member in members] == [
        datetime(2024, 3, 1, 2, tzinfo=UTC),
        datetime(2024, 1, 8, tzinfo=UTC),
    ]
    (newer,), (older,) = (extract(member.uri, member.content) for member in members)
    assert newer.project is not None
    assert older.project is not None
    assert (newer.project.budget_spent_thb, older.project.budget_spent_thb) == (312500, 1)
    assert newer.project.issues == {}


def test_a_quoted_form_of_no_day_is_older_than_the_message() -> None:
    body = f"{FORM}\n\n" + "\n".join(f"> {line}" for line in OLDER.splitlines())
    newer, older = archive.unpack("a.eml", mailed(body))
    assert newer.modified_at is not None
    assert older.modified_at is not None
    assert older.modified_at < newer.modified_at


def test_a_page_s_quote_is_apart_as_well() -> None:
    page = f"<pre>{FORM}</pre><blockquote type=cite>On Jan 8, 2024 A wrote:<pre>{OLDER}</pre></blockquote>"
    newer, older = archive.unpack("a.eml", mailed("x", page=page))
    assert (newer.uri, older.uri) == ("a.eml!/body.html", "a.eml!/quoted.html")
    assert older.modified_at == datetime(2024, 1, 8, tzinfo=UTC)
    assert b": 1 \xe0" not in newer.content


def test_a_reply_without_a_form_of_its_own_brings_the_quoted_one() -> None:
    (member,) = archive.unpack("a.eml", mailed(quoting("> ", "ยืนยันตามนี้"), subject="Re: x"))
    assert (member.uri, member.modified_at) == ("a.eml!/quoted.txt", datetime(2024, 1, 8, tzinfo=UTC))


@pytest.mark.parametrize(
    "line",
    [
        "ขอแก้ไขงบประมาณเป็น 500,000", "ขอแก้ไข งบประมาณที่ใช้ไป เป็น ๑๒,๓๔๕ บาท", "เปลี่ยนวันสิ้นสุดเป็น 30/9/2567",
        "งบที่ถูกต้องคือ 1,200 บาท", "จาก 500 ปรับเป็น 600", "The budget should be 500,000",
    ],
)  # fmt: skip
def test_a_letter_that_corrects_in_words_is_told_with_its_line(line: str) -> None:
    letter, form = archive.unpack("a.eml", mailed(f"เรียน ท่าน\n\n{line}", ("a.txt", FORM.encode())))
    (copy,) = extract(letter.uri, letter.content)
    (finding,) = [one for one in copy.findings if one.severity == "critical"]
    assert (finding.rule_id, finding.line) == ("R-correction-worded", 3)
    (told,) = extract(form.uri, form.content)[0].findings
    assert (told.rule_id, told.severity) == ("R-remark-beside", "critical")
    (whole,) = extract("a.txt", f"เรียน ท่าน\n{line}\n\n{FORM}".encode())
    (finding,) = whole.findings
    assert (finding.rule_id, finding.severity, finding.line) == ("R-correction-worded", "warning", 2)


@pytest.mark.parametrize("line", ["ส่งรายงานโครงการปรับปรุงคลอง 5 แห่ง", "ส่งรายงานฉบับแก้ไขครับ", "โทร. 0 2203 2888 ต่อ 3121"])
def test_a_letter_that_corrects_nothing_is_no_document(line: str) -> None:
    assert list(parts(mailed(f"เรียน ท่าน\n\n{line}", ("a.txt", b"1")))) == ["a.txt"]


def told(message: bytes) -> dict[str, list[str]]:
    """Return what is said beside each document that a message brings, by the end of its address."""
    return {
        member.uri.removeprefix("a.eml!/"): [one.text for one in read(member.content).beside]
        for member in archive.unpack("a.eml", message)
    }


LETTER = "ตัวเลขเงินในไฟล์เป็นหลักพันบาทนะคะ"


def test_what_a_letter_says_of_values_goes_with_each_attachment() -> None:
    files = ("a.txt", FORM.encode()), ("b.zip", zipped(("c.txt", FORM.encode()), ("d.txt", b"1")))
    said = "รายงาน\nเรียน ท่าน\n\n" + LETTER
    message = mailed(f"เรียน ท่าน\n\n{LETTER}\n\n-- \nโทร 1", *files, subject="รายงาน")
    assert told(message) == {name: [said] for name in ("a.txt", "b.zip!/c.txt", "b.zip!/d.txt")}
    assert list(archive.unpack("a.eml", message)) == list(archive.unpack("a.eml", message))
    (copy,) = extract("a", next(archive.unpack("a.eml", message)).content)
    assert copy.project is not None
    (finding,) = [one for one in copy.findings if one.severity == "critical"]
    assert (finding.rule_id, LETTER in finding.message) == ("R-remark-beside", True)


def test_what_letters_say_around_each_other_is_told_together() -> None:
    inner = mailed(LETTER, ("a.txt", b"1"), subject="ก")
    assert told(mailed("ไฟล์นี้ไม่ต้องใช้แล้ว", subject="ข", within=(inner,))) == {
        "ก.eml!/a.txt": [f"ข\nไฟล์นี้ไม่ต้องใช้แล้ว\nก\n{LETTER}"]
    }


def test_what_a_reply_quotes_is_not_said_of_what_it_brings_but_what_is_passed_on_is() -> None:
    body = f"ตามแนบ\n\n-----Original Message-----\nFrom: ก\nSent: 8 ม.ค. 2567\nSubject: ข\n\n{LETTER}"
    assert told(mailed(body, ("a.txt", b"1"), subject="Re: ข")) == {"a.txt": []}
    assert told(mailed(body, ("a.txt", b"1"), subject="Fwd: ข")) == {"a.txt": [f"ข\nตามแนบ\n\n{LETTER}"]}


def test_a_page_says_it_as_well() -> None:
    assert told(mailed("x", ("a.txt", b"1"), page=f"<p>{LETTER}</p>", subject="ก")) == {"a.txt": [f"ก\n{LETTER}"]}


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_a_note_in_an_archive_is_said_of_the_documents_beside_it(pack: Callable[..., bytes]) -> None:
    files = ("ก/a.txt", FORM.encode()), ("ก/หมายเหตุ.txt", LETTER.encode())
    assert told(pack(*files)) == {"ก/a.txt": [LETTER], "ก/หมายเหตุ.txt": []}
    assert told(pack(files[0], ("readme.txt", "ตามแนบ".encode()))) == {"ก/a.txt": [], "readme.txt": []}
    assert told(pack(files[0], ("b.txt", LETTER.encode()))) == {"ก/a.txt": [], "b.txt": []}


def test_an_archive_that_cannot_be_opened_comes_as_it_is() -> None:
    broken = zipped(("c.txt", b"1"))[:40]
    assert [member.content for member in archive.unpack("a.eml", mailed(LETTER, ("b.zip", broken)))] == [broken]


def test_what_is_forwarded_is_a_document() -> None:
    body = f"---------- Forwarded message ---------\nFrom: ก\n\n{FORM}"
    assert list(parts(mailed(body, ("a.txt", b"1"), subject="Fwd: รายงาน"))) == ["body.txt", "a.txt"]


def test_a_signature_is_no_part_of_a_text() -> None:
    assert texts(mailed(f"{FORM}\n-- \nฝ่ายโยธา\nโทร 1")) == {"body.txt": FORM}


def test_messages_and_archives_within_are_opened() -> None:
    inner = mailed("แนบ", ("b.zip", zipped(("c.txt", b"1"))), subject="ก/ข")
    assert parts(mailed("ต่อ", ("d.txt", b"2"), within=(inner,))) == {"d.txt": b"2", "ก_ข.eml!/b.zip!/c.txt": b"1"}


def test_parts_are_of_when_the_message_was_sent() -> None:
    (member,) = archive.unpack("a.eml", mailed("", ("a.txt", b"1")))
    assert member.modified_at == datetime(2024, 3, 1, 2, tzinfo=UTC)


def picture(side: int) -> bytes:
    target = io.BytesIO()
    Image.new("L", (2 * side, side), 255).save(target, "PNG")
    return target.getvalue()


def test_a_small_picture_that_a_page_shows_is_no_document_and_a_large_one_is() -> None:
    related = (
        b"From: a@example.org\r\nTo: b@example.org\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/related; boundary=x\r\n\r\n"
        b"--x\r\nContent-Type: text/html\r\n\r\n<p>letter<img src='cid:logo'><img src='cid:scan'>\r\n"
    )
    for identity, side in (("logo", 80), ("scan", 900)):
        head = f"--x\r\nContent-Type: image/png\r\nContent-ID: <{identity}>\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        related += head.encode() + picture(side) + b"\r\n"
    assert list(parts(related + b"--x--\r\n")) == ["part 3.png"]


@pytest.mark.parametrize(
    ("stated", "name"),
    [
        ('filename="=?windows-874?B?w9KnwKKmIDEudHh0?="', "รางภขฆ 1.txt"),
        ("filename*=tis-620''%C3%D2%A71.txt", "ราง1.txt"),
        ("filename*0*=utf-8''%E0%B8%A3; filename*1=.txt", "ร.txt"),
        ('filename="../../etc/a.txt"', "etc_a.txt"),
        ("", "part 1.csv"),
    ],
)
def test_names_are_shown_as_meant(stated: str, name: str) -> None:
    head = "From: a@example.org\nMIME-Version: 1.0\nContent-Type: text/csv\nContent-Disposition: attachment"
    assert list(parts(f"{head}; {stated}\n\nform".encode())) == [name]


@pytest.mark.parametrize(
    ("head", "why"),
    [
        ("Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\n \n--x--\n", "holds neither"),
        ("Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nxx", "is encrypted"),
        ("Content-Type: multipart/encrypted; boundary=x\n\n--x\n\nxx\n--x--\n", "is encrypted"),
    ],
)
def test_a_message_with_nothing_to_read_says_why(head: str, why: str) -> None:
    content = f"From: a@example.org\nMIME-Version: 1.0\n{head}".encode()
    assert list(parts(content).values()) == [content]
    with pytest.raises(DocumentFault, match=why):
        read(content)


def test_a_saved_page_and_a_pasted_message_are_none() -> None:
    for content in (
        mhtml(b"<p>x", Subject="x", **{"Snapshot-Content-Location": "http://a/"}),
        f"From: ก@example.org\nTo: ข\nSubject: รายงาน\n\n{FORM}".encode(),
    ):
        assert not archive.is_archive(content)


def test_forms_in_a_message_are_read_as_if_they_stood_alone(tmp_path: Path) -> None:
    path = tmp_path / "รายงาน.eml"
    second = Form(code="50210000-0043").text()
    path.write_bytes(mailed(FORM, ("b.txt", second.encode("cp874"))))
    copies = [copy for copies in extract_files([path]) for copy in copies]
    assert [copy.document.uri for copy in copies] == [f"file://{path}!/body.txt", f"file://{path}!/b.txt"]
    assert [copy.project.project_code for copy in copies if copy.project] == [Form().code, "50210000-0043"]
    assert [len(copy.reports) for copy in copies] == [3, 3]


GOOD = mailed(FORM, ("b.txt", b"1"), page=f"<pre>{FORM}</pre>", within=(mailed("x", ("c.zip", zipped(("d", b"1")))),))


@settings(max_examples=150)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=6), st.integers(0, len(GOOD)))
def test_whatever_is_damaged_is_had_or_says_why(changes: list[tuple[int, int]], cut: int) -> None:
    content = bytearray(GOOD)
    for at, value in changes:
        content[at] = value
    for damaged in (bytes(content), bytes(content[:cut])):
        members = parts(damaged)
        assert members
        for member in members.values():
            if archive.is_archive(member) and not archive.is_document(member):
                with pytest.raises(DocumentFault):
                    read(member)


def test_a_message_of_outlook_is_one_as_well() -> None:
    inner = ("__attach_version1.0_#00000001", "__substg1.0_3701000D")
    streams = outlook_streams("เรียน ท่าน", ("รายงาน.txt", FORM.encode() * 9)) | outlook_streams(
        "แนบ", ("c.txt", b"1"), within=inner
    )
    content = compound(streams)
    assert parts(content) == {"รายงาน.txt": FORM.encode() * 9, "ส่งรายงาน.eml!/c.txt": b"1"}
    assert {member.modified_at for member in archive.unpack("a", content)} == {datetime(2024, 3, 1, 2, tzinfo=UTC)}


def test_the_text_of_a_message_of_outlook_may_be_an_export() -> None:
    assert list(texts(compound(outlook_streams(FORM, ("a.txt", b"1"))))) == ["body.txt", "a.txt"]
    found = texts(compound(outlook_streams("ดู HTML", page=f"<pre>{FORM}</pre>")))
    assert Form().code in found["body.html"]


def test_a_message_of_outlook_with_nothing_says_so() -> None:
    content = compound(outlook_streams(" "))
    assert list(parts(content).values()) == [content]
    with pytest.raises(DocumentFault, match="holds neither an attachment nor a text"):
        read(content)
