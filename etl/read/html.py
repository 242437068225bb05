"""The HTML channel: what a page shows, line by line, in the order in which it is read; no scripts, no network.

In come the bytes of a page, out come its lines. lexbor parses the page as browsers do, and writes it back in one
regular form: every tag is closed, every `<` and `>` of a text is escaped. So a page is texts with runs of tags between
them, and each run decides what comes between its two texts. Each row of a table with many columns is a line, with tabs
between its cells. Each cell of any other table is a line, an empty cell an empty line, so that values keep their
columns; a cell that begins with a colon joins the label before it. Elsewhere, a blank line stands where a browser
leaves a margin. Left out are scripts, comments, and text that the page hides. Taken out,
with a note of the line, is what no reader takes for a value: struck out text, marks of footnotes, bars without number.
"""

import codecs
import re
from datetime import UTC
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import lru_cache
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser

from etl.errors import EMPTY_RULE, UNREADABLE_RULE, DocumentFault
from etl.read.channels import HEAD_BYTES
from etl.read.html_shown import Shown, page_of
from etl.read.html_tables import CELL_END
from etl.read.html_tags import BLOCK, BLOCKS, BREAK, CELLS, PARAGRAPHS
from etl.read.marks import LOWERED, RAISED, RAISED_END, UNREAD, without_marks
from etl.read.pages import Pages
from etl.read.text import decode, require_size
from etl.records import Channel, Line, Place
from etl.thai.calendar import common_era
from etl.thai.text import clean

HIDDEN_RULE, ORDER_RULE = "R-hidden-text", "R-page-order"

# What a tag does to the text around it, as one letter, so that a run of tags is a short word.
_BREAK, _BLOCK, _PARAGRAPH, _CELL, _CELL_END = "nbpce"
_LETTER_OF_TAG = {
    **{f"{slash}{name}": _BLOCK for name in BLOCKS for slash in ("", "/")},
    **{f"{slash}{name}": _PARAGRAPH for name in PARAGRAPHS for slash in ("", "/")},
    **dict.fromkeys(CELLS, _CELL),
    **{f"/{name}": _CELL_END for name in CELLS},
    **dict.fromkeys(("img", "svg", "/svg", "tspan"), " "),  # a picture separates the words beside it
    "br": _BREAK,
}
_BACKWARDS = re.compile("\u202e[^\u202c\u2069<]+")  # text that is shown from right to left
_TAG = re.compile(r"<(/?[^\s>]+)[^>]*>?")
_RAISING = re.compile(r"<(/?su[bp])(?:\s[^>]*)?>")
_RAISED = {"sup": RAISED, "sub": LOWERED, "/sup": RAISED_END, "/sub": RAISED_END}
_COMMENT = re.compile("<!--.*?-->", re.DOTALL)
_TEXT = re.compile(r">(\s*[^\s<][^<]*)")
_BETWEEN_CELLS = re.compile(f" ?{CELL_END} ?")
_EMPTY_CELL = re.compile(f"{_CELL}[{_BREAK}{_BLOCK}{_PARAGRAPH}]*{_CELL_END}")
_NEXT_CELL = _CELL_END + _CELL  # of the same row
_KNOWN_RUN_MAX = 200  # characters
_STATED_ENCODING = re.compile(
    rb"""<(?:meta\b[^>]*?\bcharset|\?xml\b[^>]*?\bencoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE
)
_SAVED_FROM = re.compile(r"<!--\s*(?:saved from url=\(\d+\)|Page saved with SingleFile\s+url:\s*)(https?://\S+)")
_OWN_ADDRESS = {"link": "href", "meta": "content", "base": "href"}  # the most reliable first


def read(content: bytes, stated_encoding: str | None = None) -> Pages:
    """Return the lines that a page shows, and the address that it was saved from.

    Raises DocumentFault when it shows no text, is no text in any encoding, or goes over a limit.
    """
    if stated_encoding is None and (match := _STATED_ENCODING.search(content[:HEAD_BYTES])):
        stated_encoding = match[1].decode()
    require_size(content)
    html, notes = decode(content, stated_encoding)
    tree, shown = page_of(html)
    texts, taken_out = without_marks(_lines(tree.body.html or "") if tree.body else "")
    if not any(texts):
        remedy = "save what stands in its frames" if tree.css_first("frame,iframe") else "save it from a browser"
        raise DocumentFault(EMPTY_RULE, f"the page shows no text; where scripts or frames fill it, {remedy}")
    notes |= _notes(shown)
    lines = [Line(Place(1, number), _BETWEEN_CELLS.sub("\t", text)) for number, text in enumerate(texts, start=1)]
    return Pages(Channel.HTML, lines, _address(html, tree), notes=notes, taken_out=taken_out)


def _notes(shown: Shown) -> dict[str, str]:
    """Return what a person should know about how the page was read, by rule."""
    counts = {
        "elements with text that the page hides were left out": shown.hidden,
        "rules of style sheets that may hide text were not followed": shown.unfollowed,
        "style sheets that stand outside of the page were not followed": shown.elsewhere,
    }
    said = "; ".join(f"{what}: {count}" for what, count in counts.items() if count)
    moved = f"parts that the page shows in another order than they stand in it: {shown.moved}"
    return ({HIDDEN_RULE: said} if said else {}) | ({ORDER_RULE: moved} if shown.moved else {})


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
    if saved_at and saved_at.tzinfo is None:  # in an e-mail, `-0000` means UTC in an unknown zone
        saved_at = saved_at.replace(tzinfo=UTC)
    return pages._replace(address=address, printed_at=saved_at and common_era(saved_at))


def _lines(html: str) -> str:
    """Return the text of a page's body, as lexbor writes it, with line ends; blanks are not yet folded."""
    *parts, last_run = _TEXT.split(_with_marks(html))
    shown: list[str] = []
    is_in_cell = False
    gaps = {run: _gap(run) for run in {*parts[::2]}}
    for run, text in zip(parts[::2], parts[1::2], strict=True):
        gap = gaps[run]
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
    if "&" in text:  # lexbor escapes these three, and the no-break space
        text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return clean(text)


def _with_marks(html: str) -> str:
    """Return a page's body on one line, without comments, with tags or marks in place of the characters for them."""
    if "<!--" in html:
        html = _COMMENT.sub("", html)
    html = html.replace("\n", " ").replace("&nbsp;", " ")
    html = html.replace(BREAK, "<br>").replace(BLOCK, "<div>")
    if "\u202e" in html:
        html = _BACKWARDS.sub(UNREAD, html)
    if "<su" in html:
        html = _RAISING.sub(lambda tag: _RAISED[tag[1]], html)
    return html


class _Gap(NamedTuple):
    """What a run of tags puts between two texts: `joint` within one line, or else empty cells or blank lines."""

    joint: str | None = None
    empty_cells: int = 0
    margin: int = 0
    margin_in_cell: int = 0
    is_in_cell: bool | None = None  # whether the text after it is in a cell; None if the run does not show it
    is_next_cell: bool = False


def _gap(run: str) -> _Gap:
    """Return what a run of tags puts between two texts; the `>` of the last tag is cut off."""
    # Long runs are known without their attributes, one of which may hold a whole picture.
    return _known_gap(run if len(run) <= _KNOWN_RUN_MAX else _TAG.sub(r"<\1>", run))


@lru_cache(maxsize=4096)
def _known_gap(run: str) -> _Gap:
    letters = _TAG.sub(lambda tag: _LETTER_OF_TAG.get(tag[1], ""), run)
    joint, letters = " " if letters else "", "".join(letters.split())
    if not letters:
        return _Gap(joint)
    if _CELL in letters or _CELL_END in letters:
        is_in_cell = letters.rfind(_CELL) > letters.rfind(_CELL_END)
        empty_cells = len(_EMPTY_CELL.findall(letters))
        return _Gap(empty_cells=empty_cells, is_in_cell=is_in_cell, is_next_cell=letters == _NEXT_CELL)
    # The first tag ends the line; each `<br>` after it adds a blank line.
    blank = letters[1:].count(_BREAK)
    return _Gap(margin=max(blank, _PARAGRAPH in letters), margin_in_cell=blank)


def _address(html: str, tree: LexborHTMLParser) -> str | None:
    """Return the address that the page was saved from, or else the one that it states as its own; or None."""
    if match := _SAVED_FROM.search(html[:HEAD_BYTES]):
        return match[1]
    nodes = tree.css("link[rel=canonical],meta[property='og:url'],base")
    for node in sorted(nodes, key=lambda node: list(_OWN_ADDRESS).index(str(node.tag))):
        address = node.attributes.get(_OWN_ADDRESS[str(node.tag)]) or ""
        if address.startswith(("http://", "https://")):
            return address
    return None
