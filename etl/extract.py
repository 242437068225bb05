"""The bytes of one document into its copies, whatever is in them: what cannot be read is a copy that says why.

In come an address and bytes; out come copies, at least one. Nothing is raised for what a document holds.
"""

import hashlib

from etl import families
from etl.errors import NOT_PROCESSED_RULE, DocumentFault
from etl.parse import oracle
from etl.read import read
from etl.read.pages import Beside
from etl.records import Channel, Copy, Document, Finding, Line, Severity
from etl.thai.corrections import corrects
from etl.thai.text import without_controls
from etl.unread import not_processed, noticed, unreadable

_LINES_SHOWN = 5  # before a line, and behind it
_QUOTED_MAX = 300  # characters of what is said beside a document


def extract(uri: str, content: bytes) -> list[Copy]:
    """Read and parse one document; what cannot be read gives one copy without records and a critical finding.

    MemoryError alone is raised: whoever keeps the limit on memory knows what to say.
    """
    document = Document(uri=uri, sha256=hashlib.sha256(content).hexdigest())
    try:
        pages = read(content)
        document = Document(
            uri=uri, sha256=document.sha256, channel=pages.channel, address=pages.address, printed_at=pages.printed_at
        )
        copies = parse(document, pages.lines)
    except DocumentFault as fault:
        return [unreadable(document, fault)]
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - a fault of ours in one document is no reason to lose the others
        return [not_processed(document, error)]
    for copy in copies:
        if copy.project is None and not copy.indicators:
            copy.findings.append(noticed("R-no-records", Severity.CRITICAL, "it tells of no project and no indicator"))
    copies[0].findings += map(_corrected, _outside(copies, pages.lines))
    for copy in copies:
        copy.findings += map(_said_beside, pages.beside)
    copies[0].findings += [noticed(rule_id, Severity.INFO, text) for rule_id, text in pages.notes.items()]
    for rule_id, (what, lines) in pages.taken_out.items():
        more = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
        message = f"{what} were taken out of line {lines[0]}{more}"
        copies[0].findings.append(noticed(rule_id, Severity.WARNING, message, lines[0]))
    return copies


def parse(document: Document, lines: list[Line]) -> list[Copy]:
    """Return the copies in a document, at least one; each names the family that was recognised.

    What was recognised in a picture is repaired before, and what nothing corroborates then has an issue. So has a fact
    that stands on a line and went nowhere.
    Raises DocumentFault when the lines are of no known family or of several, when only the title of one is left, and
    when there are too many records.
    """
    if document.channel == Channel.OCR:
        lines, copies = _repaired(document, lines)
    else:
        copies = families.parse(document, lines)
    oracle.watch(copies, lines)
    return copies


def _repaired(document: Document, lines: list[Line]) -> tuple[list[Line], list[Copy]]:
    from etl.repair import repair  # which takes a while to import, and most documents were not recognised
    from etl.repair.evidence import note_uncorroborated

    lines = repair(lines)
    copies = families.parse(document, lines)
    for copy in copies:
        note_uncorroborated(copy, lines)
    return lines, copies


def _outside(copies: list[Copy], lines: list[Line]) -> list[Line]:
    """Return the lines round the copies of a document that correct one in words."""
    first, last = copies[0].first_line, copies[-1].last_line
    return [line for line in lines if not first <= line.place.line <= last and corrects(line.text)]


def _corrected(line: Line) -> Finding:
    message = "the line corrects the export in words, which nobody applies; send it anew, or correct it openly"
    return noticed(families.CORRECTION_RULE, Severity.WARNING, message, line.place.line)


def _said_beside(said: Beside) -> Finding:
    quoted = without_controls(" ".join(said.text.split()))
    quoted = f"{quoted[:_QUOTED_MAX]}…" if len(quoted) > _QUOTED_MAX else quoted
    message = f"{said.where} says: {quoted}"
    if said.concerns:
        remedy = "nobody applies it; send the export anew, or state what is right in corrections.toml"
        return noticed("R-remark-beside", Severity.CRITICAL, f"{message} ({remedy})")
    return noticed("R-remark-idle", Severity.INFO, message)


def lines_near(content: bytes, around: int) -> list[tuple[int, str]]:
    """Return number and text of the lines near one line of a document. Raises DocumentFault when it cannot be read."""
    try:
        lines = read(content).lines
    except (DocumentFault, MemoryError):
        raise
    except Exception as error:  # whatever it is that makes it unreadable
        raise DocumentFault(NOT_PROCESSED_RULE, f"the document cannot be processed: {error!r}") from error
    near = range(around - _LINES_SHOWN, around + _LINES_SHOWN + 1)
    return [(line.place.line, line.text) for line in lines if line.place.line in near]
