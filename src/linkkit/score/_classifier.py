"""Any scikit-learn classifier on the levels: trained on labels, asked once for each pattern."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import DependencyError, ModelError
from linkkit.specs import Comparison
from linkkit.weights import least_weight

from ._layout import Floats
from ._scoring import LEAST_PROBABILITY, CodeTable, check_comparisons, score_codes
from ._spec import Classifier

if TYPE_CHECKING:
    from linkkit.tables import Levels, Scores

__all__ = ["ClassifierModel", "features", "train"]

# A classifier that is sure says 0 or 1; its odds are kept within this many bits.
MOST_BITS = 50.0


@dataclass(frozen=True, eq=False)
class ClassifierModel:
    """A trained classifier.

    Parameters
    ----------
    comparisons
        The comparisons whose levels it was trained on.
    spec
        What it is.
    classifier
        The trained object.
    labelled_pairs, labelled_matches
        What it was trained on.
    """

    comparisons: tuple[Comparison, ...]
    spec: Classifier
    classifier: Any
    labelled_pairs: int
    labelled_matches: int

    def pattern_probabilities(self, levels: NDArray[np.uint8]) -> Floats:
        """Return the probability that a pair of each pattern of levels is a match."""
        if not len(levels):
            return np.empty(0)
        columns = features(levels, self.comparisons, self.spec.coding)
        place = list(self.classifier.classes_).index(1)
        return np.asarray(self.classifier.predict_proba(columns), np.float64)[:, place]

    def score(self, levels: Levels, *, at_least: float | None = None, weight: float | None = None) -> Scores:
        """Score pairs and keep those that reach a floor; without one, of probability 0.01 at least.

        Parameters
        ----------
        levels
            The pairs, graded by the same comparisons.
        at_least, weight
            Probability, or log2 odds in bits (at most 50 either way), that a pair must reach.
        """
        check_comparisons(self.comparisons, levels)
        if at_least is None and weight is None:
            at_least = LEAST_PROBABILITY
        codes, _ = levels.code_counts()
        patterns = levels.compiled.levels(codes)
        found = self.pattern_probabilities(patterns)
        with np.errstate(divide="ignore"):
            bits = np.clip(np.log2(found) - np.log1p(-found) / np.log(2.0), -MOST_BITS, MOST_BITS)
        return score_codes(levels, CodeTable(codes, patterns, bits, found, {}), least_weight(at_least, weight))

    def save(self, path: str | Path) -> NoReturn:
        """Refuse: a trained classifier could only be pickled, and a pickle runs code when it is loaded."""
        raise ModelError(
            f"A trained {self.spec.path} is not saved: that would take a pickle. Keep the labels "
            f"({self.labelled_pairs:,} pairs) and the plan, and train again with fit_from_labels(levels, labels, spec)."
        )


def train(
    comparisons: Sequence[Comparison], levels: NDArray[np.uint8], is_match: NDArray[np.bool_], spec: Classifier
) -> ClassifierModel:
    """Train a classifier on the levels of labelled pairs.

    Raises
    ------
    ModelError
        Where the labels lack matches or non-matches, or the class is no classifier with probabilities.
    """
    matches = int(is_match.sum())
    if matches == 0 or matches == len(is_match):
        what = "no match" if matches == 0 else "no pair that is not a match"
        raise ModelError(f"A classifier learns from both; the {len(is_match):,} labels hold {what}.")
    made = _load(spec)
    made.fit(features(levels, comparisons, spec.coding), is_match.astype(np.int64))
    return ClassifierModel(tuple(comparisons), spec, made, len(is_match), matches)


def features(levels: NDArray[np.uint8], comparisons: Sequence[Comparison], coding: str = "levels") -> Floats:
    """Return what a classifier sees of patterns of levels.

    Parameters
    ----------
    levels
        Shape (patterns, comparisons).
    comparisons
        The comparisons.
    coding
        ``"levels"`` or ``"ordinal"``: see :class:`Classifier`.

    Examples
    --------
    >>> from linkkit.specs import Equal, Level, Threshold
    >>> sex = Comparison("sex", (Level("exact", Threshold(Equal("sex"))),))
    >>> features(np.array([[0], [1], [2]], np.uint8), [sex]).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    columns: list[Floats] = []
    for place, comparison in enumerate(comparisons):
        level, size = levels[:, place].astype(np.int64), len(comparison.labels)
        if coding == "levels":
            columns += [(level == number).astype(np.float64) for number in range(size)]
        else:
            columns += [np.where(level == 0, 0.0, (size - 1 - level) / (size - 2)), (level == 0).astype(np.float64)]
    return np.column_stack(columns) if columns else np.empty((len(levels), 0))


def _load(spec: Classifier) -> Any:
    module, _, name = spec.path.partition(":")
    try:
        found = getattr(importlib.import_module(module), name)
    except ModuleNotFoundError as error:
        raise DependencyError(f"The classifier {spec.path} needs {error.name!r}, which is not installed.") from None
    except AttributeError:
        raise ModelError(f"There is no {name!r} in {module}; a classifier is named 'package.module:Class'.") from None
    try:
        made = found(**spec.options)
    except TypeError as error:
        raise ModelError(f"{spec.path} does not take these options ({', '.join(spec.options)}): {error}") from None
    if not (hasattr(made, "fit") and hasattr(made, "predict_proba")):
        raise ModelError(f"{spec.path} has no fit and predict_proba; a classifier with probabilities is needed.")
    return made
