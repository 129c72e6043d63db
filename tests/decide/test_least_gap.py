from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkkit.decide import BestEach, OneToMany, OneToOne, decide
from linkkit.errors import SpecError
from linkkit.plan import Plan


def test_a_link_with_a_near_rival_is_for_review_and_no_link(make):
    records = make.records(["a1", "a2", "a3"], ["b1", "b2", "b3"])
    scores = make.scores(records, [(0, 3, 10.0), (0, 4, 8.0), (1, 4, 12.0), (2, 5, 4.0)])
    links = decide(scores, OneToOne(least_gap=3))
    assert links.status.tolist() == ["review", "link", "link"]
    assert links.link_count == 2
    assert links.notes == ("For review, and no links: 1 with a rival nearer than 3 bits, or equal.",)
    assert decide(scores, OneToOne(least_gap=2)).status.tolist() == ["link", "link", "link"]


def test_the_records_of_a_pair_for_review_are_not_given_to_its_rival(make):
    records = make.records(["a1", "a2"], ["b1"])
    links = decide(make.scores(records, [(0, 2, 9.0), (1, 2, 8.5)]), OneToOne(least_gap=1))
    assert make.id_pairs(links) == {("a1", "b1")}
    assert links.link_count == 0


@pytest.mark.parametrize("decision", [OneToOne(least_gap=0), BestEach("both", least_gap=0), OneToMany(least_gap=0)])
def test_a_tie_is_no_link_even_at_no_gap(make, decision):
    records = make.records(["a1", "a2"], ["b1"])
    tied = decide(make.scores(records, [(0, 2, 9.0), (1, 2, 9.0)]), decision)
    assert tied.status.tolist() == ["review"]
    near = decide(make.scores(records, [(0, 2, 9.0), (1, 2, 8.9)]), decision)
    assert near.status.tolist() == ["link"]


def test_a_rival_of_the_side_that_may_have_many_does_not_count(make):
    records = make.records(["a1"], ["b1", "b2"])
    scores = make.scores(records, [(0, 1, 9.0), (0, 2, 8.5)])
    assert decide(scores, OneToMany("left", least_gap=3)).status.tolist() == ["link", "link"]


@pytest.mark.parametrize("bits", [-1.0, float("nan"), float("inf")])
def test_least_gap_must_be_a_number_of_bits(bits):
    with pytest.raises(SpecError, match=r"OneToOne\.least_gap is a number of bits, 0 or more"):
        OneToOne(least_gap=bits)


@pytest.mark.parametrize("decision", [OneToOne(least_gap=3.0, by_expected_f1=True), OneToMany("right", least_gap=0.5)])
def test_a_plan_file_holds_it(decision, tmp_path):
    plan = Plan(decide=decision)
    assert Plan.load(plan.save(tmp_path / "plan.toml")) == plan


@settings(max_examples=100)
@given(
    st.dictionaries(
        st.tuples(st.integers(0, 3), st.integers(4, 7)), st.integers(-3, 6), min_size=1
    ),
    st.sampled_from([0, 1, 2.5]),
)  # fmt: skip
def test_just_the_links_with_a_near_rival_change(make, weights, least_gap):
    records = make.records(list("abcd"), list("efgh"))
    pairs = sorted(weights)
    scores = make.scores(records, [(left, right, float(weights[left, right])) for left, right in pairs])
    plain, strict = (decide(scores, OneToOne(least_gap=bits)) for bits in (None, least_gap))
    assert list(zip(plain.left, plain.right, strict=True)) == list(zip(strict.left, strict.right, strict=True))
    for left, right, is_review in zip(strict.left.tolist(), strict.right.tolist(), strict.is_review, strict=True):
        own = weights[left, right]
        rivals = [weights[one] for one in pairs if one != (left, right) and (one[0] == left or one[1] == right)]
        gap = own - max(rivals, default=-np.inf)
        assert is_review == (gap < least_gap or gap <= 0)
