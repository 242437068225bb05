"""The style sheets that stand in a page, written into its elements: what hides, strikes out or keeps lines.

In comes a page's tree; each element that a sheet speaks of gets the value that wins for it as a style of its own, so
that nothing else has to know of sheets. Asked is what a screen of ordinary width shows, with no pointer over anything.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from etl.errors import LIMIT_RULE, DocumentFault
from etl.limits import HTML_STYLE_MATCHES_MAX

_PROPERTIES = frozenset({
    "clip", "clip-path", "display", "font-size", "left", "opacity", "position", "text-decoration",
    "text-decoration-line", "text-indent", "top", "visibility", "white-space",
})  # fmt: skip
_TELLING = re.compile(r"none|hidden|collapse|line-through|opacity|font-size|clip|:\s*-\d|:\s*pre", re.IGNORECASE)
_COMMENT = re.compile(r"/\*(?:.*?\*/|.*\Z)|<!--|-->", re.DOTALL)
_BRACE = re.compile(r"([^{}]*+)([{}])")
_NAME = re.compile(r"[.#]([\w-]+)")
_SIMPLE = re.compile(r"(#)[\w-]|([.\[:])[\w-]|(?:\A|[\s>+~])[a-zA-Z]")
_OF_A_MOMENT = re.compile(r"::|:(?:hover|focus|active|visited|target|before|after|first-l)")  # or of a part of a text
_COSTLY = re.compile(r":has\b|~(?!=)")  # more than a look at each element
_COMBINATORS_MAX = 4
_NESTED_MAX = 8
_SCREEN_PX = 1280
_WIDTH = re.compile(r"\(\s*(min|max)-width\s*:\s*(\d{1,5})(?:\.\d+)?px\s*\)")


class _Rule(NamedTuple):
    selector: str
    weight: tuple[int, int, int]
    declarations: dict[str, tuple[bool, str]]


def write_sheets(tree: LexborHTMLParser) -> int:
    """Give each element of a page the styles that its sheets set; return how many that may hide were too costly.

    Raises DocumentFault where that would take more than the page's size.
    """
    sheets = [
        _COMMENT.sub("", node.text()) for node in tree.css("style") if _applies(node.attributes.get("media") or "")
    ]
    rules = [rule for sheet in sheets if _TELLING.search(sheet) for rule in _rules(sheet)]
    if not rules:
        return 0
    names = {
        name
        for node in tree.css("[class],[id]")
        for name in f"{node.attributes.get('class')} {node.attributes.get('id')}".split()
    }
    rules = [rule for rule in rules if names.issuperset(_NAME.findall(rule.selector))]
    costly = [rule for rule in rules if _is_costly(rule.selector) and _may_hide(rule)]
    rules = [rule for rule in rules if not _is_costly(rule.selector)]
    if len(rules) * len(tree.css("*")) > HTML_STYLE_MATCHES_MAX:
        raise DocumentFault(
            LIMIT_RULE, "the style sheets of the page have too many rules for its size; save it as text"
        )
    styles: dict[int, dict[str, tuple[bool, str]]] = {}
    nodes = {}
    for rule in sorted(rules, key=lambda rule: rule.weight):
        try:
            found = tree.css(rule.selector)
        except SelectolaxError:  # a browser leaves out, too, what it does not know
            continue
        for node in found:
            nodes[node.mem_id] = node
            _add(styles.setdefault(node.mem_id, {}), rule.declarations)
    for mem_id, node in nodes.items():
        own = node.attributes.get("style") or ""
        _add(styles[mem_id], _declarations(own))
        node.attrs["style"] = ";".join(f"{name}:{value}" for name, (_, value) in styles[mem_id].items())
    return len(costly)


def _rules(sheet: str) -> Iterator[_Rule]:
    around: list[str] = []
    for part in _BRACE.finditer(sheet + "}" * _NESTED_MAX):
        if part[2] == "{":
            around.append(part[1].rpartition(";")[2].strip())
        elif around:
            prelude = around.pop()
            if prelude.startswith("@") or len(around) > _NESTED_MAX or not all(map(_is_entered, around)):
                continue
            if declarations := _declarations(part[1]):
                for selector in [prelude] if "(" in prelude else prelude.split(","):
                    if not _OF_A_MOMENT.search(selector):
                        yield _Rule(selector.strip(), _weight(selector), declarations)


def _is_costly(selector: str) -> bool:
    return _COSTLY.search(selector) is not None or len(selector.split()) > _COMBINATORS_MAX


def _may_hide(rule: _Rule) -> bool:
    return any(_TELLING.search(f"{name}:{value}") for name, (_, value) in rule.declarations.items())


def _declarations(text: str) -> dict[str, tuple[bool, str]]:
    """Return the values of the properties that matter, and whether each is marked as important."""
    found: dict[str, tuple[bool, str]] = {}
    for declaration in text.split(";"):
        name, _, value = declaration.partition(":")
        value, is_important, _ = value.lower().partition("!")
        if (name := name.strip().lower()) in _PROPERTIES and value.strip():
            _add(found, {name: (bool(is_important), value.strip())})
    return found


def _add(style: dict[str, tuple[bool, str]], more: dict[str, tuple[bool, str]]) -> None:
    for name, (is_important, value) in more.items():
        if is_important or name not in style or not style[name][0]:
            style[name] = (is_important, value)


def _weight(selector: str) -> tuple[int, int, int]:
    """Return how closely a selector names an element: by its id, by its class, by its kind."""
    found = [(bool(one[1]), bool(one[2])) for one in _SIMPLE.finditer(selector)]
    ids, classes = (sum(column) for column in zip(*found, strict=True)) if found else (0, 0)
    return ids, classes, len(found) - ids - classes


def _is_entered(prelude: str) -> bool:
    """Tell whether the rules in a block hold on a screen."""
    if prelude.lower().startswith("@media"):
        return _applies(prelude[len("@media") :])
    return prelude.lower().startswith(("@supports", "@layer"))


def _applies(media: str) -> bool:
    """Tell whether a query of media is true of a screen of ordinary width."""
    if not media.strip():
        return True
    for query in media.lower().split(","):
        kinds = set(_WIDTH.sub(" ", query).split()) - {"and", "only"}
        widths = [(bound == "min") == (int(px) <= _SCREEN_PX) for bound, px in _WIDTH.findall(query)]
        if all(widths) and (kinds <= {"screen", "all"} or kinds == {"not", "print"}):
            return True
    return False
