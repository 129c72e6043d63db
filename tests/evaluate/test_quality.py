from __future__ import annotations

import json
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkkit import decide, evaluate


@pytest.fixture(scope="module")
def six(make):
    return make.records(list("abcdef"))


def allowed(records, left, right):
    numbers = records.dataset_of(np.array([left, right], np.uint32))
    return records.link_type != "link_only" or numbers[0] != numbers[1]


edges = st.dictionaries(
    st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda ends: ends[0] < ends[1]),
    st.integers(-3, 6),
    max_size=20,
)
persons = st.lists(st.integers(-1, 3), min_size=9, max_size=9).filter(lambda found: max(found) >= 0)
layouts = st.sampled_from(
    [((9,), "dedupe"), ((4, 5), "link_only"), ((3, 3, 3), "link_only"), ((4, 5), "link_and_dedupe")]
)


def world(make, layout, weights, person):
    """Records, scores and truth; and the truth as sets of pairs of rows."""
    sizes, link_type = layout
    records = make.records(*(range(size) for size in sizes), link_type=link_type)
    pairs = [(left, right, float(weight)) for (left, right), weight in weights.items() if allowed(records, left, right)]
    truth = evaluate.Truth(records, np.array(person, np.int64))
    every = {pair for pair in combinations(range(9), 2) if allowed(records, *pair)}
    judged = {pair for pair in every if person[pair[0]] >= 0 and person[pair[1]] >= 0}
    true = {pair for pair in judged if person[pair[0]] == person[pair[1]]}
    return make.scores(records, pairs), truth, every, judged, true


@given(layout=layouts, weights=edges, person=persons)
@settings(max_examples=50, deadline=None)
def test_quality_of_pairs_of_rows_equals_counting_them(make, layout, weights, person):
    scores, truth, _, judged, true = world(make, layout, weights, person)
    found = evaluate.quality_of_pairs(scores.left, scores.right, truth)
    pairs = set(zip(scores.left.tolist(), scores.right.tolist(), strict=True))
    assert (found.links, found.found_pairs, found.true_pairs) == (len(pairs & judged), len(pairs & true), len(true))
    assert found.unjudged == len(pairs - judged)


@given(layout=layouts, weights=edges, person=persons)
@settings(max_examples=200, deadline=None)
def test_quality_of_links_and_clusters_equals_counting_pairs_one_by_one(make, layout, weights, person):
    scores, truth, every, judged, true = world(make, layout, weights, person)
    assert set(zip(*(rows.tolist() for rows in truth.pairs()), strict=True)) == true
    links = decide.threshold(scores, at_least=0.5)
    clusters = decide.clusters(scores, at_least=0.5)
    linked = set(zip(links.left.tolist(), links.right.tolist(), strict=True))
    together = {pair for pair in every if clusters.label[pair[0]] == clusters.label[pair[1]]}
    for table, pairs in ((links, linked), (clusters, together)):
        quality = evaluate.pair_quality(table, truth)
        assert (quality.links, quality.found_pairs, quality.true_pairs) == (
            len(pairs & judged),
            len(pairs & true),
            len(true),
        )
        assert quality.unjudged == len(pairs - judged)
        table = evaluate.confusion(table, truth)
        assert table.loc["link"].tolist() == [len(pairs & true), len((pairs & judged) - true)]
        assert table.loc["no link"].tolist() == [len(true - pairs), len(judged - true - pairs)]


@given(layout=layouts, weights=edges, person=persons)
@settings(max_examples=100, deadline=None)
def test_a_truth_of_pairs_counts_as_the_persons_behind_it(make, layout, weights, person):
    person = [number if number >= 0 else 100 + row for row, number in enumerate(person)]  # every record judged
    scores, truth, _, _, true = world(make, layout, weights, person)
    listed = np.array(sorted((left << 32) | right for left, right in true), np.uint64)
    by_pairs = evaluate.Truth(scores.records, np.array(person, np.int64), listed)
    for table in (decide.threshold(scores, at_least=0.5), decide.clusters(scores, at_least=0.5)):
        assert evaluate.pair_quality(table, by_pairs).to_dict() == evaluate.pair_quality(table, truth).to_dict()


@given(layout=layouts, weights=edges, person=persons)
@settings(max_examples=100, deadline=None)
def test_quality_at_thresholds_equals_each_threshold_by_itself(make, layout, weights, person):
    scores, truth, _, _, _ = world(make, layout, weights, person)
    frame = evaluate.quality_at_thresholds(scores, truth)
    judged = truth.is_judged(scores.left, scores.right)
    assert frame["weight"].tolist() == sorted(set(scores.weight[judged].tolist()), reverse=True)
    for row in frame.itertuples():
        quality = evaluate.pair_quality(decide.threshold(scores, weight=row.weight), truth)
        assert (row.links, row.true_links) == (quality.links, quality.found_pairs)
        np.testing.assert_allclose([row.precision, row.recall, row.f1], [quality.precision, quality.recall, quality.f1])
        assert row.probability == pytest.approx(1 / (1 + 2**-row.weight))


def test_thresholds_are_thinned_but_keep_the_best(make, six):
    count = 5000
    records = make.records(range(count + 1))
    random = np.random.default_rng(1)
    weight = np.sort(random.normal(0, 5, count))[::-1]
    scores = make.scores(records, np.stack([np.zeros(count), np.arange(1, count + 1), weight], axis=1))
    person = np.where(np.arange(count + 1) <= 1234, 0, np.arange(count + 1))
    listed = (np.arange(1, 1235)).astype(np.uint64)  # 0-1, 0-2 ... packed
    frame = evaluate.quality_at_thresholds(scores, evaluate.Truth(records, person, listed), rows=50)
    assert len(frame) <= 50
    assert frame["f1"].max() == 1.0
    assert frame["links"].iloc[[0, -1]].tolist() == [1, count]


def test_recall_is_over_all_true_pairs_and_the_blocking_loss_has_its_own_line(make):
    from linkkit.engine import PairChunk
    from linkkit.tables import Pairs

    class Source:
        """Pairs that one rule made: those given."""

        def __init__(self, pairs):
            self.made = pairs

        def chunks(self):
            yield PairChunk(*(np.array(rows, np.uint32) for rows in zip(*self.made, strict=True)), 0)

        def made_by(self, left, right):
            return np.array([[pair in self.made] for pair in zip(left.tolist(), right.tolist(), strict=True)])

    records = make.records(list("abcd"))
    truth = {"a": 1, "b": 1, "c": 1, "d": 2}
    links = decide.threshold(make.scores(records, [(0, 1, 9.0), (0, 3, 9.0), (1, 2, -9.0)]))
    candidates = Pairs(records, (), Source({(0, 1), (0, 3), (1, 2)}))
    quality = evaluate.pair_quality(links, truth, candidates=candidates)
    assert (quality.precision, quality.recall) == (1 / 2, 1 / 3)
    assert (quality.lost_in_blocking, quality.blocking_loss) == (1, 1 / 3)
    assert "lost in blocking" in str(quality)
    assert "1 true pairs never compared" in quality._repr_html_()
    errors = evaluate.prediction_errors(links, truth, candidates=candidates)
    assert errors[["left_id", "right_id", "error", "reason"]].values.tolist() == [
        ["a", "d", "false link", "linked"],
        ["b", "c", "missed match", "not linked"],
        ["a", "c", "missed match", "never a candidate"],
    ]
    assert errors["match_weight"].tolist()[:2] == [9.0, -9.0]
    assert np.isnan(errors["match_weight"].iloc[2])


def test_a_run_is_measured_as_a_whole(make):
    from types import SimpleNamespace

    from linkkit.engine.local import LocalEngine
    from linkkit.specs import EveryPair
    from linkkit.tables import Pairs

    records = make.records(list("abc"), list("xyz"))
    scores = make.scores(records, [(0, 3, 9.0), (1, 4, 9.0), (2, 4, 1.0)])
    links = decide.one_to_one(scores)
    clusters = decide.clusters(links.scores, at_least=0)
    pairs = Pairs(records, (EveryPair(),), LocalEngine().pairs(records, (EveryPair(),)))
    run = SimpleNamespace(
        records=records, pairs=pairs, levels=None, model=None, scores=scores, decision=links, clustered=clusters
    )
    quality = evaluate.evaluate_run(run, {"A": {"a": 1, "b": 2, "c": 3}, "B": {"x": 1, "y": 3, "z": 2}})
    assert (quality.pairs.links, quality.pairs.found_pairs, quality.pairs.lost_in_blocking) == (2, 1, 0)
    assert quality.clusters.exact_clusters == 1
    assert quality.expected.links == 2
    assert quality.thresholds["links"].tolist() == [2, 3]
    assert json.loads(json.dumps(quality.to_dict(), allow_nan=False))["thresholds"][1]["recall"] == pytest.approx(2 / 3)
    assert "B-cubed" in str(quality)


def test_errors_of_clusters_name_pairs_joined_through_others(make):
    records = make.records(list("abcd"))
    clusters = decide.clusters(make.scores(records, [(0, 1, 9.0), (1, 2, 9.0)]))
    errors = evaluate.prediction_errors(clusters, {"a": 1, "b": 1, "c": 2, "d": 2})
    assert errors[["left_id", "right_id", "error", "reason"]].values.tolist() == [
        ["b", "c", "false link", "linked"],
        ["a", "c", "false link", "in one cluster through other records"],
        ["c", "d", "missed match", "not scored: never a candidate, or below the floor of the scores"],
    ]
    assert len(evaluate.prediction_errors(clusters, {"a": 1, "b": 1, "c": 2, "d": 2}, most=1)) == 1


def test_pairs_for_review_are_not_links(make, six):
    scores = make.scores(six, [(0, 1, 9.0), (2, 3, 1.0)])
    links = decide.threshold(scores, review=(0.5, 0.95))
    quality = evaluate.pair_quality(links, dict.fromkeys("abcdef", 1))
    assert (len(links), quality.links) == (2, 1)


def test_quality_of_nothing_is_not_defined_and_not_zero(make, six):
    links = decide.threshold(make.scores(six, []))
    quality = evaluate.pair_quality(links, {letter: letter for letter in "abcdef"})
    assert np.isnan(quality.precision)
    assert np.isnan(quality.recall)
    assert quality.to_dict()["precision"] is None
    assert "not defined" in str(quality)


def test_figures_go_to_json(make, six):
    scores = make.scores(six, [(0, 1, 9.0), (0, 2, 9.0)])
    truth = {"a": 1, "b": 1, "c": 2, "d": 2, "e": 3, "f": 3}
    figures = [
        evaluate.pair_quality(decide.threshold(scores), truth).to_dict(),
        evaluate.cluster_quality(decide.clusters(scores), truth).to_dict(),
        evaluate.expected_quality(decide.threshold(scores)).to_dict(),
    ]
    for figure in figures:
        assert json.loads(json.dumps(figure, allow_nan=False)) == figure
    assert figures[0]["precision"] == 0.5
    assert figures[0]["precision_interval"] == pytest.approx([0.0945, 0.9055], abs=1e-4)


# --- clusters ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("merged", "precision"), [((1, 2), 0.76), ((0, 2), 0.58)])
def test_bcubed_of_bagga_and_baldwin(make, merged, precision):
    """Their worked example (1998): five, two and five mentions; the two put with a five, or the two fives together."""
    person = [0] * 5 + [1] * 2 + [2] * 5
    label = [merged[0] if number in merged else number for number in person]
    pairs = [(left, right, 9.0) for left, right in combinations(range(12), 2) if label[left] == label[right]]
    quality = evaluate.cluster_quality(
        decide.clusters(make.scores(make.records(range(12)), pairs)), dict(enumerate(person))
    )
    assert (quality.bcubed_precision, quality.bcubed_recall) == (pytest.approx(precision, abs=0.005), 1.0)
    assert (quality.clusters, quality.true_clusters, quality.exact_clusters) == (2, 3, 1)


@given(labels=st.lists(st.integers(0, 5), min_size=1, max_size=15), data=st.data())
@settings(max_examples=150, deadline=None)
def test_cluster_quality_equals_its_definition(make, labels, data):
    size = len(labels)
    person = data.draw(st.lists(st.integers(0, 4), min_size=size, max_size=size))
    records = make.records(range(size))
    pairs = [(left, right, 9.0) for left, right in combinations(range(size), 2) if labels[left] == labels[right]]
    quality = evaluate.cluster_quality(decide.clusters(make.scores(records, pairs)), dict(enumerate(person)))
    mine = [{row for row in range(size) if labels[row] == label} for label in labels]
    theirs = [{row for row in range(size) if person[row] == number} for number in person]
    both = [len(one & other) for one, other in zip(mine, theirs, strict=True)]
    assert quality.bcubed_precision == pytest.approx(
        np.mean([shared / len(one) for shared, one in zip(both, mine, strict=True)])
    )
    assert quality.bcubed_recall == pytest.approx(
        np.mean([shared / len(one) for shared, one in zip(both, theirs, strict=True)])
    )
    assert quality.exact_clusters == len(set(map(frozenset, mine)) & set(map(frozenset, theirs)))
    assert (quality.clusters, quality.true_clusters) == (len(set(labels)), len(set(person)))
    assert quality.exact_share == quality.exact_clusters / len(set(person))
    assert "B-cubed precision" in str(quality)


def test_cluster_quality_at_thresholds_rises_in_precision(make, six):
    scores = make.scores(six, [(0, 1, 20.0), (1, 2, 2.0), (3, 4, 12.0)])
    truth = {"a": 1, "b": 1, "c": 2, "d": 3, "e": 3, "f": 4}
    frame = evaluate.cluster_quality_at_thresholds(scores, truth, (0.5, 0.9, 0.9999))
    assert frame["clusters"].tolist() == [3, 4, 5]
    assert frame["largest"].tolist() == [3, 2, 2]
    assert frame["precision"].tolist() == [0.5, 1.0, 1.0]
    assert frame["recall"].tolist() == [1.0, 1.0, 0.5]
    assert frame["bcubed_recall"].tolist() == [1.0, 1.0, pytest.approx(5 / 6)]


# --- without truth -------------------------------------------------------------------------------------------------


def test_expected_quality_sums_probabilities(make, six):
    probabilities = [0.99, 0.97, 0.6, 0.2]
    pairs = [(0, place + 1, make.bits(each)) for place, each in enumerate(probabilities)]
    quality = evaluate.expected_quality(decide.threshold(make.scores(six, pairs), at_least=0.95))
    assert quality.precision == pytest.approx(0.98)
    assert quality.recall == pytest.approx(1.96 / 2.76)
    assert quality.precision_interval[0] < 0.98 < quality.precision_interval[1] <= 1
    assert quality.recall_interval[0] < quality.recall < quality.recall_interval[1] <= 1
    assert any("independently" in limit for limit in quality.limits)
    assert any("blocking" in limit for limit in quality.limits)


def test_expected_recall_counts_patterns_below_the_floor(make, six):
    from linkkit.tables import Patterns

    class Model:
        def pattern_probabilities(self, levels):
            return np.array([0.99, 0.1])

    patterns = Patterns((), np.array([[1], [2]], np.uint8), np.array([2, 50]), 100)
    links = decide.threshold(make.scores(six, [(0, 1, make.bits(0.99)), (2, 3, make.bits(0.99))]))
    assert evaluate.expected_quality(links).recall == 1.0
    assert evaluate.expected_quality(links, patterns=patterns, model=Model()).recall == pytest.approx(1.98 / 6.98)


def test_expected_quality_of_one_to_one_shares_the_probability_of_rivals(make):
    records = make.records(["a", "b"], ["x", "y"])
    scores = make.scores(records, [(0, 2, 3.0), (0, 3, 3.0), (1, 3, 1.0)])  # odds 8, 8, 2
    quality = evaluate.expected_quality(decide.one_to_one(scores))
    shared = [8 / (1 + 8 + 8), 8 / (1 + 8 + 8 + 2), 2 / (1 + 2 + 8)]
    assert quality.expected_true_links == pytest.approx(shared[0] + shared[2])
    assert quality.expected_matches == pytest.approx(sum(shared))
    many = evaluate.expected_quality(decide.one_to_many(scores, "left"))  # each right has one match at most
    assert many.expected_matches == pytest.approx(8 / 9 + 8 / 11 + 2 / 11)
    assert any("share" in limit for limit in quality.limits)
    assert evaluate.expected_quality(decide.threshold(scores)).expected_matches == pytest.approx(8 / 9 + 8 / 9 + 2 / 3)


def test_expected_interval_covers_what_happens_when_the_model_is_right(make):
    random = np.random.default_rng(5)
    probability = random.uniform(0.5, 0.999, 400)
    records = make.records(range(400), range(400))
    weight = np.log2(probability / (1 - probability))
    scores = make.scores(records, np.stack([np.arange(400), np.arange(400) + 400, weight], axis=1))
    quality = evaluate.expected_quality(decide.threshold(scores, at_least=0.8))
    kept = probability >= 0.8
    truths = random.uniform(size=(1000, 400)) < probability
    precision, recall = truths[:, kept].mean(axis=1), truths[:, kept].sum(axis=1) / truths.sum(axis=1)
    low, high = quality.precision_interval
    assert 0.92 < ((precision >= low) & (precision <= high)).mean() < 0.98
    low, high = quality.recall_interval
    assert ((recall >= low) & (recall <= high)).mean() > 0.92


def test_expected_quality_at_thresholds_from_patterns_equals_that_from_pairs():
    weight = np.array([5.0, 5.0, 1.0, -3.0, -3.0, -3.0])
    by_pairs = evaluate.expected_at_thresholds(weight)
    by_patterns = evaluate.expected_at_thresholds(np.array([-3.0, 5.0, 1.0]), np.array([3, 2, 1]))
    pd.testing.assert_frame_equal(by_pairs, by_patterns)
    assert by_pairs["links"].tolist() == [2, 3, 6]
    assert by_pairs["expected_recall"].iloc[-1] == 1.0
    assert by_pairs["expected_precision"].iloc[0] == pytest.approx(32 / 33)
    assert evaluate.expected_at_thresholds(np.empty(0)).empty


def test_expected_quality_of_clusters_says_what_it_leaves_out(make, six):
    quality = evaluate.expected_quality(decide.clusters(make.scores(six, [(0, 1, 9.0)])))
    assert quality.links == 1
    assert any("join through other records" in limit for limit in quality.limits)
    assert "expected recall among candidates" in quality._repr_html_()
