"""Turns the bytes of a document into lines, each with its place; a module for each channel.

In come the bytes of one landed export. Out come its channel and its lines, cleaned but not repaired. A document that
cannot be read raises DocumentFault, which says why.
"""

from collections.abc import Callable

from msgspec.structs import replace

from etl.errors import LIMIT_RULE, DocumentFault
from etl.limits import LINE_CHARACTERS_MAX, LINES_MAX
from etl.read import archive
from etl.read.archive import letter
from etl.read.channels import is_html, is_mhtml, is_pdf, is_picture
from etl.read.foreign import require_known
from etl.read.pages import Beside, Pages, TakenOut
from etl.thai.damage import damage
from etl.thai.text import has_controls, without_controls

__all__ = ["Pages", "read"]


def read(content: bytes) -> Pages:
    """Return the lines of a document. Raises DocumentFault when it cannot be read, is damaged, or goes over a limit.

    What is said beside it is that of its own comments, and of the letter that brought it.
    """
    if (brought := letter.parted(content)) is None:
        return _read(content)
    pages = _read(brought.content)
    return pages._replace(beside=(*pages.beside, Beside(brought.letter, "the letter that brings it", concerns=True)))


def _read(content: bytes) -> Pages:
    if archive.is_archive(content) and not archive.is_document(content):  # one that `archive.unpack` could not open
        raise archive.fault(content)
    require_known(content)
    pages = _reader(content)(content)
    _require_limits(pages)
    pages = _without_controls(pages)
    if fault := damage("\n".join([line.text for line in pages.lines])):
        raise DocumentFault("R-encoding-loss", f"the text is damaged: {fault}; make the export again")
    return pages


def _without_controls(pages: Pages) -> Pages:
    """Return the pages without control characters, which a terminal would obey; note the lines that had any."""
    address = pages.address and without_controls(pages.address)
    if not has_controls("\t".join([line.text for line in pages.lines])):
        return pages._replace(address=address)
    found = tuple(line.place.line for line in pages.lines if has_controls(line.text))
    lines = [replace(line, text=without_controls(line.text)) for line in pages.lines]
    taken_out = pages.taken_out | {"R-control-characters": TakenOut("control characters", found)}
    return pages._replace(lines=lines, address=address, taken_out=taken_out)


def _require_limits(pages: Pages) -> None:
    """Raise DocumentFault when there are too many lines, or one is too long."""
    if len(pages.lines) > LINES_MAX:
        line = pages.lines[LINES_MAX].place.line
        raise DocumentFault(LIMIT_RULE, f"the document has more than {LINES_MAX:,} lines; split it", line)
    if long := next((line for line in pages.lines if len(line.text) > LINE_CHARACTERS_MAX), None):
        reason = f"a line has {len(long.text):,} characters, more than {LINE_CHARACTERS_MAX:,}; break it"
        raise DocumentFault(LIMIT_RULE, reason, long.place.line)


def _reader(content: bytes) -> Callable[[bytes], Pages]:
    """Return the reader for the channel that the bytes show, imported now: most processes never meet most channels."""
    if archive.is_document(content):
        from etl.read import office

        return office.read
    if is_pdf(content):
        from etl.read import pdf

        return pdf.read
    if is_picture(content):
        from etl.read import ocr

        return ocr.read
    if is_mhtml(content) or is_html(content):
        from etl.read import html

        return html.read_mhtml if is_mhtml(content) else html.read
    from etl.read import text

    return text.read
