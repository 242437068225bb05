"""What would make a page cost more than its size, before it is parsed: refused, or taken out where it shows nothing.

lexbor compares each attribute of a tag with all before it, looks through all elements that are open where a block
begins, and through all options of a list where one more comes.
"""

import re
from collections import Counter

from etl.errors import LIMIT_RULE, DocumentFault
from etl.limits import HTML_ATTRIBUTES_MAX, HTML_DEPTH_MAX, HTML_OPTIONS_MAX

# In quotes, blanks part no attributes; a tag that is not quoted soundly may be taken for one with more of them.
_ATTRIBUTE = r"""(?:[\s/]++(?:[^\s<>/"']|"[^"<]*+"|'[^'<]*+'|["'])++)"""
_CROWDED_TAG = re.compile(rf"<[a-zA-Z][^\s/<>]*+{_ATTRIBUTE}{{{HTML_ATTRIBUTES_MAX + 1}}}")
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*+)")
# None of them ever stands in one of its own kind without another element between: they have no end, or the next is it.
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
    """Return a page without the choices of its long lists that are neither the first nor chosen.

    Raises DocumentFault where it still holds what takes more than its size to parse.
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
    """Return where too many elements are open at once, as far as their names tell."""
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
