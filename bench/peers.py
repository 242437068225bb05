"""The peers, each doing its part alone: libraries that our channels stand on, and other ways into PostgreSQL.

To the libraries text is text, nothing understood; the loaders fill two new tables and keep no history, no account.
"""

import io
import os
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pypdfium2
import pytesseract
import sqlalchemy
from PIL import Image
from selectolax.lexbor import LexborHTMLParser

from bench.spent import Used
from etl.settings import PROJECT_ROOT

DLT_PYTHON = PROJECT_ROOT / ".venv-bench" / "bin" / "python"
_DLT_SCRIPT = Path(__file__).with_name("dlt_peer.py")

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


def write_csv(connection: psycopg.Connection[Any], table: str, file: Path) -> None:
    """Write a table to a file as the server's own CSV."""
    with file.open("wb") as out, connection.cursor().copy(f"COPY {table} TO STDOUT (FORMAT csv)") as copy:
        out.writelines(copy)


def pandas_to_sql(url: str, tables: Mapping[str, pa.Table]) -> Used:
    """Write the tables with `DataFrame.to_sql`, as it comes; making the frames does not count."""
    frames = {name: table.to_pandas() for name, table in tables.items()}
    engine = sqlalchemy.create_engine(sqlalchemy.make_url(url).set(drivername="postgresql+psycopg"))
    start, own = time.perf_counter(), time.process_time()
    for name, frame in frames.items():
        frame.to_sql(name, engine, index=False)
    used = Used(time.perf_counter() - start, time.process_time() - own)
    engine.dispose()
    return used


def dlt(url: str, folder: Path, form: str, strategy: str) -> Used:
    """Let dlt load `projects.parquet` and `reports.parquet` of a folder, where it keeps what its next run must know.

    The form is `records` (dictionaries) or `arrow`, the strategy `append`, `upsert` or `scd2`.
    """
    # dlt demands a host; the socket in the query wins.
    command = [str(DLT_PYTHON), "-P", str(_DLT_SCRIPT), url.replace("@/", "@localhost/"), str(folder), form, strategy]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Used(*map(float, done.stdout.split()))
