"""Texts of one length as bytes: base64, base32 and hexadecimal, for many at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["ALPHABETS", "alphabet_of", "bytes_of"]

_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ALPHABETS: dict[str, str] = {
    "hex": "0123456789abcdef",
    "HEX": "0123456789ABCDEF",
    "base32": f"{_CAPITALS}234567",
    "base64": f"{_CAPITALS}{_CAPITALS.lower()}0123456789+/",
    "base64url": f"{_CAPITALS}{_CAPITALS.lower()}0123456789-_",
}
"""The characters that stand for 0, 1, 2 ... of each way to write bytes."""
_NONE = 255
_CHUNK = 1 << 13
_MOST_PADDING = {4: 0, 5: 6, 6: 2}


def alphabet_of(texts: Sequence[str]) -> str | None:
    """Return the first alphabet in which all texts, of one length, are written; None where there is none.

    Examples
    --------
    >>> alphabet_of(["00ff", "a0b1"]), alphabet_of(["MFRGG===", "MFRGGZDF"]), alphabet_of(["smith", "jones"])
    ('hex', 'base32', None)
    """
    length = len(texts[0])
    for name, characters in ALPHABETS.items():
        bits = _bits(characters)
        if name in ("hex", "HEX") and length % 2:
            continue
        if name in ("base64", "base64url") and length % 4:
            continue
        table = _table(characters)
        if all(
            _fits(texts[start : start + _CHUNK], table, _MOST_PADDING[bits]) for start in range(0, len(texts), _CHUNK)
        ):
            return name
    return None


def _bits(characters: str) -> int:
    return len(characters).bit_length() - 1


def _table(characters: str) -> NDArray[np.uint8]:
    table = np.full(256, _NONE, np.uint8)
    table[np.frombuffer(characters.encode(), np.uint8)] = np.arange(len(characters))
    return table


def _points(texts: Sequence[str]) -> NDArray[np.uint8] | None:
    """The characters of texts, one row each; None where any is not of ASCII."""
    joined = "".join(texts)
    return np.frombuffer(joined.encode(), np.uint8).reshape(len(texts), -1) if joined.isascii() else None


def _fits(texts: Sequence[str], table: NDArray[np.uint8], most_padding: int) -> bool:
    points = _points(texts)
    if points is None:
        return False
    known, padding = table[points] != _NONE, points == ord("=")
    if not (known | padding).all():
        return False
    # Padding stands at the end, and there is not much of it.
    return bool((padding[:, :-1] <= padding[:, 1:]).all() and padding.sum(axis=1).max(initial=0) <= most_padding)


def bytes_of(texts: Sequence[str], alphabet: str) -> NDArray[np.uint8]:
    """Return the bytes of texts of one length, all written in one alphabet.

    Padding that all of them have is cut off; where one has more than another, it counts as zeros.

    Examples
    --------
    >>> bytes_of(["AQID", "AAAB"], "base64").tolist()
    [[1, 2, 3], [0, 0, 1]]
    """
    characters = ALPHABETS[alphabet]
    table, bits = _table(characters), _bits(characters)
    table[ord("=")] = 0
    parts = [_decoded(texts[start : start + _CHUNK], table, bits) for start in range(0, len(texts), _CHUNK)]
    return np.concatenate(parts)


def _decoded(texts: Sequence[str], table: NDArray[np.uint8], bits: int) -> NDArray[np.uint8]:
    points = _points(texts)
    assert points is not None
    used = int((points != ord("=")).sum(axis=1).max(initial=0))
    values = table[points[:, :used]]
    unpacked = np.unpackbits(values, axis=1).reshape(len(texts), used, 8)[:, :, 8 - bits :].reshape(len(texts), -1)
    whole = used * bits // 8 * 8
    return np.packbits(unpacked[:, :whole], axis=1)
