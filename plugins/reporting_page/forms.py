"""What the pages may be asked, as it stands in their addresses; an empty text asks nothing."""

from typing import Annotated, Literal

from fastapi import Path, Query

NO_AGENCY = "none"

Offset = Annotated[int, Query(ge=0, le=10_000_000)]
FiscalYear = Annotated[str, Query(pattern=r"^(2[45][0-9]{2})?$")]
LoadId = Annotated[int, Path(ge=1, le=2**63 - 1)]
RunId = Annotated[str, Query(max_length=250, pattern=r"^[^\x00]*$")]
RuleId = Annotated[str, Query(pattern=r"^(R-[a-z0-9-]{1,80})?$")]
AgencyCode = Annotated[str, Query(pattern=rf"^([0-9]{{4}}|{NO_AGENCY})?$")]
Days = Annotated[str, Query(pattern=r"^[0-9]{0,4}$")]
Severity = Literal["", "critical", "warning", "info"]


def number(text: str) -> int | None:
    """Return the number that is asked for; None for an empty text."""
    return int(text) if text else None


def agency_code(text: str) -> str | None:
    """Return the code that is asked for, "" for those of no known agency; None for an empty text."""
    return "" if text == NO_AGENCY else text or None
