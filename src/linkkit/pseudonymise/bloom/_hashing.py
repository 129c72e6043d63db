"""Keyed hashes: which bits a token sets, and permutations that only a key knows."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

__all__ = ["TokenHashes", "permutation", "salted"]

_WORDS = 32  # 16-bit words of a digest of 64 bytes
_RANK_WORDS = 4  # the first words of the first digest rank the token, and choose no bit


def salted(key: bytes, salt: str) -> bytes:
    """Return the key of a field for one value of its salt."""
    return blake2b(salt.encode("utf-8", "surrogatepass"), key=key, digest_size=32, person=b"linkkit salt").digest()


class TokenHashes:
    """The keyed hashes of tokens: BLAKE2b with the key of the field, a digest for every 32 words that are needed.

    Each bit is chosen by words of its own (no double hashing, whose patterns give names away: Kroll and Steinmetzer
    2015).

    Parameters
    ----------
    tokens
        The tokens, each once.
    keys
        The key of each token, or one for all.
    """

    def __init__(self, tokens: Sequence[bytes], keys: Sequence[bytes]) -> None:
        self._tokens = tokens
        self._keys = keys if len(keys) == len(tokens) else [keys[0]] * len(tokens)
        self._first = self._digests(range(len(tokens)), 0)

    def order(self) -> NDArray[np.uint32]:
        """Return the rank of each token: which of a value's tokens get a bit more than the others, by the key."""
        keys = [self._first[:, word] for word in range(_RANK_WORDS)]
        ranks = np.empty(len(self._tokens), np.uint32)
        ranks[np.lexsort(keys)] = np.arange(len(self._tokens), dtype=np.uint32)
        return ranks

    def positions(self, needed: NDArray[np.int64], length: int) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
        """Return where the positions of each token start, and the positions, at least as many as it needs.

        Words become positions by multiplying and shifting: of a length up to 2,048 none is more than 3 percent
        likelier than another.
        """
        digests = np.maximum(-(-(needed + _RANK_WORDS) // _WORDS), 1)
        starts = np.zeros(len(needed), np.int64)
        np.cumsum(digests[:-1] * _WORDS, out=starts[1:])
        words = np.empty(int(digests.sum()) * _WORDS, np.uint16)
        rows = words.reshape(-1, _WORDS)
        first = starts // _WORDS
        rows[first] = self._first
        for number in range(1, int(digests.max(initial=1))):
            chosen = np.flatnonzero(digests > number)
            rows[first[chosen] + number] = self._digests(chosen.tolist(), number)
        positions = words.astype(np.uint32) * np.uint32(length) >> np.uint32(16)
        return starts + _RANK_WORDS, positions

    def _digests(self, chosen: Sequence[int], number: int) -> NDArray[np.uint16]:
        salt = number.to_bytes(16, "little")
        tokens, keys = self._tokens, self._keys
        joined = b"".join([blake2b(tokens[at], key=keys[at], salt=salt).digest() for at in chosen])
        return np.frombuffer(joined, "<u2").reshape(-1, _WORDS)


def permutation(key: bytes, size: int, number: int = 0) -> NDArray[np.int64]:
    """Return a permutation of ``0 .. size - 1`` that only the key knows, by ranking keyed hashes of 64 bits.

    Parameters
    ----------
    key
        At most 64 bytes.
    size
        How many places.
    number
        Which of the permutations of the key.
    """
    person = number.to_bytes(16, "little")
    blocks = (blake2b(block.to_bytes(8, "little"), key=key, person=person).digest() for block in itertools.count())
    words = np.frombuffer(b"".join(itertools.islice(blocks, -(-size // 8))), "<u8")[:size]
    return np.argsort(words, kind="stable")
