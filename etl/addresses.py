"""Names into addresses, a different one for each name: printable Unicode, from which the name's bytes can be had again.

An ordinary name stands in its address as it is, Thai or not. Escaped as `%XX` are the letters of a name that is no
UTF-8, those that nobody sees or that command a terminal, a `%` that would be taken for an escape, and a `!` that would
be taken for the end of an archive's name.
"""

import hashlib
import re
from urllib.parse import quote, unquote_to_bytes

ADDRESS_BYTES_MAX = 2_000  # an index of PostgreSQL takes no entry of more than 2,704 bytes
_DIGEST_LETTERS = 16
_AMBIGUOUS = re.compile("%(?=[0-9A-Fa-f]{2})|!(?=/|$)")


def escape(name: bytes | str) -> str:
    """Return a name, or a path of names, as an address has it; a text may hold what `os.fsdecode` makes."""
    text = "/".join(map(_decoded, name.split(b"/"))) if isinstance(name, bytes) else name
    return escape_unseen(_AMBIGUOUS.sub(lambda match: f"%{ord(match[0]):02X}", text))


def escape_unseen(text: str) -> str:
    """Return a text, as an address that has its own escapes, with what nobody sees escaped as well."""
    return text if text.isprintable() else "".join(map(_seen, text))


def unescape(address: str) -> bytes:
    """Return the bytes of the name, or path of names, that an address or a part of it was made from."""
    return unquote_to_bytes(address)


def bounded(address: str) -> str:
    """Return an address as it is, or, when it is longer than an index takes, its beginning and a hash of it."""
    content = address.encode()
    if len(content) <= ADDRESS_BYTES_MAX:
        return address
    digest = hashlib.sha256(content).hexdigest()[:_DIGEST_LETTERS]
    return f"{content[: ADDRESS_BYTES_MAX - _DIGEST_LETTERS - 4].decode(errors='ignore')}…{digest}"


def _decoded(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:  # of another encoding, in which what is UTF-8 by chance means something else
        return name.decode("ascii", "surrogateescape")


def _seen(letter: str) -> str:
    return letter if letter.isprintable() else quote(letter.encode("utf-8", "surrogateescape"), safe="")
