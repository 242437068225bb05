"""Makes the tree of a page contain what a browser shows of it: hidden text is removed, values of fields are put in.

In comes the source of a page, out comes its tree. Elements that are hidden by style sheets or their own styles are
removed. Fields become their values; frames become their pages, if these are part of the page. Where its style separates
an element from what is beside it, a blank or a line end is put between. Marks replace text that is struck out, bars,
and anything that is shown but cannot be read as text.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from etl.read.html_added import add_texts, number_lists
from etl.read.html_size import bounded
from etl.read.html_style import Sheets, write_sheets
from etl.read.html_tables import make_even, make_rows
from etl.read.html_tags import BLOCK, BLOCKS, BREAK, CELLS, PARAGRAPHS
from etl.read.marks import BAR, STRUCK, UNREAD

_TAG_NAME = re.compile("<([a-z][a-z0-9]*)")
_BREAKING = BLOCKS | PARAGRAPHS | CELLS

_UNSEEN = frozenset({"datalist", "desc", "noframes", "noscript", "rp", "script", "style", "template", "title"})
_WITHOUT_TEXT = frozenset({"audio", "canvas", "iframe", "video"})  # their content is for browsers that cannot show them
_OF_ANOTHER = frozenset({"embed", "iframe", "object"})
_BARS = frozenset({"meter", "progress"})
_VERBATIM = frozenset({"plaintext", "textarea", "xmp"})
_KEEPING = frozenset({"listing", "pre"})
_SETTLED = (
    _UNSEEN | _WITHOUT_TEXT | _BARS | _VERBATIM | _KEEPING
    | {"bdo", "details", "dialog", "embed", "input", "math", "object", "select"}
)  # fmt: skip
_STYLED = "[hidden],[popover],[style]"
_STRIKING = frozenset({"del", "s", "strike"})
_STRUCK = ",".join((*_STRIKING, "[style*='line-through' i]"))
_INPUTS_WITHOUT_TEXT = frozenset({"color", "file", "hidden", "image", "password", "range"})
_CHECKED, _UNCHECKED = "\N{BALLOT BOX WITH CHECK}", "\N{BALLOT BOX}"
_HIDING = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|content-visibility\s*:\s*hidden|opacity\s*:\s*0*\.?0*\s*(?:;|!|$)|"
    r"(?:left|top|text-indent)\s*:\s*-\d{3,}|clip\s*:\s*rect\(\s*[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?[\s,]|"
    r"clip-path\s*:\s*inset\(\s*(?:50|100)%)",
    re.IGNORECASE,
)
_CLIPPED = re.compile(r"(?:^|;)\s*overflow(?:-[xy])?\s*:\s*(?:hidden|clip)", re.IGNORECASE)
_NO_ROOM = re.compile(r"(?:^|;)\s*(?:max-)?(?:height|width)\s*:\s*0+(?:px|pt|r?em|%)?\s*(?:;|!|$)", re.IGNORECASE)
_PADDED = re.compile(r"(?:^|;)\s*padding", re.IGNORECASE)
# Properties that inner elements may set again. Each has a selector for the elements that set it, and a pattern for its
# value: the group matches only a value that hides. A page without the word needs no search.
_DIMMING = {
    "visibility": (
        "[style*='visibility' i]", re.compile(r"(?:^|;)\s*visibility\s*:\s*(hidden|collapse)?", re.IGNORECASE)
    ),
    "font": (
        "[style*='font' i]",
        re.compile(r"(?:^|;)\s*font(?:-size)?\s*:\s*(0+(?:\.0+)?(?:px|pt|em|rem|%)?\s*(?:;|!|/|$))?", re.IGNORECASE),
    ),
}  # fmt: skip
_TRANSFORMED = "[style*='text-transform' i]"
_TRANSFORM = re.compile(r"(?:^|;)\s*text-transform\s*:\s*(uppercase|lowercase)?", re.IGNORECASE)
_FIELDS = frozenset({"img", "input", "select", "textarea"})
_PRESERVING = re.compile(r"(?:^|;)\s*white-space(?:-collapse)?\s*:\s*(?:pre|break-spaces)", re.IGNORECASE)
_LAYOUT = re.compile(
    r"(?:^|;)\s*(direction|display|flex-direction|float|order|position|unicode-bidi)\s*:\s*([\w-]+)", re.IGNORECASE
)
_LINES_OF_THEIR_OWN = frozenset({
    "block", "flex", "flow-root", "grid", "list-item", "table", "table-caption", "table-cell", "table-row",
})  # fmt: skip
_IN_PLACE = frozenset({"", "relative", "static", "sticky"})
_WITHIN_FRAMES = 4  # depth of frames within frames
_NOWHERE = ("about:", "javascript:")
_TINY = frozenset({"0", "1", "0px", "1px"})  # sizes of frames that only count visitors


class Shown(NamedTuple):
    """Counts of what was done to a page: elements with text that are hidden, and that are shown in another order.

    `unfollowed` counts the rules of style sheets that may hide text but were not applied, `elsewhere` the style sheets
    outside of the page.
    """

    hidden: int = 0
    moved: int = 0
    unfollowed: int = 0
    elsewhere: int = 0

    def with_(self, other: "Shown") -> "Shown":
        """Return the counts of two pages together."""
        return Shown(*(count + more for count, more in zip(self, other, strict=True)))


def page_of(html: str, within: int = _WITHIN_FRAMES) -> tuple[LexborHTMLParser, Shown]:
    """Return the tree of a page as a browser shows it, and counts of what was done to it.

    `within` is how deep frames are followed. Raises DocumentFault where the cost would grow faster than the page's
    size.
    """
    tree = LexborHTMLParser(bounded(html), scripting=True)
    # To search the source is cheap, and most pages need few of the steps below.
    written = html.lower()
    names, is_styled = set(_TAG_NAME.findall(written)), "style" in written
    sheets = write_sheets(tree, has_links="stylesheet" in written) if is_styled else Sheets()
    shown = Shown(unfollowed=sheets.unfollowed, elsewhere=sheets.elsewhere)
    if (body := tree.body) is None:
        return tree, shown
    add_texts(body, sheets.added, has_quotes="q" in names)
    hidden = sum(_dim(body, selector, value) for word, (selector, value) in _DIMMING.items() if word in written)
    settler = _Settler(within)
    for node in body.css(",".join((*(_SETTLED & names), _STYLED))):
        settler.settle(node)
    if "ol" in names or "list-style" in written:
        number_lists(body)
    if "text-transform" in written:
        _transform(body)
    if not names.isdisjoint(_STRIKING) or "line-through" in written:
        _strike(body)
    if "rowspan" in written:
        make_even(body)
    if "table" in names:
        make_rows(body)
    return tree, shown.with_(settler.shown).with_(Shown(hidden=hidden))


class _Settler:
    """Replaces elements by what a browser shows of them, one after the other, and counts what it did."""

    def __init__(self, within: int) -> None:
        self.shown = Shown()
        self._within = within
        self._settled = set[int]()  # ids of elements inside those that are done
        self._keeping = set[int]()  # ids of elements inside those that keep their line ends

    def settle(self, node: LexborNode) -> None:
        """Replace an element by what a browser shows of it."""
        if node.mem_id in self._settled:
            return
        tag, attributes = str(node.tag), node.attributes
        if tag == "details":
            self._count(hidden="open" not in attributes and _close(node))
        elif tag == "template" and "shadowrootmode" in attributes:
            self._replace(node, UNREAD)
        elif tag in _UNSEEN or _is_hidden(tag, attributes):
            self._count(hidden=tag not in _UNSEEN and bool(node.text(strip=True)))
            self._settled.update(_elements(node))
            node.decompose(recursive=False)
        elif tag == "iframe" and self._within and (page := attributes.get("srcdoc")):
            tree, shown = page_of(page, self._within - 1)
            self.shown = self.shown.with_(shown)
            self._replace(node, tree.body or " ")
        elif (text := _shown(node, tag, attributes)) is not None:
            self._replace(node, text)
        else:
            self._style(node, tag, attributes)

    def _count(self, **counts: int) -> None:
        self.shown = self.shown.with_(Shown(**counts))

    def _replace(self, node: LexborNode, by: str | LexborNode) -> None:
        self._settled.update(_elements(node))
        node.replace_with(by)

    def _style(self, node: LexborNode, tag: str, attributes: dict[str, str | None]) -> None:
        if _keeps_lines(tag, attributes) and node.mem_id not in self._keeping:
            self._keeping.update(_elements(node))
            for text in _texts(node):
                text.replace_with(_preserved(text.text_content or ""))
        if layout := dict(_LAYOUT.findall((attributes.get("style") or "").lower())):
            self._count(moved=_lay_out(node, tag, layout))


def _inheriting(body: LexborNode, selector: str, value: re.Pattern[str]) -> list[tuple[LexborNode, str]]:
    """Return the texts and fields that inherit a value of a property, each with it: the nearest element's counts."""
    values: dict[int, str] = {}
    for node in body.css(selector):
        if found := value.search(node.attributes.get("style") or ""):
            values[node.mem_id] = found[1] or ""
    if not any(values.values()):
        return []
    inheriting = []
    for node in body.traverse(include_text=True):
        inherited = values.setdefault(node.mem_id, values.get(node.parent.mem_id, "") if node.parent else "")
        if inherited and (node.tag in _FIELDS or (node.tag == "-text" and (node.text_content or "").strip())):
            inheriting.append((node, inherited))
    return inheriting


def _dim(body: LexborNode, selector: str, value: re.Pattern[str]) -> int:
    """Remove the texts that an inherited property hides; return how many were removed."""
    gone = _inheriting(body, selector, value)
    for node, _ in gone:
        node.decompose(recursive=False)
    return len(gone)


def _transform(body: LexborNode) -> None:
    """Write the texts in capital or small letters where a style says so."""
    for node, letters in _inheriting(body, _TRANSFORMED, _TRANSFORM):
        text = node.text_content or ""
        if node.tag == "-text":
            node.replace_with(text.upper() if letters.lower() == "uppercase" else text.lower())


def _strike(body: LexborNode) -> None:
    """Replace each text that is struck out by a mark."""
    struck = set[int]()
    for node in body.css(_STRUCK):
        if node.mem_id in struck:
            continue
        struck.update(_elements(node))
        for text in _texts(node):
            if (text.text_content or "").strip():
                text.replace_with(STRUCK)


def _elements(node: LexborNode) -> Iterator[int]:
    """Yield the ids of an element and of all elements in it."""
    return (element.mem_id for element in node.traverse())


def _is_hidden(tag: str, attributes: dict[str, str | None]) -> bool:
    """Tell whether an element that would be shown is hidden by its attributes or styles."""
    style = attributes.get("style") or ""
    return (
        (tag == "dialog" and "open" not in attributes)
        or "hidden" in attributes
        or "popover" in attributes
        or bool(_HIDING.search(style))
        or bool(_CLIPPED.search(style) and _NO_ROOM.search(style) and not _PADDED.search(style))
    )


def _close(details: LexborNode) -> bool:
    """Remove from closed `details` what shows only when they are opened; tell whether that has text."""
    summary = details.css_first("summary")
    unseen = [part for part in details.iter(include_text=True) if summary is None or part.mem_id != summary.mem_id]
    has_text = any((part.text(strip=True) or "").strip() for part in unseen)
    for part in unseen:
        part.decompose(recursive=False)
    return has_text


def _shown(node: LexborNode, tag: str, attributes: dict[str, str | None]) -> str | None:
    """Return the text that a browser shows instead of an element; None where it shows the element's content."""
    text: str | None = None
    if tag in _OF_ANOTHER and _shows_another(attributes):
        text = f" {UNREAD} "
    elif tag in _WITHOUT_TEXT:
        text = " "
    elif tag in _BARS:
        text = f" {BAR} "
    elif tag == "math":  # a fraction is one number above another
        text = f" {' '.join((node.text(separator=' ') or '').split())} {UNREAD} "
    elif tag == "bdo" and (attributes.get("dir") or "").lower() == "rtl":
        text = UNREAD
    elif tag == "input":
        text = f" {_input(attributes)} "
    elif tag == "select":
        text = f" {_selected(node)} "
    elif tag in _VERBATIM:
        text = BLOCK + _preserved(node.text()) + BLOCK
    return text


def _shows_another(attributes: dict[str, str | None]) -> bool:
    """Tell whether an element shows another document, which is not part of the page."""
    address = attributes.get("src") or attributes.get("data") or attributes.get("srcdoc") or ""
    sizes = {attributes.get("width"), attributes.get("height")}
    return bool(address) and not address.lower().startswith(_NOWHERE) and sizes.isdisjoint(_TINY)


def _keeps_lines(tag: str, attributes: dict[str, str | None]) -> bool:
    return tag in _KEEPING or bool(_PRESERVING.search(attributes.get("style") or ""))


def _lay_out(node: LexborNode, tag: str, layout: dict[str, str]) -> bool:
    """Separate an element from its neighbours as its layout does; tell whether the layout changes their order."""
    display, floating = layout.get("display", ""), layout.get("float", "none")
    if "override" in layout.get("unicode-bidi", "") and layout.get("direction") == "rtl":
        for text in _texts(node):
            text.replace_with(UNREAD)
    if tag not in _BREAKING:
        if display in _LINES_OF_THEIR_OWN:
            _part(node, BLOCK)
        elif floating != "none" or layout.get("position", "") not in _IN_PLACE or _stands_apart(node, display):
            _part(node, " ")
    if display.endswith(("flex", "grid")):
        joint = BLOCK if layout.get("flex-direction", "").startswith("column") else " "
        for child in [child for child in node.iter() if child.tag not in _BREAKING]:
            _part(child, joint)
    return layout.get("flex-direction", "").endswith("reverse") or layout.get("order", "0") != "0"


def _part(node: LexborNode, joint: str) -> None:
    node.insert_before(joint)
    node.insert_after(joint)


def _stands_apart(node: LexborNode, display: str) -> bool:
    """Tell whether an element is a box beside another element, and not part of a word."""
    beside = [other for other in (node.prev, node.next) if other is not None]
    return display.startswith("inline-") and any(other.tag != "-text" for other in beside)


def _texts(node: LexborNode) -> list[LexborNode]:
    return [text for text in node.traverse(include_text=True) if text.tag == "-text"]


def _preserved(text: str) -> str:
    return text.replace("\n", BREAK)


def _input(attributes: dict[str, str | None]) -> str:
    kind = (attributes.get("type") or "text").lower()
    if kind in {"checkbox", "radio"}:
        return _CHECKED if "checked" in attributes else _UNCHECKED
    return "" if kind in _INPUTS_WITHOUT_TEXT else attributes.get("value") or ""


def _selected(select: LexborNode) -> str:
    options = select.css("option[selected]")
    if not options and "multiple" not in select.attributes:
        options = select.css("option")[:1]
    return ", ".join(option.text(strip=True) for option in options)
