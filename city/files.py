"""Writes a city's exports into a folder, each as of the moment at which it was made."""

import os
import zipfile
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from itertools import groupby
from pathlib import Path

from city import printing
from city.model import City, Project, Sight
from etl.reference import plan_nodes

_AS_ZIP = 7  # of so many text forms one comes in an archive
_AS_CP874 = 11


def write(city: City, folder: Path) -> int:
    """Write all documents below a folder; return how many files there are."""
    names = {key: node.name for key, node in plan_nodes().items()}
    count = 0
    for path, content, made_at in _files(city, names):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        os.utime(file, (made_at.timestamp(), made_at.timestamp()))
        count += 1
    return count


def _files(city: City, names: dict[tuple[str, str], str]) -> Iterator[tuple[str, bytes, datetime]]:
    for project in city.projects:
        for sight in project.sights:
            name, content = _printed(project, sight, names)
            day = f"{sight.made_at:%Y-%m-%d}"
            yield f"{project.fiscal_year}/{day}/{project.agency.code}/{name}", content, sight.made_at
    for page in city.pages:
        name = f"{page.fiscal_year}/pages/myproject.php?pid={page.code}.html"
        yield name, printing.as_html_lines(printing.page(page, names)).encode(), page.made_at
    by_index = groupby(city.indicators, key=lambda one: (one.fiscal_year, one.agency.code))
    for (year, code), indicators in by_index:
        made_at = datetime.fromisoformat(f"{year - 543}-10-02T09:30+07:00")
        text = printing.index(list(indicators), names)
        yield f"{year}/pages/index11.php?selDEP={code}0000.txt", text.encode(), made_at
    for broken in city.broken:
        yield f"broken/{broken.name}", broken.content, broken.made_at


def _printed(project: Project, sight: Sight, names: dict[tuple[str, str], str]) -> tuple[str, bytes]:
    text, number = printing.form(project, sight, names), int(project.code[-4:])
    if sight.channel == "html":
        return f"{project.code}.html", printing.as_html(text).encode()
    if sight.channel == "pdf":
        return f"{project.code}.pdf", printing.as_pdf(text)
    if number % _AS_ZIP == 0:
        return f"{project.code}.zip", _zipped(f"{project.code}.txt", text.encode(), sight.made_at)
    if number % _AS_CP874 == 0:
        return f"{project.code}.txt", text.replace("–", "-").encode("cp874")
    return f"{project.code}.txt", text.encode()


def _zipped(name: str, content: bytes, made_at: datetime) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name, made_at.timetuple()[:6]), content)
    return buffer.getvalue()
