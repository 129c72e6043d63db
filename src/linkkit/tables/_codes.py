"""Arrays of pattern codes and rows: counting them, and looking them up."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Codes
from linkkit.engine import GradedPairs
from linkkit.specs import On, Rule

__all__ = [
    "agree", "chunk_counts", "count_codes", "covers", "hash_pairs", "is_same", "isin_sorted", "joined_counts",
    "member_test",
]  # fmt: skip

Rows = NDArray[np.uint32]
# Codes are looked up in a table where no more than this are possible.
LARGEST_TABLE = 2**21


def is_same(one: Rule, other: Rule) -> bool:
    """Whether two rules make the same pairs: the order of columns does not count."""
    if isinstance(one, On) and isinstance(other, On):
        return set(one.columns) == set(other.columns) and one.cap == other.cap
    return one == other


def covers(looser: Rule, rule: Rule) -> bool:
    """Whether a rule makes, at the least, every pair of another: fewer columns of single values, and no cap."""
    if not (isinstance(looser, On) and isinstance(rule, On)) or looser.cap is not None or rule.cap is not None:
        return False
    return set(looser.columns) <= set(rule.columns)


def agree(codes: Codes, left: Rows, right: Rows) -> NDArray[np.bool_]:
    """Tell which pairs agree on a column."""
    ours = codes[left]
    found: NDArray[np.bool_] = (ours == codes[right]) & (ours > 0)
    return found


def isin_sorted(values: NDArray[np.int64], members: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which values are among some rising members."""
    if not len(members):
        return np.zeros(len(values), bool)
    place = np.searchsorted(members, values)
    place[place == len(members)] = 0
    found: NDArray[np.bool_] = members[place] == values
    return found


def _counted(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return distinct keys, rising, and how often each occurs: by a table where they are small, else by sorting."""
    if not len(keys) or int(keys.max()) > 4 * len(keys):
        return np.unique(keys, return_counts=True)
    table = np.bincount(keys)
    distinct = np.flatnonzero(table)
    return distinct, table[distinct]


def member_test(members: NDArray[np.int64], size: int) -> Callable[[NDArray[np.int64]], NDArray[np.bool_]]:
    """Return a function that tells which codes are among some: by a table where few are possible, else by bisection."""
    if size > LARGEST_TABLE:
        return lambda codes: isin_sorted(codes, members)
    table = np.zeros(size, np.bool_)
    table[members] = True
    return lambda codes: table[codes]


Counted = tuple[NDArray[np.int64], NDArray[np.int64]]


def count_codes(chunks: Sequence[GradedPairs], rules: int) -> Counted:
    """Count the pattern codes of held pairs by rule: chunk by chunk, then together."""
    return joined_counts([chunk_counts(chunk, rules) for chunk in chunks], rules)


def chunk_counts(chunk: GradedPairs, rules: int) -> Counted:
    """Return the distinct codes of a chunk, each with its rule in one number, and how often each occurs."""
    return _counted(chunk.code * rules + chunk.rule)


def joined_counts(counted: Sequence[Counted], rules: int) -> Counted:
    """Return codes, rising, and their counts by rule, from those of chunks."""
    if not counted:
        return np.empty(0, np.int64), np.empty((0, rules), np.int64)
    keys, place = np.unique(np.concatenate([key for key, _ in counted]), return_inverse=True)
    totals = np.bincount(place, np.concatenate([count for _, count in counted])).astype(np.int64)
    codes, place = np.unique(keys // rules, return_inverse=True)
    table = np.zeros((len(codes), rules), np.int64)
    table[place, keys % rules] = totals
    return codes, table


def hash_pairs(left: Rows, right: Rows, seed: int) -> NDArray[np.uint64]:
    """A seeded hash of each pair (splitmix64)."""
    with np.errstate(over="ignore"):
        mixed = (
            (left.astype(np.uint64) << np.uint64(32))
            ^ right.astype(np.uint64)
            ^ (np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15))
        )
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return mixed ^ (mixed >> np.uint64(31))
