"""From the secret to keys, and from a token to the bits that it sets."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ._schema import Derivation, Hashing

__all__ = ["derived_keys", "digest_size", "most_key_bytes", "token_positions"]

_BLAKE_POSITIONS = 32
"""Positions of two bytes in a digest of blake2b."""
Counts = NDArray[np.int64]


def digest_size(derivation: Derivation) -> int:
    """Return the bytes of a digest of the hash that keys are derived with."""
    return hashlib.new(derivation.hash.lower()).digest_size


def most_key_bytes(derivation: Derivation) -> int:
    """Return how many bytes HKDF can give (RFC 5869, 2.3)."""
    return 255 * digest_size(derivation)


def derived_keys(secret: bytes, derivation: Derivation, feature_count: int) -> list[tuple[bytes, bytes]]:
    """Return two keys for each feature, ignored ones too, cut from one stretch of HKDF.

    Examples
    --------
    >>> [(len(first), len(second)) for first, second in derived_keys(b"secret", Derivation(key_size=20), 2)]
    [(20, 20), (20, 20)]
    """
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    size = derivation.key_size
    salt, info = (None if text is None else base64.b64decode(text) for text in (derivation.salt, derivation.info))
    algorithm = hashes.SHA256() if derivation.hash == "SHA256" else hashes.SHA512()
    stretch = HKDF(algorithm=algorithm, length=2 * feature_count * size, salt=salt, info=info).derive(secret)
    keys = [stretch[start : start + size] for start in range(0, len(stretch), size)]
    return list(zip(keys[::2], keys[1::2], strict=True))


def token_positions(
    tokens: Sequence[bytes], needed: Counts, hashing: Hashing, keys: tuple[bytes, bytes], length: int
) -> tuple[NDArray[np.int64], Counts]:
    """Return the bits that tokens set, each token hashed once.

    Parameters
    ----------
    tokens
        Distinct tokens.
    needed
        How many positions of each token are wanted, shape (tokens,).
    hashing, keys
        How, and with what.
    length
        Bits of the filter.

    Returns
    -------
    tuple
        Positions in the filter, one token after the other, and where each token's begin, shape (tokens,). There may be
        more than needed of a token; the first are those that count.
    """
    if hashing.hash == "blakeHash":
        return _blake_positions(tokens, needed, keys[0], length)
    return _double_positions(tokens, needed, keys, length, again=bool(hashing.prevent_singularity))


def _blake_positions(
    tokens: Sequence[bytes], needed: Counts, key: bytes, length: int
) -> tuple[NDArray[np.int64], Counts]:
    digest_counts = -(-needed // _BLAKE_POSITIONS)
    salts = [str(number).encode() for number in range(int(digest_counts.max(initial=0)))]
    blake = hashlib.blake2b
    digests = b"".join(
        blake(token, key=key, salt=salt).digest()
        for token, count in zip(tokens, digest_counts.tolist(), strict=True)
        for salt in salts[:count]
    )
    # clkhash reads digests in the byte order of its machine; every machine it was used on is little-endian.
    positions = np.frombuffer(digests, "<u2").astype(np.int64) % length
    return positions, _starts(digest_counts * _BLAKE_POSITIONS)


def _double_positions(
    tokens: Sequence[bytes], needed: Counts, keys: tuple[bytes, bytes], length: int, *, again: bool
) -> tuple[NDArray[np.int64], Counts]:
    first = np.array([int.from_bytes(hmac.digest(keys[0], token, "sha1")) % length for token in tokens], np.int64)
    step = np.array([_step(token, keys[1], length, again=again) for token in tokens], np.int64)
    starts = _starts(needed)
    turn = np.arange(int(needed.sum())) - np.repeat(starts, needed)
    return (np.repeat(first, needed) + turn * np.repeat(step, needed)) % length, starts


def _step(token: bytes, key: bytes, length: int, *, again: bool) -> int:
    step = int.from_bytes(hmac.digest(key, token, "md5")) % length
    turn = 0
    while again and step == 0:
        step = int.from_bytes(hmac.digest(key, token + chr(turn).encode(), "md5")) % length
        turn += 1
    return step


def _starts(counts: Counts) -> Counts:
    return np.cumsum(counts) - counts
