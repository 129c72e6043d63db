"""Model: a Fellegi-Sunter model as an immutable object that prints as a table, scores, saves and loads."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import ModelError, SpecError, did_you_mean
from linkkit.specs import Comparison
from linkkit.weights import log2_odds, pattern_weights, probability

from ._diagnosis import Diagnosis
from ._family import FamilyAlternative
from ._family_evidence import FamilyEvidence
from ._frequencies import Frequencies, TermFrequency, term_frequency_adjustments
from ._layout import Floats
from ._shared import SharedFrequency
from ._time_gaps import PreparedFading, TimeFading

if TYPE_CHECKING:
    import pandas as pd

    from linkkit.records import Records
    from linkkit.tables import FieldEvidence, Levels, Scores

    from ._relatives import Relatives

__all__ = ["Model", "TrainingPass", "by_hand"]

Probabilities = tuple[tuple[float, ...], ...]
LEAST_PROBABILITY = 1e-300


@dataclass(frozen=True)
class TrainingPass:
    """What one run of expectation-maximisation did.

    Parameters
    ----------
    name
        The rule whose pairs it saw.
    comparisons
        The comparisons it took part of; those of the rule's fields are left out.
    pairs, expected_matches
        How many pairs it saw, and how many of them it holds for matches.
    trace
        Log-likelihood at the start of each iteration, the weak prior on m included.
    status
        ``"converged"`` or ``"stopped at the limit"``.
    m_probability
        What it learned: for each of its comparisons, for each level but missing. Empty where it was not kept.
    """

    name: str
    comparisons: tuple[str, ...]
    pairs: int
    expected_matches: float
    trace: tuple[float, ...]
    status: str
    m_probability: Probabilities = ()


@dataclass(frozen=True, eq=False, repr=False)
class Model:
    """A Fellegi-Sunter model.

    Parameters
    ----------
    comparisons
        The comparisons whose levels it weighs.
    prior
        Probability that two random records match.
    m_probability, u_probability
        For each comparison, for each of its levels but missing: how often matches, and non-matches, are at it.
    m_source, u_source
        Where each came from, in the same shape.
    passes
        The runs of expectation-maximisation, with their traces.
    adjustments
        Adjustments by the frequency of values.
    diagnosis
        What looks wrong, with figures and remedies; ``print(model.diagnosis)``.
    family
        What speaks for relatives, against which every pair is weighed; None where none was looked for or found.
    family_evidence
        How the fits with and without a class of relatives compare; None where relatives were not looked for.
    missing_shares
        For each comparison how often it is missing among matches and among non-matches, where missing was learned
        from; empty where a missing value says nothing.
    shared
        Comparisons whose frequencies go together, of which only the larger gain counts; None where there are none.
    time_gaps
        How m of fields that people change depends on the time between two records; None where time is left aside.
    pair_count
        How many pairs the whole product had in training; None where there was no training.
    m_standard_error, u_standard_error, prior_standard_error
        Standard errors, in the shape of the probabilities; NaN where a value was given or held, 0 where it was counted
        in full; empty where there was no training. See :mod:`linkkit.score._standard_errors`.

    Examples
    --------
    >>> from linkkit.specs import Equal, Level, Threshold
    >>> sex = Comparison("sex", (Level("exact", Threshold(Equal("sex"))),))
    >>> by_hand([sex], {"sex": (0.98, 0.02)}, {"sex": (0.5, 0.5)}, prior=0.1).weights[0].round(2).tolist()
    [0.0, 0.97, -4.64]
    """

    comparisons: tuple[Comparison, ...]
    prior: float
    m_probability: Probabilities
    u_probability: Probabilities
    m_source: tuple[tuple[str, ...], ...]
    u_source: tuple[tuple[str, ...], ...]
    passes: tuple[TrainingPass, ...] = ()
    adjustments: tuple[TermFrequency, ...] = ()
    diagnosis: Diagnosis = field(default_factory=Diagnosis)
    pair_count: int | None = None
    prior_source: str = "by hand"
    family: FamilyAlternative | None = None
    family_evidence: FamilyEvidence | None = None
    missing_shares: tuple[tuple[float, float], ...] = ()
    shared: SharedFrequency | None = None
    m_standard_error: Probabilities = ()
    u_standard_error: Probabilities = ()
    prior_standard_error: float = math.nan
    time_gaps: TimeFading | None = None

    def __post_init__(self) -> None:
        if not 0 < self.prior < 1:
            raise ModelError(f"The prior must lie between 0 and 1; got {self.prior}.")
        for name in ("m_probability", "u_probability"):
            for comparison, values in zip(self.comparisons, getattr(self, name), strict=True):
                if len(values) != len(comparison.levels) + 1:
                    raise ModelError(
                        f"{comparison.name}: {name} needs {len(comparison.levels) + 1} values; got {len(values)}."
                    )
                if not all(LEAST_PROBABILITY <= value <= 1 for value in values):
                    raise ModelError(f"{comparison.name}: every {name} must be at least 1e-300 and at most 1.")

    @property
    def findings(self) -> tuple[str, ...]:
        """What looks wrong, in words: the serious findings and warnings of the diagnosis."""
        return self.diagnosis.texts

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the comparisons."""
        return tuple(comparison.name for comparison in self.comparisons)

    @property
    def labels(self) -> tuple[tuple[str, ...], ...]:
        """The labels of each comparison's levels, missing first."""
        return tuple(comparison.labels for comparison in self.comparisons)

    @cached_property
    def weights(self) -> tuple[Floats, ...]:
        """For each comparison the weight of each level in bits, log2(m / u); missing is first, 0 where not learned."""
        shares = self.missing_shares or ((0.0, 0.0),) * len(self.comparisons)
        return tuple(
            np.concatenate(
                [
                    [np.log2(among_matches / others) if others else 0.0],
                    np.log2(m) - np.log2(u) + np.log2(1 - among_matches) - np.log2(1 - others),
                ]
            )
            for m, u, (among_matches, others) in zip(self.m_probability, self.u_probability, shares, strict=True)
        )

    @property
    def prior_weight(self) -> float:
        """The prior as log2 odds: where every pair's weight starts."""
        return log2_odds(self.prior)

    @property
    def status(self) -> str:
        """``"converged"``, ``"stopped at the limit"`` (some pass did), or ``"not learned by iteration"``."""
        if not self.passes:
            return "not learned by iteration"
        return "converged" if all(step.status == "converged" for step in self.passes) else "stopped at the limit"

    @property
    def trace(self) -> dict[str, tuple[float, ...]]:
        """Log-likelihood at the start of each iteration of each pass."""
        return {step.name: step.trace for step in self.passes}

    @property
    def expected_relatives(self) -> float | None:
        """How many pairs of relatives are expected in the whole product; 0 without the class, None without training."""
        if self.pair_count is None:
            return None
        return 0.0 if self.family is None else self.family.prior * self.pair_count

    @property
    def expected_matches(self) -> float | None:
        """How many matches the prior expects in the whole product it was trained on."""
        return None if self.pair_count is None else self.prior * self.pair_count

    def pattern_weights(self, levels: NDArray[np.uint8]) -> Floats:
        """Return the bits of each pattern, the prior and the family alternative included, term frequencies not."""
        found = self.evidence(levels)
        return found if self.family is None else found + self.family.pattern_bits(levels, self.comparisons)

    def evidence(self, levels: NDArray[np.uint8]) -> Floats:
        """Return the weight of each pattern in bits against strangers alone, the prior included."""
        return pattern_weights(levels, self.weights) + self.prior_weight

    def pattern_probabilities(self, levels: NDArray[np.uint8]) -> Floats:
        """Return the probability that a pair of each pattern is a match, adjustments not included."""
        return probability(self.pattern_weights(levels))

    def score(
        self,
        levels: Levels,
        *,
        at_least: float | None = None,
        weight: float | None = None,
        frequencies: Frequencies | None = None,
    ) -> Scores:
        """Score pairs and keep those that reach a floor.

        Parameters
        ----------
        levels
            The pairs, graded by the same comparisons as the model's.
        at_least
            Keep pairs of at least this probability; without it and ``weight``, of at least 0.01. 0 keeps every pair.
        weight
            Keep pairs of at least this weight in bits, the prior included.
        frequencies
            A table from :func:`load_frequencies`; without it, values are counted in the records being scored.

        Returns
        -------
        Scores
            Sorted by left and right row, whatever the order and threads they were made in.
        """
        from ._scoring import score_model

        return score_model(self, levels, at_least, weight, frequencies)

    def field_evidence(self, records: Records, *, frequencies: Frequencies | None = None) -> FieldEvidence:
        """Return what it says of pairs of some records comparison by comparison; merging by profile asks for it."""
        from ._field_evidence import field_evidence

        return field_evidence(self, records, frequencies)

    def relatives(self, levels: Levels, *, at_least: float = 0.5, frequencies: Frequencies | None = None) -> Relatives:
        """Return the pairs that relatives explain better than strangers do; matches are among them.

        Parameters
        ----------
        levels
            The pairs, graded by the same comparisons as the model's.
        at_least
            Least probability of relatives as against strangers.
        frequencies
            As for :meth:`score`.

        Raises
        ------
        ModelError
            Where the model never looked for relatives.
        """
        from ._relatives import score_relatives

        return score_relatives(self, levels, at_least, frequencies)

    def with_prior(self, prior: float) -> Model:
        """Return the same model with another prior."""
        return replace(self, prior=prior, prior_source="by hand")

    def without_term_frequencies(self) -> Model:
        """Return the same model without adjustments by term frequency."""
        return replace(self, adjustments=(), shared=None)

    def without_time_gaps(self) -> Model:
        """Return the same model without regard to the time between records."""
        return replace(self, time_gaps=None)

    def prepared_gaps(self, records: Records) -> PreparedFading:
        """Return its adjustments by the time between two records, ready for some records."""
        if self.time_gaps is None:
            return PreparedFading({}, None)
        return self.time_gaps.prepare(records, self.comparisons, self.m_probability)

    def m_by_gap(self, years: Sequence[float] = (0.0, 1.0, 2.0, 5.0, 10.0)) -> pd.DataFrame:
        """Return m and the weight of each level of the fields that fade, at some gaps in years between two records."""
        from ._display import gap_frame

        return gap_frame(self, years)

    @staticmethod
    def load(path: str | Path) -> Model:
        """Load a model that was saved as JSON."""
        from ._json import load_model

        found = load_model(path)
        if not isinstance(found, Model):
            raise ModelError(f"{Path(path).name} holds a {type(found).__name__}; read it with load_model().")
        return found

    def save(self, path: str | Path) -> Path:
        """Save as JSON. It holds no value of a person; see :meth:`save_frequencies` for the frequencies of values."""
        from ._json import save_model

        return save_model(self, path)

    def save_frequencies(self, path: str | Path, records: Records) -> Path:
        """Save the frequencies that the adjustments use, as Parquet. They are values of people: keep them as such."""
        from ._frequency_files import save_frequencies

        return save_frequencies(self.adjustments, self.comparisons, records, path)

    def to_pandas(self) -> pd.DataFrame:
        """Return a row for each level, missing first, with its weight, and for m and u value, error and source."""
        from ._display import model_frame

        return model_frame(self)

    def __repr__(self) -> str:
        from ._display import model_text

        return model_text(self)

    def _repr_html_(self) -> str:
        from ._display import model_html

        return model_html(self)


def by_hand(
    comparisons: tuple[Comparison, ...] | list[Comparison],
    m_probability: Mapping[str, tuple[float, ...]],
    u_probability: Mapping[str, tuple[float, ...]],
    prior: float,
    *,
    term_frequencies: bool = False,
) -> Model:
    """Make a model from known probabilities.

    Parameters
    ----------
    comparisons
        The comparisons.
    m_probability, u_probability
        For each comparison, by name, a value for each level but missing, from strict to loose, *other* last.
    prior
        Probability that two random records match.
    term_frequencies
        Adjust by the frequency of values where a comparison says so; the reference is the u of its first level.

    Examples
    --------
    >>> from linkkit.specs import Equal, Level, Threshold
    >>> sex = Comparison("sex", (Level("exact", Threshold(Equal("sex"))),))
    >>> by_hand([sex], {"sex": (0.98, 0.02)}, {"sex": (0.5, 0.5)}, prior=0.1).status
    'not learned by iteration'
    """
    names = [comparison.name for comparison in comparisons]
    for given, what in ((m_probability, "m_probability"), (u_probability, "u_probability")):
        for name in given:
            if name not in names:
                raise SpecError(f"{what} names the comparison {name!r}, which is not there.{did_you_mean(name, names)}")
        missing = [name for name in names if name not in given]
        if missing:
            raise SpecError(f"{what} leaves out {', '.join(missing)}.")
    m = tuple(tuple(map(float, m_probability[name])) for name in names)
    u = tuple(tuple(map(float, u_probability[name])) for name in names)
    source = tuple(("by hand",) * len(values) for values in m)
    references = {name: values[0] for name, values in zip(names, u, strict=True)} if term_frequencies else {}
    return Model(
        tuple(comparisons), prior, m, u, source, source, adjustments=term_frequency_adjustments(comparisons, references)
    )
