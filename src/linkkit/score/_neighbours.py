"""How many records stand near a value: looser levels say more about a value with few neighbours.

Two records that agree nearly on a common surname do so by chance far more often than two on a rare one. For a value v
and a level l that is ``u_l(v)``, the share of records whose value is at level l with v. It is found by grading the
commoner values against records, with the comparison's own levels.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Encoded
from linkkit.records import Records
from linkkit.specs import Comparison, compile_comparisons

from ._layout import Floats

__all__ = ["neighbour_bits", "neighbour_counts"]

# Values held by one record alone are not the commoner of two values; of the others, so many at most are looked at.
LEAST_HOLDERS = 2
MOST_VALUES = 2_000
# Pairs of a value and a record graded in all, and at once: a part of a second.
MOST_PAIRS = 5_000_000
AT_ONCE = 1_000_000
# A value's rate of neighbours against the average is a draw of a gamma distribution of this shape before it is counted:
# so many neighbours are taken as seen, and expected.
PRIOR_NEIGHBOURS = 2.0
# Learning and scoring ask for the same counts.
_counted: WeakKeyDictionary[Records, dict[tuple[Comparison, str, int], tuple[NDArray[np.int64], NDArray[np.int64]]]] = (
    WeakKeyDictionary()
)
# The most bits that few neighbours can add.
MOST_BITS = 4.0


def neighbour_counts(
    records: Records, comparison: Comparison, column: str, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Grade the commoner values of a column against records; once for the same records.

    Parameters
    ----------
    records
        The records.
    comparison
        Its levels are counted; the column must be what it compares.
    column
        The column that holds the values.
    seed
        Seed of the sample of records, where there are too many.

    Returns
    -------
    values
        The codes of the values looked at, rising.
    counts
        Shape (values, levels, missing first): records of the sample at each level with the value.
    """
    known = _counted.setdefault(records, {})
    asked = (comparison, column, seed)
    if asked not in known:
        known[asked] = _graded(records, comparison, records.encoded(column), seed)
    return known[asked]


def _graded(
    records: Records, comparison: Comparison, column: Encoded, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    codes, size = column.codes, len(column.values)
    holders = np.bincount(codes, minlength=size)
    holders[0] = 0
    values = np.flatnonzero(holders >= LEAST_HOLDERS)
    if len(values) > MOST_VALUES:
        values = np.sort(values[np.argsort(-holders[values], kind="stable")[:MOST_VALUES]])
    levels = len(comparison.labels)
    if not len(values):
        return values, np.zeros((0, levels), np.int64)
    some_row = np.zeros(size, np.uint32)
    some_row[codes[::-1]] = np.arange(len(codes), dtype=np.uint32)[::-1]
    sample = _sample(np.flatnonzero(codes), MOST_PAIRS // len(values), seed)
    compiled = compile_comparisons([comparison])
    counts = np.zeros((len(values), levels), np.int64)
    step = max(AT_ONCE // len(sample), 1)
    for first in range(0, len(values), step):
        chosen = some_row[values[first : first + step]]
        left, right = np.repeat(chosen, len(sample)), np.tile(sample, len(chosen))
        level = records.engine.grade(records, compiled, left, right)
        place = np.repeat(np.arange(len(chosen)) * levels, len(sample)) + level
        counts[first : first + step] = np.bincount(place, minlength=len(chosen) * levels).reshape(-1, levels)
    return values, counts


def neighbour_bits(counts: NDArray[np.int64], share: float, prior: float = PRIOR_NEIGHBOURS) -> Floats:
    """Return the bits of a level for values, from how many of a sample's records are at it with each.

    With n records compared, k of them at the level and a share s of them on average, the rate against the average is
    ``(k + a) / (n s + a)``, shrunken towards 1; its negative log2 is what agreement gains, and never more than 4 bits.

    Parameters
    ----------
    counts
        Shape (values, 2): records compared (not missing), and records at the level.
    share
        The level's u.
    prior
        The a of the formula: neighbours taken as seen and as expected.

    Examples
    --------
    >>> neighbour_bits(np.array([[1000, 22], [1000, 4], [0, 0]]), share=0.01).round(2).tolist()
    [-1.0, 1.0, 0.0]
    """
    usual = (counts[:, 0] * share + prior) / (counts[:, 1] + prior)
    return np.asarray(np.minimum(np.log2(usual), MOST_BITS))


def _sample(rows: NDArray[np.int64], size: int, seed: int) -> NDArray[np.uint32]:
    """Some of the rows, by a seeded draw; records stand in the order of ids, so it does not depend on theirs."""
    if len(rows) > size:
        rows = np.sort(np.random.default_rng(seed).choice(rows, size, replace=False))
    return rows.astype(np.uint32)
