"""Pairs of relatives: what speaks for the same family and another person, streamed as scores are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import ModelError
from linkkit.tables import Levels
from linkkit.weights import least_weight, probability

from ._family import HOME_KINDS, FamilyAlternative, PreparedFamily, kind_of
from ._frequencies import Frequencies, PreparedAdjustment
from ._layout import Floats
from ._scoring import CodeTable, check_comparisons, prepared_frequencies, score_codes, together

if TYPE_CHECKING:
    from linkkit.records import Records

    from ._model import Model

__all__ = ["Relatives", "repeated_evidence", "score_relatives"]

Rows = NDArray[np.uint32]
MOST_ROUNDS, SETTLED = 500, 1e-4
# No fewer pairs of relatives than this are expected, so that a rare one can still be found.
LEAST_RELATIVES = 0.5


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
class _Kinship:
    """The odds of relatives against strangers who may be neighbours."""

    prepared: PreparedFamily
    is_home: NDArray[np.bool_]
    prior: float

    name = "relatives"

    def odds(self, levels: NDArray[np.uint8], gained: Sequence[Floats | float]) -> Floats:
        """Return log2 odds of each pair, with the bits that term frequencies gave each tied comparison."""
        parts = self.prepared.family.parts(levels, self.prepared.places, gained)
        return np.asarray(np.log2(self.prior) + parts.sum(axis=1) - repeated_evidence(parts, self.is_home))

    def plain(self, levels: NDArray[np.uint8]) -> Floats:
        """Return the odds of each pattern, term frequencies left out."""
        return self.odds(levels, [0.0] * len(self.is_home))

    def bound(self, levels: NDArray[np.uint8]) -> Floats:
        """Return the most that a pair of each pattern can gain by the frequency of its values."""
        most = [0.0 if step is None else step.bound(levels) for step in self.prepared.steps]
        return np.asarray(np.maximum(self.odds(levels, most) - self.plain(levels), 0.0))

    def bits(self, left: Rows, right: Rows, levels: NDArray[np.uint8]) -> Floats:
        """Return what each pair gains or loses by the frequency of its values."""
        return self.odds(levels, self.prepared.gained(left, right, levels)) - self.plain(levels)

    def repeated(self, left: Rows, right: Rows, levels: NDArray[np.uint8]) -> Floats:
        """Return the bits of each pair that say again what another field of the home said."""
        gained = self.prepared.gained(left, right, levels)
        return repeated_evidence(self.prepared.family.parts(levels, self.prepared.places, gained), self.is_home)


def repeated_evidence(parts: Floats, is_home: NDArray[np.bool_]) -> Floats:
    """Return what agreement on several fields of a home says more than the strongest of them alone.

    Who shares a postcode shares its town: the model takes the two for independent, and neighbours for relatives. Of
    what speaks for a shared home only the strongest counts; all that speaks against it counts.

    Parameters
    ----------
    parts
        Shape (pairs, comparisons): bits.
    is_home
        Shape (comparisons,): which of them are of the home.

    Examples
    --------
    >>> repeated_evidence(np.array([[6.0, 4.0, -3.0, 9.0]]), np.array([True, True, True, False])).tolist()
    [4.0]
    """
    speaking = np.maximum(parts[:, is_home], 0.0)
    return np.asarray(speaking.sum(axis=1) - speaking.max(axis=1, initial=0.0))


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
    frequent = prepared_frequencies(model, levels.records, frequencies)
    gaps = model.prepared_gaps(levels.records)
    prepared = family.prepare(model.comparisons, together(frequent, gaps.by_comparison))
    is_home = np.array([kind_of(levels.records, model.comparisons[place]) in HOME_KINDS for place in prepared.places])
    codes, counts = levels.code_counts()
    patterns = levels.compiled.levels(codes)
    first = _Kinship(prepared, is_home, family.prior)
    evidence, pairs = model.evidence(patterns), counts.sum(axis=1)
    repeated = repeated_evidence(family.parts(patterns, prepared.places, [0.0] * len(is_home)), is_home)
    prior = _share_of_relatives(first.plain(patterns), evidence - repeated, pairs, family.prior, levels)
    kin = _Kinship(prepared, is_home, prior)
    found = score_codes(levels, CodeTable(codes, patterns, kin.plain(patterns), None, {}), floor, [kin])
    match = model.evidence(found.levels) - kin.repeated(found.left, found.right, found.levels)
    shared = [] if model.shared is None else [model.shared.prepare(frequent)]
    steps: list[PreparedAdjustment] = [*frequent.values(), *gaps.steps, *shared]
    for step in steps:
        match = match + step.bits(found.left, found.right, found.levels)
    return Relatives(levels.records, found.left, found.right, found.weight, match)


def _share_of_relatives(odds: Floats, match: Floats, pairs: NDArray[np.int64], share: float, levels: Levels) -> float:
    """Learn the share of relatives again, now that neighbours are none: the one parameter of a mixture.

    ``odds`` are log2 odds of each pattern at the share that is given, ``match`` those of one person.
    """
    ratio, others = np.exp2(odds) / share, 1.0 + np.exp2(match)
    for _ in range(MOST_ROUNDS):
        kin = share * ratio
        found = max(float(pairs @ (kin / (others + kin))), LEAST_RELATIVES) / levels.records.pair_count
        if abs(found - share) <= SETTLED * share:
            return found
        share = found
    return share
