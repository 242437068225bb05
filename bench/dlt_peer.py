"""dlt loading projects and reports into PostgreSQL: `dlt_peer.py URL FOLDER records|arrow append|upsert|scd2`.

It runs in an environment of its own, with nothing of ours. FOLDER holds `projects.parquet` and `reports.parquet`, and
takes what dlt keeps on disk, so that a second run finds the first. It prints the seconds, by the clock and of this
process, that extracting, normalising and loading took; starting Python, imports and reading the files do not count.
"""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

PAGE_ROWS = 5000  # dlt is several times slower where rows are yielded one by one
KEYS = {"projects": ["project_code", "fiscal_year"], "reports": ["project_code", "fiscal_year", "report_no"]}


def main(url: str, folder: Path, form: str, strategy: str) -> None:
    """Load both tables and print the times."""
    os.environ |= {"DLT_DATA_DIR": str(folder / "dlt"), "RUNTIME__DLTHUB_TELEMETRY": "false"}
    import dlt

    pages = {name: _pages(pq.read_table(folder / f"{name}.parquet"), form) for name in KEYS}
    pipeline = dlt.pipeline(
        "peer", pipelines_dir=str(folder / "dlt"), destination=dlt.destinations.postgres(url), dataset_name="peer"
    )
    written = "append" if strategy == "append" else {"disposition": "merge", "strategy": strategy}
    start, used = time.perf_counter(), time.process_time()
    pipeline.run(
        [
            dlt.resource(_each(some), name=name, primary_key=KEYS[name], write_disposition=written)
            for name, some in pages.items()
        ]
    ).raise_on_failed_jobs()
    print(time.perf_counter() - start, time.process_time() - used)


def _pages(table: pa.Table, form: str) -> list[object]:
    if form == "arrow":
        return [table]
    rows = table.to_pylist()
    return [rows[start : start + PAGE_ROWS] for start in range(0, len(rows), PAGE_ROWS)]


def _each(pages: list[object]) -> Iterator[object]:
    yield from pages


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
