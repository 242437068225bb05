r"""What a terminal or a log may show of a text that came from outside, such as a file's name or a value.

Characters that would steer it, or that nobody sees, are written as their number: `\x1b`, `\u202e`.
"""

import re
import unicodedata

_STEERING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Of these, what JSON leaves as it is.
_STEERING_IN_JSON = re.compile(r"[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")


def visible(text: str) -> str:
    """Return a text as it may be shown, on one line."""
    if text.isprintable():
        return text
    return "".join(
        letter.encode("unicode_escape").decode() if unicodedata.category(letter) in _STEERING else letter
        for letter in text
    )


def visible_lines(text: str) -> str:
    """Return a text as it may be shown, line by line."""
    return "\n".join(map(visible, text.split("\n")))


def visible_json(text: str) -> str:
    """Return JSON as it may be shown: the same value, written otherwise."""
    return _STEERING_IN_JSON.sub(lambda letter: f"\\u{ord(letter[0]):04x}", text)
