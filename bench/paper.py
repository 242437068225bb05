"""Exports on paper and in archives: pages as PDFs printed by a browser, as scans, as members of a ZIP."""

import io
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

import pypdfium2
from PIL import Image, ImageFilter

THAI_FONTS = (
    "Noto Sans Thai",
    "Noto Serif Thai",
    "Garuda",
    "Loma",
    "Norasi",
    "Waree",
    "Laksaman",
    "Sawasdee",
    "Umpush",
)
SCAN_DPI = 200
_PRINT_SECONDS_MAX = 60


# PDF


def has_browser() -> bool:
    """Tell whether a Chromium is there to print with."""
    return shutil.which("chromium") is not None


def printed(page: str, *, margins: bool = False) -> bytes:
    """Return a page of HTML as Chromium prints it, perhaps with the date and address that it puts into the margins."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "page.html"), Path(folder, "page.pdf")
        source.write_text(page, encoding="utf-8")
        subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile",
             *([] if margins else ["--no-pdf-header-footer"]), f"--print-to-pdf={target}", source.as_uri()],
            check=True, capture_output=True, timeout=_PRINT_SECONDS_MAX,
        )  # fmt: skip
        return target.read_bytes()


# Scans


def has_recogniser() -> bool:
    """Tell whether Tesseract is there to read scans with."""
    return shutil.which("tesseract") is not None


def scanned(pdf: bytes, random: Random, *, dpi: int = SCAN_DPI) -> list[Image.Image]:
    """Return the pages of a PDF as a scanner sees them: grey, a little askew, soft and speckled."""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.render(scale=dpi / 72, grayscale=True).to_pil().convert("L") for page in document]
    return [_worn(page, random) for page in pages]


def _worn(page: Image.Image, random: Random) -> Image.Image:
    askew = page.rotate(random.uniform(-0.4, 0.4), resample=Image.Resampling.BICUBIC, fillcolor=255)
    speckles = Image.effect_noise(page.size, random.uniform(4, 12))
    return Image.blend(askew.filter(ImageFilter.GaussianBlur(0.4)), speckles, 0.06)


def as_pdf(pages: Sequence[Image.Image], *, dpi: int = SCAN_DPI) -> bytes:
    """Return pictures as the pages of a PDF without text, as office scanners save them."""
    target = io.BytesIO()
    pages[0].save(target, "PDF", save_all=True, append_images=pages[1:], resolution=dpi)
    return target.getvalue()


def as_picture(pages: Sequence[Image.Image], kind: str, *, dpi: int = SCAN_DPI) -> bytes:
    """Return pictures as one file: `TIFF` takes many, other kinds the first."""
    target = io.BytesIO()
    more = {"save_all": True, "append_images": pages[1:]} if kind == "TIFF" else {}
    pages[0].save(target, kind, dpi=(dpi, dpi), **more)
    return target.getvalue()


# Archives


def zipped(members: Mapping[str, bytes]) -> bytes:
    """Return the members as a ZIP archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()
