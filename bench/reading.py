"""The reading half: how right documents of each channel and family are read, and how fast beside what it stands on."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from random import Random
from typing import NamedTuple

from rich.console import Console
from rich.progress import track

from bench import paper, peers
from bench.corpus import GROUPS, cases, examples, pages
from bench.score import Score, score
from bench.targets import met
from bench.timing import Time, by_turns
from etl.extract import extract
from etl.read import read
from tests import html_pages
from tests.varied_pages import FAMILIES

_MISSES_SHOWN = 5
_FORMS, _PRINTED_FORMS, _SCANNED_FORMS, _PAGES = 200, 7, 3, 100


def run(console: Console, *, scale: int, only: Collection[str]) -> str:
    """Measure the steps, accuracy and speed; return the section of the report."""
    steps = {"accuracy": lambda: _accuracy(console, scale), "speed": lambda: _speed(console)}
    return "\n".join(
        ["## Reading", "", *(line for name, step in steps.items() if name in only for line in (*step(), ""))]
    )


def _accuracy(console: Console, scale: int) -> list[str]:
    scores: dict[str, Score] = {}
    for name in track([name for name, group in GROUPS.items() if group.is_possible()], "accuracy", console=console):
        scores |= score(list(cases(name, scale)))
    for name, one in scores.items():
        for miss in one.misses[:_MISSES_SHOWN]:
            console.print(f"{name}: {miss}", markup=False, highlight=False, soft_wrap=True)
    return [*_accuracy_table(scores), "", *_target_table(scores)]


def _speed(console: Console) -> list[str]:
    races = [race for race in _RACES if race.is_possible()]
    return [*_speed_table([(race, _lap(race)) for race in track(races, "speed", console=console)])]


# Accuracy


def _accuracy_table(scores: Mapping[str, Score]) -> Iterator[str]:
    """Yield a row for each group, the one that is read worst first."""
    yield "| documents | count | structured fields | exact | prose exact | wrong in silence | refused |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    worst_first = sorted(scores, key=lambda name: (scores[name].structured_pct, scores[name].prose_pct))
    measured = {name.partition(":")[0] for name in scores} | set(scores)
    for name in [*worst_first, *(name for name in GROUPS if name not in measured)]:
        one = scores.get(name)
        if one is None:
            yield f"| {name} | not measured: a program for it is not installed | | | | | |"
        elif one.fields:
            exact, prose = f"{one.structured_pct:.3f} %", f"{one.prose_pct:.3f} %"
            wrong = f"{one.wrong_in_silence} | {one.refused}"
            yield f"| {name} | {one.documents} | {one.fields} | {exact} | {prose} | {wrong} |"
        else:
            yield f"| {name} | {one.documents} | | | | {one.loaded_in_silence} loaded in silence | |"


def _target_table(scores: Mapping[str, Score]) -> Iterator[str]:
    sound = {name: one for name, one in scores.items() if one.fields}
    scans = [one for name, one in sound.items() if "scan" in name]
    exact = [one for name, one in sound.items() if "scan" not in name]
    pdfs = [one for name, one in sound.items() if "PDF" in name]
    yield "| target | measured | met |"
    yield "|---|---:|---|"
    yield from _at_least(
        "structured fields exact on text, HTML, PDF and ZIP", 100, [one.structured_pct for one in exact]
    )
    yield from _at_least("characters of prose exact on PDF", 99.9, [one.prose_pct for one in pdfs])
    yield from _at_least("structured fields exact on scans", 98, [one.structured_pct for one in scans])
    yield _none("structured values wrong without a finding", sum(one.wrong_in_silence for one in sound.values()))
    yield _none("readable documents refused", sum(one.refused for one in sound.values()))
    yield _none("broken documents loaded in silence", sum(one.loaded_in_silence for one in scores.values()))


def _at_least(what: str, least_pct: float, measured_pct: Sequence[float]) -> Iterator[str]:
    """Yield a row for the worst of several groups, none if none was measured."""
    if measured_pct:
        yield f"| {what}: ≥ {least_pct} % | {min(measured_pct):.3f} % | {met(min(measured_pct) >= least_pct)} |"


def _none(what: str, measured: int) -> str:
    return f"| {what}: 0 | {measured} | {met(measured == 0)} |"


# Speed


class RefusedError(Exception):
    """Raised when a document is refused that should be measured: then there is no time to tell of."""


def _records(content: bytes) -> None:
    """Read and parse. Raises RefusedError when nothing comes of it."""
    if any(copy.project is None and not copy.indicators for copy in extract("export", content)):
        raise RefusedError


class _Race(NamedTuple):
    """Our way from bytes to records, perhaps beside a library's own part of it; the target is a ratio or a time."""

    name: str
    items: Callable[[], Sequence[bytes]]
    ours: Callable[[bytes], object] = _records
    peer: Callable[[bytes], object] | None = None
    ratio_max: float | None = None
    ms_max: float | None = None
    is_possible: Callable[[], bool] = lambda: True

    @property
    def ways(self) -> dict[str, Callable[[bytes], object]]:
        return {"ours": self.ours} | ({"peer": self.peer} if self.peer else {})


def _texts(count: int = _FORMS) -> list[bytes]:
    return [one.form.text().encode() for one in examples(count)]


def _pages() -> list[bytes]:
    return [html_pages.table(text.decode()).encode() for text in _texts()]


def _page_texts(family: str) -> list[bytes]:
    return [page.text.encode() for page in pages(family, _PAGES)]


def _prints() -> list[bytes]:
    styles = (f"body {{ font: 11pt '{font}' }}" for font in paper.THAI_FONTS)
    texts = (content.decode() for content in _texts(_PRINTED_FORMS))
    return [paper.printed(html_pages.preformatted(text, style)) for text, style in zip(texts, styles, strict=False)]


def _scans() -> list[bytes]:
    random = Random("scans")
    texts = [content.decode() for content in _texts(_SCANNED_FORMS)]
    pages = [paper.scanned(paper.printed(html_pages.preformatted(text)), random)[:1] for text in texts]
    return [paper.as_picture(page, "PNG") for page in pages]


_RACES = (
    _Race("form: text", _texts, ms_max=0.5),
    _Race("form: HTML", _pages),
    _Race("form: HTML, lines only", _pages, ours=read, peer=peers.lexbor_text, ratio_max=2),
    _Race("form: PDF", _prints, peer=peers.pdfium_text, ratio_max=1.3, is_possible=paper.has_browser),
    _Race("form: scan", _scans, peer=peers.tesseract_text, ratio_max=1.1, is_possible=GROUPS["form: scan"].is_possible),
    *(_Race(f"{family}: text", partial(_page_texts, family)) for family in FAMILIES),
)


def _lap(race: _Race) -> Mapping[str, Time] | None:
    """Return the times of a race, None when we do not reach its end."""
    try:
        return by_turns(race.ways, race.items())
    except RefusedError:
        return None


def _speed_table(laps: Sequence[tuple[_Race, Mapping[str, Time] | None]]) -> Iterator[str]:
    yield "Bytes to records, medians over different documents; by turns with the library's own work on the same bytes."
    yield ""
    yield "| document | ours, ms | this process, ms | peer | peer, ms | ratio | target | met |"
    yield "|---|---:|---:|---|---:|---:|---|---|"
    for race, times in laps:
        if times is None:
            yield f"| {race.name} | refused | | | | | | **no** |"
            continue
        ours, peer = times["ours"], times.get("peer")
        ratio = ours.wall_ms / peer.wall_ms if peer else None
        target, is_met = _judged(race, ours, ratio)
        theirs = (
            ("", "", "")
            if peer is None or race.peer is None
            else (peers.NAMES[race.peer], f"{peer.wall_ms:.2f}", f"{ratio:.2f}")
        )
        columns = (race.name, f"{ours.wall_ms:.2f}", f"{ours.process_ms:.2f}", *theirs, target, is_met)
        yield f"| {' | '.join(columns)} |"


def _judged(race: _Race, ours: Time, ratio: float | None) -> tuple[str, str]:
    if race.ms_max is not None:
        return f"≤ {race.ms_max} ms", met(ours.process_ms <= race.ms_max)
    if race.ratio_max is not None and ratio is not None:
        return f"ratio ≤ {race.ratio_max}", met(ratio <= race.ratio_max)
    return "", ""
