"""Classifiers of scikit-learn on the levels."""

from __future__ import annotations

import numpy as np
import pytest

from linkkit.errors import DependencyError, ModelError, SpecError
from linkkit.score import Classifier, fit_from_labels

pytest.importorskip("sklearn", reason="scikit-learn is not a dependency of linkkit")


@pytest.fixture(scope="module")
def labels(levels):
    candidates = levels.pairs.to_pandas().sample(3000, random_state=1)
    return candidates.assign(is_match=candidates["left_id"] == candidates["right_id"])


@pytest.mark.parametrize("coding", ["levels", "ordinal"])
@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("sklearn.linear_model:LogisticRegression", {"C": 10.0}),
        ("sklearn.ensemble:RandomForestClassifier", {"n_estimators": 20, "random_state": 1}),
    ],
)
def test_any_classifier_learns_to_link(levels, labels, path, options, coding):
    model = fit_from_labels(levels, labels, Classifier(path, options, coding))
    found = model.score(levels, at_least=0.5).to_pandas()
    right = (found["left_id"] == found["right_id"]).sum()
    assert right / len(found) > 0.9
    assert right / 4000 > 0.9
    assert (found["match_probability"] >= 0.5).all()
    assert np.isfinite(found["match_weight"]).all()


def test_each_pair_is_scored_as_its_own_levels_would_be(levels, labels):
    model = fit_from_labels(levels, labels, Classifier())
    scores = model.score(levels, at_least=0.2)
    np.testing.assert_allclose(scores.probability, model.pattern_probabilities(scores.levels))
    np.testing.assert_allclose(scores.weight, np.log2(scores.probability / (1 - scores.probability)))


def test_is_never_pickled(levels, labels, tmp_path):
    model = fit_from_labels(levels, labels, Classifier())
    with pytest.raises(ModelError, match="train again with fit_from_labels"):
        model.save(tmp_path / "model.json")
    assert not list(tmp_path.iterdir())


def test_errors_say_how_to_mend(levels, labels):
    with pytest.raises(DependencyError, match="not_there"):
        fit_from_labels(levels, labels, Classifier("not_there.at_all:Thing"))
    with pytest.raises(ModelError, match="no 'Nothing' in sklearn"):
        fit_from_labels(levels, labels, Classifier("sklearn.linear_model:Nothing"))
    with pytest.raises(ModelError, match="predict_proba"):
        fit_from_labels(levels, labels, Classifier("sklearn.linear_model:LinearRegression"))
    with pytest.raises(ModelError, match="does not take these options"):
        fit_from_labels(levels, labels, Classifier(options={"depth": 3}))
    with pytest.raises(ModelError, match="hold no pair that is not a match"):
        fit_from_labels(levels, labels[labels["is_match"]], Classifier())
    with pytest.raises(SpecError, match="import path"):
        Classifier("LogisticRegression")
    with pytest.raises(SpecError, match="coding"):
        Classifier(coding="onehot")
