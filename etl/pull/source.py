"""What every kind of source shares: what it lists, how a file is fetched, how often it is retried, and its limits."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from etl.errors import UNREADABLE_RULE, BadInputError, SourceUnavailableError
from etl.pull.spool import Spool
from etl.settings import Reach

ATTEMPTS = 4
# Clocks of two machines may differ by this much without a finding; `dw.is_to_come` has the same limit.
CLOCK_SKEW = timedelta(minutes=5)
# What was changed less than so long before it was fetched may have been changed again within the same tick of a clock,
# the slowest of which ticks every other second: it is fetched once more.
SETTLED = timedelta(seconds=2)
SETTLED_ELSEWHERE = SETTLED + CLOCK_SKEW  # by another machine's clock

# Retries what may work a moment later; the last SourceUnavailableError is raised.
persistently = retry(
    retry=retry_if_exception_type(SourceUnavailableError),
    stop=stop_after_attempt(ATTEMPTS),
    wait=wait_exponential_jitter(multiplier=0.5, max=8),
    reraise=True,
)

Reported = float | datetime | str | None
"""When a source says that something was modified: seconds since 1970, a time, the text of a header, or nothing."""


class Listed(NamedTuple):
    """A file as its source lists it: its address, which version of it that is, and when it was modified.

    While the version is the same, so are the bytes; it is None where the source says too little to tell. `found_by` is
    what the source itself finds the file by.
    """

    uri: str
    version: str | None
    reported: Reported
    found_by: Any = None


class Fetched(NamedTuple):
    """What a source said of a file when it was fetched; the address is where it was found in the end."""

    uri: str
    version: str | None
    reported: Reported
    is_unchanged: bool = False


class Skipped(NamedTuple):
    """A file that cannot be taken from a source: its address, the reason, and the rule that `etl parse` reports."""

    uri: str
    reason: str
    rule_id: str = UNREADABLE_RULE


class Access(NamedTuple):
    """How a source is opened: a login, both parts empty where it needs none, and what pulling may do."""

    username: str
    password: str
    reach: Reach


class Source(Protocol):
    """A place that files are pulled from, opened."""

    @property
    def address(self) -> str:
        """The address of the source, without a login."""

    @property
    def folder(self) -> str | None:
        """What the addresses of all files in it begin with; None where it can only be a file."""

    def listed(self) -> Iterable[Listed | Skipped]:
        """Return the files that are there now, without opening any.

        Raises BadInputError when there is nothing at the address, SourceUnavailableError when it does not answer.
        """

    def fetch(self, found: Listed, version: str | None, spool: Spool, at: datetime) -> Fetched | Skipped:
        """Write the bytes of a file to the spool; none if the server answers that it still has this version.

        Several threads do this at once. Raises TooBigError as the spool does, and what `listed` raises.
        """

    def close(self) -> None:
        """End the connection."""


def folder_at(address: str) -> str:
    """Return what the addresses of all that is in a folder begin with."""
    return f"{address.removesuffix('/')}/"


def nothing_at(address: str) -> BadInputError:
    """Return the error that there is nothing at an address."""
    return BadInputError(
        f"there is nothing at {address}; check its spelling, or name another folder or address of exports"
    )


def too_big(reach: Reach) -> str:
    """Return why a file is not taken that holds more bytes than may be."""
    return f"it holds more than {reach.bytes_max:,} bytes; split it, or set ETL_SOURCE_BYTES_MAX"
