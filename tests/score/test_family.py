"""The family alternative, and what it does to a linkage of siblings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import linkkit as lk
from linkkit.score import FellegiSunter, fit
from linkkit.score._family import FamilyAlternative

bits = st.floats(-10, 20)


@given(st.floats(1e-9, 0.5), st.floats(0.01, 0.99), bits, bits)
def test_the_adjustment_is_bayes_with_two_explanations(prior, tie, first, second):
    """log2(M / (U + F)) is the weight against strangers less log2(1 + F / U)."""
    kin = FamilyAlternative(prior, (("a", tie), ("b", tie)), ((0.0, first), (0.0, second)))
    odds = kin.odds(np.array([[1, 1]], np.uint8), (0, 1), [0.0, 0.0])[0]
    expected = prior * (tie * 2**first + 1 - tie) * (tie * 2**second + 1 - tie)
    assert 2**odds == pytest.approx(expected, rel=1e-9)


def test_a_missing_value_says_nothing_of_relatives():
    kin = FamilyAlternative(0.25, (("a", 0.9),), ((0.0, 8.0, -3.0),))
    assert kin.odds(np.array([[0]], np.uint8), (0,), [0.0]).tolist() == [-2.0]


@pytest.fixture(scope="module")
def siblings():
    left, right = lk.synth.families(600, seed=4)
    return left, right, left.matches(right)


def precision(run, matches):
    links = run.links
    return len(links.merge(matches, on=["left_id", "right_id"])) / len(links)


def test_siblings_are_not_taken_for_one_child(siblings):
    left, right, matches = siblings
    run = lk.link(left.dataset(), right.dataset(), progress=False)
    assert run.model.family is not None
    assert precision(run, matches) >= 0.97
    assert len(run.links.merge(matches, on=["left_id", "right_id"])) >= 0.95 * len(matches)
    assert "family" in run.links.columns


def test_the_expected_matches_are_about_right_with_the_class_and_too_many_without(siblings):
    left, right, matches = siblings
    score = FellegiSunter(learn_from="candidates", accept="all")  # without the class the diagnosis refuses the model
    plans = {kin: lk.Plan(score=replace(score, families=kin)) for kin in (True, False)}
    runs = {kin: lk.link(left.dataset(), right.dataset(), plan=plan, progress=False) for kin, plan in plans.items()}
    assert runs[True].model.expected_matches == pytest.approx(len(matches), rel=0.05)
    assert runs[False].model.expected_matches > 1.2 * len(matches)
    assert not runs[True].diagnosis.serious
    assert "implausible_disagreement" in runs[False].diagnosis


def test_a_model_with_the_class_saves_and_loads(siblings, tmp_path):
    left, right, _ = siblings
    run = lk.link(left.dataset(), right.dataset(), progress=False)
    loaded = lk.score.load_model(run.model.save(tmp_path / "model.json"))
    assert loaded.family == run.model.family
    again = loaded.score(run.levels, at_least=0.5)
    before = run.scores.at_least(probability=0.5)
    assert again.weight == pytest.approx(before.weight)


def test_the_scores_of_patterns_and_of_pairs_agree_without_term_frequencies(siblings):
    left, right, _ = siblings
    plan = lk.Plan(score=FellegiSunter(learn_from="candidates", families=True, term_frequencies=False))
    run = lk.link(left.dataset(), right.dataset(), plan=plan, progress=False)
    assert run.model.pattern_weights(run.scores.levels) == pytest.approx(run.scores.weight)


def test_missing_values_can_be_learned_from(siblings):
    left, right, _ = siblings
    run = lk.link(left.dataset(), right.dataset(), progress=False)
    neutral = fit(run.levels, learn_from="candidates", families=True)
    learned = fit(run.levels, learn_from="candidates", families=True, missing="learned")
    assert all(weights[0] == 0.0 for weights in neutral.weights)
    for (among_matches, among_all), weights in zip(learned.missing_shares, learned.weights, strict=True):
        expected = np.log2(among_matches / among_all) if among_all else 0.0
        assert weights[0] == pytest.approx(expected)
    assert any(among_all > 0 for _, among_all in learned.missing_shares)
