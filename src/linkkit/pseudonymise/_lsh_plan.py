"""How many tables of how many sampled bits: chosen for a completeness, with the least work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import DataError, SpecError
from linkkit.specs._sampled_bits import (
    MOST_TABLES,
    agreeing,
    completeness_of,
    drawn_pairs,
    drawn_positions,
    fewest_tables,
    least_work,
)

from ._contract import SubKeys, check_keys
from ._encodings import bit_counts
from .similarity import read_sides

if TYPE_CHECKING:
    from ._encoded_rows import EncodedRows

__all__ = ["LshPlan", "check_completeness"]

METRICS = ("dice", "hamming", "jaccard")


@dataclass(frozen=True)
class LshPlan:
    """How many tables look at how many bits; print it to see the numbers. Make it by :meth:`choose`.

    Parameters
    ----------
    bits
        Bits of a filter.
    tables
        How many times filters are put into blocks.
    bits_per_key
        On how many bits the filters of a block agree.
    metric
        ``"dice"``, ``"jaccard"`` or ``"hamming"``.
    at_least
        The least similarity of the pairs that are wanted.
    completeness
        The share of the pairs at exactly that similarity that is expected to share a block; the share of more similar
        pairs is higher. An expectation over keys.
    candidates
        The pairs of rows expected to share a block, counted in every table; None where no data were looked at.

    Examples
    --------
    >>> plan = LshPlan.of_popcount(1024, 300, at_least=0.8, completeness=0.95, bits_per_key=20)
    >>> plan.tables, round(plan.completeness, 3)
    (36, 0.952)
    """

    bits: int
    tables: int
    bits_per_key: int
    metric: str = "dice"
    at_least: float = 0.8
    completeness: float | None = None
    candidates: int | None = None

    def __post_init__(self) -> None:
        if self.metric not in METRICS:
            raise SpecError(
                f"LshPlan.metric must be one of {', '.join(METRICS)}; got {self.metric!r}. Other similarities bound no "
                "number of differing bits: use similar()."
            )
        if not all(type(number) is int for number in (self.bits, self.tables, self.bits_per_key)):
            raise SpecError("LshPlan.bits, tables and bits_per_key must be whole numbers.")
        if not 0 < self.at_least <= 1:
            raise SpecError(f"LshPlan.at_least must be above 0 and at most 1; got {self.at_least!r}.")
        if not 1 <= self.tables <= MOST_TABLES:
            raise SpecError(f"LshPlan.tables must be from 1 to {MOST_TABLES:,}; got {self.tables!r}.")
        if not 1 <= self.bits_per_key <= min(64, self.bits):
            raise SpecError(
                f"LshPlan.bits_per_key must be from 1 to {min(64, self.bits)}, the bits of a filter or 64; "
                f"got {self.bits_per_key!r}."
            )

    @classmethod
    def of_popcount(
        cls,
        bits: int,
        popcount: float,
        *,
        bits_per_key: int,
        metric: str = "dice",
        at_least: float = 0.8,
        completeness: float = 0.95,
    ) -> LshPlan:
        """Choose the number of tables for filters of about so many bits set, before there are any data."""
        check_completeness(completeness)
        chances = agreeing(bits, cls(bits, 1, bits_per_key, metric, at_least)._distances(np.array([popcount])))
        tables = fewest_tables(chances[bits_per_key], np.ones(1), completeness)
        if tables is None:
            raise SpecError(_too_many(at_least, completeness))
        expected = completeness_of(chances[bits_per_key], np.ones(1), tables)
        return cls(bits, tables, bits_per_key, metric, at_least, expected)

    @classmethod
    def choose(
        cls,
        left: Any,
        right: Any = None,
        *,
        metric: str = "dice",
        at_least: float = 0.8,
        completeness: float = 0.95,
    ) -> LshPlan:
        """Choose both numbers for these encodings: the completeness wanted, with the least work expected.

        More bits a key leave fewer candidates and need more tables. The work is estimated from the bits in which
        evenly drawn pairs of rows differ; the completeness from the bits set in the left rows.

        Raises
        ------
        SpecError
            Where no number of tables up to 1,000 is enough.
        """
        check_completeness(completeness)
        left_rows, right_rows = read_sides(left, right)
        return cls.chosen_for(left_rows, right_rows, metric, at_least, completeness)

    @classmethod
    def chosen_for(
        cls, left: EncodedRows, right: EncodedRows | None, metric: str, at_least: float, completeness: float
    ) -> LshPlan:
        """Choose as :meth:`choose` does, for encodings that are read."""
        if not left.bits or not len(left.present):
            raise DataError("left holds no encoding to choose a plan for.")
        other = left if right is None or not len(right.present) else right
        bare = cls(left.bits, 1, 1, metric, at_least)
        popcounts, shares = np.unique(bit_counts(left.filters[left.present]), return_counts=True)
        some = popcounts > 0
        if not some.any():
            raise DataError("left: no encoding has a bit set.")
        shares = shares[some] / shares[some].sum()
        wanted = bare._distances(popcounts[some].astype(np.float64))
        one, two = drawn_pairs(len(left.present), len(other.present), other is left)
        apart = bit_counts(left.filters[left.present[one]] ^ other.filters[other.present[two]])
        size = len(left.present)
        keys = size + (0 if other is left else len(other.present))
        pairs = size * (size - 1) / 2 if other is left else size * len(other.present)
        found = least_work(left.bits, wanted, shares, apart, keys, pairs, completeness)
        if found is None:
            raise SpecError(_too_many(at_least, completeness))
        return cls(
            left.bits, found.tables, found.bits_per_key, metric, at_least, found.completeness, round(found.candidates)
        )

    def positions(self, keys: SubKeys) -> NDArray[np.uint64]:
        """Return the bits that each table looks at, shape (tables, bits per key), from the key for blocking.

        Whoever has not the key cannot know which bits they are.
        """
        check_keys(keys)
        return drawn_positions(keys.subkey("blocking", field="lsh"), self.tables, self.bits, self.bits_per_key)

    def _distances(self, popcounts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return in how many places two filters of these popcounts may differ."""
        if self.metric == "hamming":
            return np.full(len(popcounts), (1 - self.at_least) * self.bits)
        share = 1 - self.at_least if self.metric == "dice" else (1 - self.at_least) / (1 + self.at_least)
        return share * 2 * popcounts


def check_completeness(completeness: Any) -> None:
    """Check a share that is wanted."""
    if not isinstance(completeness, int | float) or not 0 < completeness < 1:
        raise SpecError(f"completeness must be above 0 and below 1; got {completeness!r}.")


def _too_many(at_least: float, completeness: float) -> str:
    return (
        f"a completeness of {completeness:g} at a similarity of {at_least:g} needs more than {MOST_TABLES:,} tables. "
        "Ask for less of either, or compare every pair by similar()."
    )
