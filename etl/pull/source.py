"""What every kind of source shares: the files it yields, how often it is retried, and its limits."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from etl.errors import UNREADABLE_RULE, BadInputError, DocumentFault, SourceUnavailableError
from etl.settings import Reach

ATTEMPTS = 4

# Retries what may work a moment later; the last SourceUnavailableError is raised.
persistently = retry(
    retry=retry_if_exception_type(SourceUnavailableError),
    stop=stop_after_attempt(ATTEMPTS),
    wait=wait_exponential_jitter(multiplier=0.5, max=8),
    reraise=True,
)

Reported = float | datetime | str | None
"""When a source says that something was modified: seconds since 1970, a time, the text of a header, or nothing."""


class File(NamedTuple):
    """A file of a source: its address, its bytes, and when the source says that it was modified."""

    uri: str
    content: bytes
    reported: Reported


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


Refuse = Callable[[int, bytes], DocumentFault | None]
"""Returns why a file need not be read, given its size in bytes and its first and last bytes; None if it must."""

Files = Callable[[str, Access], Iterable[File | Skipped]]
"""The function `files` of each scheme: it yields the files at an address.

Raises BadInputError when there is nothing at it, SourceUnavailableError when it does not answer.
"""


def nothing_at(address: str) -> BadInputError:
    """Return the error that there is nothing at an address."""
    return BadInputError(
        f"there is nothing at {address}; check its spelling, or name another folder or address of exports"
    )


def too_big(reach: Reach) -> str:
    """Return why a file is not taken that holds more bytes than may be."""
    return f"it holds more than {reach.bytes_max:,} bytes; split it, or set ETL_SOURCE_BYTES_MAX"
