"""What a browser shows of a page, put in the place of each element: what is hidden goes, what is filled in comes.

In comes a page as it is written, out comes its tree. Elements that style sheets or their own styles hide are taken out;
fields show their values, and pages in frames that stand in the page itself stand in their place. Where the looks of an
element part it from what is beside it, a blank or the end of a line does. Marks stand for what is struck out, for bars,
and for what is shown and cannot be read.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from etl.read.html_added import add_texts, number_lists
from etl.read.html_size import bounded
from etl.read.html_style import Sheets, write_sheets
from etl.read.html_tables import make_even
from etl.read.marks import BAR, STRUCK, UNREAD

# Stand in a text for tags; no text has these characters of its own.
_TAG_NAME = re.compile("<([a-z][a-z0-9]*)")
BREAK, BLOCK = "\ufdd0", "\ufdd1"
_BLOCKS = """
    address article aside body caption center dd details dialog dir div dt fieldset figcaption footer form header
    hgroup legend li listing main menu nav section summary table tbody text tfoot thead tr
"""  # `text` is of drawings
_PARAGRAPHS = "blockquote dl figure h1 h2 h3 h4 h5 h6 hr ol p pre ul"
BLOCKS, PARAGRAPHS = frozenset(_BLOCKS.split()), frozenset(_PARAGRAPHS.split())
CELLS = frozenset({"td", "th"})
_BREAKING = BLOCKS | PARAGRAPHS | CELLS

_UNSEEN = frozenset({"datalist", "desc", "noframes", "noscript", "rp", "script", "style", "template", "title"})
_WITHOUT_TEXT = frozenset({"audio", "canvas", "iframe", "video"})  # what stands in them is for lack of them
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
# What stands in an element that these hide may well be shown again: each has the pattern of any value, and of one that
# hides. The selector finds the elements that have a value; where the word stands nowhere, none has.
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
_WITHIN_FRAMES = 4  # so many deep
_NOWHERE = ("about:", "javascript:")
_TINY = frozenset({"0", "1", "0px", "1px"})  # a frame that counts visitors


class Shown(NamedTuple):
    """What was made of a page: how many elements with text it hides, how many are shown elsewhere than they stand.

    `unfollowed` counts the rules that may hide text and were not followed, `elsewhere` the style sheets that are not in
    the page.
    """

    hidden: int = 0
    moved: int = 0
    unfollowed: int = 0
    elsewhere: int = 0

    def with_(self, other: "Shown") -> "Shown":
        """Return the counts of two pages together."""
        return Shown(*(one + more for one, more in zip(self, other, strict=True)))


def page_of(html: str, within: int = _WITHIN_FRAMES) -> tuple[LexborHTMLParser, Shown]:
    """Return a page, with what a browser shows of each element in its place, and what was made of it.

    Raises DocumentFault where that would take more than the page's size.
    """
    tree = LexborHTMLParser(bounded(html), scripting=True)
    # A look through the page as it is written is cheap, and most pages have few of all these.
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
    return tree, shown.with_(settler.shown).with_(Shown(hidden=hidden))


class _Settler:
    """Puts what is shown in the place of one element after the other, in their order."""

    def __init__(self, within: int) -> None:
        self.shown = Shown()
        self._within = within
        self._settled = set[int]()  # what stands in an element that is done
        self._keeping = set[int]()  # what stands in an element that keeps its lines

    def settle(self, node: LexborNode) -> None:
        """Put what is shown of an element in its place."""
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
    """Return the texts and fields with the value of an inherited property: that of the nearest element with one."""
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
    """Take out the text that an inherited property hides; return how many texts went."""
    gone = _inheriting(body, selector, value)
    for node, _ in gone:
        node.decompose(recursive=False)
    return len(gone)


def _transform(body: LexborNode) -> None:
    """Put the texts that a style sets in capital or in small letters in such."""
    for node, letters in _inheriting(body, _TRANSFORMED, _TRANSFORM):
        text = node.text_content or ""
        if node.tag == "-text":
            node.replace_with(text.upper() if letters.lower() == "uppercase" else text.lower())


def _strike(body: LexborNode) -> None:
    """Put a mark in the place of each text that is struck out."""
    struck = set[int]()
    for node in body.css(_STRUCK):
        if node.mem_id in struck:
            continue
        struck.update(_elements(node))
        for text in _texts(node):
            if (text.text_content or "").strip():
                text.replace_with(STRUCK)


def _elements(node: LexborNode) -> Iterator[int]:
    """Yield what tells an element, and each in it, from all others."""
    return (one.mem_id for one in node.traverse())


def _is_hidden(tag: str, attributes: dict[str, str | None]) -> bool:
    """Tell whether the page hides an element that would be seen else."""
    style = attributes.get("style") or ""
    return (
        (tag == "dialog" and "open" not in attributes)
        or "hidden" in attributes
        or "popover" in attributes
        or bool(_HIDING.search(style))
        or bool(_CLIPPED.search(style) and _NO_ROOM.search(style) and not _PADDED.search(style))
    )


def _close(details: LexborNode) -> bool:
    """Take out of a closed element what only shows when it is opened; tell whether that has text."""
    summary = details.css_first("summary")
    unseen = [part for part in details.iter(include_text=True) if summary is None or part.mem_id != summary.mem_id]
    has_text = any((part.text(strip=True) or "").strip() for part in unseen)
    for part in unseen:
        part.decompose(recursive=False)
    return has_text


def _shown(node: LexborNode, tag: str, attributes: dict[str, str | None]) -> str | None:
    """Return the text that a browser shows in the place of an element; None where it shows what stands in it."""
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
    """Tell whether an element shows what is not in the page."""
    address = attributes.get("src") or attributes.get("data") or attributes.get("srcdoc") or ""
    sizes = {attributes.get("width"), attributes.get("height")}
    return bool(address) and not address.lower().startswith(_NOWHERE) and sizes.isdisjoint(_TINY)


def _keeps_lines(tag: str, attributes: dict[str, str | None]) -> bool:
    return tag in _KEEPING or bool(_PRESERVING.search(attributes.get("style") or ""))


def _lay_out(node: LexborNode, tag: str, layout: dict[str, str]) -> bool:
    """Part an element as its layout does from what is beside it; tell whether it is shown elsewhere than it stands."""
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
    """Tell whether an element is a box beside another, and no part of a word."""
    beside = [one for one in (node.prev, node.next) if one is not None]
    return display.startswith("inline-") and any(one.tag != "-text" for one in beside)


def _texts(node: LexborNode) -> list[LexborNode]:
    return [one for one in node.traverse(include_text=True) if one.tag == "-text"]


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
