"""Pairs, levels, patterns and scores, through the public steps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from linkkit import block, compare, score
from linkkit.dataset import Dataset


@pytest.fixture(scope="module")
def levels():
    rng = np.random.default_rng(2)
    names = np.array(["ann", "anne", "bo", "bob", "cy", None], object)
    frame = pd.DataFrame({"id": range(60), "given_name": rng.choice(names, 60), "surname": rng.choice(names, 60)})
    pairs = block.candidate_pairs(Dataset(frame), [block.on("surname"), block.on("given_name")])
    return compare.compare_pairs(pairs, [compare.text("given_name", (0.85,)), compare.exact("surname")])


def test_pairs_can_be_made_again_and_again(levels):
    first, second = levels.pairs.to_pandas(), levels.pairs.to_pandas()
    pd.testing.assert_frame_equal(first, second)
    assert levels.pairs.count() == len(first)
    assert not first.duplicated(["left_id", "right_id"]).any()


def test_patterns_count_what_levels_hold(levels):
    counted = levels.patterns()
    listed = np.concatenate([part for _, _, part in levels])
    distinct, counts = np.unique(listed, axis=0, return_counts=True)
    assert counted.levels.tolist() == distinct.tolist()
    assert counted.counts.tolist() == counts.tolist()
    assert counted.rule_counts.sum(axis=1).tolist() == counts.tolist()
    assert counted.pair_count == 60 * 59 // 2
    assert counted.to_pandas()["pairs"].is_monotonic_decreasing


def test_levels_of_one_rule_take_no_notice_of_the_others(levels):
    alone = levels.of_rule(block.on("given_name")).patterns().counts.sum()
    assert alone == levels.pairs.counts()[1].pairs
    assert alone > levels.patterns().rule_counts[:, 1].sum()


def test_a_sample_shows_levels_and_values_side_by_side(levels):
    shown = levels.sample(7, seed=4)
    assert len(shown) == 7
    same = shown["given_name left"] == shown["given_name right"]
    assert (shown.loc[same, "given_name level"] == "exact").all()
    assert (shown.loc[shown["surname left"].isna(), "surname level"] == "missing").all()
    pd.testing.assert_frame_equal(shown, levels.sample(7, seed=4))


def test_random_pairs_show_what_agreement_by_chance_is(levels):
    drawn = levels.of_random_pairs(10**6, seed=1).patterns()
    assert drawn.counts.sum() == levels.records.pair_count  # there are no more, so all of them


def test_scores_can_be_taken_apart(levels):
    scores = score.fit(levels, accept="all").score(levels, at_least=0.0)
    assert len(scores) == levels.patterns().counts.sum()
    strong = scores.at_least(probability=0.5)
    assert (strong.probability >= 0.5).all()
    assert len(scores.at_least(weight=np.inf)) == 0
    frame = scores.to_pandas()
    assert list(frame.columns[:4]) == ["left_id", "right_id", "match_weight", "match_probability"]
    assert frame[["left_id", "right_id"]].apply(tuple, axis=1).is_monotonic_increasing


def test_pairs_beyond_the_held_ones_are_made_anew_and_count_alike(levels, monkeypatch):
    monkeypatch.setattr("linkkit.tables._levels.HELD_PAIRS", 10)
    streamed = compare.compare_pairs(levels.pairs, levels.comparisons)
    codes, counts = streamed.code_counts()
    held_codes, held_counts = levels.code_counts()
    assert codes.tolist() == held_codes.tolist()
    assert counts.tolist() == held_counts.tolist()
    kept = sum(len(chunk.left) for chunk in streamed.graded(codes[:2]))
    assert kept == counts[:2].sum()


def test_an_every_pair_linkage_of_a_few_records_works():
    frame = pd.DataFrame({"id": ["a", "b", "c"], "surname": ["Lee", "Lee", None]})
    pairs = block.candidate_pairs(Dataset(frame), block.every_pair())
    assert compare.compare_pairs(pairs, compare.exact("surname")).patterns().counts.tolist() == [2, 1]


def test_levels_of_given_pairs_stand_in_their_order(levels):
    left, right = np.array([5, 2], np.uint32), np.array([40, 39], np.uint32)
    chunks = list(levels.of_pairs(left, right))
    assert np.concatenate([chunk[0] for chunk in chunks]).tolist() == [5, 2]
