"""How many pairs have an agreement, or all of several: from counts of values, and from pairs drawn at random."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Encoded, EncodedSets
from linkkit.records import Records
from linkkit.specs import Swapped, TextSimilarity

from ._enclose import Agreement

__all__ = ["Shares"]

Counts = NDArray[np.float64]
# Random pairs that nearness is measured on; records of each dataset that agreement on several columns is counted on.
_PAIRS = 200_000
_RECORDS = 30_000
_SEED = 1


class Shares:
    """Shares of the whole product that have some agreements.

    Parameters
    ----------
    records
        The records to be linked.
    """

    def __init__(self, records: Records) -> None:
        self._records = records
        self._total = max(records.pair_count, 1)
        self._known: dict[Agreement, float] = {}
        self._joint: dict[tuple[tuple[str, ...], int | None], float] = {}
        self._drawn: tuple[NDArray[np.uint32], NDArray[np.uint32]] | None = None

    def of(self, agreement: Agreement) -> float:
        """Return the share of pairs that have an agreement."""
        if agreement not in self._known:
            self._known[agreement] = self._near(agreement) if agreement.is_near else self._equal(agreement)
        return self._known[agreement]

    def holds_sets(self, column: str) -> bool:
        """Whether a column holds sets."""
        return isinstance(self._records.column(column), EncodedSets)

    def of_columns(self, columns: Sequence[str], cap: int | None) -> float:
        """Return about the share of pairs that agree on every one of some columns of single values."""
        asked = tuple(sorted(columns)), cap
        if asked not in self._joint:
            self._joint[asked] = self._together(*asked)
        return self._joint[asked]

    def _together(self, columns: Sequence[str], cap: int | None) -> float:
        rows = self._spread()
        key = np.zeros(len(rows), np.int64)
        present = np.ones(len(rows), bool)
        for name in columns:
            codes = self._records.encoded(name).codes[rows].astype(np.int64)
            key = np.unique(key * (int(codes.max(initial=0)) + 1) + codes, return_inverse=True)[1].reshape(-1)
            present &= codes > 0
        sizes = np.diff(self._records.starts)
        dataset = self._records.dataset_of(rows)
        scale = sizes / np.maximum(np.bincount(dataset, minlength=len(sizes)), 1)
        counts = np.zeros((len(sizes), int(key.max(initial=0)) + 1))
        np.add.at(counts, (dataset[present], key[present]), 1.0)
        if cap is not None:
            counts = counts[:, (counts * scale[:, None]).sum(axis=0) <= max(cap, float(scale.max()))]
        within, between = (counts * (counts - 1) / 2).sum(axis=1), 0.0
        for one, other in itertools.combinations(range(len(sizes)), 2):
            between += float((counts[one] * counts[other]).sum()) * scale[one] * scale[other]
        return self._share(float((within * scale**2).sum()), between)

    def _equal(self, agreement: Agreement) -> float:
        column = self._records.column(agreement.column)
        counts = np.stack(
            [_held(column, int(start), int(stop)) for start, stop in itertools.pairwise(self._records.starts.tolist())]
        )
        if agreement.cap is not None:
            counts = counts[:, counts.sum(axis=0) <= agreement.cap]
        within = float((counts * (counts - 1) / 2).sum())
        total = counts.sum(axis=0)
        everything = float((total * (total - 1) / 2).sum())
        return self._share(within, everything - within)

    def _near(self, agreement: Agreement) -> float:
        """Return the share of random pairs that are near, and no less than the share of the same values."""
        left, right = self._random()
        if not len(left):
            return 0.0
        second = agreement.crossed_with
        assert agreement.metric is not None
        measure: Swapped | TextSimilarity
        if second is None:
            measure = TextSimilarity(agreement.column, agreement.metric)
        else:
            measure = Swapped(agreement.column, second, agreement.metric)
        found = self._records.engine.similarities(self._records, measure, left, right)
        near = (found <= agreement.bound) if measure.is_distance else (found >= agreement.bound)
        if agreement.cap is not None:
            column = self._records.encoded(agreement.column)
            rare = column.counts() <= agreement.cap
            near &= rare[column.codes[left]] & rare[column.codes[right]]
        same = self.of(Agreement(agreement.column, cap=agreement.cap)) if second is None else 0.0
        return max(float(near.mean()), same) + 1.0 / len(left)

    def _random(self) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        if self._drawn is None:
            chunks = list(self._records.engine.random_pairs(self._records, _PAIRS, _SEED).chunks())
            none = np.empty(0, np.uint32)
            self._drawn = (
                np.concatenate([none, *(chunk.left for chunk in chunks)]),
                np.concatenate([none, *(chunk.right for chunk in chunks)]),
            )
        return self._drawn

    def _spread(self) -> NDArray[np.int64]:
        """Rows of each dataset, evenly apart."""
        parts = []
        for start, stop in itertools.pairwise(self._records.starts.tolist()):
            parts.append(np.arange(start, stop, max((stop - start) // _RECORDS, 1)))
        return np.concatenate(parts)

    def _share(self, within: float, between: float) -> float:
        pairs = {"dedupe": within, "link_only": between, "link_and_dedupe": within + between}
        return pairs[self._records.link_type] / self._total


def _held(column: Encoded | EncodedSets, start: int, stop: int) -> Counts:
    """How many of some rows hold each value (or member), missing left out."""
    codes = column.codes[start:stop]
    if isinstance(column, Encoded):
        return np.bincount(codes, minlength=len(column.values))[1:].astype(np.float64)
    sets = np.bincount(codes, minlength=len(column.starts) - 1)
    weights = np.repeat(sets, np.diff(column.starts)).astype(np.float64)
    return np.bincount(column.members, weights, minlength=len(column.values))[1:].astype(np.float64)
