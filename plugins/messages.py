"""Composes messages in Thai and English, and sends them through Apprise: mail, LINE, Slack, Teams, webhooks.

They go to the addresses of the Connection `reporting_alerts`; without that Connection, to those of the environment
variable ETL_ALERTS. Their texts are in `messages.toml`.
"""

import logging
import os
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlencode

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException

if TYPE_CHECKING:
    from apprise import Apprise

CONNECTION = "reporting_alerts"
ADDRESSES = "ETL_ALERTS"

log = logging.getLogger("messages")


class Message(NamedTuple):
    """A title and a body, as they are sent."""

    title: str
    body: str
    body_format: str = "text"


def compose(kind: str, subject: str, values: Mapping[str, str | None]) -> Message:
    """Return the message of a kind in `messages.toml`; lines whose value is missing are left out."""
    texts = _texts()
    said = {name: value for name, value in values.items() if value}
    lines = [line.format(**said) for name, line in texts["line"].items() if name in said]
    advice = [text.strip() for name, text in texts["advice"].items() if name == kind or name in said]
    return Message(texts["title"][kind].format(subject=subject), "\n".join([*lines, *advice]))


def send(message: Message) -> bool:
    """Send a message; return False only if it could not be sent, and True also if there is no address.

    A message that cannot be sent is logged and raises nothing: no run fails because of its message.
    """
    try:
        addresses = addresses_of(Connection.get(CONNECTION))
    except AirflowNotFoundException:
        addresses = _addresses_of_variable()
    sent = bool(_apprise(addresses).notify(**message._asdict())) if addresses else None
    return _logged(message, sent=sent)


async def send_from_triggerer(message: Message) -> bool:
    """Do the same as `send`, for the callbacks that Airflow's triggerer runs."""
    try:
        addresses = addresses_of(await Connection.async_get(CONNECTION))
    except AirflowNotFoundException:
        addresses = _addresses_of_variable()
    sent = bool(await _apprise(addresses).async_notify(**message._asdict())) if addresses else None
    return _logged(message, sent=sent)


def addresses_of(connection: Connection) -> list[str]:
    """Return the Apprise addresses of a Connection: those in its password, or that of its mail server.

    A Connection of the type `smtp` has server, login and sender as for Airflow itself, and the receiver in its extra
    `to`.
    """
    if connection.conn_type != "smtp":
        return (connection.password or "").split()
    extra = connection.extra_dejson
    login = ":".join(quote(part, safe="") for part in (connection.login, connection.password) if part)
    server = f"{login and login + '@'}{connection.host}" + (f":{connection.port}" if connection.port else "")
    # As Airflow does: encrypted from the first byte unless `disable_ssl`, and else from then on unless `disable_tls`.
    mode = "ssl" if not extra.get("disable_ssl") else "starttls" if not extra.get("disable_tls") else "insecure"
    options = {"from": extra.get("from_email"), "to": extra.get("to"), "mode": mode}
    named = urlencode({name: value for name, value in options.items() if value})
    return [f"{'mailto' if mode == 'insecure' else 'mailtos'}://{server}?{named}"]


def _addresses_of_variable() -> list[str]:
    return os.environ.get(ADDRESSES, "").split()


def _apprise(addresses: Sequence[str]) -> "Apprise":
    from apprise import Apprise, logger

    sender = Apprise()
    for number, address in enumerate(addresses, start=1):
        logger.disabled = True  # it would log the address, which may hold a password
        is_usable = sender.add(address)
        logger.disabled = False
        if not is_usable:
            log.error("Apprise cannot use address %s of %s or %s", number, CONNECTION, ADDRESSES)
    return sender


def _logged(message: Message, *, sent: bool | None) -> bool:
    match sent:
        case None:
            log.warning("not sent: neither %s nor %s has an address: %s", CONNECTION, ADDRESSES, message.title)
        case True:
            log.info("sent: %s", message.title)
        case False:
            log.error("could not be sent: %s", message.title)
    return sent is not False


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
