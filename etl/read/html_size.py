"""Checks a page before it is parsed, so that no page costs more to parse than its size allows.

In comes the source of a page. Three things would cost the square of their number, as lexbor compares each attribute of
a tag with those before it, each new block with all open elements, and each option of a list with those before it. Too
many attributes or open elements are refused; options that are not shown are taken out.
"""

import re
from collections import Counter

from etl.errors import LIMIT_RULE, DocumentFault
from etl.limits import HTML_ATTRIBUTES_MAX, HTML_DEPTH_MAX, HTML_OPTIONS_MAX

# A blank in quotes ends no attribute. A tag with broken quotes may count as one with more attributes.
_ATTRIBUTE = r"""(?:[\s/]++(?:[^\s<>/"']|"[^"<]*+"|'[^'<]*+'|["'])++)"""
_CROWDED_TAG = re.compile(rf"<[a-zA-Z][^\s/<>]*+{_ATTRIBUTE}{{{HTML_ATTRIBUTES_MAX + 1}}}")
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*+)")
# None of these can pile up inside itself: it has no end tag, or the next of its kind ends it.
_FLAT = """
    a area base body br col colgroup dd dt embed head hr html img input li link meta option optgroup p param rp rt
    source tbody td tfoot th thead tr track wbr
"""
_LIST = re.compile(r"<select\b", re.IGNORECASE)
_OPTION = re.compile(r"<option\b", re.IGNORECASE)
_GROUPS = r"\s*+(?:</?optgroup\b[^<>]*+>\s*+)*+"
_AFTER_FIRST = re.compile(
    rf"(<option\b[^<>]*+>[^<]*+(?:</option\s*+>)?+)"
    rf"(?:{_GROUPS}<option\b(?![^<>]*\bselected)[^<>]*+>[^<]*+(?:</option\s*+>)?+)++",
    re.IGNORECASE,
)


def bounded(html: str) -> str:
    """Return the page; in long lists, options that are neither the first nor chosen are left out.

    Raises DocumentFault, with the line, for too many attributes of a tag, open elements, or chosen options.
    """
    if crowded := _CROWDED_TAG.search(html):
        reason = f"a tag of the page has more than {HTML_ATTRIBUTES_MAX:,} attributes; repair it"
        raise DocumentFault(LIMIT_RULE, reason, _line(html, crowded.start()))
    if (deep := _too_deep(html)) is not None:
        reason = f"more than {HTML_DEPTH_MAX:,} tags of the page are open at once; close them"
        raise DocumentFault(LIMIT_RULE, reason, _line(html, deep))
    if len(_OPTION.findall(html)) <= HTML_OPTIONS_MAX:
        return html
    html = _AFTER_FIRST.sub(r"\1", html)
    starts = [found.start() for found in _LIST.finditer(html)]
    for start, end in zip(starts, [*starts[1:], len(html)], strict=True):
        if len(_OPTION.findall(html, start, end)) > HTML_OPTIONS_MAX:
            reason = f"more than {HTML_OPTIONS_MAX:,} choices of a list of the page are chosen; repair it"
            raise DocumentFault(LIMIT_RULE, reason, _line(html, start))
    return html


def _too_deep(html: str) -> int | None:
    """Return where too many elements are open at once, judged by the names of tags; None where there are not."""
    if html.count("<") <= HTML_DEPTH_MAX:
        return None
    unclosed, depth, flat = Counter[str](), 0, frozenset(_FLAT.split())
    for tag in _TAG.finditer(html):
        name = tag[2].lower()
        if name in flat:
            continue
        if not tag[1]:
            unclosed[name] += 1
            depth += 1
            if depth > HTML_DEPTH_MAX:
                return tag.start()
        elif unclosed[name]:
            unclosed[name] -= 1
            depth -= 1
    return None


def _line(html: str, position: int) -> int:
    return html.count("\n", 0, position) + 1
