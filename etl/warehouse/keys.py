"""Surrogate keys as the warehouse makes them, for rows that are made before they reach it."""

import hashlib


def surrogate_key(*parts: str | None) -> int:
    """Return what `dw.key` returns for the same parts: 63 bits of their hash, None being a part of its own."""
    joined = "\x1f".join("\x1e" if part is None else part for part in parts)
    return _63_bits(hashlib.md5(joined.encode(), usedforsecurity=False).digest())


def document_key(sha256: str) -> int:
    """Return the key of the document whose bytes have this hash."""
    return _63_bits(bytes.fromhex(sha256))


def _63_bits(digest: bytes) -> int:
    return int.from_bytes(digest[:8]) & 0x7FFF_FFFF_FFFF_FFFF
