"""What is shown of a name or value that somebody made up: nothing that a terminal or a log would obey."""

import json
import sys
import unicodedata
from pathlib import Path

import pytest

from etl.errors import BadInputError
from etl.terminal import visible, visible_json, visible_lines
from tests.forms import Form
from tests.test_cli import Etl, etl

__all__ = ["etl"]

HOSTILE = "\x1b[31m\x07\x9b2J\u202e\u2066\u200b\u2028\r"


def steers(text: str) -> bool:
    return any(unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for letter in text if letter != "\n")


@pytest.mark.parametrize("text", ["โครงการ ก\u00a0(๑)", "Co-working 14", "", "ปี ๒๕๖๗ — ✓"])
def test_what_can_be_seen_is_shown_as_it_is(text: str) -> None:
    assert (visible(text), visible_lines(text), visible_json(text)) == (text, text, text)


def test_no_character_of_unicode_that_steers_is_shown() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    assert not steers(visible(everything))
    assert "\n" not in visible(everything)
    assert visible_lines("ก\n\x1bข\r\n") == "ก\n\\x1bข\\r\n"
    plane = json.dumps(everything[:0x10000].encode("utf-16", "ignore").decode("utf-16"), ensure_ascii=False)
    assert not steers(visible_json(plane).translate(dict.fromkeys([0xAD, *range(0x600, 0x606), *SCRIPTS])))
    assert json.loads(visible_json(plane)) == json.loads(plane)


# Signs of other scripts that Unicode counts among the format characters; they steer nothing.
SCRIPTS = (0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x180E)


def test_an_error_names_a_file_without_obeying_it() -> None:
    assert str(BadInputError(f"there is nothing at {HOSTILE}")) == (
        r"there is nothing at \x1b[31m\x07\x9b2J\u202e\u2066\u200b\u2028\r"
    )


def test_no_command_obeys_the_name_of_a_file(etl: Etl, exports: Path) -> None:
    hostile = HOSTILE.replace("\u200b", "")
    (exports / f"form{hostile}.txt").write_text(Form().with_report(2, progress="150").text(), encoding="utf-8")
    (exports / f"ว่าง{hostile}.txt").write_text("จดหมายข่าว", encoding="utf-8")
    for arguments in (
        ["parse", exports], ["run", exports], ["quarantine", "list"], ["run", exports / f"none{hostile}"],
    ):  # fmt: skip
        done = etl(*arguments)
        assert not steers(done.stdout + done.stderr), arguments
        assert "[31m" in done.stdout + done.stderr
