"""The libraries that our channels stand on, each doing its own part alone: bytes to plain text, nothing understood."""

import io
import os
from collections.abc import Callable

import pypdfium2
import pytesseract
from PIL import Image
from selectolax.lexbor import LexborHTMLParser

os.environ.setdefault("OMP_THREAD_LIMIT", "1")  # Tesseract is several times slower with threads of its own


def lexbor_text(content: bytes) -> str:
    """Return the text of a page of HTML."""
    return LexborHTMLParser(content).text(separator="\n")


def pdfium_text(content: bytes) -> str:
    """Return the text of a PDF's pages."""
    with pypdfium2.PdfDocument(content) as document:
        return "\f".join(page.get_textpage().get_text_bounded() for page in document)


def tesseract_text(content: bytes) -> str:
    """Return the text of a picture, recognised as Thai and English on one thread, word by word."""
    return str(pytesseract.image_to_data(Image.open(io.BytesIO(content)), lang="tha+eng", config="--oem 1 --psm 6"))


NAMES: dict[Callable[[bytes], object], str] = {
    lexbor_text: "lexbor, tree and text", pdfium_text: "PDFium, text", tesseract_text: "Tesseract, words",
}  # fmt: skip
