"""An export that was sent through a chat is read as it was written."""

from collections.abc import Callable

import pytest

from etl.extract import extract
from etl.read.chat import messages_of
from etl.records import Place
from tests.forms import Form

FORM = Form(certified=True).text().strip()
HEAD, _, REST = FORM.partition("\n2. ")
HALVES = (HEAD, f"2. {REST}")
CHATTER = ("สวัสดีค่ะ", *HALVES, "รับทราบค่ะ", "ขอบคุณครับ")


def line(said: str, minute: int) -> str:
    quote = '"' if "\n" in said else ""
    return f"09:{minute:02}\tคนที่ {minute % 2}\t{quote}{said}{quote}"


CHATS: dict[str, Callable[[str, int], str]] = {
    "tabs": line,
    "dash": lambda said, minute: f"04/06/2566 09:{minute:02} - คนที่ {minute % 2}: {said}",
    "square": lambda said, minute: f"[04/06/2023, 09:{minute:02}:11] คนที่ {minute % 2}: {said}",
}


def printed(chat: str) -> str:
    said = "\n".join(CHATS[chat](text, minute) for minute, text in enumerate(CHATTER))
    return f"[LINE] ประวัติการแชท\nบันทึกเมื่อ 2566/06/05 16:20\n\nอา. 2566/06/04\n{said}\n"


@pytest.mark.parametrize("chat", CHATS)
def test_a_form_in_the_messages_of_a_chat_is_read_and_it_is_said(chat: str) -> None:
    (plain,), (copy,) = (extract("form.txt", text.encode()) for text in (FORM, printed(chat)))
    assert plain.project and copy.project
    assert plain.strategy and copy.strategy
    for record in (plain.project, copy.project, plain.strategy, copy.strategy, *plain.reports, *copy.reports):
        record.places = {}
    issues = copy.project.issues
    assert issues.pop("text_unplaced")
    assert (copy.project, copy.reports, copy.strategy) == (plain.project, plain.reports, plain.strategy)
    assert "R-decorated" in {finding.rule_id for finding in copy.findings}


def test_the_lines_keep_their_places() -> None:
    lines = [(Place(1, number), text) for number, text in enumerate(printed("tabs").splitlines(), start=1)]
    messages = messages_of(lines)
    assert messages
    original = dict(lines)
    assert all(text in original[place] for place, text in messages)


@pytest.mark.parametrize(
    "text",
    [
        "09.00 น. - ลงทะเบียน : 1\n10.00 น. - ประชุม : 2\n11.00 น. - ปิด : 3", "09:00\tก\tข\n10:00\tก\tข\n11:00\tก\tข",
        "15/11/2566 : ประชุม\n16/11/2566 : ลงพื้นที่\n17/11/2566 : สรุป", "04/06/2566 09:00 - ก: ข",
    ],
)  # fmt: skip
def test_a_list_with_times_is_no_chat(text: str) -> None:
    assert messages_of([(Place(1, number), line) for number, line in enumerate(text.splitlines(), 1)]) is None
