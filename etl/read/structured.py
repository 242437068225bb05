"""JSON and YAML, as programs and language models transcribe an export, turned into lines that keep the nesting.

Nothing in a file says that it is such a text. It is taken for one if all of it, or all between two code fences, can be
parsed. A key and its value are two cells of one line; the second is empty for null. Further lines of a value stand
below, behind an empty cell: a list as items with a dash, a list of flat records as a table with a row of keys. Any
other record stands between lines of braces. Numbers stay as they are written.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from etl.errors import LIMIT_RULE, DocumentFault

BEGIN, END = "{", "}"
"""The lines round the keys of one record; no other reader gives such lines."""

_FENCE = re.compile(r"[ \t]*(?:`{3,}|~{3,})[ \t]*(?:json[l5]?|ya?ml)?[ \t]*", re.IGNORECASE)
_FENCES = 2  # round the text
_JSON = re.compile(r"\s*[{\[]\s*[\"{\[\]}]")
# What a text in YAML begins with: three dashes, or a key with a colon right behind it.
_YAML = re.compile(r"\s*(?:---\s*\n|(?:- )?[^\s:#*|>\"'`\[{-][^:\n]*(?<!\s):(?: [^\n]*)?\n)")
_NESTED = re.compile(r"\n(?:[ ]+[^\s:][^:\n]*:|[ ]*- )")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_DEPTH_MAX = 50
_COLUMNS_MAX = 64  # of a table; records that have more keys together are written one by one
_TOO_DEEP = f"records of the text nest more than {_DEPTH_MAX} deep; flatten them"

Value = str | list[Any] | tuple[tuple[str, Any], ...]
"""A scalar as it is written (empty for null), a list of values, or a record as pairs of key and value."""


def lines_of(text: str) -> list[str] | None:
    """Return the lines of a text in JSON or YAML; None for any other text.

    Raises DocumentFault when its records nest too deep.
    """
    before, after = list[str](), list[str]()
    if "```" in text or "~~~" in text:
        lines = text.splitlines()
        fences = [place for place, line in enumerate(lines) if _FENCE.fullmatch(line)]
        if len(fences) != _FENCES:
            return None
        first, last = fences
        before, text, after = lines[:first], "\n".join((*lines[first + 1 : last], "")), lines[last + 1 :]
    values = _json(text) if _JSON.match(text) else _yaml(text) if _is_yaml(text) else []
    if not any(isinstance(value, list | tuple) for value in values):
        return None
    return [*before, *(line for value in values for line in _lines(value)), *after]


def _json(text: str) -> list[Value]:
    """Return the value of a text in JSON, or that of each of its lines; none where it is not JSON."""
    try:
        return [_loaded(text)]
    except ValueError:
        pass
    try:
        return [_loaded(line) for line in text.splitlines() if line.strip()]
    except ValueError:
        return []


def _loaded(text: str) -> Value:
    """Return the value of a text in JSON. Raises ValueError for other text, DocumentFault for too deep nesting."""
    try:
        return _plain(json.loads(text, object_pairs_hook=tuple, parse_float=str, parse_int=str), _DEPTH_MAX)
    except RecursionError as error:
        raise DocumentFault(LIMIT_RULE, _TOO_DEEP) from error


def _plain(value: Any, depth: int) -> Value:
    if not depth:
        raise DocumentFault(LIMIT_RULE, _TOO_DEEP)
    if isinstance(value, list):
        return [_plain(part, depth - 1) for part in value]
    if isinstance(value, tuple):
        return tuple((key, _plain(part, depth - 1)) for key, part in value)
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _is_yaml(text: str) -> bool:
    return _YAML.match(text) is not None and _NESTED.search(text) is not None


def _yaml(text: str) -> list[Value]:
    """Return the values of a text in YAML; none for other text, and for one with aliases to other parts of itself."""
    try:
        return _of_events(yaml.parse(text, Loader=yaml.CSafeLoader))
    except (yaml.YAMLError, ValueError):
        return []


def _of_events(events: Iterable[yaml.Event]) -> list[Value]:
    """Return the values of the events. Raises ValueError for an alias: a few of them could grow without bounds."""
    values: list[Value] = []
    opened: list[list[Value]] = [values]
    for event in events:
        if isinstance(event, yaml.AliasEvent):
            raise ValueError("an alias")  # noqa: TRY004 - of what is in the text
        if isinstance(event, yaml.CollectionStartEvent):
            if len(opened) > _DEPTH_MAX:
                raise DocumentFault(LIMIT_RULE, _TOO_DEEP)
            opened.append([])
        elif isinstance(event, yaml.CollectionEndEvent):
            parts = opened.pop()
            is_record = isinstance(event, yaml.MappingEndEvent)
            pairs = zip(map(_key, parts[::2]), parts[1::2], strict=True) if is_record else ()
            opened[-1].append(tuple(pairs) if is_record else parts)
        elif isinstance(event, yaml.ScalarEvent):
            is_null = not event.style and event.value in _NULLS
            opened[-1].append("" if is_null else event.value)
    return values


def _key(value: Value) -> str:
    return value if isinstance(value, str) else str(value)


def _lines(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        yield from value.splitlines()
    elif isinstance(value, tuple):
        yield BEGIN
        for key, part in value:
            yield from _pair(_cell(key), part)
        yield END
    elif keys := _columns(value):
        yield "\t".join(map(_cell, keys))
        for record in value:
            cells = dict(record)
            yield "\t".join(_cell(cells.get(key, "")) for key in keys)
    else:
        for part in value:
            yield from (f"- {_cell(part)}",) if isinstance(part, str) else _lines(part)


def _pair(key: str, value: Value) -> Iterator[str]:
    """Yield the line of a key and its value, and the further lines of the value."""
    first, *others = [line.strip() for line in value.splitlines()] or [""] if isinstance(value, str) else ("",)
    yield f"{key}\t{first}"
    for line in others:
        yield f"\t{line}"
    is_nested = isinstance(value, tuple)
    for line in () if isinstance(value, str) else _lines(value):
        is_nested = is_nested or line == BEGIN
        yield line if is_nested else f"\t{line}"


def _columns(values: list[Any]) -> list[str]:
    """Return all keys of the values if these are flat records that make a table, else none."""
    if not all(_is_flat(value) for value in values):
        return []
    keys = list(dict.fromkeys(key for record in values for key, _ in record))
    return keys if len(keys) <= _COLUMNS_MAX else []


def _is_flat(value: Value) -> bool:
    """Tell whether a value is a record of scalars in which no key stands twice."""
    return (
        isinstance(value, tuple)
        and all(isinstance(part, str) for _, part in value)
        and len({key for key, _ in value}) == len(value)
    )


def _cell(text: str) -> str:
    return " ".join(text.split())
