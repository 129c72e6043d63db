"""MixtureModel: match probabilities for the levels of one similarity; it prints, scores, saves and loads."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import ModelError
from linkkit.score._diagnosis import Diagnosis
from linkkit.score._layout import Floats
from linkkit.score._model import TrainingPass
from linkkit.score._scoring import LEAST_PROBABILITY, CodeTable, check_comparisons, score_codes
from linkkit.specs import Comparison
from linkkit.weights import least_weight, log2_odds, probability

if TYPE_CHECKING:
    import pandas as pd

    from linkkit.tables import Levels, Scores

__all__ = ["MixtureModel"]


@dataclass(frozen=True, eq=False, repr=False)
class MixtureModel:
    """What was learned of one similarity.

    Parameters
    ----------
    comparisons
        The one comparison.
    pairs
        For each of its levels, missing first, how many pairs were learned from; 0 where none was looked at.
    matches, others
        How many of the pairs at each level are matches and others, as two smooth curves have it.
    level_weights
        The weight of each level in bits: log2 of its odds, the prior included; it never falls with the similarity.
    expected_matches
        How many matches there are among all pairs of the records, those below the lowest level included.
    missed_matches
        How many of them lie below the pairs that were learned from, if the curve of matches goes on as it falls.
    expected_matches_error
        Standard error of their number, from records drawn again; NaN where none were drawn.
    pair_count
        How many pairs the whole product of the records has.
    unique
        The datasets that hold each person once, for which pairs competed.
    passes
        The run of expectation-maximisation, with its trace.
    diagnosis
        What looks wrong, with figures and remedies; ``print(model.diagnosis)``.

    Examples
    --------
    >>> from linkkit.compare import text
    >>> model = MixtureModel((text("clk", at_least=[0.9]),), (0, 8, 2, 90), (0, 8, 1, 0), (0, 0, 1, 90),
    ...     (-3.3, 9.0, 0.0, -9.0), expected_matches=9, pair_count=100)
    >>> model.weights[0].tolist(), round(model.prior, 2)
    ([-3.3, 9.0, 0.0, -9.0], 0.09)
    """

    comparisons: tuple[Comparison, ...]
    pairs: tuple[float, ...]
    matches: tuple[float, ...]
    others: tuple[float, ...]
    level_weights: tuple[float, ...]
    expected_matches: float
    pair_count: int
    missed_matches: float = 0.0
    expected_matches_error: float = math.nan
    unique: tuple[str, ...] = ()
    passes: tuple[TrainingPass, ...] = ()
    diagnosis: Diagnosis = field(default_factory=Diagnosis)

    scorer = "Mixture"

    def __post_init__(self) -> None:
        if len(self.comparisons) != 1:
            raise ModelError(f"A mixture has one comparison; got {len(self.comparisons)}.")
        size = len(self.comparisons[0].labels)
        for name in ("pairs", "matches", "others", "level_weights"):
            values = getattr(self, name)
            if len(values) != size or not np.isfinite(values).all():
                raise ModelError(f"{self.comparisons[0].name}: {name} needs {size} finite numbers, one a level.")
        if not 0 < self.expected_matches < self.pair_count:
            raise ModelError(
                f"expected_matches must lie between 0 and the {self.pair_count:,} pairs; got {self.expected_matches}."
            )

    @property
    def prior(self) -> float:
        """Probability that two random records match."""
        return self.expected_matches / self.pair_count

    @property
    def prior_weight(self) -> float:
        """The prior as log2 odds."""
        return log2_odds(self.prior)

    @property
    def weights(self) -> tuple[Floats, ...]:
        """For the comparison the weight of each level in bits, missing first, the prior included."""
        return (np.asarray(self.level_weights, np.float64),)

    @property
    def expected_matches_interval(self) -> tuple[float, float] | None:
        """95 % interval of the number of matches, of what chance does; None where no records were drawn again."""
        if math.isnan(self.expected_matches_error):
            return None
        spread = 1.96 * self.expected_matches_error
        return max(self.expected_matches - spread, 0.0), self.expected_matches + spread

    @property
    def findings(self) -> tuple[str, ...]:
        """What looks wrong, in words: the serious findings and warnings of the diagnosis."""
        return self.diagnosis.texts

    @property
    def status(self) -> str:
        """``"converged"`` or ``"stopped at the limit"``."""
        return self.passes[0].status if self.passes else "not learned by iteration"

    @property
    def trace(self) -> dict[str, tuple[float, ...]]:
        """Log-likelihood at each iteration."""
        return {step.name: step.trace for step in self.passes}

    def pattern_weights(self, levels: NDArray[np.uint8]) -> Floats:
        """Return the bits of each pattern (here: level), the prior included."""
        return self.weights[0][levels[:, 0]]

    def pattern_probabilities(self, levels: NDArray[np.uint8]) -> Floats:
        """Return the probability that a pair of each pattern is a match, its rivals not counted."""
        return probability(self.pattern_weights(levels))

    def score(self, levels: Levels, *, at_least: float | None = None, weight: float | None = None) -> Scores:
        """Score pairs and keep those that reach a floor; without one, of probability 0.01 at least.

        Rivals for a record are the business of a decision: where records have one match at most, decide so.

        Parameters
        ----------
        levels
            The pairs, graded by the same comparison.
        at_least, weight
            Probability, or log2 odds in bits, that a pair must reach.
        """
        check_comparisons(self.comparisons, levels)
        if at_least is None and weight is None:
            at_least = LEAST_PROBABILITY
        codes, _ = levels.code_counts()
        patterns = levels.compiled.levels(codes)
        table = CodeTable(codes, patterns, self.pattern_weights(patterns), None, {})
        return score_codes(levels, table, least_weight(at_least, weight))

    def to_dict(self) -> dict[str, object]:
        """Return the model as plain data, as it is saved."""
        from ._data import mixture_data

        return mixture_data(self)

    def save(self, path: str | Path) -> Path:
        """Save as JSON; :func:`linkkit.score.load_model` reads it. It holds no value of a person."""
        from ._data import save_mixture

        return save_mixture(self, path)

    def to_pandas(self) -> pd.DataFrame:
        """Return a row for each level, from the most similar to *other*: the two components, to be drawn or read.

        Columns: ``comparison``, ``level``, ``pairs``, ``expected_matches``, ``expected_others``,
        ``match_probability``, ``weight``.
        """
        from ._show import mixture_frame

        return mixture_frame(self)

    def __repr__(self) -> str:
        from ._show import mixture_text

        return mixture_text(self)

    def _repr_html_(self) -> str:
        from ._show import mixture_html

        return mixture_html(self)
