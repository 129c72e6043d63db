"""Pairs, levels, patterns and scores as users look at them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import linkkit as lk
from linkkit import block, compare, score


@pytest.fixture(scope="module")
def levels():
    left, right = (made.dataset() for made in lk.synth.sample())
    pairs = block.candidate_pairs(
        lk.prepare.prepare(left), lk.prepare.prepare(right), block.on("surname"), block.on("date_of_birth")
    )
    return compare.compare_pairs(pairs, [compare.name(), compare.surname(), compare.date(), compare.exact("sex")])


def test_pairs_and_levels_can_be_iterated_again(levels):
    first = [(left.tolist(), right.tolist(), found.tolist()) for left, right, found in levels]
    assert first == [(left.tolist(), right.tolist(), found.tolist()) for left, right, found in levels]
    assert sum(len(left) for left, _, _ in first) == levels.pairs.count()


def test_patterns_count_every_pair_once(levels):
    patterns = levels.patterns()
    assert patterns.counts.sum() == levels.pairs.count()
    assert patterns.rule_counts.sum(axis=1).tolist() == patterns.counts.tolist()
    found = np.concatenate([chunk for _, _, chunk in levels])
    distinct, counts = np.unique(found, axis=0, return_counts=True)
    assert np.array_equal(patterns.levels, distinct)
    assert np.array_equal(patterns.counts, counts)
    shown = patterns.to_pandas()
    assert shown["pairs"].is_monotonic_decreasing


def test_a_sample_shows_values_side_by_side_and_does_not_depend_on_chunks(levels):
    sample = levels.sample(5)
    assert len(sample) == 5
    assert {"surname left", "surname right", "surname level"} <= set(sample.columns)
    pd.testing.assert_frame_equal(sample, levels.sample(5))
    assert not sample.equals(levels.sample(5, seed=2))
    exact = sample[sample["surname level"] == "exact"]
    assert (exact["surname left"] == exact["surname right"]).all()


def test_levels_of_given_pairs_stand_in_their_order(levels):
    left, right = np.array([5, 2], np.uint32), np.array([700, 900], np.uint32)
    chunks = list(levels.of_pairs(left, right))
    assert np.concatenate([chunk[0] for chunk in chunks]).tolist() == [5, 2]


def test_scores_keep_what_reaches_the_floor_and_are_sorted(levels):
    model = score.fit(levels)
    scores = model.score(levels, at_least=0.5)
    assert (scores.probability >= 0.5).all()
    order = np.lexsort((scores.right, scores.left))
    assert order.tolist() == list(range(len(scores)))
    strict = scores.at_least(weight=10.0)
    assert len(strict) == int((scores.weight >= 10.0).sum())
    frame = strict.to_pandas()
    assert frame.columns[:4].tolist() == ["left_id", "right_id", "match_weight", "match_probability"]
    assert frame["surname"].isin(("missing", *compare.surname().labels)).all()


def test_a_rule_by_itself_and_random_pairs(levels):
    rule = block.on("date_of_birth")
    assert levels.of_rule(rule).patterns().counts.sum() == levels.pairs.counts()[1].pairs
    drawn = levels.of_random_pairs(10_000, 1).patterns()
    assert abs(int(drawn.counts.sum()) - 10_000) < 10
    assert np.array_equal(drawn.counts, levels.of_random_pairs(10_000, 1).patterns().counts)
