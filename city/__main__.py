"""Writes a city's exports into a folder: `python -m city FOLDER [--seed N] [--forms N]`."""

import argparse
from pathlib import Path

from city.draw import FORMS, draw
from city.files import write


def main() -> None:
    """Write a city."""
    parser = argparse.ArgumentParser(prog="python -m city", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--forms", type=int, default=FORMS)
    wanted = parser.parse_args()
    print(f"{write(draw(wanted.seed, wanted.forms), wanted.folder)} files in {wanted.folder}")


if __name__ == "__main__":
    main()
