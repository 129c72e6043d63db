"""Two rare values that go together are rare once.

Term frequencies add the bits of a rare place and of a rare postcode as if the two were independent. Where one follows
from the other, strangers who share the one share the other, and the sum says too much. So of two comparisons that
strangers agree on together far more often than chance has it, only the larger gain counts.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ._agreement import agreeing_pairs
from ._frequencies import PreparedAdjustment, TermFrequency
from ._layout import Floats

if TYPE_CHECKING:
    from linkkit.encoded import Encoded
    from linkkit.records import Records

__all__ = ["SharedFrequency", "joint_agreement", "shared_frequency"]

Rows = NDArray[np.uint32]
# Names and places of people of one origin go together two or three times as often as chance has it; eight times is the
# trace of one column in the other.
MOST_TOGETHER = 8.0
# Fewer strangers' pairs than this in the sample that agree on both show nothing.
LEAST_PAIRS = 100.0
SAMPLE = 100_000


@dataclass(frozen=True)
class SharedFrequency:
    """Take back what two dependent comparisons' frequencies add twice.

    Parameters
    ----------
    pairs
        Names of comparisons, two by two.

    Examples
    --------
    >>> SharedFrequency((("postcode", "place_of_birth"),)).name
    'shared frequency'
    """

    pairs: tuple[tuple[str, str], ...]

    name = "shared frequency"

    def prepare(self, adjustments: Mapping[str, PreparedAdjustment]) -> PreparedShared:
        """Take the prepared term frequencies, by comparison."""
        return PreparedShared(tuple((adjustments[one], adjustments[other]) for one, other in self.pairs))


@dataclass(frozen=True, eq=False)
class PreparedShared:
    """The adjustment, ready for pairs of some records."""

    steps: tuple[tuple[PreparedAdjustment, PreparedAdjustment], ...]

    name = SharedFrequency.name

    def bound(self, levels: NDArray[np.uint8]) -> Floats:
        """It never adds."""
        return np.zeros(len(levels))

    def bits(self, left: Rows, right: Rows, levels: NDArray[np.uint8]) -> Floats:
        """Return what it takes from each pair: of two gains the smaller; 0 or less."""
        found = np.zeros(len(left))
        for one, other in self.steps:
            smaller = np.minimum(one.bits(left, right, levels), other.bits(left, right, levels))
            found -= np.maximum(smaller, 0.0)
        return found


def shared_frequency(
    records: Records, adjustments: Sequence[TermFrequency], matches: Mapping[str, float], prior: float
) -> SharedFrequency | None:
    """Find the comparisons whose values go together among strangers; None where there are none.

    Parameters
    ----------
    records
        The records.
    adjustments
        Term frequencies.
    matches
        How often matches, and relatives for their part, agree on each comparison: m of its first level.
    prior
        Share of matches and relatives among all pairs; their agreement is no sign of dependence.
    """
    found = []
    for one, other in itertools.combinations(adjustments, 2):
        both, present = joint_agreement(records, one.column, other.column)
        strangers = both - prior * present * min(matches[one.comparison], matches[other.comparison])
        expected = one.reference * other.reference * present
        if strangers >= LEAST_PAIRS and strangers > MOST_TOGETHER * expected:
            found.append((one.comparison, other.comparison))
    return SharedFrequency(tuple(found)) if found else None


def joint_agreement(records: Records, one: str, other: str) -> tuple[float, float]:
    """Return how many pairs agree on two columns, and how many have both: of all records, or of a sample of many."""
    first, second = _sampled(records, records.encoded(one)), _sampled(records, records.encoded(other))
    counts = []
    for codes, others in zip(first, second, strict=True):
        has = (codes > 0) & (others > 0)
        counts.append((codes[has].astype(np.int64) << 32) | others[has])
    values, place = np.unique(np.concatenate(counts), return_inverse=True)
    ends = np.cumsum([0, *map(len, counts)])
    table = np.stack([np.bincount(place[start:end], minlength=len(values)) for start, end in pairwise(ends)])
    present = agreeing_pairs(table.sum(axis=1, keepdims=True), records.link_type)
    return float(agreeing_pairs(table, records.link_type)), float(present)


def _sampled(records: Records, column: Encoded) -> list[NDArray[np.uint32]]:
    """The codes of each dataset's records, every so many of them; they stand in the order of ids."""
    step = max(len(records) // SAMPLE, 1)
    return [column.codes[start:end:step] for start, end in pairwise(records.starts.tolist())]
