"""One match at most for each record, inside expectation-maximisation.

Where a dataset holds each person once, the pairs of a record of the other dataset compete: a pair of odds o is the
match with probability ``o / (1 + the odds of all pairs that compete with it)``, itself counted once. In households this
keeps one person's relatives from being counted as further matches of that person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import SpecError, did_you_mean
from linkkit.records import Records
from linkkit.tables import Levels, Patterns

from ._layout import Floats

__all__ = ["Rivals", "competing_sides", "rivals_of"]

Keys = NDArray[np.int64]
# Pairs of lower odds than this compete with none; where too many reach it, only those of higher odds do.
LEAST_BITS = -13.0
MOST_PAIRS = 16_000_000


@dataclass(frozen=True, eq=False)
class Rivals:
    """The pairs that compete.

    Parameters
    ----------
    keys
        For each side that competes, the record (from 0) that each pair competes for; shape (pairs,).
    place
        Shape (pairs,): the pattern of each pair.
    counts
        Shape (patterns,): how many of these pairs each pattern has.
    """

    keys: tuple[Keys, ...]
    place: Keys
    counts: Floats

    def expected(self, posterior: Floats, weights: Floats) -> Floats:
        """Return the expected matches of each pattern, from the match probability of a pair of it that has no rival.

        Parameters
        ----------
        posterior
            Shape (patterns,): match probability without rivals.
        weights
            Shape (patterns,): pairs of each.

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


def competing_sides(records: Records, unique: Sequence[str]) -> tuple[bool, bool]:
    """Return whether the left and whether the right records have one match at most: where the other dataset is unique.

    Raises
    ------
    SpecError
        Where ``unique`` names a dataset that is not there.
    """
    names = [dataset.name for dataset in records.datasets]
    for name in unique:
        if name not in names:
            hint = did_you_mean(name, names) or f" There are: {', '.join(names)}."
            raise SpecError(f"FellegiSunter.unique names the dataset {name!r}, which is not there.{hint}")
    if records.link_type != "link_only" or len(names) != 2:
        return False, False
    return names[1] in unique, names[0] in unique


def rivals_of(levels: Levels, patterns: Patterns, bits: Floats, unique: Sequence[str]) -> Rivals | None:
    """Return the pairs that compete, from the odds of each pattern in bits; None where no dataset is unique."""
    sides = competing_sides(levels.records, unique)
    if not any(sides):
        return None
    order = np.argsort(-bits, kind="stable")
    room = np.cumsum(patterns.counts[order]) <= MOST_PAIRS
    chosen = order[room & (bits[order] >= LEAST_BITS)]
    codes = levels.compiled.codes(patterns.levels[chosen])
    rising = np.argsort(codes)
    codes, chosen = codes[rising], chosen[rising]
    left, right, place = [], [], []
    for chunk in levels.graded(codes) if len(codes) else ():
        left.append(chunk.left)
        right.append(chunk.right)
        place.append(chosen[np.searchsorted(codes, chunk.code)])
    if not left:
        return None
    whole = np.concatenate(place)
    ends = [np.concatenate(side).astype(np.int64) for side, competes in zip((left, right), sides, strict=True)
            if competes]  # fmt: skip
    keys = tuple(np.unique(end, return_inverse=True)[1].astype(np.int64) for end in ends)
    return Rivals(keys, whole, np.bincount(whole, minlength=len(bits)).astype(np.float64))
