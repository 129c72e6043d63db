"""What each comparison can add to a pair's weight at the most, and what rules can enumerate of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import SpecError
from linkkit.records import Records
from linkkit.specs import Comparison, Condition, Equal, TextSimilarity, Threshold

from ._enclose import Conjunction, capped, enclosed, possible

__all__ = ["Evidence", "Grade", "ScoringModel", "evidence_of"]

Floats = NDArray[np.float64]
# Values are told apart by what their frequency adds, in bits: one step of 2 changes the pairs of a value fourfold.
_STEPS = (8.0, 6.0, 4.0, 2.0, 0.0)


class ScoringModel(Protocol):
    """What is asked of a model: weights that add up, a prior, and what adjusts them."""

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """The comparisons whose levels it weighs."""
        ...

    @property
    def weights(self) -> Sequence[Floats]:
        """For each comparison the bits of each level, missing first."""
        ...

    @property
    def prior_weight(self) -> float:
        """Where every pair's weight starts."""
        ...

    @property
    def adjustments(self) -> Sequence[Any]:
        """Adjustments by the frequency of values."""
        ...

    @property
    def family(self) -> Any:
        """What speaks for relatives, or None."""
        ...


@dataclass(frozen=True)
class Grade:
    """A level of a comparison, or a part of it by how rare the value is.

    Parameters
    ----------
    label
        The level's label.
    bits
        The most bits that a pair of it adds.
    kin
        The bits that it adds for relatives where it adds the most.
    alternatives
        Agreements one of which every pair of it has; None where no rule can enumerate it.
    """

    label: str
    bits: float
    kin: float
    alternatives: tuple[Conjunction, ...] | None


@dataclass(frozen=True)
class Evidence:
    """What a model says of pairs, as bounds.

    Parameters
    ----------
    names
        The names of the comparisons.
    grades
        For each comparison its grades, *missing* and *other* among them.
    prior, kin_prior
        Bits that every pair starts from, as a match and as relatives; minus infinity where relatives are no
        alternative.
    """

    names: tuple[str, ...]
    grades: tuple[tuple[Grade, ...], ...]
    prior: float
    kin_prior: float


def evidence_of(
    model: ScoringModel, records: Records, frequencies: Mapping[str, Mapping[str, float]] | None = None
) -> Evidence:
    """Return what a model can say of pairs of some records, term frequencies bounded by the values that occur."""
    wanted = ("comparisons", "weights", "prior_weight", "adjustments", "family")
    absent = [name for name in wanted if not hasattr(model, name)]
    if absent:
        kind = type(model).__name__
        raise SpecError(f"complete() needs a model whose weights add up (Fellegi-Sunter); a {kind} has no {absent[0]}.")
    prepared = [step.prepare(records, model.comparisons, frequencies) for step in model.adjustments]
    fading = model.prepared_gaps(records) if hasattr(model, "prepared_gaps") else None
    gaps = {} if fading is None else fading.by_comparison
    family = model.family
    ties = {} if family is None else {name: tie for (name, tie) in family.ties}
    kin_weights = {} if family is None else dict(zip((name for name, _ in family.ties), family.weights, strict=True))
    grades = []
    for place, (comparison, weights) in enumerate(zip(model.comparisons, model.weights, strict=True)):
        steps = [step for step in prepared if step.place == place]
        kin = _Kin(ties.get(comparison.name, 0.0), kin_weights.get(comparison.name))
        most = gaps[comparison.name].most if comparison.name in gaps else np.zeros(len(weights))
        grades.append(tuple(_grades(comparison, np.asarray(weights), steps, kin, records, most)))
    kin_prior = -np.inf if family is None else float(np.log2(family.prior))
    prior = float(model.prior_weight) + (0.0 if fading is None else fading.most_of_gap)
    return Evidence(tuple(c.name for c in model.comparisons), tuple(grades), prior, kin_prior)


@dataclass(frozen=True)
class _Kin:
    """What a comparison says for relatives."""

    tie: float
    weights: Sequence[float] | None

    def bits(self, level: int, gained: float) -> float:
        if self.weights is None or level == 0:
            return 0.0
        return float(np.log2(self.tie * np.exp2(self.weights[level] + gained) + 1.0 - self.tie))


def _grades(
    comparison: Comparison, weights: Floats, steps: Sequence[Any], kin: _Kin, records: Records, most: Floats
) -> list[Grade]:
    """Return the grades of a comparison; ``most`` are the bits that the time between records adds to each level."""
    found = []
    for level, label in enumerate(comparison.labels):
        condition = comparison.levels[level - 1].condition if 0 < level <= len(comparison.levels) else None
        alternatives = None if condition is None else enclosed(condition)
        if alternatives is not None:
            alternatives = possible(alternatives, records)
            if not alternatives:
                continue  # no pair of these records can be at this level
            if frozenset() in alternatives:
                alternatives = None
        for gained, cap, column in _gains(steps, level, condition, records):
            narrowed = alternatives
            if alternatives is not None and cap is not None:
                narrowed = tuple(capped(conjunction, column, cap) for conjunction in alternatives)
            gained += float(most[level])
            found.append(Grade(label, float(weights[level]) + gained, kin.bits(level, gained), narrowed))
    return found


def _gains(
    steps: Sequence[Any], level: int, condition: Condition | None, records: Records
) -> list[tuple[float, int | None, str]]:
    """Return the most bits that term frequencies add to a level, by how rare the value is: bits, cap, column.

    The bits of a pair are those of the commoner of its two values, so both are no commoner than the cap says.
    """
    acting = [step for step in steps if step.table[level].max(initial=0.0) > 0]
    most = sum(float(step.table[level].max(initial=0.0)) for step in acting)
    column = _column_of(condition)
    if len(acting) != 1 or column is None:
        return [(most, None, "")]
    step = acting[0]
    codes = records.encoded(column).codes
    if not np.array_equal(codes, step.codes):  # another column's frequencies say nothing of this one's blocks
        return [(most, None, "")]
    bits = step.table[level][1:]
    held = np.bincount(step.codes, minlength=step.table.shape[1])[1:]
    found: list[tuple[float, int | None, str]] = []
    upper = np.inf
    for lower in (*_STEPS, -np.inf):
        inside = (bits > lower) & (bits <= upper)
        if inside.any():
            cap = None if lower == -np.inf else int(held[bits > lower].max())
            found.append((float(bits[inside].max()), cap, column))
        upper = lower
    return found


def _column_of(condition: Condition | None) -> str | None:
    """The one column that a condition is on: of its equality, or of the similarity of its texts."""
    if isinstance(condition, Threshold) and isinstance(condition.measure, Equal | TextSimilarity):
        return condition.measure.column
    return None
