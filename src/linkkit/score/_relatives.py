"""Pairs of relatives: what speaks for the same family and another person, streamed as scores are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import ModelError
from linkkit.tables import Levels
from linkkit.weights import least_weight, probability

from ._family import FamilyAlternative, PreparedFamily
from ._frequencies import Frequencies
from ._layout import Floats
from ._scoring import CodeTable, check_comparisons, score_codes

if TYPE_CHECKING:
    from linkkit.records import Records

    from ._model import Model

__all__ = ["Relatives", "score_relatives"]

Rows = NDArray[np.uint32]


@dataclass(frozen=True, eq=False)
class Relatives:
    """Pairs of records that relatives explain better than strangers do; matches are among them.

    Parameters
    ----------
    records
        What the rows are of.
    left, right
        Shape (pairs,), uint32: rows, sorted by left, then right.
    family_weight
        Shape (pairs,), float64: log2 of the odds of relatives against strangers.
    match_weight
        Shape (pairs,), float64: log2 of the odds of one person against strangers, relatives left out.
    """

    records: Records
    left: Rows
    right: Rows
    family_weight: Floats
    match_weight: Floats

    def __len__(self) -> int:
        return len(self.left)

    @property
    def probability(self) -> Floats:
        """Probability that each pair is of one family and two persons."""
        return probability(self.family_weight - np.logaddexp2(0.0, self.match_weight))

    @property
    def match_probability(self) -> Floats:
        """Probability that each pair is of one person."""
        return probability(self.match_weight - np.logaddexp2(0.0, self.family_weight))

    @property
    def other_probability(self) -> Floats:
        """Probability that each pair is of relatives where it is known not to be of one person."""
        return probability(self.family_weight)


@dataclass(frozen=True, eq=False)
class _FrequencyGain:
    """What the frequencies of values add to the odds of relatives."""

    prepared: PreparedFamily

    name = "relatives"

    def bound(self, levels: NDArray[np.uint8]) -> Floats:
        """Return the most that a pair of each pattern can gain."""
        most = [0.0 if step is None else step.bound(levels) for step in self.prepared.steps]
        return np.maximum(self._gain(levels, most), 0.0)

    def bits(self, left: Rows, right: Rows, levels: NDArray[np.uint8]) -> Floats:
        """Return what each pair gains or loses."""
        return self._gain(levels, self.prepared.gained(left, right, levels))

    def _gain(self, levels: NDArray[np.uint8], gained: list[Floats | float]) -> Floats:
        family, places = self.prepared.family, self.prepared.places
        return family.odds(levels, places, gained) - family.odds(levels, places, [0.0] * len(places))


def score_relatives(
    model: Model, levels: Levels, at_least: float = 0.5, frequencies: Frequencies | None = None
) -> Relatives:
    """Find the pairs that relatives explain better than strangers do, as likely as is asked for.

    Pattern codes are weighed first, and only pairs whose code can reach the floor are made; of these, the frequencies
    of their values decide. Candidates alone are looked at.

    Parameters
    ----------
    model
        A model that looked for relatives.
    levels
        The candidate pairs, graded by the model's comparisons.
    at_least
        Least probability of relatives as against strangers.
    frequencies
        As for :meth:`Model.score`.

    Raises
    ------
    ModelError
        Where the model never looked for relatives.
    """
    check_comparisons(model.comparisons, levels)
    if model.family is None:
        if model.family_evidence is None:
            raise ModelError(
                "The model knows of no relatives, since none were looked for. Fit it with FellegiSunter(families=True) "
                "on a given name and what families share (a surname, a home)."
            )
        none = np.empty(0)
        return Relatives(levels.records, np.empty(0, np.uint32), np.empty(0, np.uint32), none, none)
    return _scored(model, model.family, levels, least_weight(at_least, None), frequencies)


def _scored(
    model: Model, family: FamilyAlternative, levels: Levels, floor: float, frequencies: Frequencies | None
) -> Relatives:
    prepared = family.prepare(levels.records, model.comparisons, frequencies, model.adjustments)
    codes, _ = levels.code_counts()
    patterns = levels.compiled.levels(codes)
    odds = family.odds(patterns, prepared.places, [0.0] * len(prepared.places))
    found = score_codes(levels, CodeTable(codes, patterns, odds, None, {}), floor, [_FrequencyGain(prepared)])
    match = model.evidence(found.levels)
    for step in model.adjustments:
        match = match + step.prepare(levels.records, model.comparisons, frequencies).bits(
            found.left, found.right, found.levels
        )
    return Relatives(levels.records, found.left, found.right, found.weight, match)
