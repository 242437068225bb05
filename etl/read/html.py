"""The HTML channel: what a page shows, line by line, in the order in which it is read; no scripts, no network.

The page is parsed as browsers parse it. What lexbor writes back has one form only, with every tag closed and every `<`
and `>` escaped: there, runs of tags part the texts, and a run tells what stands between two of them. A cell of a table
is a line, and an empty cell an empty line, so that a blank keeps its column; a cell that begins with a colon goes on
with its label. Else blank lines stand where a browser leaves a margin. Left out are scripts, comments, and what the
page hides, by its markup, its styles or the style sheets in it. Taken out, with a note of the line, is what a reader
would not take for the value: what is struck out, the marks of footnotes, and bars that show no number.
"""

import codecs
import re
from collections.abc import Iterator
from datetime import UTC
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import lru_cache
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from etl.errors import EMPTY_RULE, UNREADABLE_RULE, DocumentFault
from etl.read.html_size import bounded
from etl.read.html_style import write_sheets
from etl.read.marks import BAR, LOWERED, RAISED, RAISED_END, STRUCK, without_marks
from etl.read.pages import Pages
from etl.read.text import decode, require_size
from etl.records import Channel, Line, Place
from etl.thai.calendar import common_era
from etl.thai.text import clean

HIDDEN_RULE = "R-hidden-text"
_HEAD_BYTES = 4096

# What a tag does to the text round it, as a letter: a run of tags is then a word.
_BREAK, _BLOCK, _PARAGRAPH, _CELL, _CELL_END = "nbpce"
_BLOCKS = """
    address article aside body caption center dd details dialog dir div dt fieldset figcaption footer form header
    hgroup legend li listing main menu nav section summary table tbody tfoot thead tr
"""
_PARAGRAPHS = "blockquote dl figure h1 h2 h3 h4 h5 h6 hr ol p pre ul"
_SIGNS = {
    **{f"{slash}{name}": _BLOCK for name in _BLOCKS.split() for slash in ("", "/")},
    **{f"{slash}{name}": _PARAGRAPH for name in _PARAGRAPHS.split() for slash in ("", "/")},
    **dict.fromkeys(("td", "th"), _CELL),
    **dict.fromkeys(("/td", "/th"), _CELL_END),
    **dict.fromkeys(("embed", "img", "svg"), " "),  # a picture between two words parts them
    "br": _BREAK,
}
_TAG = re.compile(r"<(/?[^\s>]+)[^>]*>?")
_RAISING = re.compile(r"<(/?su[bp])(?:\s[^>]*)?>")
_RAISED = {"sup": RAISED, "sub": LOWERED, "/sup": RAISED_END, "/sub": RAISED_END}
_COMMENT = re.compile("<!--.*?-->", re.DOTALL)
_TEXT = re.compile(r">(\s*[^\s<][^<]*)")
_EMPTY_CELL = re.compile(f"{_CELL}[{_BREAK}{_BLOCK}{_PARAGRAPH}]*{_CELL_END}")
_NEXT_CELL = _CELL_END + _CELL  # of the same row
_KNOWN_RUN_MAX = 200  # characters
# Stand in a text for tags; no text has these characters of its own.
_BREAK_IN_TEXT, _BLOCK_IN_TEXT = "\ufdd0", "\ufdd1"

_UNSEEN = frozenset({"datalist", "desc", "noscript", "rp", "script", "style", "template", "title"})
_WITHOUT_TEXT = frozenset({"audio", "canvas", "iframe", "object", "video"})  # what stands in them is for lack of them
_BARS = frozenset({"meter", "progress"})
_VERBATIM = frozenset({"plaintext", "textarea", "xmp"})
_SETTLED = _UNSEEN | _WITHOUT_TEXT | _BARS | _VERBATIM | {"details", "dialog", "input", "pre", "select"}
_STYLED = "[hidden],[style]"
_STRIKING = "del,s,strike,[style*='line-through' i]"
_INPUTS_WITHOUT_TEXT = frozenset({"color", "file", "hidden", "image", "password", "range"})
_CHECKED, _UNCHECKED = "\N{BALLOT BOX WITH CHECK}", "\N{BALLOT BOX}"
_HIDING = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|opacity\s*:\s*0*\.?0*\s*(?:;|!|$)|"
    r"(?:left|top|text-indent)\s*:\s*-\d{3,}|clip\s*:\s*rect\(\s*[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?[\s,]|"
    r"clip-path\s*:\s*inset\(\s*(?:50|100)%)",
    re.IGNORECASE,
)
# What stands in an element that these hide may well be shown again: each has the pattern of any value, and of one that
# hides. The selector finds the elements that have a value.
_DIMMING = {
    "[style*='visibility' i]": re.compile(r"(?:^|;)\s*visibility\s*:\s*(hidden|collapse)?", re.IGNORECASE),
    "[style*='font' i]": re.compile(
        r"(?:^|;)\s*font(?:-size)?\s*:\s*(0+(?:\.0+)?(?:px|pt|em|rem|%)?\s*(?:;|!|/|$))?", re.IGNORECASE
    ),
}
_FIELDS = frozenset({"img", "input", "select", "textarea"})
_PRESERVING = re.compile(r"(?:^|;)\s*white-space\s*:\s*(?:pre|break-spaces)", re.IGNORECASE)

_OPENING = re.compile(
    rb"\s*(?:<\?xml\b[^>]*>\s*)?<(?:!--|!doctype\s+html|"
    rb"(?:html|head|meta|link|script|style|body|table|center|div|span|font|form|p|h[1-6]|pre|ul|ol|dl|b|br)[\s/>])",
    re.IGNORECASE,
)
_CLOSING = re.compile(rb"</(?:html|body|table|center|div|span|font|form|p|pre|ul|ol|dl)>\s*\Z", re.IGNORECASE)
_MHTML = re.compile(
    rb"(?:[\w-]+:.*\r?\n(?:[ \t].*\r?\n)*)*?content-type:\s*(?:multipart/related|text/html)", re.IGNORECASE
)
_STATED_ENCODING = re.compile(
    rb"""<(?:meta\b[^>]*?\bcharset|\?xml\b[^>]*?\bencoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE
)
_SAVED_FROM = re.compile(r"<!--\s*(?:saved from url=\(\d+\)|Page saved with SingleFile\s+url:\s*)(https?://\S+)")
_OWN_ADDRESS = {"link": "href", "meta": "content", "base": "href"}  # the surest first


def is_html(content: bytes) -> bool:
    """Tell whether bytes are a page: they begin with a tag, or end with one and have more tags than lines."""
    # UTF-16 as ASCII, near enough to see a tag; a byte-order mark is none.
    start, end = (part.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe") for part in (content[:256], content[-64:]))
    if _OPENING.match(start):
        return True
    return bool(_CLOSING.search(end)) and content.count(b"<") > content.count(b"\n")


def is_mhtml(content: bytes) -> bool:
    """Tell whether a document's bytes are a page that a browser saved in one file, as an e-mail message."""
    return bool(_MHTML.match(content[:_HEAD_BYTES].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")))


def read(content: bytes, stated_encoding: str | None = None) -> Pages:
    """Return the lines that a page shows, and the address that it was saved from.

    Raises DocumentFault when it shows none, is no text in any encoding, or nests too deep.
    """
    if stated_encoding is None and (match := _STATED_ENCODING.search(content[:_HEAD_BYTES])):
        stated_encoding = match[1].decode()
    require_size(content)
    html, notes = decode(content, stated_encoding)
    tree = LexborHTMLParser(bounded(html), scripting=True)
    costly = write_sheets(tree)
    hidden = _settle(tree.body) if tree.body else 0
    texts, taken_out = without_marks(_lines(tree.body.html or "") if tree.body else "")
    if not any(texts):
        raise DocumentFault(EMPTY_RULE, "the page shows no text; where scripts fill it, save it from a browser")
    said = [f"elements with text that the page hides were left out: {hidden}"] if hidden else []
    said += [f"rules of style sheets that may hide text were not followed: {costly}"] if costly else []
    if said:
        notes[HIDDEN_RULE] = "; ".join(said)
    lines = [Line(Place(1, number), text) for number, text in enumerate(texts, start=1)]
    return Pages(Channel.HTML, lines, _address(html, tree), notes=notes, taken_out=taken_out)


def read_mhtml(content: bytes) -> Pages:
    """Return the lines of the page in an MHTML file, where it was saved from, and when.

    Raises DocumentFault when there is no page in it.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        content = content.decode("utf-16", errors="replace").encode()
    message = message_from_bytes(content.removeprefix(codecs.BOM_UTF8), _class=EmailMessage, policy=policy.default)
    part = message.get_body(("html",))
    if part is None or not isinstance(page := part.get_payload(decode=True), bytes):
        raise DocumentFault(UNREADABLE_RULE, "the MHTML file holds no page; save the export again")
    pages = read(page, part.get_content_charset())
    address = str(message["Snapshot-Content-Location"] or part["Content-Location"] or "") or pages.address
    saved_at = message["Date"].datetime if message["Date"] else None
    if saved_at and saved_at.tzinfo is None:  # how an e-mail says that the zone is unknown and the time is UTC
        saved_at = saved_at.replace(tzinfo=UTC)
    return pages._replace(address=address, printed_at=saved_at and common_era(saved_at))


def _settle(body: LexborNode) -> int:
    """Put in the place of each element what a browser shows of it; return how many hide text."""
    names = _SETTLED.intersection(str(node.tag) for node in body.traverse())
    hidden = sum(_dim(body, selector, value) for selector, value in _DIMMING.items())
    settled, keeping = set[int](), set[int]()  # what stands in an element that is done, or that keeps its lines
    for node in body.css(",".join((*names, _STYLED))):
        if node.mem_id in settled:
            continue
        tag, attributes = str(node.tag), node.attributes
        if tag == "details":
            hidden += "open" not in attributes and _close(node)
        elif tag in _UNSEEN or _is_hidden(tag, attributes):
            settled.update(_elements(node))
            node.decompose(recursive=False)
            hidden += tag not in _UNSEEN and bool(node.text(strip=True))
        elif (shown := _shown(node, tag, attributes)) is not None:
            settled.update(_elements(node))
            node.replace_with(shown)
        elif _keeps_lines(tag, attributes) and node.mem_id not in keeping:
            keeping.update(_elements(node))
            _keep_lines(node)
    _strike(body)
    return hidden


def _dim(body: LexborNode, selector: str, value: re.Pattern[str]) -> int:
    """Take out the text that an inherited property hides; return how many texts went.

    What counts is the value of the nearest element that has one.
    """
    is_dim: dict[int, bool] = {}
    for node in body.css(selector):
        if found := value.search(node.attributes.get("style") or ""):
            is_dim[node.mem_id] = bool(found[1])
    if not any(is_dim.values()):
        return 0
    gone = []
    for node in body.traverse(include_text=True):
        dim = is_dim.setdefault(node.mem_id, node.parent is not None and is_dim.get(node.parent.mem_id, False))
        if dim and (node.tag in _FIELDS or (node.tag == "-text" and (node.text_content or "").strip())):
            gone.append(node)
    for node in gone:
        node.decompose(recursive=False)
    return len(gone)


def _strike(body: LexborNode) -> None:
    """Put a mark in the place of each text that is struck out."""
    struck = set[int]()
    for node in body.css(_STRIKING):
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
    return (tag == "dialog" and "open" not in attributes) or "hidden" in attributes or bool(_HIDING.search(style))


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
    if tag in _WITHOUT_TEXT:
        return " "
    if tag in _BARS:
        return f" {BAR} "
    if tag == "input":
        return f" {_input(attributes)} "
    if tag == "select":
        return f" {_selected(node)} "
    if tag in _VERBATIM:
        return _BLOCK_IN_TEXT + _preserved(node.text()) + _BLOCK_IN_TEXT
    return None


def _keeps_lines(tag: str, attributes: dict[str, str | None]) -> bool:
    return tag == "pre" or bool(_PRESERVING.search(attributes.get("style") or ""))


def _keep_lines(node: LexborNode) -> None:
    for text in _texts(node):
        text.replace_with(_preserved(text.text_content or ""))


def _texts(node: LexborNode) -> list[LexborNode]:
    return [one for one in node.traverse(include_text=True) if one.tag == "-text"]


def _preserved(text: str) -> str:
    return text.replace("\n", _BREAK_IN_TEXT)


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


def _lines(html: str) -> str:
    """Return the lines of a page's body as lexbor writes it, blanks not yet folded."""
    if "<!--" in html:
        html = _COMMENT.sub("", html)
    html = html.replace("\n", " ").replace("&nbsp;", " ")
    html = html.replace(_BREAK_IN_TEXT, "<br>").replace(_BLOCK_IN_TEXT, "<div>")
    if "<su" in html:
        html = _RAISING.sub(lambda tag: _RAISED[tag[1]], html)
    *parts, last_run = _TEXT.split(html)
    shown: list[str] = []
    is_in_cell = False
    for run, text in zip(parts[::2], parts[1::2], strict=True):
        gap = _gap(run)
        if gap.is_in_cell is not None:
            is_in_cell = gap.is_in_cell
        if gap.joint is not None:
            shown.append(gap.joint)
        elif gap.is_next_cell and text.lstrip().startswith(":"):
            shown.append(" ")
        elif shown:
            margin = gap.margin_in_cell if is_in_cell else gap.margin
            shown.append("\n" * (1 + (gap.empty_cells or margin)))
        else:
            shown.append("\n" * gap.empty_cells)
        shown.append(text)
    if not shown:
        return ""
    shown.append("\n" * _gap(last_run).empty_cells)
    text = "".join(shown)
    if "&" in text:  # beside the no-break space, HTML must write these three otherwise
        text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return clean(text)


class _Gap(NamedTuple):
    """What a run of tags puts between two texts: a joint, and they are one line; or empty cells; or blank lines."""

    joint: str | None = None
    empty_cells: int = 0
    margin: int = 0
    margin_in_cell: int = 0
    is_in_cell: bool | None = None  # where the text after it stands, if it tells
    is_next_cell: bool = False


def _gap(run: str) -> _Gap:
    """Return what a run of tags means, the last one without its end."""
    # Pages repeat few runs, but for the attributes, and an attribute may well hold a whole picture.
    return _known_gap(run if len(run) <= _KNOWN_RUN_MAX else _TAG.sub(r"<\1>", run))


@lru_cache(maxsize=4096)
def _known_gap(run: str) -> _Gap:
    signs = _TAG.sub(lambda tag: _SIGNS.get(tag[1], ""), run)
    joint, signs = " " if signs else "", "".join(signs.split())
    if not signs:
        return _Gap(joint)
    if _CELL in signs or _CELL_END in signs:
        is_in_cell = signs.rfind(_CELL) > signs.rfind(_CELL_END)
        empty_cells = len(_EMPTY_CELL.findall(signs))
        return _Gap(empty_cells=empty_cells, is_in_cell=is_in_cell, is_next_cell=signs == _NEXT_CELL)
    # The first tag ends the line, and every break after it makes a blank one.
    blank = signs[1:].count(_BREAK)
    return _Gap(margin=max(blank, _PARAGRAPH in signs), margin_in_cell=blank)


def _address(html: str, tree: LexborHTMLParser) -> str | None:
    """Return the address that the page was saved from, or else the one that it says is its own."""
    if match := _SAVED_FROM.search(html[:_HEAD_BYTES]):
        return match[1]
    nodes = tree.css("link[rel=canonical],meta[property='og:url'],base")
    for node in sorted(nodes, key=lambda node: list(_OWN_ADDRESS).index(str(node.tag))):
        address = node.attributes.get(_OWN_ADDRESS[str(node.tag)]) or ""
        if address.startswith(("http://", "https://")):
            return address
    return None
