"""Surrogate keys as the warehouse makes them, for rows that are made before they reach it."""

import hashlib

_MASK = 0x7FFF_FFFF_FFFF_FFFF


def surrogate_key(*parts: str | None) -> int:
    """Return what `dw.key` returns for the same parts: 63 bits of their hash, None being a part of its own."""
    joined = "\x1f".join("\x1e" if part is None else part for part in parts)
    return int.from_bytes(hashlib.md5(joined.encode(), usedforsecurity=False).digest()[:8]) & _MASK
