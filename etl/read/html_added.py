"""Writes into a page the text that a browser adds: numbers of lists, quotes, and what style sheets add.

In comes the tree of a page, whose elements have their styles. The tree is changed: each text is put where a browser
shows it. If a style sheet adds anything but plain text, such as a counter, a mark is put there, and the line is noted.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from selectolax.lexbor import LexborNode

from etl.read.html_style import Added
from etl.read.marks import UNREAD

_TOKEN = re.compile(
    r"""\s*(?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'|attr\(\s*(?P<attribute>[\w-]+)\s*\)"""
    r"""|(?P<quote>open-quote|close-quote)|(?P<nothing>url\([^)]*\)|no-open-quote|no-close-quote))""",
    re.DOTALL | re.IGNORECASE,
)
_ALTERNATIVE = re.compile(r"""/\s*(?:"[^"]*"|'[^']*')\s*\Z""")  # an alternative text, which is only read aloud
_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?|\\(.)", re.DOTALL)
_LAST_CHARACTER = 0x10FFFF
_NOTHING = frozenset({"", "none", "normal", "initial", "unset"})
_ORNAMENT = re.compile(r"[\s*•·●▪◦‣⁃»›>→▸▾►▼|\ue000-\uf8ff]*")
_WITHOUT_ADDED = frozenset({"br", "hr", "iframe", "img", "input", "object", "select", "textarea", "video"})
_QUOTES = {"open-quote": "“", "close-quote": "”"}

_LISTS = "ol,ul[style*='list-style' i],menu[style*='list-style' i]"
_TYPES = {"1": "decimal", "a": "lower-alpha", "A": "upper-alpha", "i": "lower-roman", "I": "upper-roman"}
_LIST_STYLE = re.compile(r"(?:\A|;)\s*list-style(?:-type)?\s*:\s*([^;]*)", re.IGNORECASE)
_THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
          (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_ROMAN_MAX, _LETTERS = 3_999, 26
_INLINE = frozenset({
    "-text", "a", "abbr", "b", "bdi", "br", "cite", "code", "em", "font", "i", "ins", "li", "mark", "menu", "ol", "q",
    "small", "span", "strong", "sub", "sup", "u", "ul", "var", "wbr",
})  # fmt: skip
_LABEL = re.compile("[:=]")


def add_texts(body: LexborNode, added: Iterable[Added], *, has_quotes: bool) -> None:
    """Put the texts that style sheets add into a page; with `has_quotes`, also quotes around `q` elements."""
    for node, place, style in added:
        if (text := _content(node, style)) and node.tag not in _WITHOUT_ADDED:
            if place == "after":
                node.insert_child(text)
            else:
                _put_first(node, text)
    for quote in body.css("q") if has_quotes else ():
        _put_first(quote, "“")
        quote.insert_child("”")


def number_lists(body: LexborNode) -> None:
    """Put the numbers of lists before their items. Hidden items must have been removed: they do not count."""
    if lists := body.css(_LISTS):
        unfit = _unfit(body)
        for numbered in lists:
            _number(numbered, unfit)


def _put_first(node: LexborNode, text: str) -> None:
    first = next(iter(node.iter(include_text=True)), None)
    if first is None:
        node.insert_child(text)
    else:
        first.insert_before(text)


def _content(node: LexborNode, style: dict[str, str]) -> str:
    """Return the text that a style adds to an element; a mark where the text cannot be known."""
    content = _ALTERNATIVE.sub("", style["content"]).strip()
    if content.lower() in _NOTHING or style.get("display") == "none" or style.get("visibility") == "hidden":
        return ""
    parts, at = [], 0
    while at < len(content):
        token = _TOKEN.match(content, at)
        if token is None:
            return UNREAD
        parts.append(_said(node, token))
        at = token.end()
    text = "".join(parts)
    if _ORNAMENT.fullmatch(text):
        return ""
    return f" {text} " if style.get("display", "inline") != "inline" or "position" in style else text


def _said(node: LexborNode, token: re.Match[str]) -> str:
    """Return the text of one token of a `content` property."""
    if token["attribute"]:
        return node.attributes.get(token["attribute"].lower()) or ""
    if token["quote"]:
        return _QUOTES[token["quote"].lower()]
    return _ESCAPE.sub(_unescaped, token["double"] or token["single"] or "")


def _unescaped(escape: re.Match[str]) -> str:
    if escape[2]:
        return escape[2]
    number = int(escape[1], 16)
    return chr(number) if 0 < number <= _LAST_CHARACTER else "\N{REPLACEMENT CHARACTER}"


def _number(numbered: LexborNode, unfit: set[int]) -> None:
    """Put the numbers of a list before its items, if all are prose: a number before a label would hide the label."""
    items = [item for item in numbered.iter() if item.tag == "li"]
    kind = _kind(numbered)
    if kind is None or not items or any(item.mem_id in unfit for item in items):
        return
    for item, number in zip(items, _numbers(numbered, items), strict=True):
        if first := _first_text(item):
            first.insert_before(f"{_printed(number, kind)}. ")


def _unfit(body: LexborNode) -> set[int]:
    """Return the ids of the elements that contain more than prose: blocks, or labels."""
    unfit = set[int]()
    for part in body.traverse(include_text=True):
        if part.tag not in _INLINE or (part.tag == "-text" and _LABEL.search(part.text_content or "")):
            node: LexborNode | None = part
            while node is not None and node.mem_id not in unfit:
                unfit.add(node.mem_id)
                node = node.parent
    return unfit


def _first_text(item: LexborNode) -> LexborNode | None:
    """Return the first text of an item; None where it belongs to an item inside."""
    for part in item.traverse(include_text=True):
        if part.tag == "-text" and (part.text_content or "").strip():
            return part
        if part.tag == "li" and part.mem_id != item.mem_id:
            return None
    return None


def _kind(numbered: LexborNode) -> str | None:
    """Return how a list numbers its items; None where it does not, or in a way that is not known."""
    stated = _LIST_STYLE.findall(numbered.attributes.get("style") or "")
    if not stated:
        return _TYPES.get(numbered.attributes.get("type") or "1", "decimal") if numbered.tag == "ol" else None
    known = {*_PRINTED} & set(stated[-1].lower().split())
    return next(iter(known), None)


def _numbers(numbered: LexborNode, items: list[LexborNode]) -> Iterator[int]:
    is_reversed = "reversed" in numbered.attributes
    number = _stated(numbered, "start", len(items) if is_reversed else 1)
    for item in items:
        number = _stated(item, "value", number)
        yield number
        number += -1 if is_reversed else 1


def _stated(node: LexborNode, name: str, default: int) -> int:
    stated = (node.attributes.get(name) or "").strip()
    return int(stated) if re.fullmatch(r"-?[0-9]{1,6}", stated) else default


def _letters(number: int) -> str:
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, _LETTERS)
        letters = chr(ord("a") + rest) + letters
    return letters


def _roman(number: int) -> str:
    digits = ""
    for value, letters in _ROMAN if 0 < number <= _ROMAN_MAX else ():
        count, number = divmod(number, value)
        digits += letters * count
    return digits


_PRINTED: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimal-leading-zero": lambda number: f"{number:02}",
    "thai": lambda number: str(number).translate(_THAI_DIGITS),
    "lower-alpha": _letters,
    "lower-latin": _letters,
    "upper-alpha": lambda number: _letters(number).upper(),
    "upper-latin": lambda number: _letters(number).upper(),
    "lower-roman": _roman,
    "upper-roman": lambda number: _roman(number).upper(),
}


def _printed(number: int, kind: str) -> str:
    return _PRINTED[kind](number) or str(number)
