"""Similarity join by edits, for many values: near texts share what is left of them with a few characters taken away.

Where one text becomes another by ``k`` edits, taking away ``k`` characters at the most from each leaves the same text:
of a substitution and of a swap of neighbours one from each, of an insertion one from the longer (Mor and Fraenkel
1982). So the texts that share the key of such a rest are all that need be compared.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ._threads import ordered_map
from .kernels import TextTable, grade_text
from .kernels.deletions import list_keys, mark_keys

__all__ = ["edit_hits", "is_worth_keys"]

U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
# A key costs as much as so many comparisons of two values: it is made, marked, looked up and sorted.
_A_KEY = 20
# Keys are held in memory: no more than this of them, nor more candidates at a time.
_MOST_KEYS = 120_000_000
_MOST_CANDIDATES = 8_000_000
_BATCH = 20_000


def is_worth_keys(metric: str, bound: float, lengths: NDArray[np.int64], rows: U32, columns: U32) -> bool:
    """Whether keys join these values for less than comparing each with each; only distances of 1 or 2 have them.

    ``lengths`` are those of all values, 0 where a value is slow: such a value has no keys.
    """
    if metric not in ("osa", "levenshtein") or not 1 <= bound < 3:
        return False
    ours, theirs = lengths[rows[rows > 0]], lengths[columns[columns > 0]]
    keys = _key_count(ours, bound) + _key_count(theirs, bound)
    return bool(keys <= _MOST_KEYS and _A_KEY * keys < float(len(ours)) * len(theirs) and ours.all() and theirs.all())


def edit_hits(metric: str, bound: float, table: TextTable, rows: U32, columns: U32, workers: int) -> tuple[U32, U32]:
    """Return the near pairs of values of rows and columns, each once; the same on both sides: of two values, one way.

    Parameters
    ----------
    metric, bound, table
        As for `near_lists`; the distance is 1 or 2.
    rows, columns
        Codes of the values of either side, none of them missing or slow.
    """
    edits = int(bound)
    is_half = rows is columns
    one, other = (rows, columns) if len(rows) <= len(columns) else (columns, rows)
    size = int(max(2**16, 16 * _key_count(table.lengths[one], bound)))
    words = min(2 ** (size - 1).bit_length(), 2**31) // 64
    once, twice = np.zeros(words, np.uint64), np.zeros(words if is_half else 0, np.uint64)
    mark_keys(table.rows, table.heads, one, edits, once, twice)
    keys, codes = _listed(table, one, edits, twice if is_half else once, workers)
    order = np.argsort(keys, kind="stable")
    keys, codes = keys[order], codes[order]
    if is_half:
        asked, askers = keys, codes
        first = np.arange(1, len(keys) + 1)  # each meets those that stand behind it
    else:
        asked, askers = _listed(table, other, edits, once, workers)
        first = np.searchsorted(keys, asked, side="left")
    counts = np.searchsorted(keys, asked, side="right") - first
    found: list[U64] = [np.empty(0, np.uint64)]
    ends = np.cumsum(counts)
    begin = 0
    while begin < len(counts):
        before = int(ends[begin - 1]) if begin else 0
        end = max(int(np.searchsorted(ends, before + _MOST_CANDIDATES, side="right")), begin + 1)
        found.append(
            _near(metric, bound, table, askers[begin:end], codes, first[begin:end], counts[begin:end], is_half=is_half)
        )
        begin = end
    pairs = _distinct(np.concatenate(found))
    from_other, from_one = (pairs >> np.uint64(32)).astype(np.uint32), pairs.astype(np.uint32)
    return (from_one, from_other) if one is rows else (from_other, from_one)


def _near(
    metric: str, bound: float, table: TextTable, askers: U32, codes: U32, first: NDArray[np.int64],
    counts: NDArray[np.int64], *, is_half: bool,
) -> U64:  # fmt: skip
    """Return the pairs that are near, of askers and so many codes from a place on: two codes in a word."""
    within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    met = codes[np.repeat(first, counts) + within]
    asker = np.repeat(askers, counts)
    if is_half:
        asker, met = np.maximum(asker, met), np.minimum(asker, met)
    packed = _distinct((asker.astype(np.uint64) << np.uint64(32)) | met)
    left, right = (packed >> np.uint64(32)).astype(np.uint32), packed.astype(np.uint32)
    grades = np.empty(len(packed), np.uint8)
    grade_text(metric, table, left, right, (bound,), grades)
    is_near: NDArray[np.bool_] = grades == 1
    if is_half:
        is_near &= left != right
    found: U64 = packed[is_near]
    return found


def _distinct(words: U64) -> U64:
    """Return the different words, rising; words are sorted in place."""
    words.sort()
    new = np.ones(len(words), np.bool_)
    new[1:] = words[1:] != words[:-1]
    return words[new]


def _listed(table: TextTable, codes: U32, edits: int, marked: U64, workers: int) -> tuple[U64, U32]:
    """Return the marked keys of some values, and whose each is."""
    none = np.empty(0, np.uint64), np.empty(0, np.uint32)

    def batch(start: int) -> tuple[U64, U32]:
        part = codes[start : start + _BATCH]
        count = list_keys(table.rows, table.heads, part, edits, marked, *none)
        keys, owners = np.empty(count, np.uint64), np.empty(count, np.uint32)
        if count:
            list_keys(table.rows, table.heads, part, edits, marked, keys, owners)
        return keys, owners

    parts = [none, *ordered_map(batch, range(0, len(codes), _BATCH), workers)]
    return np.concatenate([keys for keys, _ in parts]), np.concatenate([owners for _, owners in parts])


def _key_count(lengths: NDArray[np.int64], bound: float) -> float:
    """How many keys values of such lengths have."""
    one = 1.0 + lengths
    return float(one.sum() if bound < 2 else (one + lengths * (lengths - 1.0) / 2).sum())
