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
from bench.sizes import Size
from bench.targets import Part, Target, at_most, none
from bench.timing import Time, by_turns
from etl.extract import extract
from etl.read import read
from tests import html_pages
from tests.varied_pages import FAMILIES

_MISSES_SHOWN, _WORST_SHOWN = 5, 3
_FORMS, _PRINTED_FORMS, _SCANNED_FORMS, _PAGES = 200, 7, 3, 100


def run(console: Console, size: Size, only: Collection[str]) -> Iterator[tuple[str, Part]]:
    """Measure the steps, accuracy and speed; yield each with what it gives."""
    steps = {"accuracy": lambda: _accuracy(console, size.corpus), "speed": lambda: _speed(console)}
    yield from ((name, step()) for name, step in steps.items() if name in only)


# Accuracy


def _accuracy(console: Console, scale: int) -> Part:
    """Score every group of documents, the one that is read worst first."""
    scores: dict[str, Score] = {}
    for name in track([name for name, group in GROUPS.items() if group.is_possible()], "accuracy", console=console):
        scores |= score(list(cases(name, scale)))
    for name, one in scores.items():
        for miss in one.misses[:_MISSES_SHOWN]:
            console.print(f"{name}: {miss}", markup=False, highlight=False, soft_wrap=True)
    worst_first = sorted(scores, key=lambda name: (scores[name].structured_pct, scores[name].prose_pct))
    sound = {name: scores[name] for name in worst_first if scores[name].fields}
    measured = {name.partition(":")[0] for name in scores} | set(scores)
    fields, documents = (sum(getattr(one, name) for one in scores.values()) for name in ("fields", "documents"))
    about = f"{documents:,} documents with known truth, {fields:,} structured fields; read worst: " + "; ".join(
        f"{name} {one.structured_pct:.3f} % of fields, {one.prose_pct:.3f} % of prose"
        for name, one in list(sound.items())[:_WORST_SHOWN]
    )
    unmeasured = [name for name in GROUPS if name not in measured]
    if unmeasured:
        about += f"; not measured, for a program is not installed: {', '.join(unmeasured)}"
    return Part([*_accuracy_targets(scores)], {name: _told(scores[name]) for name in worst_first}, f"{about}.")


def _told(one: Score) -> dict[str, float]:
    return {
        "documents": one.documents, "fields": one.fields, "structured_pct": one.structured_pct,
        "prose_pct": one.prose_pct, "wrong_in_silence": one.wrong_in_silence, "refused": one.refused,
        "loaded_in_silence": one.loaded_in_silence,
    }  # fmt: skip


def _accuracy_targets(scores: Mapping[str, Score]) -> Iterator[Target]:
    sound = {name: one for name, one in scores.items() if one.fields}
    scans = [one.structured_pct for name, one in sound.items() if "scan" in name]
    exact = [one.structured_pct for name, one in sound.items() if "scan" not in name]
    pdfs = [one.prose_pct for name, one in sound.items() if "PDF" in name]
    for what, least_pct, pcts in (
        ("structured fields exact on scans, the worst group", 98, scans),
        ("structured fields exact on all other channels, the worst group", 100, exact),
        ("characters of prose exact on PDF, the worst group", 99.9, pdfs),
    ):
        if pcts:
            yield Target(what, f"≥ {least_pct} %", f"{min(pcts):.3f} %", min(pcts) >= least_pct)
    yield none("structured values wrong without a finding", sum(one.wrong_in_silence for one in sound.values()))
    yield none("readable documents refused", sum(one.refused for one in sound.values()))
    yield none("broken documents loaded in silence", sum(one.loaded_in_silence for one in scores.values()))


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
    _Race("form: HTML, lines only", _pages, ours=read, peer=peers.lexbor_text, ratio_max=3),
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


def _speed(console: Console) -> Part:
    races = [race for race in _RACES if race.is_possible()]
    laps = [(race, _lap(race)) for race in track(races, "speed", console=console)]
    targets = [target for race, times in laps if (target := _judged(race, times))]
    details = {race.name: {name: one._asdict() for name, one in (times or {}).items()} for race, times in laps}
    return Part(
        targets, details, "Bytes to records, medians over different documents, by turns with the peer's own part."
    )


def _judged(race: _Race, times: Mapping[str, Time] | None) -> Target | None:
    """Return the target of a race; None where it has none."""
    if times is None:
        return Target(race.name, "", "refused", is_met=False)
    if race.ms_max is not None:
        return at_most(f"{race.name}, read and parsed", times["ours"].process_ms, race.ms_max, " ms")
    if race.ratio_max is not None and race.peer is not None:
        what = f"{race.name}, of {peers.NAMES[race.peer]}"
        return at_most(what, times["ours"].wall_ms / times["peer"].wall_ms, race.ratio_max, " ×")
    return None
