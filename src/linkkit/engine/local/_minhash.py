"""MinHash signatures of distinct values, cut into bands: two values that share a band become candidates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Encoded, EncodedSets
from linkkit.specs import MinHash
from linkkit.values import transform

__all__ = ["band_sets"]

_PRIME = np.uint64((1 << 61) - 1)


def band_sets(column: Encoded, rule: MinHash) -> EncodedSets:
    """Return for each distinct value the set of its bands (Broder 1997; banding as in Leskovec et al., ch. 3)."""
    import pyarrow as pa

    grams = transform("qgrams", column.texts()[1:], (rule.characters,))
    signatures = _signatures(grams, rule.bands * rule.rows, rule.seed)
    bands = signatures.reshape(len(grams), rule.bands, rule.rows)
    members = np.empty((len(grams), rule.bands), np.uint32)
    total = 1
    for band in range(rule.bands):
        _, place = np.unique(bands[:, band, :], axis=0, return_inverse=True)
        members[:, band] = place.reshape(-1) + total
        total += int(place.max(initial=-1)) + 1
    starts = np.concatenate([[0], np.arange(len(grams) + 1) * rule.bands]).astype(np.int64)
    return EncodedSets(column.codes, starts, members.reshape(-1), pa.nulls(total, pa.string()))


def _signatures(sets: list[set[str]], size: int, seed: int) -> NDArray[np.uint64]:
    """Return the least hash of each set under so many seeded hash functions: shape (sets, size)."""
    distinct = {gram: place for place, gram in enumerate(sorted(set().union(*sets)))} if sets else {}
    rng = np.random.default_rng(seed)
    factors = rng.integers(1, 2**31, size, dtype=np.uint64)
    shifts = rng.integers(0, 2**31, size, dtype=np.uint64)
    # Grams are numbered by a hash of their own, so that the bands do not depend on which others occur.
    base = np.array([_text_hash(gram) for gram in distinct], np.uint64)
    hashes = (base[:, None] % np.uint64(2**31) * factors + shifts) % _PRIME
    lengths = [len(members) for members in sets]
    flat = np.array([distinct[gram] for members in sets for gram in members], np.int64)
    starts = np.cumsum([0, *lengths[:-1]]) if sets else np.empty(0, np.int64)
    if not len(flat):
        return np.zeros((len(sets), size), np.uint64)
    return np.minimum.reduceat(hashes[flat], starts, axis=0)


def _text_hash(text: str) -> int:
    import hashlib

    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
