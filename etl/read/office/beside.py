"""What an office program shows beside the text: comments, names of sheets, heads and feet of printed pages.

In come their texts, out comes what is said. The name of a sheet is only told where it concerns the values.
"""

import re
from collections.abc import Iterable, Iterator

from etl.read.pages import Beside
from etl.thai.remarks import concerns, name_concerns

_SHOWN_MAX = 60  # characters of what a comment is on
_PAGE = re.compile(
    r"(?:หน้า(?:ที่)?|page)?\s*(?:&P|[0-9๐-๙]{1,4})\s*(?:(?:/|จาก|of)\s*(?:&N|[0-9๐-๙]{1,4}))?", re.IGNORECASE
)


def comment(text: str, on: str = "") -> Iterator[Beside]:
    """Yield a comment, and the beginning of what it is on; nothing where it is blank."""
    if text.strip():
        where = " ".join(on.split())[:_SHOWN_MAX]
        yield Beside(text, f"a comment on “{where}”" if where else "a comment", concerns(text))


def sheet_names(names: Iterable[str]) -> Iterator[Beside]:
    """Yield the names of sheets that state a unit, or take back what the sheet says."""
    return (Beside(name, "the name of a sheet", concerns=True) for name in names if name_concerns(name))


def margins(texts: Iterable[str]) -> Iterator[Beside]:
    """Yield the heads and feet of pages, each once."""
    for text in dict.fromkeys(" ".join(text.split()) for text in texts):
        if any(map(str.isalpha, _PAGE.sub("", text))):
            yield Beside(text, "the head or foot of a page", name_concerns(text))
