"""What stands at the end of a form: its certification, and who signed it and when.

In come the texts of lines from the certification on. Out comes whether they are of that; what is not may change what
the form says, as any other text that belongs to no field.
"""

import re

from etl.families.printed_form.lines import WORDS
from etl.parse.grammar import label_pattern, shape
from etl.parse.unplaced import takes_back

_CERTIFIED = re.compile(rf".*?{label_pattern(WORDS['certified'])}", re.DOTALL)
_CERTIFIED_SHAPE = shape(WORDS["certified"])
_DIGIT = "[0-9๐-๙]"
_DAY = rf"{_DIGIT}{{1,2}}\s?(?:[/.-]\s?{_DIGIT}{{1,2}}\s?[/.-]|[ก-๎.]{{2,12}})\s?(?:พ\.?ศ\.?\s?)?{_DIGIT}{{2,4}}"
_SIGNED = re.compile(
    rf"[\s(.…_]*+(?:{label_pattern(*WORDS['signers'])}[^0-9๐-๙:=]{{0,80}}|(?:วันที่\s*:?\s*)?{_DAY}[\s).…_]*+|วันที่[\s./…_]*+)"
    r"|\s*\([^0-9๐-๙:=()]{1,60}\)\s*"
)
_NO_NAME = re.compile("ไม่|ขอ(?!ง)|รายงานนี้|รายงานฉบับ|เบิก")  # what stands in no name and no post


def behind_certification(text: str) -> str:
    """Return what stands behind the certification on its line; empty where nothing does."""
    match = _CERTIFIED.match(text)
    rest = text[match.end() :].strip() if match else ""
    return rest if any(map(str.isalnum, rest)) else ""


def is_of_signature(text: str) -> bool:
    """Tell whether a line below the certification goes on with it, or says who signed it, or when."""
    if not any(map(str.isalnum, text)):
        return True
    return shape(text) in _CERTIFIED_SHAPE or (
        _SIGNED.fullmatch(text) is not None and not _NO_NAME.search(text) and not takes_back(text)
    )
