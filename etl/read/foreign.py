"""Kinds of files that are recognised but not read: how their bytes begin, what they are, and what to do instead."""

import re

from etl.errors import UNREADABLE_RULE, DocumentFault

_AS_ZIP = "pack the exports as ZIP"
_MAGIC = {
    b"Rar!\x1a\x07": ("a RAR archive", _AS_ZIP),
    b"MSCF": ("a cabinet archive", _AS_ZIP),
    b"\x1f\x9d": ("packed with compress", _AS_ZIP),
    b"\x28\xb5\x2f\xfd": ("packed with Zstandard", _AS_ZIP),
    b"{\\rtf": ("a text in RTF", "save it as DOCX, PDF or text"),
    b"bplist00": ("an archive of Safari", "save the page as HTML or PDF"),
    b"\x78\x9f\x3e\x22": ("an attachment of Outlook (winmail.dat)", "send the export itself, or as ZIP"),
    b"!BDN": ("a mailbox of Outlook", "save the messages as EML"),
    b"SQLite format 3\x00": ("a database", "save the export as CSV"),
    b"\x09\x08": ("a spreadsheet of an old Excel", "save it as XLSX"),
}
_PICTURE = re.compile(rb".{4}ftyp(?:hei[cfmsx]|hevc|mif1|avif)|BM.{4}\x00{4}|RIFF.{4}WEBP", re.DOTALL)
_OLE = b"\xd0\xcf\x11\xe0"
# Office files of the OLE kind, by the name of a stream that only they have.
_STREAMS = {
    "EncryptedPackage": ("protected by a password", "save it without one"),
    "WordDocument": ("a text of an old Word (DOC)", "save it as DOCX or PDF"),
    "Workbook": ("a spreadsheet of an old Excel (XLS)", "save it as XLSX"),
    "Book": ("a spreadsheet of an old Excel (XLS)", "save it as XLSX"),
    "PowerPoint Document": ("slides", "save them as PDF"),
}
_OFFICE_XML = re.compile(rb"<\?mso-application\s+progid\s*=\s*[\"'](\w+)\.(?:Sheet|Document)")


def require_known(content: bytes) -> None:
    """Raise DocumentFault, with the remedy, for a document of a kind that is recognised but not read."""
    known = next((known for magic, known in _MAGIC.items() if content.startswith(magic)), None)
    if known is None and content.startswith(_OLE):
        stream = next((name for name in _STREAMS if name.encode("utf-16-le") in content), "")
        known = _STREAMS.get(stream, ("of an office program", "save it as XLSX, DOCX, PDF or text"))
    if known is None and _PICTURE.match(content):
        known = ("a picture in HEIF, BMP or WebP", "save it as PNG, JPEG or PDF")
    if known is None and (program := _OFFICE_XML.search(content[:1024].replace(b"\x00", b""))):
        known = (f"XML of {program[1].decode()}", "save it as XLSX, DOCX, PDF or text")
    if known:
        what, remedy = known
        raise DocumentFault(UNREADABLE_RULE, f"the document is {what}, which is not read; {remedy}")
