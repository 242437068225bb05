"""No document costs more than its size: what is in it is doubled, and doubled again, and the work may not square.

A shape is a document in which one thing can be as many as is asked for: a run of some character on lines of a sound
export, or a structure of a text, page, PDF or archive. It grows until reading takes a measurable time of the processor,
or until it is as big as the limits let a document be; then it is doubled twice. It is time that is measured, so this is
for `make fuzz`, on a machine with nothing else to do, and not for the suite.
"""

import gc
import math
import re
import resource
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from io import BytesIO
from typing import NamedTuple
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import psutil

from etl import families
from etl.extract import extract
from etl.limits import ARCHIVE_MEMBERS_MAX, LINE_CHARACTERS_MAX
from etl.read.archive import unpack
from tests.forms import Form
from tests.fuzz.targets import TARGETS

GROWTH_MAX = 2.5**2  # over two doublings: 4 where the work is as the size, 16 where it is as its square
_MEASURABLE_SECONDS = 0.03
_ATTEMPTS = 5

CHARACTERS = {
    "blank": " ", "tab": "\t", "no-break space": "\xa0", "dot": ".", "digit": "7", "Thai digit": "๗", "consonant": "ก",
    "vowel above": "ิ", "leading vowel": "เ", "am": "ำ", "aa": "า", "nikhahit": "ํ", "tone": "่", "phinthu": "ฺ",
    "tone and vowel": "่ิ", "vowel and tone": "ุ่", "combining": "\u0301\u0327", "comma": ",", "colon": ":", "dash": "-",
    "bullet": "•", "pipe": "|", "star": "*", "quote": '"', "bracket": "(", "closing bracket": ")", "square": "[",
    "equals": "=", "slash": "/", "question mark": "?", "hash": "#", "percent": "%", "blank and dot": " .",
    "blank and bar": " |", "blank and star": " *", "grouped digits": "777,", "decimal digits": "7.",
    "digits and slashes": "7/", "letters and blanks": "ก ", "digits and blanks": "7 ",
    "blank and tone": " ่",
}  # fmt: skip
_COLUMNS = ("before", "within", "behind")
_LINES_AT_ONCE = 16
_FORM = Form().text()
_TAG = re.compile(r"<(\w+)")


def _extracted(content: bytes) -> None:
    extract("grown.txt", content)


class Shape(NamedTuple):
    """A document that can grow: its name, what it is with so many, and the most that a limit lets through.

    `work` is what is done with it; `parts` are smaller shapes that it consists of, to find out where it grows.
    """

    name: str
    document: Callable[[int], bytes]
    largest: int
    work: Callable[[bytes], object] = _extracted
    parts: "tuple[Shape, ...]" = ()


def shapes() -> Iterator[Shape]:
    """Yield all shapes, those of structures first."""
    yield from structures()
    yield from decorations()
    yield from lines_that_hit()
    yield from pdfs()
    yield from archives()
    for target in families.names():
        yield from runs(target)


def runs(target: str) -> Iterator[Shape]:
    """Yield shapes for each character on the lines with text of a family's first export: before, within, behind them.

    Some lines have it at once.
    """
    lines = _lines(target)
    numbers = [number for number, line in enumerate(lines) if line.strip()]
    for start in range(0, len(numbers), _LINES_AT_ONCE):
        some = numbers[start : start + _LINES_AT_ONCE]
        where = f"{target}, lines {some[0] + 1} to {some[-1] + 1}"
        for column in _COLUMNS:
            for name, character in CHARACTERS.items():
                alone = tuple(
                    _run(f"{target}, line {number + 1}", lines, {number}, column, name, character) for number in some
                )
                yield _run(where, lines, {*some}, column, name, character)._replace(parts=alone)


def _lines(target: str) -> list[str]:
    return TARGETS[target].documents()[0].content.decode().split("\n")


def _run(where: str, lines: Sequence[str], numbers: set[int], column: str, name: str, character: str) -> Shape:
    """Return a shape in which some lines have a run of a character, as long as is asked for."""

    def document(size: int) -> bytes:
        return "\n".join(
            _with_run(line, character * size, column) if number in numbers else line
            for number, line in enumerate(lines)
        ).encode()

    return Shape(f"{where}, {column}: {name}", document, LINE_CHARACTERS_MAX // len(character) // 8)


def _with_run(line: str, run: str, column: str) -> str:
    at = {"before": 0, "within": line.find(":") + 1 or len(line) // 2, "behind": len(line)}[column]
    return line[:at] + run + line[at:]


def structures() -> Iterator[Shape]:
    """Yield shapes whose number of parts grows."""
    field = "\n".join(line for line in _FORM.split("\n") if "ปีงบประมาณ" in line)
    for name, part in {
        "blank lines": "\n", "lines of a letter": "ก\n", "lines of a colon": ":\n", "bullets": "- ก\n",
        "labels repeated": f"{field}\n", "labels with a line below": f"{field}\nก\n", "copies": _FORM,
    }.items():  # fmt: skip
        middle = _FORM.index("\n", len(_FORM) // 2) + 1
        yield Shape(
            name,
            lambda n, part=part, middle=middle: (_FORM[:middle] + part * n + _FORM[middle:]).encode(),
            4_000 if part is not _FORM else 1_000,
        )
    for name, part in {
        "paragraphs": "<p>ก</p>", "cells": "<td>ก</td>", "empty cells": "<td></td>", "rows": "<tr><td>ก</td></tr>",
        "comments": "<!-- ก -->", "entities": "&amp;", "breaks": "<br>", "open paragraphs": "<p>ก", "links": "<a>ก",
        "inputs": "<input value=ก>", "style blocks": "<style>ก</style>", "scripts": "<p>ก<script>ก</script>",
        "hidden elements": "<p hidden>ก</p>", "lists": "<select><option>ก</select>",
        "templates": "<template>ก</template>", "pictures": "<svg><title>ก</title></svg>",
        "set lines": "<pre>ก\nก</pre>", "fields": "<textarea>ก\nก</textarea>",
        "closing tags": "</div>", "crossed tags": "<b><i>ก</b></i>", "out of tables": "<table>ก<tr>",
    }.items():  # fmt: skip
        yield Shape(f"HTML: {name}", _repeated(part), 16_000)
    for name, opening in {
        "elements": "<div>", "hidden elements": "<div hidden>", "set lines": "<pre>", "objects": "<object>",
        "white space": "<div style='white-space: pre'>", "dialogs": "<dialog>", "templates": "<template>",
        "bold": "<b>", "tables": "<table><tr><td>", "lists": "<ul><li>", "pictures": "<svg><select>",
    }.items():  # fmt: skip
        yield Shape(f"HTML: {name} in each other", _nested(opening), 16_000)
    for name, option in {"choices": "<option>ก</option>", "groups": "<optgroup><option>ก</optgroup>"}.items():
        yield Shape(f"HTML: {name} of a list", lambda n, option=option: _page(f"<select>{option * n}</select>"), 16_000)
    yield Shape("HTML: attributes", lambda n: _page("<p " + " ".join(f"a{one}" for one in range(n)) + ">"), 100_000)


def decorations() -> Iterator[Shape]:
    """Yield texts with decoration that begins and does not end, on one line."""
    for name, part in {
        "bold": "**ก ", "italic": " *ก", "underlined": "__ก ", "slanted": " _ก", "code": "`ก``ก", "marked": "==ก ",
        "backticks": "`", "links": "[ก](", "titles": '[ก](a "', "tags": "<b ", "escapes": "\\ ", "cells": "|ก",
        "headings": " #", "quotes": "> ", "rules": "* ", "borders": "+-", "entities": "&a",
    }.items():  # fmt: skip
        for place, head in {"a line": "", "a heading": "# ", "a row": "| ก", "a word": "ก"}.items():
            yield Shape(
                f"decoration: {name} in {place}",
                lambda n, part=part, head=head: f"**ก** \\.\n**ก** \\.\n{head}{part * n}ก\n{_FORM}".encode(),
                LINE_CHARACTERS_MAX // len(part) // 8,
            )


def lines_that_hit() -> Iterator[Shape]:
    """Yield forms with a line or a value that a pattern begins to match, and goes on with over a run."""
    narrative, spent, code = Form().reports[0].narrative, Form().spent, Form().code
    for name, (line, run) in {
        "blanks before a page's number": ("{}หน้า 1/2 ก", " "), "blanks amid a page's number": ("หน้า{}1/2 ก", " "),
        "brackets before a page's number": ("{}หน้า ก", "( "), "blanks before a bracket": ("- {}ก", " "),
        "blanks behind a stamp": ("พิมพ์เมื่อ 01/12/2566 10:20{}ก", " "), "addresses": ("{}ก 2/3", "http://"),
        "blanks behind an address": ("http://a{}2/3 ก", " "), "figures": ("{}!", "1"), "figures, commas": ("{}!", "1,"),
        "blanks before the code": (f"ก{{}}{code} ก", " "), "blanks behind its label": (f"รหัส{{}}{code}", " "),
    }.items():  # fmt: skip
        largest = LINE_CHARACTERS_MAX // len(run) // 8
        for where, form in {
            "line": _FORM.replace(narrative, f"{narrative}\n\0", 1), "last line": f"{_FORM.rstrip()}\n\0",
        }.items():  # fmt: skip
            yield Shape(f"{where}: {name}", _filled(form, line, run), largest)
    for name, (value, run) in {
        "blanks before a remark": ("10{}(สะสม)ก", " "), "dashes": ("1/10/2566 {}ก", "- "), "boxes": ("{}1", "( "),
        "corrections": ("1 {}2", "→ "), "strokes": ("{}1", "1\u0336 "), "broken numbers": ("{}1 บาท", "1,000, "),
    }.items():  # fmt: skip
        form = _FORM.replace(spent, "\0")
        yield Shape(f"value: {name}", _filled(form, value, run), LINE_CHARACTERS_MAX // len(run) // 8)


def _filled(form: str, line: str, run: str) -> Callable[[int], bytes]:
    return lambda size: form.replace("\0", line.format(run * size)).encode()


def pdfs() -> Iterator[Shape]:
    """Yield PDFs whose number of parts grows."""
    at = "1 0 0 1 {} {} Tm ({}) Tj"
    for name, piece in {
        "lines of a page": lambda n: at.format(50, 800 - n % 700, f"line {n}"),
        "pieces on a line": lambda n: at.format(50 + n % 500, 700, "a"),
        "pieces in one place": lambda n: at.format(50, 700, "a"),
        "pieces that climb": lambda n: at.format(50 + n % 500, 100 + n % 600, "ab"),
        "pieces off the page": lambda n: at.format(50 + n, 700, "a"),
        "blanks": lambda n: at.format(50 + n % 500, 700, " "),
    }.items():  # fmt: skip
        yield Shape(f"PDF: {name}", lambda n, piece=piece: _pdf([" ".join(map(piece, range(n)))]), 2_500)
    yield Shape("PDF: characters of a piece", lambda n: _pdf([at.format(50, 700, "a" * n)]), 10_000)
    yield Shape("PDF: pages", lambda n: _pdf([at.format(50, 700, "the same on each")] * n), 70)
    yield Shape("PDF: objects", lambda n: _pdf([at.format(50, 700, "a")], more=n), 25_000)
    yield Shape("PDF: graphics", lambda n: _pdf([at.format(50, 700, "a") + " ET q Q BT" * n]), 25_000)


def _pdf(pages: Sequence[str], more: int = 0) -> bytes:
    """Return a PDF of pages that these operators make, and objects that nothing refers to."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]  # fmt: skip
    for number, operators in enumerate(pages):
        said, resources = f"BT /F1 8 Tf {operators} ET", "/Resources<</Font<</F1 3 0 R>>>>"
        contents = f"/Contents {5 + 2 * number} 0 R"
        objects += [
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]{resources}{contents}>>",
            f"<</Length {len(said)}>>stream\n{said}\nendstream",
        ]
    objects += ["<<>>"] * more
    file, places = bytearray(b"%PDF-1.4\n"), []
    for number, one in enumerate(objects, start=1):
        places.append(len(file))
        file += f"{number} 0 obj{one}endobj\n".encode()
    entries = "".join(f"{place:010} 00000 n \n" for place in places)
    count = len(objects) + 1
    end = f"trailer<</Size {count}/Root 1 0 R>>\nstartxref\n{len(file)}\n%%EOF"
    return bytes(file) + f"xref\n0 {count}\n0000000000 65535 f \n{entries}{end}".encode()


def archives() -> Iterator[Shape]:
    """Yield archives whose number of parts grows."""
    inner = _zip([("a", b"1")])
    for name, member in {
        "files": lambda n: (f"{n}", b"1"),
        "files of one name": lambda _: ("a", b"1"),
        "files named as if they were of one name": lambda n: ("a" if n % 2 else f"a#{n // 2 + 2}", b"1"),
        "files in folders": lambda n: ("a/" * 50 + f"{n}", b"1"),
        "files in Thai": lambda n: (f"โครงการ {n}", b"1"),
        "archives": lambda n: (f"{n}.zip", inner),
    }.items():  # fmt: skip
        largest = ARCHIVE_MEMBERS_MAX // 4
        yield Shape(f"ZIP: {name}", lambda n, member=member: _zip(map(member, range(n))), largest, _unpacked)
        yield Shape(
            f"ZIP: damaged {name}", lambda n, member=member: _damaged(_zip(map(member, range(n)))), largest, _unpacked
        )
    yield Shape("ZIP: bytes of a file", lambda n: _zip([("a", b"1" * n)]), 1 << 24, _unpacked)
    yield Shape("ZIP: bytes behind it", lambda n: inner + b"PK\x05\x06" * n, 1 << 20, _unpacked)
    yield Shape("ZIP: bytes before it", lambda n: b"PK\x03\x04" * n + inner, 1 << 20, _unpacked)


def _zip(members: Iterable[tuple[str, bytes]]) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w", ZIP_STORED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that are there already
        for name, content in members:
            archive.writestr(ZipInfo(name), content)
    return file.getvalue()


def _damaged(archive: bytes) -> bytes:
    """Return an archive whose files have other bytes than they are said to have."""
    head, directory, records = archive.partition(b"PK\x01\x02")
    return head.replace(b"1PK", b"2PK")[:-1] + b"2" + directory + records


def _unpacked(content: bytes) -> None:
    for _ in unpack("grown.zip", content):
        pass


def _repeated(part: str) -> Callable[[int], bytes]:
    return lambda n: _page(part * n + "<p>ก</p>")


def _nested(opening: str) -> Callable[[int], bytes]:
    closing = "".join(f"</{tag}>" for tag in reversed(_TAG.findall(opening)))
    return lambda n: _page(f"{opening}ก\n" * n + closing * n)


def _page(body: str) -> bytes:
    return f"<html><body>{body}ก</body></html>".encode()


def outgrown(shape: Shape) -> float | None:
    """Return by how much the work for a shape grows where that is too much, each time that it is tried; else None."""
    for part in (64, 8, 1):  # what is far too slow shows early, what is quick is not asked often
        size = shape.largest // part
        if (cost := _cost(shape, size)) >= _MEASURABLE_SECONDS:
            break
    else:
        return None
    growth, more = 0.0, math.inf
    for _ in range(_ATTEMPTS):  # the least of both: what else the machine does only adds
        cost, more = min(cost, _cost(shape, size)), min(more, _cost(shape, 4 * size))
        growth = more / cost
        if growth <= GROWTH_MAX:
            return None
    return growth


def _cost(shape: Shape, size: int) -> float:
    """Return the seconds of the processor that reading a shape of some size takes, in all processes that take part."""
    content = shape.document(size)
    gc.disable()  # it would look through all that the tests have made, too
    try:
        began = _spent()
        shape.work(content)
        return _spent() - began
    finally:
        gc.enable()


def _spent() -> float:
    """Return the seconds of the processor that this process and those that it started have had."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = time.process_time() + ended.ru_utime + ended.ru_stime
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            times = child.cpu_times()
            seconds += times.user + times.system
    return seconds
