from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from linkkit import decide
from linkkit.errors import SpecError


@pytest.fixture(scope="module")
def two(make):
    return make.records(["a1", "a2", "a3"], ["b1", "b2", "b3"])


@pytest.fixture(scope="module")
def issue_251(make):
    records = make.records(["a1", "a2"], ["b1", "b2"])
    return make.scores(
        records, [(0, 2, make.bits(0.95)), (0, 3, make.bits(0.94)), (1, 2, make.bits(0.93)), (1, 3, make.bits(0.01))]
    )


def test_one_to_one_is_the_best_overall_and_not_greedy(make, issue_251):
    assert make.id_pairs(decide.one_to_one(issue_251)) == {("a1", "b2"), ("a2", "b1")}
    assert make.id_pairs(decide.best_each(issue_251, "both")) == {("a1", "b1")}


def test_a_pair_below_the_threshold_is_no_link(make, issue_251):
    assert make.id_pairs(decide.one_to_one(issue_251, at_least=0.945)) == {("a1", "b1")}


def test_threshold_is_inclusive(make, two):
    scores = make.scores(two, [(0, 3, 0.0), (1, 4, -0.01)])
    assert make.id_pairs(decide.threshold(scores, at_least=0.5)) == {("a1", "b1")}
    assert make.id_pairs(decide.one_to_one(scores, at_least=0.5)) == {("a1", "b1")}
    assert make.id_pairs(decide.one_to_one(scores, weight=-0.01)) == {("a1", "b1"), ("a2", "b2")}


def test_weight_takes_the_place_of_at_least(make, two):
    scores = make.scores(two, [(0, 3, 9.0), (1, 4, 11.0)])
    assert make.id_pairs(decide.threshold(scores, weight=10)) == {("a2", "b2")}


def test_gap_is_the_distance_to_the_best_rival(make, two):
    scores = make.scores(two, [(0, 3, 10.0), (0, 4, 7.0), (1, 4, 9.0), (2, 5, 4.0)])
    links = decide.one_to_one(scores)
    assert links.gap.tolist() == [3.0, 2.0, np.inf]
    assert decide.threshold(scores, at_least=0.5).gap.tolist() == [3.0, -3.0, 2.0, np.inf]


def test_gap_of_one_to_many_counts_rivals_of_the_many_side_only(make, two):
    scores = make.scores(two, [(0, 3, 10.0), (0, 4, 7.0), (1, 4, 9.0)])
    links = decide.one_to_many(scores, "left")
    assert make.id_pairs(links) == {("a1", "b1"), ("a2", "b2")}
    assert links.gap.tolist() == [np.inf, 2.0]


def test_equal_weights_give_a_gap_of_zero_and_the_smallest_ids(make, two):
    pairs = [(left, right, 5.0) for left in (0, 1, 2) for right in (3, 4, 5)]
    scores = make.scores(two, pairs)
    links = decide.one_to_one(scores)
    assert make.id_pairs(links) == {("a1", "b1"), ("a2", "b2"), ("a3", "b3")}
    assert links.gap.tolist() == [0.0, 0.0, 0.0]
    assert make.id_pairs(decide.best_each(scores, "left")) == {("a1", "b1"), ("a2", "b1"), ("a3", "b1")}
    assert make.id_pairs(decide.best_each(scores, "both")) == {("a1", "b1")}


def test_weights_that_differ_below_a_billionth_of_a_bit_are_equal(make, two):
    scores = make.scores(two, [(0, 3, 5.0), (1, 3, 5.0 + 1e-12)])
    assert make.id_pairs(decide.one_to_one(scores)) == {("a1", "b1")}
    assert make.id_pairs(decide.best_each(scores, "right")) == {("a1", "b1")}


def test_weights_decide_where_probabilities_are_all_but_one(make, two):
    scores = make.scores(two, [(0, 3, 80.0), (1, 3, 90.0), (1, 4, 79.0)])
    assert scores.probability.tolist() == [1.0, 1.0, 1.0]
    assert make.id_pairs(decide.best_each(scores, "right")) == {("a2", "b1"), ("a2", "b2")}
    assert make.id_pairs(decide.one_to_one(scores)) == {("a1", "b1"), ("a2", "b2")}


def test_best_each_of_the_left_uses_a_right_record_again(make, two):
    scores = make.scores(two, [(0, 3, 8.0), (1, 3, 9.0), (1, 4, 3.0)])
    assert make.id_pairs(decide.best_each(scores)) == {("a1", "b1"), ("a2", "b1")}
    assert make.id_pairs(decide.one_to_many(scores, "right")) == {("a1", "b1"), ("a2", "b1")}


def test_best_each_counts_each_other_dataset_by_itself(make):
    records = make.records(["a1"], ["b1", "b2"], ["c1"])
    scores = make.scores(records, [(0, 1, 5.0), (0, 2, 6.0), (0, 3, 4.0), (2, 3, 7.0)])
    links = decide.best_each(scores, "both")
    assert make.id_pairs(links) == {("a1", "b2"), ("a1", "c1"), ("b2", "c1")}
    assert links.gap.tolist() == [1.0, np.inf, np.inf]


def test_review_band_adds_pairs_and_changes_no_link(make, two):
    scores = make.scores(two, [(0, 3, 5.0), (0, 4, 4.0), (1, 3, 4.0), (1, 4, 2.0), (2, 5, 1.0)])
    plain = decide.one_to_one(scores, weight=4.5)
    banded = decide.one_to_one(scores, weight=4.5, review=(0.5, 0.9))
    assert make.id_pairs(plain) == {("a1", "b1")} == make.id_pairs(banded.decided())
    assert banded.to_pandas()["status"].tolist() == ["link", "review", "review"]
    assert (banded.link_count, banded.review_count) == (1, 2)


def test_review_band_of_a_threshold_holds_every_pair_in_it(make, two):
    scores = make.scores(
        two, [(0, 3, make.bits(0.99)), (0, 4, make.bits(0.9)), (1, 3, make.bits(0.6)), (1, 4, make.bits(0.4))]
    )
    links = decide.threshold(scores, at_least=0.95, review=(0.5, 0.95))
    assert links.status.tolist() == ["link", "review", "review"]
    above = decide.threshold(scores, at_least=0.5, review=(0.8, 0.95))
    assert above.status.tolist() == ["link", "review", "link"]


def test_links_table_has_the_columns_of_the_contract(make, issue_251):
    frame = decide.one_to_one(issue_251).to_pandas()
    assert frame.columns.tolist() == ["left_id", "right_id", "match_weight", "match_probability", "gap", "status"]
    assert frame["left_id"].tolist() == sorted(frame["left_id"])
    assert repr(decide.one_to_one(issue_251)) == "<Links: 2 by one_to_one>"


def test_no_scores_give_no_links(make, two):
    nothing = make.scores(two, [])
    for spec in (decide.Threshold(), decide.BestEach(), decide.OneToOne(review=(0.1, 0.5)), decide.OneToMany()):
        assert len(decide.decide(nothing, spec)) == 0
        assert decide.decide(nothing, spec).to_pandas().empty


SPECS = [
    decide.Threshold(0.6, review=(0.3, 0.6)),
    decide.BestEach("left", 0.6, review=(0.3, 0.6)),
    decide.BestEach("right", 0.6),
    decide.BestEach("both", 0.6, review=(0.3, 0.6)),
    decide.OneToOne(0.6, review=(0.3, 0.6)),
    decide.OneToMany("left", 0.6),
    decide.OneToMany("right", 0.6),
    decide.Cluster(0.6),
    decide.Cluster(0.6, unique=("A", "B")),
    decide.Cluster(0.6, method="average"),
]


@pytest.mark.parametrize("spec", SPECS, ids=repr)
def test_the_order_of_the_pairs_changes_nothing(make, spec):
    random = np.random.default_rng(7)
    records = make.records([f"a{n:02}" for n in range(30)], [f"b{n:02}" for n in range(30)])
    product = random.permutation(900)[:300]
    weights = random.integers(-3, 4, 300).astype(float)  # many ties
    pairs = np.stack([product // 30, product % 30 + 30, weights], axis=1)
    answers = [decide.decide(make.scores(records, pairs[random.permutation(300)]), spec).to_pandas() for _ in range(4)]
    for answer in answers[1:]:
        pd.testing.assert_frame_equal(answers[0], answer)


def test_one_to_one_of_more_than_two_datasets_points_to_clusters(make):
    scores = make.scores(make.records(["a"], ["b"], ["c"]), [(0, 1, 5.0)])
    with pytest.raises(SpecError, match=r"OneToOne pairs the records of two datasets.*3 datasets.*clusters\(.*unique="):
        decide.one_to_one(scores)


@pytest.mark.parametrize("spec", [decide.OneToOne(), decide.OneToMany(), decide.BestEach("left")], ids=repr)
def test_a_decision_between_two_sides_needs_two_sides(make, spec):
    scores = make.scores(make.records(["a", "b"]), [(0, 1, 5.0)])
    with pytest.raises(SpecError, match=r"within|one dataset"):
        decide.decide(scores, spec)
    with pytest.raises(SpecError):
        decide.check_decision(make.records(["a"], ["b"], link_type="link_and_dedupe"), spec)


@pytest.mark.parametrize(
    ("make_spec", "message"),
    [
        (lambda: decide.Threshold(at_least=12), "weight="),
        (lambda: decide.Threshold(weight=float("nan")), "finite"),
        (lambda: decide.OneToOne(review=(0.9, 0.5)), "lower first"),
        (lambda: decide.BestEach("middle"), "'left', 'right' or 'both'"),
        (lambda: decide.OneToMany("both"), "'left' or 'right'"),
        (lambda: decide.Cluster(method="magic"), "score_order"),
        (lambda: decide.Cluster(method="average", unscored=float("inf")), "finite"),
        (lambda: decide.Cluster(method="components", unique=("A",)), "keep records apart"),
    ],
)
def test_a_spec_checks_itself(make_spec, message):
    with pytest.raises(SpecError, match=message):
        make_spec()


def test_specs_are_read_by_kind():
    from pydantic import TypeAdapter

    adapter = TypeAdapter(decide.Decision)
    for spec in SPECS:
        assert adapter.validate_python(adapter.dump_python(spec, mode="json")) == spec
