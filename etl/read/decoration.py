"""Takes off what Markdown, mail and drawn tables put around a line, so that the line reads as it was printed.

In come the lines of a text, out come as many: each line keeps its number. Taken off are quote marks, headings, code
fences, emphasis, links, escapes, entities, and tags that only style. A row of a table becomes its cells with tabs
between them, a drawn border a blank line. Text that is raised stays with its marks (`<sup>`): a person has to decide
what counts.
"""

import html
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

_ANY = re.compile(r"[*_`<&\\|\[#>~¦\u2500-\u257f]|==|^\s*(?::[^\s:]|-\s*-\s*-|\+[-=])")  # quick check for all below
_QUOTE = re.compile(r"^\s{0,3}(?:>\s?)+")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(?P<text>.*?)(?:\s+#+)?\s*", re.DOTALL)
_FENCE = re.compile(r"\s*(?:`{3,}|~{3,})[\w-]*\s*")
_LINES = "─━┄┈═╌╍┌┬┐├┼┤└┴┘╒╤╕╞╪╡╘╧╛╔╦╗╠╬╣╚╩╝┏┳┓┣╋┫┗┻┛╭╮╰╯"
_BARS = "|│┃║¦"
_BORDER = re.compile(rf"\s*(?=[^\s]*[{_BARS}{_LINES}+])[-–—=:+\s{_BARS}{_LINES}]{{3,}}")
_RULE = re.compile(r"\s*(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,}|={3,})")
_ROW = re.compile(rf"\s*[{_BARS}](?P<cells>.*[^\\])?[{_BARS}]\s*", re.DOTALL)
_CELL_END = re.compile(rf"(?<!\\)[{_BARS}]")

# Lengths are bounded, for speed: each opening mark searches for its closing mark, which may be missing.
_EMPHASIS = (
    re.compile(r"(?<!\*)(\*{2,3})(?=[^\s*])(.{1,1000}?)(?<=[^\s*])\1(?!\*)"),
    re.compile(r"(?<!_)(_{2,3})(?=[^\s_])(.{1,1000}?)(?<=[^\s_])\1(?!_)"),
    re.compile(r"(?<![\w*])(\*)(?=[^\s*])([^*]{1,1000}?)(?<=[^\s*])\*(?![\w*])"),
    re.compile(r"(?<![\w_])(_)(?=[^\s_])([^_]{1,1000}?)(?<=[^\s_])_(?![\w_])"),
    re.compile(r"(?<!`)(`{1,8})(?=[^`])(.{1,1000}?)(?<=[^`])\1"),
    re.compile(r"(==)(?=[^\s=])(.{1,1000}?)(?<=[^\s=])=="),
)
# Of emphasis, all that is taken off a text that is not marked up.
_STRONG_LABEL = re.compile(r"^(\s*)(\*\*|__)(?=[^\s*_])([^*_]{1,200}:)\2(?=\s)")
_HALF_EMPHASIS = re.compile(r"(?:(?<=\s)|^)(?:\*\*\*?|__)(?=[^\s*_])|(?<=[^\s*_])(?:\*\*\*?|__)(?=\s|$)")
_LINK = re.compile(r"(?<!!)\[(?P<text>[^\[\]^][^\[\]]*)\]\((?P<target>(?:[^()\s]|\([^()\s]*\))*)(?:\s+\"[^\"]*\")?\)")
_WEB = re.compile("https?://", re.IGNORECASE)  # but not `tel:`, which phones make of any number
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~]|\s*$)")  # at the end of a line, it is a line break
_ESCAPED = 0xF0000  # private characters that stand for escaped ones meanwhile, as those are no decoration
_UNESCAPED = {_ESCAPED + code: chr(code) for code in range(0x21, 0x7F)}
_STYLE = re.compile(
    r"</?(?:b|strong|i|em|u|span|font|p|div|mark|code|small|big|center|label|section|article|h[1-6])(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#[0-9]{1,6}|#x[0-9a-fA-F]{1,5});")
_FIELD_LIST = re.compile(r"^\s*:(?=[^\s:][^:]{0,80}:(?:\s|$))")  # of reStructuredText: `:label: value`
# Lines that are surely marked up: a heading, a fence, a field list; or emphasis, a tag, an escape near the beginning.
_MARKED_UP = re.compile(
    r"^(?:\s{0,3}#{1,6}\s+\S|\s*(?:`{3}|~{3})|\s*:[^\s:][^:]{0,80}:(?:\s|$))"
    r"|\*\*[^\s*]|__[^\s_]|==[^\s=]|`[^`]+`|</?(?:b|i|u|strong|em|span|p|br)\b|&nbsp;|\\(?:[.*_#|-]|\s*$)"
)
_NEAR = 200
_MARKED_UP_MIN = 2  # so many such lines, and whatever may be decoration is taken off in the whole text
_STYLED_MIN = 3
_BULLET = re.compile(r"^\s*[-*•+]\s+(?=\S)")
_LINE_NUMBER = re.compile(r"^\s*(?P<number>[0-9]{1,6})[:.)|]?(?:\s+|$)")
_LISTED_MIN = 10  # lines: a shorter text may be a list of its own
_QUOTED_MIN = 1 / 3  # of the printed lines; with fewer, `>` means "more than"


class Undecorated(NamedTuple):
    """The lines of a text without decoration, and how many of them were changed.

    `changed` is 0 where the text as a whole is not marked up: exports themselves print stars, and bars between cells.
    """

    lines: list[str]
    changed: int


def undecorated(lines: Sequence[str]) -> Undecorated:
    """Return the lines without their decoration, as many as before."""
    quoted = sum(_QUOTE.match(line) is not None for line in lines if ">" in line)
    is_quoted = quoted > 0 and quoted >= _QUOTED_MIN * sum(map(bool, map(str.strip, lines)))
    plain = [_QUOTE.sub("", line) for line in lines] if is_quoted else [*lines]
    prefix = _prefix(plain)
    if prefix:
        plain = [prefix.sub("", line) for line in plain]
    decorated = [place for place, line in enumerate(plain) if _ANY.search(line)]
    marked_up = sum(_MARKED_UP.search(plain[place][:_NEAR]) is not None for place in decorated)
    is_marked_up = (
        is_quoted
        or prefix is not None
        or marked_up >= _MARKED_UP_MIN
        or _are_styled([plain[place] for place in decorated])
    )
    for place in decorated:
        plain[place] = _undecorated(plain[place], is_marked_up=is_marked_up)
    changed = sum(before != after for before, after in zip(lines, plain, strict=True)) if is_marked_up else 0
    return Undecorated(plain, changed)


def _prefix(lines: Sequence[str]) -> re.Pattern[str] | None:
    """Return the pattern of the bullet or line number that every printed line begins with; None where one has none."""
    printed = [line for line in lines if line.strip()]
    if len(printed) < _LISTED_MIN:
        return None
    if all(map(_BULLET.match, printed)):
        return _BULLET
    numbers = [int(match["number"]) if (match := _LINE_NUMBER.match(line)) else 0 for line in printed]
    return _LINE_NUMBER if numbers[0] and all(before < behind for before, behind in pairwise(numbers)) else None


def _are_styled(lines: Sequence[str]) -> bool:
    """Tell whether enough different lines begin with emphasis; a single one may be a name with a word in stars."""
    return len({line for line in lines if any(style.match(line.lstrip()) for style in _EMPHASIS)}) >= _STYLED_MIN


def _undecorated(line: str, *, is_marked_up: bool) -> str:
    if _FENCE.fullmatch(line) or _BORDER.fullmatch(line) or (is_marked_up and _RULE.fullmatch(line)):
        return ""
    if is_marked_up and (heading := _HEADING.fullmatch(line)):
        line = heading["text"]
    if row := _ROW.fullmatch(line):
        cells = [cell.strip() for cell in _CELL_END.split(row["cells"] or "")]
        line = "\t".join(_plain(cell, is_marked_up=is_marked_up) for cell in cells)
        return line if line.strip() else ""
    return _plain(line, is_marked_up=is_marked_up)


def _plain(text: str, *, is_marked_up: bool) -> str:
    """Return a text without the marks and tags that only style parts of it."""
    if "<" in text:
        text = _STYLE.sub("", _BREAK.sub(" ", text))
    if "&" in text:
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    if not is_marked_up:  # then a word between stars may be part of a name
        return _STRONG_LABEL.sub(r"\1\3", text)
    if "](" in text:
        text = _LINK.sub(_link, text)
    text = _ESCAPE.sub(lambda escape: chr(_ESCAPED + ord(escape[1])) if escape[1].strip() else "", text)
    for emphasis in _EMPHASIS:
        text = emphasis.sub(r"\2", text)
    return _FIELD_LIST.sub("", _HALF_EMPHASIS.sub("", text)).translate(_UNESCAPED)


def _link(link: re.Match[str]) -> str:
    """Return the text of a link, with its web address behind it unless the text has that already."""
    text, target = link["text"], link["target"]
    return f"{text} ({target})" if _WEB.match(target) and target not in text else text
