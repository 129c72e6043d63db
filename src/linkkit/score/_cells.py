"""What pattern counts leave out, for expectation-maximisation: how rare the values are, and who competes for a record.

Pairs of one pattern are not alike: two records agree on a common name or on a rare one, and where a dataset holds each
person once, the pairs of a record of the other dataset compete. So the pairs that may be matches are looked at once: a
pattern is split into *cells* by the bits that term frequencies add, and rivals are remembered. A pair of odds o is then
a match with probability ``o / (1 + the odds of all pairs that compete with it)``, itself counted once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import SpecError, did_you_mean
from linkkit.records import Records
from linkkit.tables import Levels, Patterns

from ._family import FamilyAlternative
from ._frequencies import PreparedAdjustment, TermFrequency
from ._layout import Floats
from ._shared import SharedFrequency

__all__ = ["Cells", "Rivals", "cells_of", "competing_sides", "whole_patterns"]

Keys = NDArray[np.int64]
Rows = NDArray[np.uint32]
# Pairs of lower odds than this are hardly ever matches, whatever their values; where too many reach it, only those of
# higher odds are looked at one by one.
LEAST_BITS = -13.0
MOST_PAIRS = 8_000_000
# Bits are rounded to halves, so that cells are few, and bounded.
STEPS = 2.0
MOST_BITS = 30.0
_WIDTH = int(2 * MOST_BITS * STEPS) + 1


@dataclass(frozen=True, eq=False)
class Rivals:
    """The pairs that compete.

    Parameters
    ----------
    keys
        For each side that competes, the record (from 0) that each pair competes for; shape (pairs,).
    place
        Shape (pairs,): the cell of each pair.
    counts
        Shape (cells,): how many of these pairs each cell has.
    """

    keys: tuple[Keys, ...]
    place: Keys
    counts: Floats

    def expected(self, posterior: Floats, weights: Floats) -> Floats:
        """Return the expected matches of each cell, from the match probability of a pair of it that has no rival.

        Parameters
        ----------
        posterior
            Shape (cells,): match probability without rivals.
        weights
            Shape (cells,): pairs of each.

        Examples
        --------
        >>> rivals = Rivals((np.array([0, 0]),), np.array([0, 1]), np.array([1.0, 1.0]))
        >>> rivals.expected(np.array([0.5, 0.5]), np.array([1.0, 3.0])).round(3).tolist()
        [0.333, 1.333]
        """
        odds = posterior / np.maximum(1.0 - posterior, 1e-300)
        own = odds[self.place]
        total = 1.0 + own
        for key in self.keys:
            total += np.maximum(np.bincount(key, own)[key] - own, 0.0)
        shared = np.bincount(self.place, own / total, minlength=len(posterior))
        return np.asarray(shared + (weights - self.counts) * posterior)


@dataclass(frozen=True, eq=False)
class Cells:
    """Pair counts by pattern and by what the values add.

    Parameters
    ----------
    levels
        Shape (cells, comparisons): the pattern of each.
    counts
        Shape (cells,): pairs of each.
    match_bits, kin_bits
        Shape (cells,): what term frequencies add to the log2 odds of a match, and of relatives, against strangers.
    rivals
        The pairs that compete, where some do.
    """

    levels: NDArray[np.uint8]
    counts: Floats
    match_bits: Floats
    kin_bits: Floats
    rivals: Rivals | None = None


def whole_patterns(patterns: Patterns) -> Cells:
    """Return patterns as cells that nothing is added to."""
    nothing = np.zeros(len(patterns.counts))
    return Cells(patterns.levels, patterns.counts.astype(np.float64), nothing, nothing)


def competing_sides(records: Records, unique: Sequence[str]) -> tuple[bool, bool]:
    """Return whether the left and whether the right records have one match at most: where the other dataset is unique.

    Raises
    ------
    SpecError
        Where ``unique`` names a dataset that is not there.
    """
    is_unique = unique_datasets(records, unique)
    if records.link_type != "link_only" or len(is_unique) != 2:
        return False, False
    return bool(is_unique[1]), bool(is_unique[0])


def unique_datasets(records: Records, unique: Sequence[str]) -> NDArray[np.bool_]:
    """Return for each dataset whether it holds each person once; of one dataset alone nothing follows from it."""
    names = [dataset.name for dataset in records.datasets]
    for name in unique:
        if name not in names:
            hint = did_you_mean(name, names) or f" There are: {', '.join(names)}."
            raise SpecError(f"unique names the dataset {name!r}, which is not there.{hint}")
    return np.array([name in unique and len(names) > 1 for name in names])


def competed_for(records: Records, is_unique: NDArray[np.bool_], left: Rows, right: Rows) -> tuple[Keys, Keys]:
    """Return what each pair competes for, by its left and by its right record: that record's one match in the dataset
    of the other. Negative, and of this pair alone, where the dataset of the other may hold several.
    """
    alone = -1 - np.arange(len(left), dtype=np.int64)

    def keys(rows: Rows, other: Keys) -> Keys:
        return np.where(is_unique[other], rows.astype(np.int64) * len(is_unique) + other, alone)

    return keys(left, records.dataset_of(right)), keys(right, records.dataset_of(left))


def _of_one_file(records: Records, is_unique: NDArray[np.bool_], left: Rows, right: Rows) -> NDArray[np.bool_]:
    """Whether both records of a pair are of one dataset that holds each person once."""
    first = records.dataset_of(left)
    return np.asarray(is_unique[first] & (first == records.dataset_of(right)))


def cells_of(
    levels: Levels,
    patterns: Patterns,
    bits: Floats,
    adjustments: Sequence[TermFrequency],
    family: FamilyAlternative | None,
    unique: Sequence[str],
    shared: SharedFrequency | None = None,
) -> Cells:
    """Split patterns by what the values of their pairs add.

    Parameters
    ----------
    levels, patterns
        The candidate pairs.
    bits
        Shape (patterns,): log2 odds of a match against a stranger, without adjustments.
    adjustments
        Term frequencies.
    shared
        Of which of them only the larger gain counts.
    family
        What speaks for relatives, whose odds rare values raise too.
    unique
        Names of the datasets that hold each person once: two of its records are no match, and a record of another
        dataset has one match in it.
    """
    is_unique = unique_datasets(levels.records, unique)
    prepared: dict[str, PreparedAdjustment] = {
        step.comparison: step.prepare(levels.records, levels.comparisons) for step in adjustments
    }
    order = np.argsort(-bits, kind="stable")
    few = np.cumsum(patterns.counts[order]) <= MOST_PAIRS
    chosen = order[few & (bits[order] >= LEAST_BITS)]
    if not len(chosen) or not (prepared or is_unique.any()):
        return whole_patterns(patterns)
    codes = levels.compiled.codes(patterns.levels[chosen])
    chosen = chosen[np.argsort(codes)]
    codes.sort()
    rows: list[list[Rows]] = [[], []]
    keys = []
    steps = [*prepared.values(), *([] if shared is None else [shared.prepare(prepared)])]
    ready = None if family is None else family.prepare(levels.comparisons, prepared)
    for chunk in levels.graded(codes):
        pattern = chosen[np.searchsorted(codes, chunk.code)]
        own = patterns.levels[pattern]
        gained = sum((step.bits(chunk.left, chunk.right, own) for step in steps), np.zeros(len(pattern)))
        kin = np.zeros(len(pattern)) if ready is None else ready.gain(chunk.left, chunk.right, own)
        if is_unique.any() and levels.records.link_type != "link_only":
            gained = np.where(_of_one_file(levels.records, is_unique, chunk.left, chunk.right), -MOST_BITS, gained)
        keys.append((pattern * _WIDTH + _rounded(gained)) * _WIDTH + _rounded(kin))
        if is_unique.any():
            rows[0].append(chunk.left)
            rows[1].append(chunk.right)
    key = np.concatenate(keys)
    if not is_unique.any():
        return _joined(patterns, key, [])
    # In the order of the records, so that sums over rivals are the same to the last digit however pairs were made.
    left, right = (np.concatenate(side) for side in rows)
    order = np.lexsort((right, left))
    ends = competed_for(levels.records, is_unique, left[order], right[order])
    return _joined(patterns, key[order], [end for end in ends if np.any(end >= 0)])


def _joined(patterns: Patterns, key: Keys, ends: Sequence[Keys]) -> Cells:
    """Return the cells of some pairs, and behind them the patterns of all other pairs."""
    cells, place, counts = np.unique(key, return_inverse=True, return_counts=True)
    pattern, added = np.divmod(cells, _WIDTH * _WIDTH)
    match_bits, kin_bits = (part / STEPS - MOST_BITS for part in np.divmod(added, _WIDTH))
    left = patterns.counts - np.bincount(pattern, counts, minlength=len(patterns.counts)).astype(np.int64)
    others = np.flatnonzero(left)
    nothing = np.zeros(len(others))
    rivals = None
    if ends:
        held = np.concatenate([counts, nothing]).astype(np.float64)
        records = tuple(np.unique(end, return_inverse=True)[1].astype(np.int64) for end in ends)
        rivals = Rivals(records, place.reshape(-1).astype(np.int64), held)
    return Cells(
        patterns.levels[np.concatenate([pattern, others])],
        np.concatenate([counts, left[others]]).astype(np.float64),
        np.concatenate([match_bits, nothing]),
        np.concatenate([kin_bits, nothing]),
        rivals,
    )


def _rounded(bits: Floats) -> Keys:
    """Return bits in steps from the lowest bound."""
    return np.asarray(np.round((np.clip(bits, -MOST_BITS, MOST_BITS) + MOST_BITS) * STEPS)).astype(np.int64)
