"""The data dictionary: what every table, view and column of the warehouse means, as files to keep beside the code.

In comes a migrated warehouse; out come a page with a search, its Markdown, a picture of the star, and the data contract
of `mart`. Everything in them is defined elsewhere (comments, types, keys, rules, labels): the same warehouse gives the
same files, whenever and wherever they are written.
"""

import re
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape
from sqlalchemy import Engine

from etl.publish.dictionary.catalogue import Catalogue, read_catalogue
from etl.publish.dictionary.contract import data_contract
from etl.publish.dictionary.star import draw
from etl.settings import PROJECT_ROOT

DOCS = PROJECT_ROOT / "docs"

_PAGES = ("data_dictionary.html", "data_dictionary.md", "er.svg")
_CONTRACT = "mart.odcs.yaml"
_CODE = re.compile("`([^`]+)`")


def render(catalogue: Catalogue) -> dict[str, str]:
    """Return the text of each file of the dictionary by its name.

    Raises ValueError when a table of the star has no place in the picture.
    """
    environment = _environment()
    values = {"catalogue": catalogue, "star": draw(catalogue.of("dw"))}
    pages = {name: environment.get_template(f"{name}.j2").render(values) for name in _PAGES}
    return pages | {_CONTRACT: data_contract(catalogue)}


def write(engine: Engine, folder: Path) -> list[Path]:
    """Write the dictionary of a migrated warehouse into a folder that exists; return its files.

    Raises WarehouseUnavailableError when the warehouse does not answer; BadInputError when a suite cannot be used.
    """
    files = {folder / name: text for name, text in render(read_catalogue(engine)).items()}
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    return list(files)


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(__name__),
        autoescape=select_autoescape(("html.j2", "svg.j2")),
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters |= {"prose": _prose, "cell": _cell}
    return environment


def _prose(text: str) -> Markup:
    """Return a comment as HTML: what stands in it between back quotes is code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped just before


def _cell(text: str) -> str:
    """Return a text fit for a cell of a table in Markdown."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
