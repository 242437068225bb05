"""The load of a run's batches, as Airflow's task would try it again: `python -m tests.chaos.load FOLDER`."""

import sys
from pathlib import Path
from urllib.parse import unquote

from etl import pipeline
from etl.settings import Settings


def main(folder: str) -> None:
    batches = [str(batch) for batch in sorted(Path(folder).iterdir()) if batch.is_dir()]
    pipeline.load(Settings(), unquote(Path(folder).name), batches)


if __name__ == "__main__":
    main(sys.argv[1])
