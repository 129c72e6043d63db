"""Keyed digests of distinct values, and how they are written as text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ALPHABETS", "Alphabet", "joined_parts", "keyed_digests", "spelled"]

Alphabet = Literal["base32", "hex"]
# Of RFC 4648, without padding: capitals and digits survive every spreadsheet, database and file name.
ALPHABETS: dict[str, tuple[int, bytes]] = {
    "base32": (5, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    "hex": (4, b"0123456789abcdef"),
}
_BLOCK = 64  # bytes that SHA-256 takes at once
_AT_ONCE = 1 << 16  # digests spelled at a time, to bound memory


def keyed_digests(key: bytes, messages: Iterable[bytes], size: int = 32) -> bytes:
    """Return HMAC-SHA256 (RFC 2104) of each message, each cut to so many bytes, one behind the other.

    The states behind both pads are made once, which is half the work of a short message.

    Parameters
    ----------
    key
        At most 64 bytes.
    messages
        What to digest.
    size
        How many bytes to keep of each, 1 to 32.

    Examples
    --------
    >>> keyed_digests(b"key", [b"The quick brown fox jumps over the lazy dog"], 4).hex()
    'f7bc83f4'
    """
    if len(key) > _BLOCK:
        raise ValueError("A key of HMAC-SHA256 has at most 64 bytes here.")
    padded = key.ljust(_BLOCK, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))
    found = []
    for message in messages:
        one, two = inner.copy(), outer.copy()
        one.update(message)
        two.update(one.digest())
        found.append(two.digest()[:size])
    return b"".join(found)


def spelled(digests: bytes, size: int, alphabet: str) -> pa.StringArray:
    """Write digests of so many bytes each as texts, all at once.

    Parameters
    ----------
    digests
        One behind the other.
    size
        Bytes of each.
    alphabet
        A name in ``ALPHABETS``.

    Examples
    --------
    >>> spelled(b"hello", 5, "base32").to_pylist(), spelled(b"hi", 1, "hex").to_pylist()
    (['NBSWY3DP'], ['68', '69'])
    """
    import pyarrow as pa

    bits, letters = ALPHABETS[alphabet]
    table = np.frombuffer(letters, np.uint8)
    rows = np.frombuffer(digests, np.uint8).reshape(-1, size)
    width = -(-size * 8 // bits)
    texts = np.empty((len(rows), width), np.uint8)
    for start in range(0, len(rows), _AT_ONCE):
        texts[start : start + _AT_ONCE] = table[_groups(rows[start : start + _AT_ONCE], bits, width)]
    offsets = np.arange(len(rows) + 1, dtype=np.int64) * width
    long = pa.Array.from_buffers(
        pa.large_string(), len(rows), [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(texts))]
    )
    return long.cast(pa.string())


def _groups(rows: NDArray[np.uint8], bits: int, width: int) -> NDArray[np.uint8]:
    """The numbers that so many bits in a row make, zeros behind the last."""
    single = np.zeros((len(rows), width * bits), np.uint8)
    single[:, : rows.shape[1] * 8] = np.unpackbits(rows, axis=1)
    found = np.zeros((len(rows), width), np.uint8)
    for position in range(bits):
        found |= single[:, position::bits] << np.uint8(bits - 1 - position)
    return found


def joined_parts(parts: Sequence[str]) -> bytes:
    """Return texts so that no two lists of them look alike: ``t`` for text, the length in bytes, ``:``, the text.

    Examples
    --------
    >>> joined_parts(["ab", "c"]), joined_parts(["a", "bc"])
    (b't2:abt1:c', b't1:at2:bc')
    """
    return b"".join(b"t%d:%b" % (len(held), held) for held in (part.encode("utf-8") for part in parts))
