"""Classifiers by duck type: fit, predict and, where they can, prob."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import linkkit as lk
from linkkit.errors import ModelError
from linkkit.interop import recordlinkage as interop


class Mean:
    """The mean of the columns is the probability; remembers its training."""

    def __init__(self, sign=1.0):
        self.sign = sign

    def fit(self, X, match_index=None):
        self.shown, self.matches = X, match_index

    def prob(self, X):
        mean = X[["surname", "date_of_birth"]].mean(axis=1)
        return pd.Series(mean if self.sign > 0 else 1 - mean, index=X.index)


class Decides:
    """Says which pairs match, and no more."""

    def __init__(self, form):
        self.form = form

    def fit(self, X, match_index):
        pass

    def predict(self, X):
        found = X["surname"] == 1
        return {"index": X.index[found], "series": found.astype(int), "array": found.to_numpy()}[self.form]


@pytest.fixture
def levels(people):
    pairs = lk.block.candidate_pairs(people, lk.block.every_pair())
    return lk.compare.compare_pairs(pairs, [lk.compare.exact("surname"), lk.compare.exact("date_of_birth")])


def test_a_classifier_scores_every_pair_by_its_pattern(levels):
    scores = interop.score(levels, Mean(), at_least=0.5)
    found = scores.to_pandas()
    assert set(zip(found.left_id, found.right_id, found.match_probability, strict=True)) == {
        ("a", "d", 0.5), ("b", "c", 1.0), ("b", "e", 1.0), ("c", "e", 1.0),
    }  # fmt: skip
    assert scores.weight[0] == 0.0
    assert scores.weight[1] == 50.0


def test_training_without_labels_sees_every_pair(levels):
    classifier = Mean()
    interop.score(levels, classifier)
    assert len(classifier.shown) == 15
    assert classifier.matches is None
    assert classifier.shown.to_numpy().sum() == interop.features(levels).to_numpy().sum()


def test_labels_are_pairs_or_the_true_matches(levels):
    labels = pd.DataFrame({"left_id": ["b", "a"], "right_id": ["c", "b"], "is_match": [True, False]})
    classifier = Mean()
    interop.score(levels, classifier, labels)
    assert len(classifier.shown) == 2
    assert classifier.shown.loc[classifier.matches].to_numpy().tolist() == [[1.0, 0.0, 1.0, 0.0]]
    interop.score(levels, classifier, pd.MultiIndex.from_tuples([("c", "b"), ("d", "a")]))
    assert len(classifier.shown) == 15
    assert sorted(classifier.shown.loc[classifier.matches, "surname"]) == [0.0, 1.0]


@pytest.mark.parametrize("form", ["index", "series", "array"])
def test_a_classifier_that_only_decides_scores_one_or_nought(levels, form):
    labels = pd.MultiIndex.from_tuples([("c", "b")])
    scores = interop.score(levels, Decides(form), labels, at_least=0)
    assert sorted(scores.probability.tolist()) == [0.0] * 12 + [1.0] * 3
    assert interop.to_multiindex(scores.at_least(probability=0.5)).tolist() == [("b", "c"), ("b", "e"), ("c", "e")]


def test_learning_the_wrong_way_round_is_refused(levels):
    with pytest.raises(ModelError, match="the wrong way round"):
        interop.score(levels, Mean(-1.0))
    assert len(interop.score(levels, Mean(-1.0), train=False, at_least=0)) == 15


def test_labels_that_are_needed_or_of_one_kind_are_said(levels):
    with pytest.raises(ModelError, match="Give labels="):
        interop.score(levels, Decides("index"))
    with pytest.raises(ModelError, match="no match"):
        interop.score(levels, Mean(), pd.MultiIndex.from_arrays([[], []]))


def test_no_probability_is_refused(levels):
    class Empty(Mean):
        def prob(self, X):
            return pd.Series(np.nan, index=X.index)

    with pytest.raises(ModelError, match="gave no probability for"):
        interop.score(levels, Empty())
