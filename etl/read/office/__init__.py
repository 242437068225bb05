"""The files of office programs: spreadsheets and text documents, each a ZIP archive of XML parts.

In come the bytes of such a file; out come the lines that the program shows, and notes of what it hides.
"""

from etl.errors import UNREADABLE_RULE, DocumentFault
from etl.read.office import document, opendocument, spreadsheet
from etl.read.office.package import Package
from etl.read.pages import Pages

_SPREADSHEET, _DOCUMENT = ("spreadsheetml.", "ms-excel."), ("wordprocessingml.", "ms-word.")
_OPEN_DOCUMENT = (
    b"application/vnd.oasis.opendocument.text",
    b"application/vnd.oasis.opendocument.spreadsheet",
)


def read(content: bytes) -> Pages:
    """Return the lines of an office file. Raises DocumentFault when it is damaged, or of a kind that is not read."""
    package = Package(content)
    if (package.part("mimetype") or b"").startswith(_OPEN_DOCUMENT):
        return opendocument.read(package)
    kind, name = package.main()
    if "binary" not in kind and any(word in kind for word in _SPREADSHEET):
        return spreadsheet.read(package, name)
    if any(word in kind for word in _DOCUMENT):
        return document.read(package, name)
    what = "a binary spreadsheet (XLSB)" if "binary" in kind else "of an office program"
    raise DocumentFault(UNREADABLE_RULE, f"the document is {what}; save it as XLSX, DOCX, PDF or text")
