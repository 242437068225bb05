"""Which channel a document comes through, as its bytes alone show; the name of a file proves nothing.

Nothing here reads. So a process imports what reads PDFs and pictures, which takes longer than a form, only once it is
asked for one.
"""

import re

PDF_SIGNATURE = b"%PDF-"
HEAD_BYTES = 4096  # of a page, in which it says of what kind it is
_PDF_HEAD_BYTES = 1024
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"GIF8")
_OPENING = re.compile(
    rb"\s*(?:<\?xml\b[^>]*>\s*)?<(?:!--|!doctype\s+html|"
    rb"(?:html|head|meta|link|script|style|body|table|center|div|span|font|form|p|h[1-6]|pre|ul|ol|dl|b|br)[\s/>])",
    re.IGNORECASE,
)
_CLOSING = re.compile(rb"</(?:html|body|table|center|div|span|font|form|p|pre|ul|ol|dl)>\s*\Z", re.IGNORECASE)
_MHTML = re.compile(
    rb"(?:[\w-]+:.*\r?\n(?:[ \t].*\r?\n)*)*?content-type:\s*(?:multipart/related|text/html)", re.IGNORECASE
)


def is_pdf(content: bytes) -> bool:
    """Tell whether the bytes are a PDF; mail and printers put up to a kilobyte of their own before it."""
    head = content[:_PDF_HEAD_BYTES]
    return head.startswith(PDF_SIGNATURE) or (PDF_SIGNATURE in head and b"endobj" in content)


def is_picture(content: bytes) -> bool:
    """Tell whether a document is a picture, by its first bytes."""
    return content.startswith(_PICTURES)


def is_html(content: bytes) -> bool:
    """Tell whether bytes are a page: they begin with a tag, or end with one and have more tags than lines."""
    # Without zero bytes UTF-16 is close enough to ASCII to show a tag. A byte-order mark is skipped.
    start, end = (part.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe") for part in (content[:256], content[-64:]))
    if _OPENING.match(start):
        return True
    return bool(_CLOSING.search(end)) and content.count(b"<") > content.count(b"\n")


def is_mhtml(content: bytes) -> bool:
    """Tell whether a document's bytes are a page that a browser saved in one file, as an e-mail message."""
    return bool(_MHTML.match(content[:HEAD_BYTES].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")))
