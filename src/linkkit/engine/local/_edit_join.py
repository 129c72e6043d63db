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
from .kernels.limits import DISTANCES

__all__ = ["edit_hits", "is_worth_keys"]

U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
# A key costs as much as so many comparisons of two values: it is made, marked, looked up and sorted.
_A_KEY = 20
# Keys are held in memory: no more than this of them, nor more candidates at a time.
_MOST_KEYS = 120_000_000
_MOST_CANDIDATES = 4_000_000
_BATCH = 20_000


def is_worth_keys(metric: str, bound: float, lengths: NDArray[np.int64], rows: U32, columns: U32) -> bool:
    """Whether keys join these values for less than comparing each with each; only distances of 1 or 2 have them.

    ``lengths`` are those of all values, 0 where a value is slow: such a value has no keys.
    """
    if metric not in DISTANCES or not 1 <= bound < 3:
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
    code_bits = np.uint64(max(len(table) - 1, 1).bit_length())
    keys, codes = _parted(
        np.sort(_listed(table, one, edits, twice if is_half else once, code_bits, workers)), code_bits
    )
    if is_half:
        asked, askers = keys, codes
        first = np.arange(1, len(keys) + 1)  # each meets those that stand behind it
    else:
        asked, askers = _parted(_listed(table, other, edits, once, code_bits, workers), code_bits)
        first = np.searchsorted(keys, asked, side="left")
    counts = _last_of(keys, asked, is_half) - first
    ends = np.cumsum(counts)
    cuts = np.searchsorted(ends, np.arange(0, int(ends[-1]) if len(ends) else 0, _MOST_CANDIDATES), side="right")
    cuts = np.unique(np.append(cuts, len(counts)))

    def near(place: int) -> U64:
        some = slice(int(cuts[place]), int(cuts[place + 1]))
        return _near(metric, bound, table, askers[some], codes, first[some], counts[some], is_half=is_half)

    found = [np.empty(0, np.uint64), *ordered_map(near, range(len(cuts) - 1), workers)]
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


def _listed(table: TextTable, codes: U32, edits: int, marked: U64, code_bits: np.uint64, workers: int) -> U64:
    """Return the marked keys of some values: a word each, the code of the value in its last bits."""
    none = np.empty(0, np.uint64), np.empty(0, np.uint32)

    def batch(start: int) -> U64:
        part = codes[start : start + _BATCH]
        count = list_keys(table.rows, table.heads, part, edits, marked, *none)
        keys, owners = np.empty(count, np.uint64), np.empty(count, np.uint32)
        if count:
            list_keys(table.rows, table.heads, part, edits, marked, keys, owners)
        # Keys that only differ in the bits left out meet too; all that meet are compared.
        return (keys >> code_bits << code_bits) | owners

    return np.concatenate([none[0], *ordered_map(batch, range(0, len(codes), _BATCH), workers)])


def _parted(words: U64, code_bits: np.uint64) -> tuple[U64, U32]:
    """Return the keys and the codes of words."""
    return words >> code_bits, (words & ((np.uint64(1) << code_bits) - np.uint64(1))).astype(np.uint32)


def _last_of(keys: U64, asked: U64, is_half: bool) -> NDArray[np.int64]:
    """Return behind which place the rising keys that equal each key asked for end; a half asks for all of them."""
    if not is_half:
        return np.searchsorted(keys, asked, side="right").astype(np.int64)
    is_last = np.ones(len(keys), np.bool_)
    is_last[:-1] = keys[1:] != keys[:-1]
    lasts = np.flatnonzero(is_last) + 1
    return np.repeat(lasts, np.diff(lasts, prepend=0)).astype(np.int64)


def _key_count(lengths: NDArray[np.int64], bound: float) -> float:
    """How many keys values of such lengths have."""
    one = 1.0 + lengths
    return float(one.sum() if bound < 2 else (one + lengths * (lengths - 1.0) / 2).sum())
