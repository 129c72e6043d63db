"""The family alternative: a pair of relatives agrees on surname and home, and its weight is set against that
explanation.

A match has to explain a pair better than strangers *and* better than relatives do, so a pair's log odds of a match
are ``log2(M / (U + F)) = log2(M / U) - log2(1 + F / U)``: the usual weight, less an adjustment that is 0 where
nothing speaks for relatives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkkit.fields import meaning_of
from linkkit.records import Records
from linkkit.specs import Comparison

from ._frequencies import PreparedAdjustment
from ._layout import Floats

__all__ = ["FAMILY_TIES", "HOME_KINDS", "FamilyAlternative", "kind_of", "ties_of"]

Rows = NDArray[np.uint32]
# How much of the time relatives agree on a kind of field as a person with themselves does: homes nearly always;
# surnames less, since mothers, fathers and step-children differ; dates of birth are those of twins, for which this is
# where learning starts.
FAMILY_TIES = {
    "surname": 0.8, "postcode": 0.9, "address": 0.9, "house_number": 0.9, "place": 0.9, "phone": 0.9,
    "category": 0.9, "date": 0.01,
}  # fmt: skip
# How many twins there are is another matter in a school register than in a census, so that tie is learned, as if so
# many pairs of relatives had been seen before. The others are held: a class of relatives that is free to agree on
# everything may become the class of matches.
TIE_STRENGTH = {"date": 100.0}
# Kinds of field that say the same of a home in several ways: who shares one of them by chance shares the others, too.
HOME_KINDS = ("postcode", "address", "house_number", "place")


@dataclass(frozen=True)
class FamilyAlternative:
    """What speaks for relatives rather than one person.

    Parameters
    ----------
    prior
        Share of pairs of relatives among all pairs.
    ties
        For each comparison that relatives agree on: its name, and how much of the time they agree as a match does.
    weights
        For each of them the weight of each level in bits, missing first.

    Examples
    --------
    >>> kin = FamilyAlternative(0.01, (("surname", 0.8),), ((0.0, 10.0, -5.0),))
    >>> kin.odds(np.array([[1], [2], [0]], np.uint8), (0,), [0.0]).round(2).tolist()
    [3.03, -8.8, -6.64]
    """

    prior: float
    ties: tuple[tuple[str, float], ...]
    weights: tuple[tuple[float, ...], ...]

    name = "family"

    def places(self, comparisons: Sequence[Comparison]) -> tuple[int, ...]:
        """Return where the tied comparisons stand."""
        names = [comparison.name for comparison in comparisons]
        return tuple(names.index(name) for name, _ in self.ties)

    def odds(self, levels: NDArray[np.uint8], places: Sequence[int], gained: Sequence[Floats | float]) -> Floats:
        """Return log2 odds of relatives against strangers, with the bits that term frequencies gave each comparison."""
        return np.asarray(np.log2(self.prior) + self.parts(levels, places, gained).sum(axis=1))

    def parts(self, levels: NDArray[np.uint8], places: Sequence[int], gained: Sequence[Floats | float]) -> Floats:
        """Return what each tied comparison adds to these odds; shape (pairs, tied comparisons)."""
        found = np.zeros((len(levels), len(self.ties)))
        columns = zip(places, self.ties, self.weights, gained, strict=True)
        for number, (place, (_, tie), weights, bits) in enumerate(columns):
            level = levels[:, place]
            agreed = np.asarray(weights)[level] + bits
            found[:, number] = np.where(level > 0, np.log2(tie * np.exp2(agreed) + 1.0 - tie), 0.0)
        return found

    def pattern_bits(self, levels: NDArray[np.uint8], comparisons: Sequence[Comparison]) -> Floats:
        """Return what the alternative takes from each pattern, term frequencies left out; 0 or less."""
        return _against(self.odds(levels, self.places(comparisons), [0.0] * len(self.ties)))

    def prepare(
        self, comparisons: Sequence[Comparison], adjustments: Mapping[str, PreparedAdjustment]
    ) -> PreparedFamily:
        """Take the prepared term frequencies of those tied, by comparison: a rare surname speaks for relatives, too."""
        return PreparedFamily(self, self.places(comparisons), tuple(adjustments.get(name) for name, _ in self.ties))


@dataclass(frozen=True, eq=False)
class PreparedFamily:
    """The alternative, ready for pairs of some records."""

    family: FamilyAlternative
    places: tuple[int, ...]
    steps: tuple[PreparedAdjustment | None, ...]

    name = FamilyAlternative.name

    def bound(self, levels: NDArray[np.uint8]) -> Floats:
        """It never adds."""
        return np.zeros(len(levels))

    def bits(self, left: Rows, right: Rows, levels: NDArray[np.uint8]) -> Floats:
        """Return what it takes from each pair; 0 or less."""
        return _against(self.family.odds(levels, self.places, self.gained(left, right, levels)))

    def gained(self, left: Rows, right: Rows, levels: NDArray[np.uint8]) -> list[Floats | float]:
        """Return the bits that term frequencies gave each tied comparison of each pair."""
        return [0.0 if step is None else step.bits(left, right, levels) for step in self.steps]

    def gain(self, left: Rows, right: Rows, levels: NDArray[np.uint8]) -> Floats:
        """Return the bits that term frequencies add to the odds of relatives against strangers."""
        with_them, without = self.gained(left, right, levels), [0.0] * len(self.steps)
        return np.asarray(
            self.family.odds(levels, self.places, with_them) - self.family.odds(levels, self.places, without)
        )


def ties_of(records: Records, comparisons: Sequence[Comparison]) -> tuple[float, ...]:
    """Return for each comparison how much of the time relatives agree on it as matches do, by the kind of its field.

    All 0 where no comparison could tell one relative from another (a given name).
    """
    kinds = [kind_of(records, comparison) for comparison in comparisons]
    if "given_name" not in kinds:
        return (0.0,) * len(kinds)
    return tuple(FAMILY_TIES.get(kind, 0.0) for kind in kinds)


def kind_of(records: Records, comparison: Comparison) -> str:
    """Return what kind of field a comparison is of; of an encoded one, what was encoded, as its name tells."""
    field = comparison.fields[0] if comparison.fields else ""
    described = records.datasets[0].fields.get(field)
    return "text" if described is None else meaning_of(field, described.kind)


def _against(odds: Floats) -> Floats:
    return np.asarray(-np.logaddexp2(0.0, odds))
