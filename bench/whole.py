"""The whole of it: a fiscal year from files to marts, the same again, one form changed, and the first answer."""

import sys
import tempfile
import time
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from typing import NamedTuple

from rich.console import Console
from rich.progress import track

from bench import peers
from bench.sizes import Size
from bench.spent import Spent, Used, command, spent
from bench.targets import Part, at_least, at_most
from bench.warehouses import Server, passing_server, settle
from etl.extract import extract
from etl.settings import Settings
from etl.warehouse import connect, open_engine
from etl.warehouse.server.place import place_of
from tests.conftest import SAMPLE
from tests.varied_forms import draw

_ANSWERS = 3  # of each command in a round
_BY_SCRIPT = (10, 40)  # forms that the script is given: what it costs a form does not change
_ETL = (sys.executable, "-m", "etl")
_HELD_BACK = (0, 3)
_COPIED = ("raw.project", "raw.report", "raw.indicator")


def run(console: Console, size: Size, only: Collection[str]) -> Iterator[tuple[str, Part]]:
    """Measure the steps; yield each with what it gives."""
    with passing_server() as server, tempfile.TemporaryDirectory() as folder:
        if "year" in only:
            yield "year", _year(console, server, Path(folder), size)
        if "answers" in only:
            yield "answers", _answers(console, server, size.rounds)


# A year


class _Archive(NamedTuple):
    """Forms in a folder, and a warehouse for them."""

    settings: Settings
    folder: Path

    def run(self) -> Spent:
        """Do the whole job, as a person does."""
        environment = {"ETL_HOME": str(self.settings.home), "WAREHOUSE_URL": str(self.settings.warehouse_url)}
        arguments = (*_ETL, "run", str(self.folder))
        return spent(place_of(self.settings).data, partial(command, arguments, environment, allowed=_HELD_BACK))

    def change_one(self) -> None:
        """Let a form say another thing than it did."""
        first = min(self.folder.iterdir())
        first.write_text(first.read_text(encoding="utf-8").replace("1.3 ", "1.3  แก้ไข ", 1), encoding="utf-8")


def _archive(server: Server, folder: Path, count: int) -> _Archive:
    random, forms = Random("whole"), folder / f"forms-{count}"
    forms.mkdir()
    for number in range(count):
        (forms / f"{number:05}.txt").write_text(draw(random).form.text(), encoding="utf-8")
    return _Archive(server.warehouse(f"whole_{count}"), forms)


def _year(console: Console, server: Server, folder: Path, size: Size) -> Part:
    """Do the whole job on a year's forms, again, and with one changed, beside the least that it must cost."""
    count, few_count = size.forms, size.few_forms
    archive, few = _archive(server, folder, count), _archive(server, folder, few_count)
    first_of_few, _, changed_of_few = _runs(few, "few forms", console)
    first, again, changed = _runs(archive, "forms", console)
    parsing = _parsing(archive.folder)
    copying = spent(place_of(archive.settings).data, partial(_copying, archive.settings)).server
    script = [_script(server, archive.folder, forms).cpu for forms in _BY_SCRIPT]
    by_script = (script[1] - script[0]) / (_BY_SCRIPT[1] - _BY_SCRIPT[0])
    a_form = (first.cpu - first_of_few.cpu) / (count - few_count)
    targets = [
        at_most("end to end, of parsing it and the server's COPY of its rows alone",
                first.cpu / (parsing + copying), 2.5, " ×"),
        at_least("the same, times as fast as a straightforward script (regular expressions, pandas, GX a file, to_sql)",
                 (script[0] + by_script * (count - _BY_SCRIPT[0])) / first.cpu, 10, " ×"),
        at_most("the same again, nothing changed, of the first", 100 * again.cpu / first.cpu, 5, " %"),
        at_most(f"one changed form in {count:,}", changed.cpu, 5, " s"),
        at_most(f"the same, of one changed form in {few_count:,}", changed.cpu / changed_of_few.cpu, 1.1, " ×"),
    ]  # fmt: skip
    about = (
        f"{count:,} text forms by `etl run`, seconds of processors of all its processes and the server: "
        f"{first.cpu:.1f}, of which {first.cpu - a_form * count:.1f} are paid once a run and {1000 * a_form:.1f} ms a"
        f" form. Parsing alone takes {1000 * parsing / count:.1f} ms a form, COPY {1000 * copying / count:.2f}, the"
        f" script {1000 * by_script:.0f}."
    )
    took = {"first": first, "again": again, "one changed": changed, "first, few": first_of_few,
            "one changed, few": changed_of_few}  # fmt: skip
    details = {name: one._asdict() for name, one in took.items()}
    return Part(targets, {**details, "parsing_s": parsing, "copying_s": copying, "script_s_a_form": by_script}, about)


def _runs(archive: _Archive, name: str, console: Console) -> list[Spent]:
    """Run on new forms, on the same again, and on the same with one changed."""
    took = []
    for number in track(range(3), name, console=console):
        if number == 2:
            archive.change_one()
        took.append(archive.run())
        settle(archive.settings)
    return took


def _parsing(folder: Path) -> float:
    """Return the seconds of one processor that reading and parsing alone takes."""
    start = time.process_time()
    for path in sorted(folder.iterdir()):
        extract(path.name, path.read_bytes())
    return time.process_time() - start


def _copying(settings: Settings) -> Used:
    """Copy the year's rows once more, from ready files into empty tables."""
    with tempfile.TemporaryDirectory() as folder, connect(open_engine(settings)) as connection:
        Path(folder).chmod(0o755)  # the server's account must pass through
        for name in _COPIED:
            peers.write_csv(connection, name, Path(folder) / name)
        connection.close()
        with connect(open_engine(settings)) as copying:
            for name in _COPIED:
                copying.execute(f"CREATE TEMP TABLE copied (LIKE {name})".encode())
                with copying.cursor().copy("COPY copied FROM STDIN (FORMAT csv)") as copy:
                    copy.write((Path(folder) / name).read_bytes())
                copying.execute("DROP TABLE copied")
    return Used(0, 0)


def _script(server: Server, forms: Path, count: int) -> Spent:
    settings = Settings(etl_home=server.home)
    arguments = (sys.executable, "-m", "bench.plain_script", server.database("script"), str(forms), str(count))
    return spent(place_of(settings).data, partial(command, arguments, {}))


# First answers


def _answers(console: Console, server: Server, rounds: int) -> Part:
    """Ask each command that answers at once, some times."""
    settings = server.warehouse("answers")
    environment = {"ETL_HOME": str(settings.home), "WAREHOUSE_URL": str(settings.warehouse_url)}
    command((*_ETL, "run", str(SAMPLE)), environment, allowed=_HELD_BACK)
    asked = {
        "import great_expectations": (sys.executable, "-c", "import great_expectations"),
        "etl parse": (*_ETL, "parse", str(SAMPLE)),
        "etl parse --unjudged": (*_ETL, "parse", "--unjudged", str(SAMPLE)),
        "etl sql": (*_ETL, "sql", "SELECT count(*) FROM mart.project_status"),
        "etl status": (*_ETL, "status"),
        "etl quarantine list": (*_ETL, "quarantine", "list"),
    }
    took: dict[str, list[Used]] = {name: [] for name in asked}
    for _ in track(range(_ANSWERS * rounds), "answers", console=console):
        for name, arguments in asked.items():
            took[name].append(command(arguments, environment, allowed=_HELD_BACK))
    cpu = {name: median(one.cpu for one in some) for name, some in took.items()}
    heavy, judged, *others = cpu
    targets = [at_most(f"`{judged}` of the sample, of `{heavy}` alone", cpu[judged] / cpu[heavy], 1.2, " ×")]
    targets += [at_most(f"`{name}`", cpu[name], 0.7, " s") for name in others]
    details = {name: [one._asdict() for one in some] for name, some in took.items()}
    return Part(targets, details, f"Processes by turns, medians of {_ANSWERS * rounds}, seconds of processors.")
