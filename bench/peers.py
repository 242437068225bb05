"""The peers, each doing its part alone: libraries that our channels stand on, and other ways into PostgreSQL.

To the libraries text is text, nothing understood; the loaders fill two new tables and keep no history, no account.
"""

import io
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pypdfium2
import pytesseract
import sqlalchemy
from PIL import Image
from selectolax.lexbor import LexborHTMLParser

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


def pandas_to_sql(url: str, tables: Mapping[str, pa.Table]) -> float:
    """Return the seconds that `DataFrame.to_sql` takes, as it comes; making the frames does not count."""
    frames = {name: table.to_pandas() for name, table in tables.items()}
    engine = sqlalchemy.create_engine(sqlalchemy.make_url(url).set(drivername="postgresql+psycopg"))
    start = time.perf_counter()
    for name, frame in frames.items():
        frame.to_sql(name, engine, index=False)
    seconds = time.perf_counter() - start
    engine.dispose()
    return seconds


def dlt(url: str, tables: Mapping[str, pa.Table], form: str) -> float:
    """Return the seconds that dlt takes, as it comes, for `records` (dictionaries) or `arrow` tables."""
    # dlt demands a password and a host; the server asks for neither, and the socket in the query wins.
    reachable = url.replace("@/", ":unused@localhost/")
    with tempfile.TemporaryDirectory() as folder:
        for name, table in tables.items():
            pq.write_table(table, Path(folder) / f"{name}.parquet")
        command = [str(DLT_PYTHON), "-P", str(_DLT_SCRIPT), reachable, folder, form]
        return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
