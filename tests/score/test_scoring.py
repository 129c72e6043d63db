"""Pairs scored: weights, floors, order, probabilities that do not tie."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkkit.block import candidate_pairs, on
from linkkit.compare import compare_pairs, edits, exact, text
from linkkit.dataset import Dataset
from linkkit.errors import ModelError, SpecError
from linkkit.score import by_hand, fit, non_match_probability, probability


@pytest.fixture(scope="module")
def model(levels):
    return fit(levels)


def test_weight_is_the_prior_plus_levels_plus_adjustments(model, levels):
    scores = model.score(levels, at_least=0)
    expected = np.full(len(scores), np.log2(model.prior / (1 - model.prior)))
    for place in range(len(model.comparisons)):
        for level in range(1, len(model.labels[place])):
            chosen = scores.levels[:, place] == level
            expected[chosen] += np.log2(model.m_probability[place][level - 1] / model.u_probability[place][level - 1])
    adjusted = sum(scores.extra[step.name] for step in model.adjustments)
    np.testing.assert_allclose(scores.weight, expected + adjusted, atol=1e-9)
    np.testing.assert_allclose(scores.probability, 1 / (1 + 2.0**-scores.weight), rtol=1e-12)


def test_a_floor_keeps_the_pairs_that_reach_it_and_no_other(model, levels):
    everything = model.score(levels, at_least=0)
    assert len(everything) == levels.pairs.count()
    for floor in (-5.0, 0.0, 4.5, 20.0):
        kept = model.score(levels, weight=floor)
        chosen = everything.weight >= floor
        assert np.array_equal(kept.left, everything.left[chosen])
        assert np.array_equal(kept.right, everything.right[chosen])
        np.testing.assert_allclose(kept.weight, everything.weight[chosen])
    half = model.score(levels, at_least=0.5)
    assert np.array_equal(half.left, everything.left[everything.weight >= 0])
    assert len(model.score(levels)) == (everything.probability >= 0.01).sum()


def test_pairs_come_sorted_and_each_once(model, levels):
    scores = model.score(levels, at_least=0)
    key = scores.left.astype(np.int64) << 32 | scores.right
    assert (np.diff(key) > 0).all()


def test_finds_the_matches(model, levels):
    found = model.score(levels, at_least=0.5).to_pandas()
    right = (found["left_id"] == found["right_id"]).sum()
    assert right / len(found) > 0.98
    assert right / 4000 > 0.93
    assert list(found.columns[:4]) == ["left_id", "right_id", "match_weight", "match_probability"]


def test_a_floor_that_nothing_reaches_gives_no_pairs(model, levels):
    scores = model.score(levels, weight=500)
    assert len(scores) == 0
    assert scores.levels.shape == (0, 4)
    assert scores.to_pandas().empty


def test_a_model_scores_other_records(make_people, model):
    first, second = (Dataset(frame, name=name) for frame, name in zip(make_people(500, 77), "ab", strict=True))
    levels = compare_pairs(candidate_pairs(first, second, on("date_of_birth")), model.comparisons)
    found = model.score(levels, at_least=0.5).to_pandas()
    assert (found["left_id"] == found["right_id"]).mean() > 0.95


def test_other_comparisons_than_the_models_are_refused(two_files, model, levels):
    pairs = candidate_pairs(*two_files, on("date_of_birth"))
    with pytest.raises(ModelError, match="compared on surname"):
        model.score(compare_pairs(pairs, [text("surname")]))
    changed = [text("given_name", (0.8,), term_frequency=True), *model.comparisons[1:]]
    with pytest.raises(ModelError, match="other levels of given_name"):
        model.score(compare_pairs(pairs, changed))
    with pytest.raises(SpecError, match="weight="):
        model.score(levels, at_least=5)


def test_extreme_models_stay_finite():
    frame = pd.DataFrame({"id": range(4), "surname": list("aabb"), "town": list("xxxx")})
    comparisons = [exact("surname"), exact("town")]
    levels = compare_pairs(candidate_pairs(Dataset(frame, id="id"), on("town")), comparisons)
    u = {"surname": (1e-300, 1.0), "town": (1e-300, 1.0)}
    model = by_hand(comparisons, {"surname": (1.0, 1e-300), "town": (1.0, 1e-300)}, u, prior=1e-9)
    scores = model.score(levels, at_least=0)
    assert np.isfinite(scores.weight).all()
    assert set(scores.probability.tolist()) == {1.0, scores.probability.min()}
    assert scores.weight.max() == pytest.approx(600 / np.log10(2) + np.log2(1e-9), rel=1e-6)
    with pytest.raises(ModelError, match="1e-300"):
        by_hand(comparisons, {"surname": (1.0, 0.0), "town": (1.0, 0.1)}, u, prior=0.1)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(-900, 900), min_size=2, max_size=20))
def test_probabilities_follow_weights_and_the_other_side_does_not_tie(weights):
    weight = np.sort(np.array(weights))
    p, q = probability(weight), non_match_probability(weight)
    assert ((p >= 0) & (p <= 1)).all()
    assert (np.diff(p) >= 0).all()
    np.testing.assert_allclose(p + q, 1)
    apart = np.diff(weight) > 1e-9
    high = weight[:-1] > 0
    assert (np.diff(q)[apart & high] < 0).all()  # where p has long been all but 1


def test_splinks_worked_pair_of_settings_2():
    """Splink's test_compare_splink2, pair 479-481: prior odds .047619, 7 x 4.27259 (f = 8/900), 9, 9, 1/9, 1/9."""
    names = ["jack"] * 8 + [f"name{number}" for number in range(892)]
    frame = pd.DataFrame({"id": range(900), "given_name": names})
    pair = {"surname": "ward", "date_of_birth": "1976-08-27"}
    frame["surname"] = [pair["surname"]] * 2 + [f"s{number}" for number in range(898)]
    frame["date_of_birth"] = [pair["date_of_birth"]] * 2 + [None] * 898
    frame["email"] = [f"e{number}" for number in range(900)]
    frame["town"] = [f"t{number}" for number in range(900)]
    columns = ["surname", "date_of_birth", "email", "town"]
    comparisons = [edits("given_name", (2,), metric="levenshtein", term_frequency=True), *map(exact, columns)]
    m = {"given_name": (0.7, 0.2, 0.1), **dict.fromkeys(columns, (0.9, 0.1))}
    u = {"given_name": (0.1, 0.1, 0.8), **dict.fromkeys(columns, (0.1, 0.9))}
    odds = 0.3 / 0.7 / 9
    plain = by_hand(comparisons, m, u, prior=odds / (1 + odds), term_frequencies=True)
    adjustment = replace(plain.adjustments[0], powers=(("exact", 0.6),), shrink=0.0)
    model = replace(plain, adjustments=(adjustment,))
    assert odds == pytest.approx(0.047619, abs=1e-6)
    levels = compare_pairs(candidate_pairs(Dataset(frame, id="id"), on("surname")), comparisons)
    scores = model.score(levels, at_least=0)
    assert len(scores) == 1
    assert 2 ** scores.extra["given_name frequency"][0] == pytest.approx(4.272592890212634)
    assert scores.weight[0] == pytest.approx(0.5101493570766487)
    assert scores.probability[0] == pytest.approx(0.5874923778509089)
