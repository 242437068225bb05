"""Checks whether a PDF is whole: in come its bytes, out comes what is wrong with them, in words.

PDFium reads what is left of a damaged file without a word, so that a page may seem to be empty. Most damage can be
seen: streams are packed with a checksum, and the table of objects says where each begins. An encrypted file cannot be
checked.
"""

import re
import zlib

from etl.read.channels import PDF_SIGNATURE

_INFLATED_BYTES_MAX = 1 << 28
_DICTIONARY_BYTES_MAX = 4096
_CHUNK_BYTES = 1 << 20
_NAME_BYTES_MAX = 24

# Zero bytes where data was deleted. They may be blanks, but not so many, nor within a number, nor as in UTF-16.
_ZEROED = re.compile(rb"\0{4}|[0-9. \[\n]{2}\0[0-9. \]\n]")
_STREAM = re.compile(rb"stream\r?\n")
_INFLATABLE = re.compile(rb"/Filter\s*\[?\s*/FlateDecode\b")
_EMPTY = re.compile(rb"/Length\s+0\b(?!\s+[0-9]+\s+R)")
_LINEARIZED = re.compile(rb"/Linearized\b[^>]*?/L\s+(\d+)")
_TABLE = re.compile(rb"\bxref\s.*?(?=trailer)", re.DOTALL)
_SECTION = re.compile(rb"\b([0-9]+) +[0-9]+\s*[\r\n]((?: *\S{10} \S{5} \S\s+)*)")


def damage(content: bytes) -> str | None:
    """Return what is wrong with a file, to follow `the PDF is damaged:`; None where nothing is found."""
    if b"%%EOF" not in content[content.rfind(b"startxref") :]:
        return "its end is missing"
    if (linearized := _LINEARIZED.search(content, 0, _DICTIONARY_BYTES_MAX)) and int(linearized[1]) > len(content):
        return "its end is missing"
    if b"/Encrypt" in content:
        return None
    return "parts of it are not where they should be" if _has_wrong_places(content) else _broken_stream(content)


def _has_wrong_places(content: bytes) -> bool:
    """Tell whether the table of objects is right about some objects and wrong about others.

    A table that is wrong about all is no damage: something was put before the PDF, or its maker cannot count. PDFium
    searches for the objects then.
    """
    start = max(content.find(PDF_SIGNATURE), 0)
    is_right: set[bool] = set()
    for table in _TABLE.finditer(content):
        if _SECTION.sub(b"", table[0]).removeprefix(b"xref").strip():  # something that is no entry
            is_right.add(False)
        for section in _SECTION.finditer(table[0]):
            entries = zip(*[iter(section[2].split())] * 3, strict=True)
            for number, (place, generation, kind) in enumerate(entries, start=int(section[1])):
                if place.strip(b"0"):  # an entry of zeros may be a place that a maker reserved
                    name = b"%d %s obj" % (number, generation.lstrip(b"0") or b"0")
                    at = start + int(place) if place.isdigit() else len(content)
                    is_there = content[at : at + _NAME_BYTES_MAX].lstrip().startswith(name)
                    is_right.add(is_there == (kind == b"n"))
    return len(is_right) > 1


def _broken_stream(content: bytes) -> str | None:
    """Return what is wrong with the streams of a file or between them; None where nothing is found."""
    streams = [stream for stream in _STREAM.finditer(content) if not content.endswith(b"end", 0, stream.start())]
    if content.count(b"endstream") > len(streams):
        return "the beginning of a part of it is missing"
    room, end = _INFLATED_BYTES_MAX, 0
    for stream in streams:
        if _ZEROED.search(content, end, stream.start()):
            return f"something before byte {stream.start()} was deleted"
        end = content.find(b"endstream", stream.end())
        if end < 0:
            return "the end of a part of it is missing"
        start = content.rfind(b" obj", max(0, stream.start() - _DICTIONARY_BYTES_MAX), stream.start())
        dictionary = content[max(start, 0) : stream.start()]
        if start < 0 or not _INFLATABLE.search(dictionary):
            continue
        # Some makers leave an empty stream unpacked.
        if _EMPTY.search(dictionary) and not content[stream.end() : end].strip():
            continue
        inflater = zlib.decompressobj()
        chunk = content[stream.end() : end]
        while chunk and room > 0 and not inflater.eof:
            try:
                room -= len(inflater.decompress(chunk, _CHUNK_BYTES))
            except zlib.error:
                return f"what begins at byte {stream.end()} cannot be unpacked"
            chunk = inflater.unconsumed_tail
        if room > 0 and (not inflater.eof or inflater.unused_data.strip()):
            return f"what begins at byte {stream.end()} does not end where it should"
    is_zeroed = _ZEROED.search(content, end, content.rfind(b"%%EOF"))
    return f"something after byte {end} was deleted" if is_zeroed else None
