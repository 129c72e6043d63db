from __future__ import annotations

import itertools
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from linkkit.decide import BestEach, Cluster, Judgements, OneToMany, OneToOne, Threshold, decide
from linkkit.errors import DataError

NAMES = [f"r{number}" for number in range(7)]


def table(*rows):
    return pd.DataFrame(rows, columns=["left_id", "right_id", "is_match"])


def test_a_positive_pair_is_linked_whatever_its_score_and_takes_the_place_of_its_rivals(make):
    records = make.records(["a1", "a2"], ["b1", "b2"])
    scores = make.scores(records, [(0, 2, 9.0), (0, 3, -5.0), (1, 2, 4.0)])
    links = decide(scores, OneToOne(), judgements=table(("a1", "b2", True)))
    assert make.id_pairs(links) == {("a1", "b2"), ("a2", "b1")}
    assert links.status.tolist() == ["judged", "link"]
    assert links.weight.tolist() == [-5.0, 4.0]
    assert links.judged_count == 1


def test_a_positive_pair_that_was_never_scored_is_linked_at_the_threshold(make):
    records = make.records(["a1", "a2"], ["b1", "b2"])
    links = decide(make.scores(records, [(0, 2, 9.0)]), Threshold(0.5), judgements=table(("a2", "b2", "yes")))
    assert make.id_pairs(links) == {("a1", "b1"), ("a2", "b2")}
    assert links.weight.tolist() == [9.0, 0.0]


def test_a_negative_pair_is_never_linked_and_no_rival(make):
    records = make.records(["a1", "a2"], ["b1", "b2"])
    scores = make.scores(records, [(0, 2, 9.0), (0, 3, 8.0)])
    links = decide(scores, OneToOne(least_gap=3), judgements=table(("a1", "b1", 0)))
    assert make.id_pairs(links) == {("a1", "b2")}
    assert links.gap.tolist() == [np.inf]


def test_a_judged_match_counts_as_certain_in_what_is_expected(make):
    records = make.records(["a1", "a2"], ["b1", "b2"])
    scores = make.scores(records, [(0, 2, -3.0), (0, 3, 2.0)])
    links = decide(scores, OneToOne(), judgements=table(("a1", "b1", True)))
    assert links.shared_probability().round(6).tolist() == [1.0, 0.0]


def test_a_negative_pair_is_apart_also_where_other_records_connect_it(make):
    people = make.records(["a", "b", "c", "d"])
    scores = make.scores(people, [(0, 1, 9.0), (1, 2, 7.0), (2, 3, 8.0)])
    for method in ("components", "score_order", "average"):
        found = decide(scores, Cluster(0.5, method=method, unscored=0.0), judgements=table(("a", "d", False)))
        assert found.label.tolist() == [0, 0, 2, 2], method
        assert found.refused == 1
    whole = decide(scores, Cluster(0.5), judgements=table(("a", "d", True)))
    assert whole.label.tolist() == [0, 0, 0, 0]
    assert whole.links.status.tolist() == ["link", "judged", "link", "link"]


def test_a_positive_pair_that_brings_a_unique_dataset_together_keeps_the_rest_apart(make):
    records = make.records(["a1", "a2"], ["b1", "b2"])
    scores = make.scores(records, [(0, 2, 9.0), (1, 3, 8.0)])
    found = decide(scores, Cluster(0.5, unique=("A", "B")), judgements=table(("a1", "b2", True)))
    assert found.label.tolist() == [0, 1, 2, 0]


def test_what_links_connect_is_kept_apart_too(make):
    people = make.records(["a", "b", "c"])
    scores = make.scores(people, [(0, 1, 9.0), (1, 2, 7.0)])
    links = decide(scores, Threshold(0.5), judgements=table(("a", "c", False)))
    assert len(links) == 2
    assert decide(links.scores, Cluster(0.0), judgements=links.judged).label.tolist() == [0, 0, 2]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("a", "b", True), ("b", "a", False)], "row 2 says .* not of one person, row 1 that they are"),
        ([("a", "b", 1), ("b", "c", 1), ("x", "y", 1), ("a", "c", 0)], "row 4 says .* rows 1, 2 that they are"),
    ],
)
def test_contradictions_are_named_by_rows_and_by_no_id(make, rows, message):
    people = make.records(["a", "b", "c", "x", "y"])
    with pytest.raises(DataError, match=message) as raised:
        Judgements.of(people, table(*rows))
    assert not re.search(r"\b[abcxy]\b", str(raised.value).replace("a match", ""))


def test_the_shortest_way_through_the_positive_judgements_is_named(make):
    people = make.records(list("abcde"))
    pairs = [("a", "b", 1), ("b", "c", 1), ("c", "d", 1), ("d", "e", 1), ("a", "d", 1), ("a", "e", 0)]
    with pytest.raises(DataError, match=r"row 6 says .* rows 4, 5 that they are"):
        Judgements.of(people, table(*pairs))


@pytest.mark.parametrize(
    ("decision", "message"),
    [
        (OneToOne(), "rows 1, 3 give one left record several matches, where OneToOne lets it have one"),
        (OneToMany("right"), "rows 1, 3 give one left record several matches, where OneToMany"),
        (BestEach("left"), "rows 1, 3 give one left record several matches, where BestEach"),
        (
            Cluster(0.5, unique=("B",)),
            "rows 1, 3 join two records of B, which the decision takes to hold a person once",
        ),
    ],
)
def test_judgements_that_a_decision_cannot_hold_are_refused(make, decision, message):
    records = make.records(["a1", "a2"], ["b1", "b2"])
    rows = table(("a1", "b1", True), ("a2", "b1", False), ("a1", "b2", True))
    with pytest.raises(DataError, match=message):
        decide(make.scores(records, []), decision, judgements=rows)
    assert len(decide(make.scores(records, []), OneToMany("left"), judgements=rows)) == 2


def test_two_records_of_one_dataset_are_no_link_between_datasets(make):
    records = make.records(["a1", "a2"], ["b1"])
    rows = pd.DataFrame(
        {"left_dataset": ["A"], "left_id": ["a1"], "right_dataset": ["A"], "right_id": ["a2"], "is_match": [True]}
    )
    with pytest.raises(DataError, match="row 1 join two records of one dataset; Threshold links records of different"):
        decide(make.scores(records, []), Threshold(), judgements=rows)
    assert decide(make.scores(records, []), Cluster(), judgements=rows).label.tolist() == [0, 0, 2]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (pd.DataFrame({"left_id": ["a"], "right_id": ["b"]}), "need the column is_match"),
        (pd.DataFrame({"left_id": ["a"], "is_match": [True]}), "right_id is not there"),
        (table(("a", "b", True), ("a", "b", "perhaps")), "is_match must be true or false.* row 2"),
        (table(("a", "b", True), ("a", "zz", True)), r"1 of 2 judgements have a right_id .*\(row 2\)"),
        (table(("a", "a", True)), r"1 judgements pair a record with itself \(row 1\)"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(make, rows, message):
    with pytest.raises(DataError, match=message) as raised:
        Judgements.of(make.records(["a", "b"]), rows)
    assert "zz" not in str(raised.value)
    assert "perhaps" not in str(raised.value)


def together(size, positive):
    """The groups that positive judgements make, by a plain search."""
    label = list(range(size))
    for _ in range(size):
        for one, other in positive:
            label[one] = label[other] = min(label[one], label[other])
    return label


PAIRS = list(itertools.combinations(range(7), 2))


@settings(max_examples=150)
@given(
    st.dictionaries(st.sampled_from(PAIRS), st.integers(-4, 9)),
    st.dictionaries(st.sampled_from(PAIRS), st.booleans(), max_size=6),
    st.sampled_from(["components", "score_order", "average"]),
)
def test_judgements_win_in_every_method_and_nothing_else_changes_without_need(make, weights, judged, method):
    positive = [pair for pair, is_match in judged.items() if is_match]
    negative = [pair for pair, is_match in judged.items() if not is_match]
    group = together(7, positive)
    rows = table(*[(NAMES[one], NAMES[other], is_match) for (one, other), is_match in judged.items()])
    people = make.records(NAMES)
    scores = make.scores(people, [(*pair, float(bits)) for pair, bits in sorted(weights.items())])
    spec = Cluster(0.5, method=method)
    if any(group[one] == group[other] for one, other in negative):
        with pytest.raises(DataError, match="contradict each other"):
            decide(scores, spec, judgements=rows)
        return
    plain, found = decide(scores, spec), decide(scores, spec, judgements=rows)
    label = found.label.tolist()
    assert all(label[one] == label[other] for one, other in positive)
    assert all(label[one] != label[other] for one, other in negative)
    shuffled = rows.sample(frac=1, random_state=1)
    assert decide(scores, spec, judgements=shuffled).label.tolist() == label
    # A cluster of the method that no judgement touches is as it was.
    touched = {plain.label[end] for pair in judged for end in pair}
    for row in range(7):
        if plain.label[row] not in touched:
            assert label[row] == plain.label[row]


@settings(max_examples=150)
@given(
    st.dictionaries(st.sampled_from(PAIRS), st.integers(-4, 9)),
    st.dictionaries(st.sampled_from(PAIRS), st.booleans(), max_size=5),
)
def test_a_cluster_taken_apart_is_put_together_strongest_first(make, weights, judged):
    """Against a plain reference for components: groups merged pair by pair, none that holds a negative pair."""
    positive = [pair for pair, is_match in judged.items() if is_match]
    negative = [pair for pair, is_match in judged.items() if not is_match]
    label = together(7, positive)
    assume(not any(label[one] == label[other] for one, other in negative))
    for (one, other), bits in sorted(weights.items(), key=lambda item: (-item[1], item[0])):
        merged = [label[one] if each == label[other] else each for each in label]
        if bits >= 0 and not any(merged[left] == merged[right] for left, right in negative):
            label = merged
    rows = table(*[(NAMES[one], NAMES[other], is_match) for (one, other), is_match in judged.items()])
    scores = make.scores(make.records(NAMES), [(*pair, float(bits)) for pair, bits in sorted(weights.items())])
    found = decide(scores, Cluster(0.5), judgements=rows).label.tolist()
    assert [[a == b for b in found] for a in found] == [[a == b for b in label] for a in label]


@settings(max_examples=100)
@given(
    st.dictionaries(st.tuples(st.integers(0, 3), st.integers(4, 7)), st.integers(-4, 9)),
    st.dictionaries(st.tuples(st.integers(0, 3), st.integers(4, 7)), st.booleans(), max_size=4),
    st.sampled_from([Threshold(0.5), OneToOne(), OneToOne(leftovers=True), OneToOne(by_expected_f1=True),
                     OneToMany("left"), BestEach("both"), OneToOne(review=(0.1, 0.5))]),
)  # fmt: skip
def test_links_hold_to_judgements_and_stay_single(make, weights, judged, decision):
    records = make.records(list("abcd"), list("efgh"))
    ids = "abcdefgh"
    rows = table(*[(ids[left], ids[right], is_match) for (left, right), is_match in judged.items()])
    scores = make.scores(records, [(*pair, float(bits)) for pair, bits in sorted(weights.items())])
    try:
        links = decide(scores, decision, judgements=rows)
    except DataError:
        return
    chosen = list(zip(links.left.tolist(), links.right.tolist(), strict=True))
    linked = [pair for pair, status in zip(chosen, links.status, strict=True) if status != "review"]
    assert all((pair in linked) == is_match for pair, is_match in judged.items() if is_match or pair in chosen)
    for side, name in ((0, "left"), (1, "right")):
        if decision.single in (name, "both"):
            assert len({pair[side] for pair in chosen}) == len(chosen)
