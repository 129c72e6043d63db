from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from linkkit.decide import OneToOne, decide, most_expected_f1


def f1(chosen, probability, matches):
    return 2 * sum(probability[place] for place in chosen) / (len(chosen) + matches) if chosen else 0.0


def best_f1(left, right, probability, matches):
    """The largest expected F1 of all sets of pairs in which no record stands twice."""
    best = 0.0
    for size in range(1, len(left) + 1):
        for chosen in itertools.combinations(range(len(left)), size):
            rows = [left[place] for place in chosen], [right[place] for place in chosen]
            if all(len(set(side)) == size for side in rows):
                best = max(best, f1(chosen, probability, matches))
    return best


@settings(max_examples=200)
@given(
    st.dictionaries(st.tuples(st.integers(0, 3), st.integers(4, 7)), st.floats(0.01, 0.99), min_size=1, max_size=9),
    st.floats(0, 3),
)
def test_no_one_to_one_choice_has_a_larger_expected_f1(shares, unseen):
    pairs = sorted(shares)
    left, right = (np.array([pair[side] for pair in pairs], np.uint32) for side in (0, 1))
    probability = np.array([shares[pair] for pair in pairs])
    matches = float(probability.sum()) + unseen
    chosen = np.flatnonzero(most_expected_f1(left, right, probability, matches)).tolist()
    assert len({left[place] for place in chosen}) == len({right[place] for place in chosen}) == len(chosen)
    found = f1(chosen, probability, matches)
    assert abs(found - best_f1(left.tolist(), right.tolist(), probability, matches)) < 1e-8


def test_a_link_pays_from_half_the_f1_that_is_reached():
    left, right = np.arange(10, dtype=np.uint32), np.arange(10, 20, dtype=np.uint32)
    probability = np.array([0.6] * 5 + [0.35] * 5)
    # All ten: 2 x 4.75 / (10 + 4.75) = 0.644, so that 0.35 > 0.322 pays; five alone: 6 / 9.75 = 0.615.
    assert most_expected_f1(left, right, probability).all()
    # With many matches elsewhere the F1 is low whatever is done, and every likely pair pays.
    probability[5:] = 0.25
    assert most_expected_f1(left, right, probability).sum() == 5
    assert most_expected_f1(left, right, probability, 20.0).all()


def test_nothing_is_linked_where_there_is_nothing():
    none = np.empty(0, np.uint32)
    assert not len(most_expected_f1(none, none, np.empty(0)))


def test_the_decision_shares_probabilities_among_rivals_and_passes_the_threshold_by(make):
    records = make.records(["a1", "a2"], ["b1", "b2"])
    scores = make.scores(records, [(0, 2, make.bits(0.4)), (1, 3, make.bits(0.45))])
    assert len(decide(scores, OneToOne())) == 0
    links = decide(scores, OneToOne(by_expected_f1=True))
    assert make.id_pairs(links) == {("a1", "b1"), ("a2", "b2")}
    rivals = make.scores(records, [(0, 2, 3.0), (0, 3, 3.0), (1, 2, 3.0), (1, 3, 3.0)])
    assert len(decide(rivals, OneToOne(by_expected_f1=True))) == 2
