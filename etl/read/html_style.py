"""Writes the style sheets of a page into its elements, as far as they hide, strike out, separate or keep lines.

In comes the tree of a page. Each element that a style sheet applies to gets the winning value as a style of its own, so
that nothing else has to know style sheets. They are applied for a screen of ordinary width, with no pointer over any
element. Returned are the texts that they add before and after elements, and counts of what was not applied.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from etl.errors import LIMIT_RULE, DocumentFault
from etl.limits import HTML_STYLE_MATCHES_MAX

# The properties that matter. One with a pattern matters only if some rule gives it a value that matches.
_ZERO, _NEGATIVE = re.compile(r"0(?![.\d]*[1-9])"), re.compile(r"-\d")
_PROPERTIES: dict[str, re.Pattern[str] | None] = {
    **dict.fromkeys((
        "clip", "clip-path", "content", "content-visibility", "direction", "display", "flex-direction", "float",
        "list-style", "list-style-type", "opacity", "order", "position", "text-decoration", "text-decoration-line",
        "text-transform", "unicode-bidi", "visibility", "white-space", "white-space-collapse",
    )),
    **dict.fromkeys(("font", "font-size", "height", "max-height", "max-width", "width"), _ZERO),
    **dict.fromkeys(("left", "text-indent", "top"), _NEGATIVE),
    "overflow": re.compile("hidden|clip"),
}  # fmt: skip
_MAY_HIDE = re.compile(
    r"none|hidden|collapse|line-through|clip|:\s*-\d|content:|:pre|(?:opacity|font|font-size|height|width):0"
)
_UNKNOWN = re.compile(r"\bvar\(|\benv\(")
_OF_UNKNOWN = frozenset({"content", "display", "opacity", "visibility"})  # properties whose unknown value may hide text
_COMMENT = re.compile(r"/\*(?:.*?\*/|.*\Z)|<!--|-->", re.DOTALL)
_IMPORT = re.compile(r"@import\b", re.IGNORECASE)
_BRACE = re.compile(r"([^{}]*+)([{}])")
_NAME, _OF_OTHERS = re.compile(r"[.#]([\w-]+)"), re.compile(r"\([^()]*\)")
_SIMPLE = re.compile(r"(#)[\w-]|([.\[:])[\w-]|(?:\A|[\s>+~])[a-zA-Z]")
_ADDED = re.compile(r"::?(before|after|marker)\s*\Z", re.IGNORECASE)
# States that an element has only for a moment, and parts of a text: rules for these are left out.
_OF_A_MOMENT = re.compile(r"::|:(?:hover|focus|active|visited|target|before|after|first-l)")
_PSEUDO_CLASS = re.compile(r":([a-z-]+)", re.IGNORECASE)
_FOLLOWED = frozenset({
    "empty", "first-child", "first-of-type", "last-child", "last-of-type", "link", "not", "nth-child",
    "nth-last-child", "nth-last-of-type", "nth-of-type", "only-child", "only-of-type", "root",
})  # fmt: skip
_FOLLOWING = re.compile(r"~(?!=)")
_SHORT = {"overflow-x": "overflow", "overflow-y": "overflow"}
_COMBINATORS_MAX = 4  # with more of them, matching costs more than one look at each element
_NESTED_MAX = 8
_SCREEN_PX, _EM_PX = 1280, 16
_WIDTH = re.compile(r"\(\s*(min|max)-width\s*:\s*(\d{1,5})(?:\.\d+)?(px|r?em)\s*\)")
_NO_BLOCKS = ("@font-face", "@keyframes", "@-webkit-keyframes", "@-moz-keyframes", "@page", "@property")


class _Rule(NamedTuple):
    """A rule of a style sheet for one selector; each property has whether it is important, and its value."""

    selector: str
    added: str  # before, after or marker, if it is about a text that is added there; else empty
    weight: tuple[int, int, int]
    declarations: dict[str, tuple[bool, str]]
    is_followed: bool


class Added(NamedTuple):
    """A text that style sheets put before or after an element, or as the mark of an item; `style` has its content."""

    node: LexborNode
    place: str
    style: dict[str, str]


class Sheets(NamedTuple):
    """What was not written into a page: rules that may hide text, sheets outside of the page, and added texts."""

    unfollowed: int = 0
    elsewhere: int = 0
    added: tuple[Added, ...] = ()


def write_sheets(tree: LexborHTMLParser, *, has_links: bool) -> Sheets:
    """Write the style sheets of a page into its elements; `has_links` says that it may link to further sheets.

    Raises DocumentFault where there are too many rules for the number of elements.
    """
    sheets = [
        f"@media {node.attributes.get('media') or 'all'} {{{_COMMENT.sub('', node.text())}\n}}"
        for node in tree.css("style")
    ]
    links = tree.css("link[rel~='stylesheet' i][href]") if has_links else ()
    elsewhere = sum(_applies(link.attributes.get("media") or "") is not False for link in links)
    elsewhere += sum(len(_IMPORT.findall(sheet)) for sheet in sheets)
    rules = _telling([rule for sheet in sheets for rule in _rules(sheet)])
    if not rules:
        return Sheets(elsewhere=elsewhere)
    names = {
        name
        for node in tree.css("[class],[id]")
        for name in f"{node.attributes.get('class')} {node.attributes.get('id')}".split()
    }
    rules = [rule for rule in rules if names.issuperset(_names(rule.selector))]
    unfollowed = sum(not rule.is_followed and _may_hide(rule) for rule in rules)
    rules = [rule for rule in rules if rule.is_followed]
    if len(rules) * len(tree.css("*")) > HTML_STYLE_MATCHES_MAX:
        raise DocumentFault(
            LIMIT_RULE, "the style sheets of the page have too many rules for its size; save it as text"
        )
    styles: dict[tuple[int, str], dict[str, tuple[bool, str]]] = {}
    nodes = {}
    for rule in sorted(rules, key=lambda rule: rule.weight):
        try:
            found = tree.css(rule.selector)
        except SelectolaxError:  # a browser skips a selector that it does not know, too
            continue
        for node in found:
            nodes[node.mem_id, rule.added] = node
            _add(styles.setdefault((node.mem_id, rule.added), {}), rule.declarations)
    for (mem_id, added), node in nodes.items():
        if not added:
            _add(styles[mem_id, ""], _declarations(node.attributes.get("style") or ""))
            node.attrs["style"] = ";".join(f"{name}:{value}" for name, (_, value) in styles[mem_id, ""].items())
    return Sheets(
        unfollowed,
        elsewhere,
        tuple(
            Added(node, added, {name: value for name, (_, value) in styles[mem_id, added].items()})
            for (mem_id, added), node in nodes.items()
            if added and "content" in styles[mem_id, added]
        ),
    )


def _names(selector: str) -> list[str]:
    """Return the classes and ids that a selector needs: a page that lacks one of them has nothing that it matches."""
    return _NAME.findall(_OF_OTHERS.sub("", selector))


def _telling(rules: list[_Rule]) -> list[_Rule]:
    """Return the rules that matter: without properties to which no rule gives a value that matters."""
    live = {
        name
        for rule in rules
        for name, (_, value) in rule.declarations.items()
        if (telling := _PROPERTIES[name]) is None or telling.match(value)
    }
    kept = (
        rule._replace(declarations={name: value for name, value in rule.declarations.items() if name in live})
        for rule in rules
    )
    return [rule for rule in kept if rule.declarations]


@lru_cache(maxsize=32)  # the pages of a site share their sheets
def _rules(sheet: str) -> tuple[_Rule, ...]:
    return tuple(_read_rules(sheet))


def _read_rules(sheet: str) -> Iterator[_Rule]:
    around: list[tuple[str, list[str]]] = []  # for each open block: the text before it, and its declarations
    for part in _BRACE.finditer(sheet + "}" * _NESTED_MAX):
        if part[2] == "{":
            before, _, prelude = part[1].rpartition(";")
            if around:
                around[-1][1].append(before)
            around.append((prelude.strip(), []))
        elif around:
            prelude, declared = around.pop()
            if prelude.startswith("@") or len(around) > _NESTED_MAX:
                continue
            entered = [_is_entered(outer) for outer, _ in around]
            if False in entered or not (declarations := _declarations(";".join((*declared, part[1])))):
                continue
            for selector in [prelude] if "(" in prelude else prelude.split(","):
                yield from _rule(selector.strip(), declarations, is_known=None not in entered)


def _rule(selector: str, declarations: dict[str, tuple[bool, str]], *, is_known: bool) -> Iterator[_Rule]:
    added = _ADDED.search(selector)
    plain = selector[: added.start()] if added else selector
    if _OF_A_MOMENT.search(plain) and ":not(" not in plain:
        return
    if not plain or plain[-1] in " >+~":
        plain += "*"
    is_followed = is_known and not _is_costly(plain)
    unknown = [name for name, (_, value) in declarations.items() if name in _OF_UNKNOWN and _UNKNOWN.search(value)]
    place = added[1].lower() if added else ""
    weight = _weight(plain)
    if unknown and not added:
        yield _Rule(plain, place, weight, dict.fromkeys(unknown, (False, "none")), is_followed=False)
        declarations = {name: value for name, value in declarations.items() if name not in unknown}
    yield _Rule(plain, place, weight, declarations, is_followed)


def _is_costly(selector: str) -> bool:
    """Tell whether matching a selector costs more than one look at each element, or needs what is not known."""
    asked = {name.lower() for name in _PSEUDO_CLASS.findall(selector)}
    is_long = len(selector.split()) > _COMBINATORS_MAX
    return is_long or "&" in selector or _FOLLOWING.search(selector) is not None or not asked <= _FOLLOWED


def _may_hide(rule: _Rule) -> bool:
    return any(_MAY_HIDE.search(f"{name}:{value}") for name, (_, value) in rule.declarations.items())


def _declarations(text: str) -> dict[str, tuple[bool, str]]:
    """Return the properties that matter, each with whether it is marked as important, and its value."""
    found: dict[str, tuple[bool, str]] = {}
    for declaration in text.split(";"):
        name, _, value = declaration.partition(":")
        name = _SHORT.get(name := name.strip().lower(), name)
        if name in _PROPERTIES:
            value, is_important, _ = (value if name == "content" else value.lower()).partition("!")
            if value := value.strip():
                _add(found, {name: (bool(is_important), value)})
    return found


def _add(style: dict[str, tuple[bool, str]], more: dict[str, tuple[bool, str]]) -> None:
    for name, (is_important, value) in more.items():
        if is_important or name not in style or not style[name][0]:
            style[name] = (is_important, value)


def _weight(selector: str) -> tuple[int, int, int]:
    """Return the weight of a selector: how many ids, classes and kinds of elements it names."""
    found = [(bool(part[1]), bool(part[2])) for part in _SIMPLE.finditer(selector)]
    ids, classes = (sum(column) for column in zip(*found, strict=True)) if found else (0, 0)
    return ids, classes, len(found) - ids - classes


def _is_entered(prelude: str) -> bool | None:
    """Tell whether the rules in a block apply on a screen; None where that is not known, as for nested rules."""
    name = prelude.lower()
    if name.startswith("@media"):
        return _applies(prelude[len("@media") :])
    if name.startswith(_NO_BLOCKS):
        return False
    if name.startswith("@supports"):
        return None if re.search(r"\bnot\b", name) else True
    return True if name.startswith("@layer") else None


def _applies(media: str) -> bool | None:
    """Tell whether a media query is true for a screen of ordinary width; None where that is not known."""
    if not media.strip():
        return True
    answers = [_is_true(query) for query in media.lower().split(",")]
    return True if True in answers else None if None in answers else False


def _is_true(query: str) -> bool | None:
    kinds = set(_WIDTH.sub(" ", query).split()) - {"and", "only"}
    widths = [
        (bound == "min") == (int(width) * (1 if unit == "px" else _EM_PX) <= _SCREEN_PX)
        for bound, width, unit in _WIDTH.findall(query)
    ]
    if not all(widths) or kinds == {"print"} or kinds == {"not", "screen"}:
        return False
    return True if kinds <= {"screen", "all"} or kinds == {"not", "print"} else None
