"""Tables of sampled bits (Hamming LSH): how complete they are, how many are needed, and which bits they look at.

Two filters of ``n`` bits that differ in ``d`` places agree on ``K`` places drawn without replacement with probability
``q = C(n - d, K) / C(n, K)``, and on all the places of at least one of ``T`` independent tables with probability
``1 - (1 - q)^T`` (Indyk and Motwani 1998).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "MOST_TABLES", "Tables", "agreeing", "completeness_of", "drawn_pairs", "drawn_positions", "fewest_tables",
    "least_work", "seconds_of_keys",
]  # fmt: skip

Numbers = NDArray[np.float64]
Counts = NDArray[np.int64]
MOST_TABLES = 1000
_KEY_BITS = range(4, 65)
# Nanoseconds on one core, of a key made and sorted and of a candidate pair looked at: only their ratio matters.
_KEY_COST, _PAIR_COST = 150.0, 20.0


@dataclass(frozen=True)
class Tables:
    """How many tables look at how many bits.

    Attributes
    ----------
    tables, bits_per_key
        The numbers.
    completeness
        The share of the pairs that are wanted expected to share a block.
    candidates
        Pairs expected to share a block, counted in every table.
    seconds
        About how long they take on one core.
    """

    tables: int
    bits_per_key: int
    completeness: float
    candidates: float
    seconds: float


def agreeing(bits: int, distances: Numbers) -> Numbers:
    """Return the chance that K places agree, shape (K from 0 to 64, distances)."""
    found = np.ones((65, len(distances)))
    for place in range(min(64, bits)):
        found[place + 1] = found[place] * np.clip((bits - distances - place) / (bits - place), 0, 1)
    found[min(64, bits) + 1 :] = 0
    return found


def completeness_of(chances: Numbers, shares: Numbers, tables: int) -> float:
    """Return the share of pairs that agree in one table at least; of each kind of pair its chance and its share."""
    # by logarithms, so that a chance of 1e-12 is not lost
    with np.errstate(divide="ignore"):
        return float(-np.expm1(tables * np.log1p(-chances)) @ shares)


def fewest_tables(chances: Numbers, shares: Numbers, completeness: float) -> int | None:
    """Return the fewest tables that are complete enough, or None where 1,000 are not."""
    if completeness_of(chances, shares, MOST_TABLES) < completeness:
        return None
    low, high = 1, MOST_TABLES
    while low < high:
        middle = (low + high) // 2
        if completeness_of(chances, shares, middle) >= completeness:
            high = middle
        else:
            low = middle + 1
    return low


def least_work(
    bits: int, wanted: Numbers, shares: Numbers, apart: Counts, keys: int, pairs: float, completeness: float
) -> Tables | None:
    """Choose both numbers: the completeness wanted, with the least work expected; None where 1,000 tables are too few.

    More bits a key leave fewer candidates and need more tables.

    Parameters
    ----------
    bits
        Bits of a filter.
    wanted, shares
        In how many places pairs that are wanted differ, and which share of them each number has.
    apart
        In how many places evenly drawn pairs differ.
    keys, pairs
        Filters of both sides, and the pairs that they make.
    completeness
        The share that is wanted.
    """
    distances, times = np.unique(apart, return_counts=True)
    chances, others = agreeing(bits, wanted), agreeing(bits, distances.astype(np.float64))
    found: list[Tables] = []
    for key_bits in _KEY_BITS:
        tables = fewest_tables(chances[key_bits], shares, completeness) if key_bits <= bits else None
        if tables is None:
            break
        candidates = tables * pairs * float(np.average(others[key_bits], weights=times))
        expected = completeness_of(chances[key_bits], shares, tables)
        seconds = tables * seconds_of_keys(keys) + candidates * _PAIR_COST * 1e-9
        found.append(Tables(tables, key_bits, expected, candidates, seconds))
    return min(found, key=lambda each: each.seconds, default=None)


def seconds_of_keys(keys: int) -> float:
    """Return about how long the keys of one table take on one core."""
    return keys * _KEY_COST * 1e-9


def drawn_pairs(left: int, right: int, is_within: bool, most: int = 2**17) -> tuple[Counts, Counts]:
    """Return evenly drawn pairs of places of two sides, or of two places of one."""
    drawn = np.arange(min(most, left * right), dtype=np.int64)
    one = drawn * 1_000_003 % left
    # each round through the left side meets other places of the right
    other = (drawn * 7919 + drawn // left + 1) % right
    return one, np.where(other == one, (other + 1) % right, other) if is_within else other


def drawn_positions(secret: bytes, tables: int, bits: int, bits_per_key: int) -> NDArray[np.uint64]:
    """Return the bits that each table looks at, shape (tables, bits per key).

    SHAKE-256 of some bytes and the number of the table gives every bit a number of 64 bits; those with the least are
    the table's.
    """
    rows = []
    for table in range(tables):
        stream = hashlib.shake_256(secret + table.to_bytes(4, "big")).digest(8 * bits)
        rows.append(np.sort(np.argsort(np.frombuffer(stream, ">u8"), kind="stable")[:bits_per_key]))
    return np.array(rows, np.uint64)
