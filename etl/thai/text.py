"""Thai text put right: normal forms, invisible characters, vowels and tone marks out of place, digits.

A line is cleaned once when it is read; a field is repaired once when its value is known, so that the text of one field
never runs into the next.
"""

import re
import unicodedata
from itertools import chain, compress

ABOVE, BELOW = "\u0e31\u0e34\u0e35\u0e36\u0e37\u0e47\u0e4d", "\u0e38\u0e39"
FOLLOWING, LEADING = "\u0e30\u0e32\u0e33\u0e45", "\u0e40\u0e41\u0e42\u0e43\u0e44"
TONES = "\u0e48\u0e49\u0e4a\u0e4b"
"""Thai vowels, by where they stand to their consonant, and tone marks."""

_SIGNS = "\u0e3a\u0e4c-\u0e4e"  # phinthu, thanthakhat, nikhahit, yamakkan
_ABOVE_BELOW = ABOVE + BELOW
_NEVER_REPEATED = f"{FOLLOWING}{LEADING}{_ABOVE_BELOW}{_SIGNS}"
_NON_BASE = f"{_ABOVE_BELOW}{TONES}{_SIGNS}"

# Every format character and combining mark is in these; looking through all of Unicode would take a tenth of a second.
_BLOCKS = (
    (0x00080, 0x03100), (0x0A600, 0x0AC00), (0x0FB00, 0x13500), (0x16A00, 0x17000), (0x1BC00, 0x1F000),
    (0xE0000, 0xE0100),
)  # fmt: skip
_MAY_BE = "".join(map(chr, chain.from_iterable(range(*block) for block in _BLOCKS)))
_FORMAT = "".join(compress(_MAY_BE, map("Cf".__eq__, map(unicodedata.category, _MAY_BE))))
_FORMAT_CHARACTERS = re.compile(f"[{_FORMAT}]")
# Normal forms put the marks on a letter in order, which takes the square of how many there are; Unicode (UAX #15) takes
# more than thirty for no text.
_COMBINING = "".join(filter(unicodedata.combining, _MAY_BE))
_HEAPED_ON_LETTER = re.compile(f"([{_COMBINING}]{{30}})[{_COMBINING}]++")
# Each line is asked, and a set of characters is quick only where it has no single ones beyond the basic plane.
_MAY_BE_COMBINING = f"[{''.join(mark for mark in _COMBINING if ord(mark) < 0x10000)}\U00010000-\U0010ffff]"
_MAY_BE_HEAPED = re.compile(f"{_MAY_BE_COMBINING}(?={_MAY_BE_COMBINING}{{30}})")
_CONTROLS = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
_HYPHENS = str.maketrans("\u2010\u2011", "--")
_WIDE = str.maketrans("：（）％", ":()%")  # as keyboards of East Asia type them
# Fonts of Windows and Mac number the marks that they draw lower or farther left, and two letters without their tails.
_DRAWN = (
    "\u0e10\u0e34\u0e35\u0e36\u0e37\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e0d"
    "\u0e31\u0e4d\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e38\u0e39\u0e3a"
)
DRAWN_BY_FONTS = dict(zip(range(0xF700, 0xF71B), _DRAWN, strict=True))
_OF_FONTS = re.compile("[\uf700-\uf71a]")
# No word goes on after a blank there: ็ stands within a syllable, and a tone before its vowel.
_PARTED = re.compile(" (?:(?<=\u0e47 )(?<!ก\u0e47 )(?=[ก-ฮ])|(?<=[\u0e48-\u0e4b] )(?=[\u0e30\u0e32\u0e33]))")
_THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_THAI_DIGIT = re.compile("[๐-๙]")
_AM_AA = re.compile("\u0e33\u0e32+")
_FLOATING = re.compile(f"(?<![\u0e00-\u0e7f])[{_NON_BASE}]+")
_LOST = re.compile("[\ufffd\ue000-\uf8ff]")
# What `normalize` acts on; it makes forty passes, and nearly all text that reaches it is sound. Patterns that each
# begin with a class are several times as fast as one that begins with a choice.
_MISPLACED = re.compile(f"[{_NON_BASE}](?<![\u0e01-\u0e2e{_ABOVE_BELOW}].)")
_REPEATED = re.compile(f"([{_NEVER_REPEATED}]) ?\\1")
# No letter has more than a vowel, a tone and a sign. `normalize` sorts a heap of marks one by one, and takes the square
# of its size or worse: of a heap the first marks are kept, in which all that can be meant stands.
_HEAP_MAX = 8
_HEAPED = re.compile(f"((?:[{_NON_BASE}{FOLLOWING}] ?){{{_HEAP_MAX}}})(?: ?[{_NON_BASE}{FOLLOWING}])++")


def clean(text: str) -> str:
    """Return the text in NFC without format characters (zero-width blanks, BOM, bidi marks); line ends are kept.

    Three more things are put right. Old fonts of Windows and Mac have private code points for marks and letters that
    they draw in another place or shape: these become the mark or letter. Typographic hyphens become the one of the
    keyboard. Where a letter has more than 30 combining marks, the rest of them become one U+FFFD.
    """
    if text.isascii():
        return text
    if "\u2010" in text or "\u2011" in text:
        text = text.translate(_HYPHENS)
    if "：" in text or "（" in text or "％" in text:
        text = text.translate(_WIDE)
    if _OF_FONTS.search(text):
        text = text.translate(DRAWN_BY_FONTS)
    if _MAY_BE_HEAPED.search(text):
        text = _HEAPED_ON_LETTER.sub("\\1\N{REPLACEMENT CHARACTER}", text)
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    if text.replace("\n", " ").replace("\t", " ").isprintable() or "".join(text.split()).isprintable():
        return text  # it has blanks of some sort, and else only what can be seen
    return _FORMAT_CHARACTERS.sub("", text)


def has_controls(text: str) -> bool:
    """Tell whether a line, or its parts, hold control characters; a tab is none, it lays out a table."""
    return bool(_CONTROLS.search(text))


def without_controls(line: str) -> str:
    """Return a line without control characters."""
    return _CONTROLS.sub("", line)


def fold(text: str) -> str:
    """Return the text with every run of white space as one blank and none at the ends."""
    return " ".join(text.split())


def repair(text: str) -> str:
    """Return one field's text as it was meant: clean, folded, vowels and tone marks in their standard spelling."""
    return respell(fold(clean(text)))


def respell(text: str) -> str:
    """Return a text that is clean and folded with vowels and tone marks in their standard spelling.

    A blank where no syllable can end goes. Nikhahit with า, and ำา, become ำ; เเ becomes แ; a tone mark goes before ำ.
    Marks go that are doubled, that stand on no letter, or that are more than any word has on a letter.
    """
    if " " in text and _PARTED.search(text):
        text = _PARTED.sub("", text)
    if not _is_suspect(text):
        return text
    from pythainlp.util import normalize  # takes longer to import than a form takes to read

    text = _HEAPED.sub(r"\1", text)
    while _is_suspect(text):
        repaired = fold(_FLOATING.sub("", _AM_AA.sub("\u0e33", normalize(text))))
        repaired = unicodedata.normalize("NFC", repaired)  # which has its own order for phinthu and a tone
        if repaired == text:
            break
        text = repaired
    return text


def _is_suspect(text: str) -> bool:
    return not text.isascii() and bool(
        "\u0e4d" in text
        or "\u0e45" in text
        or "\u0e33\u0e32" in text
        or _MISPLACED.search(text)
        or _REPEATED.search(text)
    )


def arabic_digits(text: str) -> str:
    """Return the text with Thai digits as Arabic ones."""
    return text if text.isascii() or not _THAI_DIGIT.search(text) else text.translate(_THAI_DIGITS)


def lost_characters(text: str) -> int:
    """Return how many characters an earlier step destroyed: U+FFFD and private-use glyphs."""
    return len(_LOST.findall(text))
