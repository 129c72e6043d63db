"""recordlinkage's classifiers as scorers: trained on labels or on all pairs, asked once for each pattern of levels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import ModelError
from linkkit.score._classifier import MOST_BITS
from linkkit.score._labels import label_rows
from linkkit.score._scoring import LEAST_PROBABILITY, CodeTable, score_codes
from linkkit.tables import Levels, Scores
from linkkit.weights import least_weight

from ._features import Coding, pattern_features
from ._pairs import check_two_levels, from_multiindex

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["score"]

# A classifier that learns without labels is shown no more pairs than this, its patterns in the same shares.
MOST_TRAINING_PAIRS = 2_000_000


def score(
    levels: Levels,
    classifier: Any,
    labels: pd.DataFrame | pd.MultiIndex | None = None,
    *,
    coding: Coding | None = None,
    train: bool = True,
    at_least: float | None = None,
    weight: float | None = None,
) -> Scores:
    """Score pairs by a recordlinkage classifier.

    It is trained in place, as recordlinkage's own ``fit`` does, and then asked once for each pattern of levels.

    Parameters
    ----------
    levels
        The pairs, compared.
    classifier
        An object with ``fit(X, match_index)``, ``predict(X)`` and, where it can, ``prob(X)``: ``ECMClassifier``,
        ``NaiveBayesClassifier``, ``LogisticRegressionClassifier``, ``SVMClassifier``, ``KMeansClassifier``, or a class
        of yours. Without ``prob`` a pair's probability is 1 or 0.
    labels
        Pairs known to match or not (left_id, right_id, is_match); or the true matches as a MultiIndex, where every
        other candidate pair is taken for a non-match. None for a classifier that learns without.
    coding
        What the classifier sees: see :func:`features`. By default ``"binary"`` for an ``ECMClassifier`` (its usual
        start takes nothing else; missing counts as disagreement there), ``"categories"`` for a ``NaiveBayesClassifier``
        or an ``ECMClassifier(init="random")``, where missing is a category of its own, and ``"agreement"`` for all
        others.
    train
        False for one that is trained already, on the same comparisons and coding.
    at_least, weight
        Probability, or log2 odds in bits (at most 50 either way), that a pair must reach; by default a probability of
        0.01.

    Raises
    ------
    ModelError
        Where it needs labels, gives no probability, or has learned matches and non-matches the wrong way round.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit import Dataset, block, compare
    >>> class SameName:
    ...     def fit(self, X, match_index=None): ...
    ...     def predict(self, X):
    ...         return X.index[X["surname"] == 1]
    >>> people = Dataset(pd.DataFrame({"id": [1, 2, 3], "surname": ["Lee", "Lee", "Poe"]}))
    >>> levels = compare.compare_pairs(block.candidate_pairs(people, block.every_pair()), compare.exact("surname"))
    >>> score(levels, SameName()).to_pandas()[["left_id", "right_id", "match_probability"]].values.tolist()
    [[1.0, 2.0, 1.0]]
    """
    coding = coding or _coding_for(classifier)
    codes, counts = levels.code_counts()
    patterns = levels.compiled.levels(codes)
    columns = _indexed(pattern_features(patterns, levels.comparisons, coding))
    if train and labels is not None:
        _fit_known(classifier, levels, labels, coding)
    elif train:
        _fit_unknown(classifier, columns, counts.sum(axis=1))
    found = _probabilities(classifier, columns)
    if train and labels is None:
        _check_direction(found, pattern_features(patterns, levels.comparisons, "agreement"), counts.sum(axis=1))
    with np.errstate(divide="ignore"):
        bits = np.clip(np.log2(found) - np.log1p(-found) / np.log(2.0), -MOST_BITS, MOST_BITS)
    floor = least_weight(LEAST_PROBABILITY if at_least is None and weight is None else at_least, weight)
    return score_codes(levels, CodeTable(codes, patterns, bits, found, {}), floor)


def _coding_for(classifier: Any) -> Coding:
    """What recordlinkage's kernels of categories take; numbers for all others."""
    kernel: Any = getattr(classifier, "kernel", None)
    if getattr(kernel, "binarize", None) is not None:
        return "agreement"
    if type(kernel).__name__ == "NaiveBayes" or (type(kernel).__name__ == "ECM" and kernel.init == "random"):
        return "categories"
    return "binary" if type(kernel).__name__ == "ECM" else "agreement"


def _fit_known(classifier: Any, levels: Levels, labels: pd.DataFrame | pd.MultiIndex, coding: Coding) -> None:
    left, right, is_match = _labelled(levels, labels)
    if not is_match.any() or is_match.all():
        what = "no match" if not is_match.any() else "no pair that is not a match"
        raise ModelError(f"A classifier learns from both; the {len(is_match):,} labels hold {what}.")
    codes = levels.records.engine.grade(levels.records, levels.compiled, left, right)
    columns = _indexed(pattern_features(levels.compiled.levels(codes), levels.comparisons, coding))
    classifier.fit(columns, columns.index[is_match])


def _labelled(
    levels: Levels, labels: pd.DataFrame | pd.MultiIndex
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.bool_]]:
    import pandas as pd

    if isinstance(labels, pd.DataFrame):
        return label_rows(levels.records, labels)
    check_two_levels(labels, "labels")
    source = levels.records.engine.pairs(levels.records, [from_multiindex(labels)])
    chunks = list(levels.pairs)
    left, right = (
        np.concatenate([getattr(chunk, side) for chunk in chunks] or [np.empty(0, np.uint32)])
        for side in ("left", "right")
    )
    return left, right, source.made_by(left, right)[:, 0]


def _fit_unknown(classifier: Any, columns: pd.DataFrame, counts: NDArray[np.int64]) -> None:
    """Show it every pair, or its patterns in the same shares where there are too many."""
    least = max(int(counts.sum()) / MOST_TRAINING_PAIRS, 1.0)
    shown = np.repeat(np.arange(len(columns)), np.ceil(counts / least).astype(np.int64))
    try:
        classifier.fit(_indexed(columns.iloc[shown]))
    except (TypeError, ValueError) as error:
        raise ModelError(
            f"{type(classifier).__name__} could not be trained without labels: {error}. Give labels=, or train=False "
            "for one that is trained."
        ) from error


def _probabilities(classifier: Any, columns: pd.DataFrame) -> NDArray[np.float64]:
    """Return the probability of each pattern; 1 or 0 from a classifier that only decides."""
    import pandas as pd

    if not len(columns):
        return np.empty(0)
    try:
        found = np.asarray(classifier.prob(columns), np.float64)
    except (AttributeError, NotImplementedError):  # the toolkit's way to say that it gives no probabilities
        decided = classifier.predict(columns)
        is_index = isinstance(decided, pd.Index)
        found = np.asarray(columns.index.isin(decided) if is_index else decided, np.float64)
    absent = int(np.isnan(found).sum())
    if absent or found.shape != (len(columns),):
        raise ModelError(
            f"{type(classifier).__name__} gave no probability for {absent:,} of {len(columns):,} patterns of levels."
        )
    return np.clip(found, 0.0, 1.0)


def _check_direction(found: NDArray[np.float64], columns: pd.DataFrame, counts: NDArray[np.int64]) -> None:
    """Raise where what was learned without labels holds for matches the pairs that agree less."""
    named = [name for name in columns.columns if f"{name} missing" in columns.columns]
    agreement = columns[named].to_numpy().mean(axis=1)
    matches, others = counts * found, counts * (1 - found)
    if not (matches.sum() > 0 and others.sum() > 0):
        return
    if agreement @ matches / matches.sum() < agreement @ others / others.sum():
        raise ModelError(
            "The classifier holds for matches the pairs that agree less: it has learned matches and non-matches the "
            "wrong way round. Use score.fit(levels), which cannot, or give labels."
        )


def _indexed(columns: pd.DataFrame) -> pd.DataFrame:
    """Give rows the two-level index that recordlinkage asks for."""
    import pandas as pd

    rows = np.arange(len(columns))
    return columns.set_index(pd.MultiIndex.from_arrays([rows, rows], names=["left", "right"]))
