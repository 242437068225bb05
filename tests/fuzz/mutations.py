"""What happens to exports on their way: edits of sound documents, each small, each drawn from a seeded generator.

In come the text or the bytes of a sound document; out comes the same with a few edits and the names of those. Half of
the edits of single characters fall on lines without prose, where the values stand.
"""

import re
from collections.abc import Callable, Mapping
from random import Random
from typing import NamedTuple, TypeVar

Content = TypeVar("Content", str, bytes)
_EDITS_MAX = 3
_MARKS = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")
_DIGITS = re.compile(r"[0-9๐-๙]+")
_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>")
_SCRIPTS = tuple(
    str.maketrans("0123456789", digits) for digits in ("๐๑๒๓๔๕๖๗๘๙", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "OlZ3A5G7B9")
)
_NOISE = ("-", "* * *", "หน้า 2 / 3", "~ ' .", "พิมพ์เมื่อ 01/02/2567 10:15", "หมายเหตุ : ไม่มี", "=====", "12.50", "\x0c")
_REPLACEMENTS = "0123456789๑๗:;.,-–/%=()กขคงดตผพแเโใไำา่้ \t\u00a0\u200b\ufffdOlI|"
_LOOKALIKES = (
    "ดคตถ",
    "บปษ",
    "พผฟฝ",
    "กถภ",
    "ขชซ",
    "นมฆ",
    "1lI|๑",
    "0Oo๐",
    "5S",
    "8B",
    "27",
    "๓๗",
    ".,",
    ":;",
    "-–",
    "แเ",
)
_SPECKS = (".", "'", "~ -", "| .", "ๆ", "—", "` .", ": ;", "_ _")
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202a"


class Mutant(NamedTuple):
    """A damaged document and the names of the edits that made it."""

    content: bytes
    edits: tuple[str, ...]


# Lines


def _line(random: Random, lines: list[str]) -> int:
    inked = [number for number, line in enumerate(lines) if line.strip()]
    return random.choice(inked or [0])


def delete_line(random: Random, text: str, _other: str) -> str:
    lines = text.split("\n")
    del lines[_line(random, lines)]
    return "\n".join(lines)


def duplicate_line(random: Random, text: str, _other: str) -> str:
    lines = text.split("\n")
    line = lines[_line(random, lines)]
    lines.insert(random.randrange(len(lines) + 1), line)
    return "\n".join(lines)


def swap_lines(random: Random, text: str, _other: str) -> str:
    lines = text.split("\n")
    first, second = _line(random, lines), _line(random, lines)
    lines[first], lines[second] = lines[second], lines[first]
    return "\n".join(lines)


def swap_neighbours(random: Random, text: str, _other: str) -> str:
    lines = text.split("\n")
    first = _line(random, lines)
    second = next((number for number in range(first + 1, len(lines)) if lines[number].strip()), first)
    lines[first], lines[second] = lines[second], lines[first]
    return "\n".join(lines)


def insert_noise(random: Random, text: str, _other: str) -> str:
    lines = text.split("\n")
    lines.insert(random.randrange(len(lines) + 1), random.choice(_NOISE))
    return "\n".join(lines)


def insert_line_of_other(random: Random, text: str, other: str) -> str:
    lines, others = text.split("\n"), other.split("\n")
    lines.insert(random.randrange(len(lines) + 1), others[_line(random, others)])
    return "\n".join(lines)


def join_lines(random: Random, text: str, _other: str) -> str:
    lines = text.split("\n")
    first = _line(random, lines)
    joined = " ".join(filter(None, lines[first : first + 3]))
    return "\n".join([*lines[:first], joined, *lines[first + 3 :]])


def break_line(random: Random, text: str, _other: str) -> str:
    place = _place(random, text)
    return f"{text[:place]}\n{text[place:]}"


def repeat_block(random: Random, text: str, _other: str) -> str:
    lines = text.split("\n")
    start = random.randrange(len(lines))
    block = lines[start : start + random.randint(2, 20)]
    after = random.randrange(len(lines) + 1)
    return "\n".join([*lines[:after], *block, *lines[after:]])


def delete_block(random: Random, text: str, _other: str) -> str:
    lines = text.split("\n")
    start = random.randrange(len(lines))
    del lines[start : start + random.randint(2, 20)]
    return "\n".join(lines)


def splice(random: Random, text: str, other: str) -> str:
    lines, others = text.split("\n"), other.split("\n")
    return "\n".join(lines[: random.randrange(len(lines))] + others[random.randrange(len(others)) :])


def truncate(random: Random, text: str, _other: str) -> str:
    place = _place(random, text)
    return text[:place] if random.random() < 0.7 else text[place:]


# Characters


def _place(random: Random, text: str) -> int:
    """Return the place of a character: mostly in a line drawn as such, so that short lines get their share."""
    start = random.choice([0, *(match.end() for match in re.finditer("\n+", text))])
    end = text.find("\n", start)
    return random.randint(start, end if end >= 0 else len(text))


def delete_character(random: Random, text: str, _other: str) -> str:
    place = _place(random, text)
    return text[:place] + text[place + random.choice((1, 1, 1, 2, 5)) :]


def insert_character(random: Random, text: str, _other: str) -> str:
    place = _place(random, text)
    return text[:place] + random.choice(_REPLACEMENTS) + text[place:]


def replace_character(random: Random, text: str, _other: str) -> str:
    place = _place(random, text)
    return text[:place] + random.choice(_REPLACEMENTS) + text[place + 1 :]


def transpose(random: Random, text: str, _other: str) -> str:
    place = _place(random, text)
    return text[:place] + text[place : place + 2][::-1] + text[place + 2 :]


def damage_number(random: Random, text: str, _other: str) -> str:
    """Replace, drop, double or part one digit of a number."""
    match = _pick(random, _DIGITS, text)
    if match is None:
        return text
    place = random.randrange(match.start(), match.end())
    digit = text[place]
    return text[:place] + random.choice(("", digit * 2, random.choice(_REPLACEMENTS), f"{digit} ")) + text[place + 1 :]


def change_script(random: Random, text: str, _other: str) -> str:
    match = _pick(random, _DIGITS, text)
    if match is None:
        return text
    return text[: match.start()] + match[0].translate(random.choice(_SCRIPTS)) + text[match.end() :]


def lose_marks(random: Random, text: str, _other: str) -> str:
    share = random.choice((0.05, 0.3, 1))
    return _MARKS.sub(lambda mark: "" if random.random() < share else mark[0], text)


def insert_invisible(random: Random, text: str, _other: str) -> str:
    for _ in range(random.randint(1, 5)):
        place = _place(random, text)
        text = text[:place] + random.choice(_INVISIBLE) + text[place:]
    return text


def change_blanks(random: Random, text: str, _other: str) -> str:
    old, new = random.choice(
        (("\n", "\r\n"), (" ", "\u00a0"), ("\t", " "), (" : ", ":"), (" ", "  "), ("\n\n", "\n"), (" ", ""))
    )
    return text.replace(old, new)


def damage_tag(random: Random, text: str, _other: str) -> str:
    match = _pick(random, _TAG, text)
    if match is None:
        return text
    tag = match[0]
    damaged = random.choice(
        ("", tag[:-1], tag[1:], tag * 2, tag.upper(), f"{tag[:-1]} class='>'>", f"<!-- {tag}", f"</{tag[1:]}")
    )
    return text[: match.start()] + damaged + text[match.end() :]


# Recognition


def misread(random: Random, text: str, _other: str) -> str:
    """Take a few characters for others that look like them."""
    for _ in range(random.randint(1, 12)):
        place = _place(random, text)
        looks = next((looks for looks in _LOOKALIKES if text[place : place + 1] in looks), None)
        if looks and text[place : place + 1]:
            text = text[:place] + random.choice(looks) + text[place + 1 :]
    return text


def insert_specks(random: Random, text: str, _other: str) -> str:
    """Put marks of dust between the lines, and at their ends."""
    lines = text.split("\n")
    for _ in range(random.randint(1, 6)):
        lines.insert(random.randrange(len(lines) + 1), random.choice(_SPECKS))
        lines[_line(random, lines)] += f" {random.choice(_SPECKS)}"
    return "\n".join(lines)


# Bytes


def flip_bits(random: Random, content: bytes, _other: bytes) -> bytes:
    damaged = bytearray(content)
    for _ in range(random.choice((1, 1, 2, 8))):
        damaged[random.randrange(len(damaged))] ^= 1 << random.randrange(8)
    return bytes(damaged)


def delete_bytes(random: Random, content: bytes, _other: bytes) -> bytes:
    start = random.randrange(len(content))
    return content[:start] + content[start + random.choice((1, 2, 64, 4096)) :]


def zero_bytes(random: Random, content: bytes, _other: bytes) -> bytes:
    start = random.randrange(len(content))
    zeroed = content[start : start + random.choice((1, 64, 512))]
    return content[:start] + bytes(len(zeroed)) + content[start + len(zeroed) :]


def truncate_bytes(random: Random, content: bytes, _other: bytes) -> bytes:
    place = random.randrange(len(content))
    return content[:place] if random.random() < 0.8 else content[place:]


def splice_bytes(random: Random, content: bytes, other: bytes) -> bytes:
    return content[: random.randrange(len(content))] + other[random.randrange(len(other)) :]


def _pick(random: Random, pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    matches = list(pattern.finditer(text))
    return random.choice(matches) if matches else None


Edits = Mapping[str, Callable[[Random, Content, Content], Content]]


def _named(*edits: Callable[[Random, Content, Content], Content]) -> Edits[Content]:
    return {edit.__name__: edit for edit in edits}


TEXT_EDITS: Edits[str] = _named(
    delete_line, duplicate_line, swap_lines, swap_neighbours, insert_noise, insert_line_of_other, join_lines,
    break_line, repeat_block, delete_block, splice, truncate, delete_character, insert_character, replace_character,
    transpose, damage_number, change_script, lose_marks, insert_invisible, change_blanks,
)  # fmt: skip
OCR_EDITS: Edits[str] = {**TEXT_EDITS, **_named(misread, insert_specks), "lose more marks": lose_marks}
HTML_EDITS: Edits[str] = {**TEXT_EDITS, "damage_tag": damage_tag}
BYTE_EDITS: Edits[bytes] = _named(flip_bits, delete_bytes, zero_bytes, truncate_bytes, splice_bytes)


def edited(random: Random, content: Content, other: Content, edits: Edits[Content]) -> tuple[Content, tuple[str, ...]]:
    """Return the document after one to three edits, and their names; `other` is a second one to borrow from."""
    names = random.choices(list(edits), k=random.choice((1,) * 5 + tuple(range(2, _EDITS_MAX + 1))))
    for name in names:
        if content:
            content = edits[name](random, content, other)
    return content, tuple(names)
