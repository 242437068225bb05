"""What recognition in a picture does to the fixed parts of an export, undone before it is parsed.

In come lines as they were recognised; out come lines whose labels, report headings, statuses, names of agencies and
codes of plans are in their known spelling, where what was recognised is near to one and to no other. Values stay as they
are; one that had to be inferred is among the figures of its line that are not sure.

Near means at most one edit for every five letters of the shape of what is known, and of labels eight letters at least.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice, takewhile
from typing import Any, NamedTuple

from msgspec.structs import replace
from rapidfuzz.distance import Levenshtein

from etl.parse.grammar import is_known_word, label_pattern, shape
from etl.records import Family, Line
from etl.reference import agencies, other_names, plan_nodes, plan_version, sections, words
from etl.thai.text import arabic_digits

LETTERS_PER_EDIT = 5
LETTERS_PER_EDIT_OF_NAME = 10  # names of agencies differ in two letters
LETTERS_MIN = 8

_FORM = words("printed_form")
_PAGE = words("project_page")
_PER_CENT: str = _PAGE["per_cent"]
_REPORTS: dict[str, str] = _FORM["reports"]
_LEVELS: dict[str, list[str]] = words("plan_path")["levels"]
_SHARED_WORDS = ("plan_path", "indicator_quarters")
_VALUE_WORDS = ("indicator_type",)
_STATUSES = ("plan_status", "target_status")
_STRAY_LETTERS_MAX = 12
_DETAIL_LINES_MAX = 4
_NAME_LETTERS_MIN = 15  # of a name of the plan that is cut
_CODE_LETTERS_MAX = 9  # what is recognised for a code, with what parts it from the name

_LOST = re.compile(r"[\s.\u0e48-\u0e4c]")
_MARKS = "\u0e48\u0e49\u0e4a\u0e4b\u0e4c"
_ANYTHING = re.compile("")
_NO_LETTER = re.compile(r"[^\u0e01-\u0e4ea-zA-Z]")
_THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
_D = "[0-9๐-๙]"
_FIGURE = rf"{_D}(?:[0-9๐-๙.,]*{_D})?"
_LEAD = re.compile(
    rf"(?:[\s*#:;.,=~'|-]|ะ\s*:)*(?P<number>\(?[0-9๐-๙IL\]|l]{{1,2}}(?:[.,][0-9๐-๙IL\]|l]{{1,2}})?[.,)]{{0,2}}\s+)?"
)
_LABEL_ENDS = re.compile(r"[.\s\u0e48-\u0e4c]*(?:[:=(*ฯ0-9๐-๙]|$)")
_END = re.compile(r"\W*$")
_COLON = re.compile(r"[.\s]*:")
_WORD = re.compile(r"[^\W_][^\s]*")
_THAI_WORD = re.compile("[\u0e01-\u0e4e]{3}")

_DATE = rf"{_D}{{1,2}}/{_D}{{1,2}}/{_D}{{4}}"
_SLASH = r"[/17lI|J]"  # and what a slash between digits is taken for
_BROKEN_DATE = rf"(?P<day>[0-3][0-9]){_SLASH}(?P<month>[01][0-9]){_SLASH}(?P<year>2[45][0-9]{{2}})"
_GLUED_CLOCK = re.compile(rf"({_D}{{4}}-{_D}{{2}}-{_D}{{2}})[^\s0-9๐-๙](?={_D}{{2}}:)")
_UNDASHED_CODE = re.compile(r"([0-9]{8})([0-9]{4})")
_AMOUNT = re.compile(rf"(?P<figure>{_FIGURE}|[Oo])[-.,\s]*(?P<unit>[a-zA-Z\u0e01-\u0e4e]{{1,5}})?\W*")
_BAHT = "บาท"
_MONEY_LABEL = re.compile(r"\s*งบ")
_SPECKS = re.compile(rf"^[.,;'|]+(?={_D})|(?<={_D})[\s,;'|]+$")
_VALUE = re.compile(r"(?P<label>[^:]*:\s*)(?P<value>\S.*?)\s*")

_BEGINS_REPORT = re.compile(rf"\s*{label_pattern(_REPORTS['heading'])}")
_NUMBERED = re.compile(rf"{_BEGINS_REPORT.pattern}(?P<no>{_D}*)")
_COUNTER = re.compile(rf"\(\s*{label_pattern(_REPORTS['counter'])}(?P<no>{_D}+)")
_HEADING = re.compile(
    rf"{_NUMBERED.pattern}(?P<between>.{{0,8}}?)(?<!{_D})(?:(?P<date>{_DATE})|{_BROKEN_DATE})(?!{_D})"
    r"(?P<after>\s*[:;.]*)\s*(?P<narrative>.*)"
)
_SOUND_BETWEEN = re.compile(r"\s*::?\s*")
_COUNTED = re.compile(rf"[^=:0-9๐-๙]{{0,16}}(?P<no>{_D}{{0,4}})[^=:0-9๐-๙]{{0,4}}[=:–-]+\s*(?P<rest>.*)")
_PAGE_LABEL_REACH = 30
_ONE_LIKE = re.compile(r"[iIl|!]")
_PAGE_NUMBER = re.compile(rf"\W{{0,3}}(?P<no>[0-9๐-๙iIl|!]{{1,3}})\W{{0,3}}")
_PAGE_REPORT = re.compile(
    rf"\s*ฯ?\s*\S{{4,8}}\W{{0,4}}(?P<pct>{_FIGURE})\s*%?\s*\W{{0,3}}(?P<date>{_D}{{4}}-{_D}{{2}}-{_D}{{2}})\W{{0,3}}\s*(?P<rest>.*)"
)
_DEPTHS = {"strategy": 1, "sub_issue": 2, "goal": 3}
_PLAN_LABEL = re.compile(
    "|".join(rf"\s*(?P<{name}>{label_pattern(*_FORM['fields']['1.6'][name])}:\s*)" for name in _DEPTHS)
)
_WORDS_LOST = {0: _LEVELS["strategy"][-1], 1: "", 2: ""}  # below a strategy, the code alone tells the level
_PLAN_HEADING = re.compile(rf"\s*{label_pattern(*_PAGE['sections']['plan'])}")
_YEAR = re.compile(
    rf"^\s*{label_pattern(*_FORM['fields']['1.1']['fiscal_year'])}:?\s*(?P<labelled>25[0-9]{{2}})"
    r"|:\s*\((?P<bracketed>25[0-9]{2})\)\s*$"
)
_AGENCY = re.compile(rf"\s*{label_pattern(*_FORM['fields']['1.2']['agency_path'])}:")
_AGENCY_AND_YEAR = re.compile(rf"(?P<agency>.*\S)(?=\s*:\s*\(\s*{_D}{{4}}\s*\)\s*$)")


def mend(lines: Iterable[Line]) -> list[Line]:
    """Return the lines with their fixed parts in their known spelling; the detail of a report is one line again."""
    labelled = [_mend_page_report(_mend_value(_mend_label(line))) for line in lines]
    return _mend_plan([_mend_agency(line) for line in _mend_reports(labelled)])


# Labels


class _Label(NamedTuple):
    """A known label, its shape, and the number that stands before it where it heads a section of a form."""

    text: str
    shape: str
    number: str = ""


_TITLE = _Label(_FORM["title"], shape(_FORM["title"]))
_PROGRESS, _DISBURSED = (_Label(_REPORTS[name], shape(_REPORTS[name])) for name in ("progress", "disbursed"))


_PAGE_PROGRESS = _Label(_PAGE["progress"][0], shape(_PAGE["progress"][0]))


class _Found(NamedTuple):
    """A known label near to what stands in a text, so many edits away, and where that begins and ends."""

    label: _Label
    edits: int
    start: int
    end: int


@cache
def _labels() -> tuple[_Label, ...]:
    texts = {text: "" for name in (*Family, *_SHARED_WORDS) for text in _strings(words(name))}
    numbers = {text: number for number, some in _FORM["sections"].items() for text in some}
    labels = (_Label(text, shape(text), numbers.get(text, "")) for text in texts)
    return tuple(label for label in labels if len(label.shape) >= LETTERS_MIN)


@cache
def _section_headings() -> tuple[_Label, ...]:
    return tuple(label for label in _labels() if label.number)


def _strings(table: Any) -> Iterator[str]:
    if isinstance(table, str):
        yield table
    elif isinstance(table, dict | list):
        for one in table.values() if isinstance(table, dict) else table:
            yield from _strings(one)


@cache
def _exact() -> re.Pattern[str]:
    return re.compile(label_pattern(*(label.text for label in _labels())))


def _near(
    text: str, start: int, labels: Iterable[_Label], *, ends: re.Pattern[str] = _ANYTHING, letters_per_edit: int = LETTERS_PER_EDIT
) -> _Found | None:
    """Return the label nearest to what begins at a place of the text, and before what may end it.

    None where none is near, or where several are as near: the nearest, and of these the longest, is one.
    """
    places = [place for place in range(start, len(text)) if not _LOST.match(text[place])]
    letters = "".join(text[place] for place in places)
    after = [_behind_marks(text, place + 1) for place in places]
    found: list[_Found] = []
    for label in labels if letters else ():
        size = len(label.shape)
        most = max(1, size // letters_per_edit)
        edits, _, end = min(
            (Levenshtein.distance(letters[:end], label.shape, score_cutoff=most), abs(end - size), end)
            for end in range(max(1, size - most), size + most + 1)
        )
        behind = after[min(end, len(after)) - 1]
        if edits <= most and ends.match(text, behind):
            found.append(_Found(label, edits, start, behind))
    rank = min(((one.edits, -len(one.label.shape)) for one in found), default=None)
    nearest = [one for one in found if (one.edits, -len(one.label.shape)) == rank]
    is_one = len({(one.label.shape, one.label.number) for one in nearest}) == 1
    return nearest[0] if is_one else None


def _behind_marks(text: str, place: int) -> int:
    """Return the place behind the tone marks that stand at a place."""
    while place < len(text) and text[place] in _MARKS:
        place += 1
    return place


def _find(text: str, start: int, label: _Label) -> _Found | None:
    """Return where a label stands in the text from a place on, before a word of which it may begin; the nearest one."""
    places = [match.start() for match in re.finditer(r"[\u0e01-\u0e4e]+", text) if match.start() >= start]
    found = [one for place in places if (one := _near(text, place, [label]))]
    return min(found, key=lambda one: one.edits, default=None)


def _start(text: str) -> int:
    """Return where the first word of a line begins, behind what leads it and the number of a section."""
    lead = _LEAD.match(text)
    return lead.end() if lead else 0


def _mend_label(line: Line) -> Line:
    text = line.text
    if title := _title(text):
        return replace(line, text=title)
    lead = _LEAD.match(text)
    start, number = (lead.end(), lead["number"]) if lead else (0, None)
    exact = _exact().match(text, start)
    if not (exact and (number or _LABEL_ENDS.match(text, exact.end()))):
        found = _near(text, start, _labels(), ends=_LABEL_ENDS) or (
            _near(text, start, _section_headings()) if number else None
        )
        if found:
            text = f"{text[:start]}{found.label.text}{text[found.end :]}"
        elif found := _behind_stray(text):
            text = f"{found.label.text}{text[found.end :]}"
    return replace(line, text=text)


def _behind_stray(text: str) -> _Found | None:
    """Return the label with a colon that stands behind a word or two that are none, such as stars are taken for."""
    for word in islice(_WORD.finditer(text), 1, 3):
        if len(shape(text[: word.start()])) > _STRAY_LETTERS_MAX // 2:
            break
        if found := _near(text, word.start(), _labels(), ends=_COLON):
            return found
    return None


def _title(text: str) -> str | None:
    """Return the title of the form where it is all that stands on a line but a few stray letters for its stars."""
    for word in islice(_WORD.finditer(text), 2):
        found = _near(text, word.start(), [_TITLE])
        if found and len(shape(text[: found.start] + text[found.end :])) <= _STRAY_LETTERS_MAX:
            return found.label.text
    return None


# Values behind a label


def _mend_value(line: Line) -> Line:
    text = _GLUED_CLOCK.sub(r"\1 ", line.text)
    match = _VALUE.fullmatch(text)
    if not match or not _exact().match(text, _start(text)):
        return replace(line, text=text)
    printed = _SPECKS.sub("", match["value"])
    value, is_sure = printed, False
    if broken := re.fullmatch(_BROKEN_DATE, printed):
        value = "/".join(broken.groups())
    elif code := _UNDASHED_CODE.fullmatch(printed):
        value = "-".join(code.groups())
    elif _MONEY_LABEL.match(match["label"]) and (amount := _AMOUNT.fullmatch(printed)):
        value, is_sure = _amount(amount)
    elif word := _near(printed, 0, _value_words(), ends=_END):
        value, is_sure = word.label.text, word.edits == 0
    mended = () if is_sure or value == printed else (value.removesuffix(_BAHT).strip(),)
    return replace(line, text=match["label"] + value, mended=mended)


@cache
def _value_words() -> tuple[_Label, ...]:
    texts = [text for name in _VALUE_WORDS for text in _strings(words("vocabulary")[name])]
    return tuple(_Label(text, shape(text)) for text in texts if len(shape(text)) >= LETTERS_MIN)


def _amount(match: re.Match[str]) -> tuple[str, bool]:
    """Return an amount in baht, its digits in groups of three, and whether all of its figure was recognised."""
    figure = "0" if match["figure"] in "Oo" else match["figure"]
    whole, point, rest = figure.partition(".")
    groups = whole.split(",")
    if len(groups) > 1 and len(groups[0]) > 3 and all(len(group) % 3 == 0 for group in groups[1:]):
        whole = f"{int(''.join(groups)):,}"
    spelled = f"{whole}{point}{rest}"
    return f"{spelled} บาท", spelled == match["figure"]


# Reports


def _mend_page_report(line: Line) -> Line:
    """Return the heading of a report on a page with its brackets, as they stand around its number and its date."""
    label = _find(line.text[:_PAGE_LABEL_REACH], 0, _PAGE_PROGRESS)
    lead = _PAGE_NUMBER.fullmatch(line.text[: label.start]) if label else None
    rest = _PAGE_REPORT.fullmatch(line.text, label.end) if label else None
    if not (lead and rest):
        return line
    number = _ONE_LIKE.sub("1", lead["no"])
    text = f"({number}) {_PAGE_PROGRESS.text}ฯ {_PER_CENT} {rest['pct']} ({rest['date']}) {rest['rest']}"
    return replace(line, text=text.rstrip(), mended=() if number == lead["no"] else (number,))



class _Detail(NamedTuple):
    """What the detail of a report says, each in its known spelling, and what of it had to be inferred."""

    progress: str
    counter: str
    amount: str
    statuses: list[str]
    inferred: tuple[str, ...]

    @property
    def text(self) -> str:
        return (
            f":: {_REPORTS['progress']}ฯ = {self.progress} : {_REPORTS['disbursed']} ({_REPORTS['counter']} "
            f"{self.counter}) = {' : '.join([self.amount, *self.statuses])}"
        )


def _mend_reports(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with the headings and details of the reports as they are printed, and each detail in one line."""
    mended: list[Line] = []
    heading, last_no = -1, 0  # where the heading of the report is, and the number of the report before
    rest = list(lines)
    while rest:
        line = rest.pop(0)
        if _BEGINS_REPORT.match(line.text):
            line = _mend_heading(line)
            heading = len(mended)
        elif heading >= 0 and (label := _near(line.text, _start(line.text), [_PROGRESS])):
            size = 1 + sum(1 for _ in takewhile(_goes_on, rest[: _DETAIL_LINES_MAX - 1]))
            line, size = _mend_detail([line, *rest][:size], label.end, mended[heading], last_no + 1)
            del rest[: size - 1]
            mended[heading], last_no = _mend_number(mended[heading], line, last_no + 1)
            heading = -1
        mended.append(line)
    return mended


def _goes_on(line: Line) -> bool:
    """Tell whether a line may go on with a detail: it begins nothing of its own."""
    return not (_exact().match(line.text, _start(line.text)) or _BEGINS_REPORT.match(line.text))


def _mend_heading(line: Line) -> Line:
    match = _HEADING.fullmatch(line.text)
    if match is None:
        return line
    date = match["date"] or "/".join(match.group("day", "month", "year"))
    if match["date"] and _SOUND_BETWEEN.fullmatch(match["between"]) and ":" in match["after"]:
        return line
    text = f"{_REPORTS['heading']} {match['no']} :: {date} : {match['narrative']}"
    return replace(line, text=text, mended=() if match["date"] else (date,))


def _mend_number(heading: Line, detail: Line, expected: int) -> tuple[Line, int]:
    """Return a heading with the number that its detail and the report before it say, and that number."""
    match, counted = _NUMBERED.match(heading.text), _COUNTER.search(detail.text)
    printed = int(arabic_digits(match["no"])) if match and match["no"] else 0
    if not match or printed == expected or not counted or int(arabic_digits(counted["no"])) != expected:
        return heading, printed or expected
    text = f"{_REPORTS['heading']} {expected}{heading.text[match.end():]}"
    return replace(heading, text=text, mended=(*heading.mended, str(expected))), expected


def _mend_detail(lines: Sequence[Line], start: int, heading: Line, expected: int) -> tuple[Line, int]:
    """Return the first of the lines with the whole detail in it, and how many it took; a torn one as it is."""
    torn = lines[0], 1
    for size in range(1, len(lines) + 1):
        detail = _read_detail(" ".join(line.text for line in lines[:size]), start, heading, expected)
        if detail is None or len(detail.statuses) < len(_STATUSES):
            continue
        unsure = tuple(figure for line in lines[:size] for figure in line.unsure)
        whole = replace(lines[0], text=detail.text, unsure=unsure, mended=detail.inferred), size
        if all(map(is_known_word, _STATUSES, detail.statuses)):
            return whole
        torn = torn if torn[1] > 1 else whole
    return torn


def _read_detail(text: str, start: int, heading: Line, expected: int) -> _Detail | None:
    """Return what a detail says, with whatever stands between its parts; None where one of them is not found."""
    disbursed = _find(text, start, _DISBURSED)
    counted = disbursed and _COUNTED.fullmatch(text, disbursed.end)
    if not (disbursed and counted):
        return None
    figures = re.findall(_FIGURE, text[start : disbursed.start])
    amount, *statuses = [part.strip() for part in counted["rest"].split(":") if part.strip()] or [""]
    match = _AMOUNT.fullmatch(amount)
    if len(figures) != 1 or not match:
        return None
    spelled = [_status(name, printed) for name, printed in zip(_STATUSES, statuses, strict=False)]
    spent, is_sure = _amount(match)
    inferred = [] if is_sure else [spent.removesuffix(" บาท")]
    inferred += [word for word, is_sure in spelled if not is_sure]
    extra = [part for part in statuses[len(_STATUSES) :] if _THAI_WORD.search(part)]
    number = _counter(counted["no"], heading, expected)
    return _Detail(figures[0], number, spent, [*(word for word, _ in spelled), *extra], tuple(inferred))


def _counter(printed: str, heading: Line, expected: int) -> str:
    """Return the number of a counter; a bracket behind it may have been taken for one more digit."""
    stated = _NUMBERED.match(heading.text)
    numbers = {arabic_digits(stated["no"]) if stated else "", str(expected)} - {""}
    return next((no for no in numbers if len(printed) > len(no) and arabic_digits(printed)[:-1] == no), printed)


def _status(vocabulary: str, printed: str) -> tuple[str, bool]:
    """Return a status in the spelling of the vocabulary that is near to it, and whether it differed in no letter."""
    letters = _NO_LETTER.sub("", printed)
    found = _near(letters, 0, [_Label(word, shape(word)) for word in words("vocabulary")[vocabulary]])
    if found is None or len(letters) - found.end > 1:
        return printed, True
    return found.label.text, shape(letters) == found.label.shape


# Names of agencies, and codes of plans


@cache
def _agencies() -> tuple[_Label, ...]:
    names = {agency.agency_name for agency in agencies().values() if agency.agency_name}
    names |= {name for code in agencies() for name in other_names(code)}
    names |= {section.section_name for section in sections()}
    return tuple(_Label(name, shape(name)) for name in sorted(names))


def _mend_agency(line: Line) -> Line:
    """Return the line with each name of the agency's path as it is known."""
    label = _AGENCY.match(line.text)
    year = _AGENCY_AND_YEAR.match(line.text)
    start, end = (label.end(), len(line.text)) if label else (0, year.end("agency")) if year else (0, 0)
    parts, mended = [], list(line.mended)
    for part in line.text[start:end].split("/"):
        found = _near(part, 0, _agencies(), letters_per_edit=LETTERS_PER_EDIT_OF_NAME)
        is_one = found is not None and not shape(part[found.end :])
        parts.append(f" {found.label.text} " if found and is_one else part)
        if found and is_one and found.edits:
            mended.append(found.label.text)
    return replace(line, text=line.text[:start] + "/".join(parts).rstrip() + line.text[end:], mended=tuple(mended))


class _Level(NamedTuple):
    """A line that names a node of a plan: on which level, its label and word, and where what follows them begins."""

    depth: int
    words: str
    end: int = 0


def _mend_plan(lines: Iterable[Line]) -> list[Line]:
    """Return the lines with the codes of the plan that belong to the names behind them."""
    lines = list(lines)
    version = plan_version(next(filter(None, map(_fiscal_year, lines)), None))
    mended: list[Line] = []
    depth: int | None = None  # of the level on the line before; 0 where that is the heading of the plan
    for line in lines:
        level = _level(line.text)
        named = _mend_code(line, level or _Level(depth + 1, _WORDS_LOST[depth]), version) if level or depth in _WORDS_LOST else None
        mended.append(named or line)
        if named or level:
            depth = level.depth if level else (depth or 0) + 1
        elif line.text.strip():
            depth = 0 if _PLAN_HEADING.match(line.text) else None
    return mended


def _fiscal_year(line: Line) -> int | None:
    match = _YEAR.search(arabic_digits(line.text))
    return int(match["labelled"] or match["bracketed"]) if match else None


def _level(text: str) -> _Level | None:
    """Return the level that a line's label tells, or else its word."""
    label = _PLAN_LABEL.match(text)
    start = label.end() if label else 0
    words_near = [(_near(text, start, _level_words(depth)), depth) for depth in _DEPTHS.values()]
    word, depth = min(
        ((found, depth) for found, depth in words_near if found), key=lambda one: one[0].edits, default=(None, 0)
    )
    if label and label.lastgroup:
        depth = _DEPTHS[label.lastgroup]
    if not (word or label):
        return None
    spelled = f"{text[:start]}{word.label.text if word else ''}"
    return _Level(depth, spelled, word.end if word else start)


@cache
def _level_words(depth: int) -> list[_Label]:
    return [_Label(word, shape(word)) for word in list(_LEVELS.values())[depth - 1]]


def _mend_code(line: Line, level: _Level, version: str | None) -> Line | None:
    """Return the line with the code that belongs to the name on it; None where that is near to no name of the plan."""
    rest = line.text[level.end :]
    nodes = _nodes(level.depth, version) or _nodes(level.depth, None)
    starts = [word.start() for word in _WORD.finditer(rest) if word.start() <= _CODE_LETTERS_MAX]
    named = [found for start in starts if (found := _near(rest, start, _cut(nodes, rest[start:])))]
    nearest = min(named, key=lambda one: one.edits, default=None)
    if nearest is None:
        return None
    printed = re.search(rf"{_D}(?:\.?{_D})*", rest[: nearest.start])
    stated, code = arabic_digits(printed[0]) if printed else "", nearest.label.number
    unsure = tuple(figure for figure in line.unsure if arabic_digits(figure) not in (stated, code))
    between = " - " if level.depth < len(_DEPTHS) else " "
    text = f"{level.words.strip()} {code.translate(_THAI_DIGITS)}{between}{rest[nearest.start :]}"
    return replace(line, text=text.lstrip(), unsure=unsure, mended=() if code == stated else (code,))


@cache
def _nodes(depth: int, version: str | None) -> tuple[_Label, ...]:
    """Return the names on a level of a plan, or of all plans, with their codes for numbers."""
    return tuple(
        _Label(node.name, shape(node.name), node.code)
        for node in plan_nodes().values()
        if node.code.count(".") == depth - 1 and version in (None, node.plan_version)
    )


def _cut(nodes: Iterable[_Label], text: str) -> list[_Label]:
    """Return the names as short as the text, which may be cut."""
    size = len(shape(text.rstrip("% ")))
    return [node._replace(shape=node.shape[: max(size, _NAME_LETTERS_MIN)]) for node in nodes]
