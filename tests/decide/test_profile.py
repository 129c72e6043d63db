"""Profile merging against numbers worked by hand, its definition in plain Python, and the best of all partitions."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkkit import block, compare, decide, score
from linkkit.dataset import Dataset
from linkkit.errors import ModelError, SpecError
from linkkit.records import Records
from linkkit.score import RuleList

NAMES = ("ann", "anne", "anna", "bob", "rob", None)
M = {"given_name": (0.8, 0.1, 0.1), "surname": (0.9, 0.1), "town": (0.7, 0.3)}
U = {"given_name": (0.01, 0.01, 0.98), "surname": (0.02, 0.98), "town": (0.2, 0.8)}
COMPARISONS = (
    compare.text("given_name", (0.85,), term_frequency=False),
    compare.exact("surname"),
    compare.exact("town"),
)
PRIOR = 0.01


def model_of(prior=PRIOR, comparisons=COMPARISONS, m=M, u=U, **options):
    return score.by_hand(comparisons, m, u, prior, **options)


def people(rows, names=("given_name", "surname", "town")):
    """Records of one dataset, in the order given; its id is the position."""
    frame = pd.DataFrame(rows, columns=list(names), dtype=object)
    return Records([Dataset(frame.assign(id=[f"{number:03}" for number in range(len(frame))]), id="id")])


def scored(records, model):
    pairs = block.candidate_pairs(records, (block.every_pair(),))
    return model.score(compare.compare_pairs(pairs, model.comparisons), at_least=0.0)


def groups(clusters):
    found = pd.Series(np.arange(len(clusters.label))).groupby(clusters.label).agg(frozenset)
    return set(found)


def by_profile(records, model, **options):
    options = {"at_least": 0.5, **options}
    return decide.clusters(scored(records, model), method="profile", model=model, **options)


# --- worked by hand ---------------------------------------------------------------------------------------------


def test_a_third_record_is_weighed_against_the_profile_of_two():
    """Worked by hand, on one comparison of two levels with weights of +3 (equal) and -3 bits, at a prior of -2 bits.

    Two records x and x gain 3 - 2 = +1: one cluster. The record y against the profile {x}: -3 - 2 = -5: apart.
    """
    m, u = {"town": (8 / 9, 1 / 9)}, {"town": (1 / 9, 8 / 9)}
    model = model_of(prior=0.2, comparisons=(compare.exact("town"),), m=m, u=u)
    assert model.weights[0].tolist()[1:] == pytest.approx([3.0, -3.0])
    records = people([["x"], ["x"], ["y"]], ["town"])
    assert groups(by_profile(records, model)) == {frozenset({0, 1}), frozenset({2})}
    # The threshold is reached at +1 bit exactly, and not a hair above.
    assert groups(by_profile(records, model, at_least=2 / 3 - 1e-9)) == {frozenset({0, 1}), frozenset({2})}
    assert len(by_profile(records, model, at_least=2 / 3 + 1e-9)) == 3


def test_a_variant_is_an_error_once_however_many_records_copy_it():
    """Worked by hand: surname equal +4 bits, else -4; town equal +2, else -2; prior -3.

    Clusters A = {(s, t) twice} and B = {(s', t) twice}: the surname loses 4 and the town wins 2, whatever the number of
    records. With a second surname in common (s' in A too) it gains: the values A = {s, s'}, B = {s'} share s' (+4), and
    T({s, s'}) = log2 of the mean of 2**-4 and 2**-4 = -4 stands on both sides; but no more than half way between the
    best (+4) and the mean of w(s, s') = -4 and w(s', s') = +4, which is +2. Then 2 + 2 - 3 = +1: one person.
    """
    sixteen, four = (16 / 17, 1 / 17), (4 / 5, 1 / 5)
    model = model_of(
        prior=1 / 9,
        comparisons=(compare.exact("surname"), compare.exact("town")),
        m={"surname": sixteen, "town": four},
        u={"surname": sixteen[::-1], "town": four[::-1]},
    )
    assert [weights.round(9).tolist() for weights in model.weights] == [[0, 4, -4], [0, 2, -2]]
    assert model.prior_weight == pytest.approx(-3)
    apart = people([["s", "t"], ["s", "t"], ["z", "t"], ["z", "t"]], ["surname", "town"])
    assert groups(by_profile(apart, model)) == {frozenset({0, 1}), frozenset({2, 3})}
    evidence = by_hand_gain([{"s", "z"}, {"t"}], [{"z"}, {"t"}], lambda place, a, b: model.weights[place][1 + (a != b)])
    assert evidence - 3 == pytest.approx(1.0)


def by_hand_gain(one, other, weight):
    """The definition: the gains of all comparisons from two clusters' sets of values (empty: missing)."""
    total = 0.0
    for place, (mine, theirs) in enumerate(zip(one, other, strict=True)):
        if not mine or not theirs:
            continue
        gained = sum(weight(place, value, value) for value in mine & theirs)
        gained += spread(mine | theirs, place, weight) - spread(mine, place, weight) - spread(theirs, place, weight)
        cross = [weight(place, a, b) for a in mine for b in theirs]
        total += min(gained, (max(cross) + sum(cross) / len(cross)) / 2)
    return total


def spread(values, place, weight):
    odds = [2.0 ** sum(weight(place, value, true) for value in values - {true}) for true in values]
    return math.log2(sum(odds) / len(odds))


# --- properties -------------------------------------------------------------------------------------------------

rows_of_people = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(("lee", "leigh", None)), st.sampled_from(("york", "hull"))),
    min_size=2,
    max_size=8,
)


def weight_of(model):
    """The bits of two values of a comparison, by grading two records that hold them."""
    names = sorted(name for name in NAMES if name)
    table = people([[one, "lee", "york"] for one in names])
    pairs = scored(table, model)
    level = {
        frozenset((names[left], names[right])): int(levels[0])
        for left, right, levels in zip(pairs.left.tolist(), pairs.right.tolist(), pairs.levels, strict=True)
    }

    def weight(place, one, other):
        if one == other:
            return float(model.weights[place][1])
        return float(model.weights[place][level[frozenset((one, other))] if place == 0 else 2])

    return weight


@given(rows=rows_of_people, prior=st.sampled_from([0.002, 0.01, 0.1]))
@settings(max_examples=60)
def test_it_equals_its_definition(rows, prior):
    model = model_of(prior)
    records = people(rows)
    scores = scored(records, model)
    weight = weight_of(model)
    clusters = [({row}, [{value} - {None} for value in values]) for row, values in enumerate(rows)]
    edges = sorted(
        zip(np.round(scores.weight, 9).tolist(), scores.left.tolist(), scores.right.tolist(), strict=True),
        key=lambda edge: (-edge[0], edge[1], edge[2]),
    )
    for weighed, left, right in edges * 5:
        one = next(cluster for cluster in clusters if left in cluster[0])
        other = next(cluster for cluster in clusters if right in cluster[0])
        if weighed < 0.0 or one is other:
            continue
        gained = model.prior_weight + by_hand_gain(one[1], other[1], weight)
        assert abs(gained) > 1e-9  # no case hangs on the last digit
        if gained >= 0:
            clusters = [cluster for cluster in clusters if cluster is not one and cluster is not other]
            clusters.append((one[0] | other[0], [a | b for a, b in zip(one[1], other[1], strict=True)]))
    expected = {frozenset(members) for members, _ in clusters}
    assert groups(by_profile(records, model)) == expected


@given(rows=rows_of_people, seed=st.integers(0, 9))
@settings(max_examples=30)
def test_the_order_of_rows_changes_nothing(rows, seed):
    frame = pd.DataFrame(rows, columns=["given_name", "surname", "town"], dtype=object)
    frame["id"] = [f"{number:03}" for number in range(len(rows))]
    shuffled = frame.sample(frac=1, random_state=seed)
    found = [by_profile(Records([Dataset(each, id="id")]), model_of()).to_pandas() for each in (frame, shuffled)]
    pd.testing.assert_frame_equal(*found)


@given(rows=rows_of_people, term_frequencies=st.booleans())
@settings(max_examples=40)
def test_two_single_records_merge_exactly_where_their_pair_reaches_the_threshold(rows, term_frequencies):
    """Two records gain their pair's weight, term frequencies included: the adjustment is asked for value by value."""
    comparisons = (compare.text("given_name", (0.85,), term_frequency=True), *COMPARISONS[1:])
    model = model_of(comparisons=comparisons, term_frequencies=term_frequencies)
    scores = scored(people(rows), model)
    for place in range(len(scores)):
        alone = scores.take(np.array([place]))
        weight = float(alone.weight[0])
        for floor, count in ((weight - 1e-6, len(rows) - 1), (weight + 1e-6, len(rows))):
            assert len(decide.clusters(alone, weight=floor, method="profile", model=model)) == count


@given(rows=rows_of_people, copies=st.integers(2, 5))
@settings(max_examples=30)
def test_identical_records_are_always_together_where_the_prior_allows(rows, copies):
    """Two records alike in every field weigh more than the threshold here, so nothing can keep them apart."""
    rows = [row for row in rows if all(row)] * copies
    clusters = by_profile(people(rows), model_of()) if rows else None
    for one, first in enumerate(rows):
        for other, second in enumerate(rows):
            if first == second:
                assert clusters.label[one] == clusters.label[other]


def partitions(items):
    """Every way to part some items in groups."""
    if not items:
        yield []
        return
    first, *rest = items
    for part in partitions(rest):
        yield [[first], *part]
        for number, group in enumerate(part):
            yield [*part[:number], [first, *group], *part[number + 1 :]]


def test_it_finds_the_best_of_all_partitions_of_small_sets_nearly_always():
    """The best partition by the likelihood alone: a value of n records earns its weight n - 1 times, and T once."""
    model, random = model_of(), np.random.default_rng(7)
    weight = weight_of(model)
    agree = total = 0
    for _ in range(60):
        persons = [[random.choice(NAMES[:5]), random.choice(["lee", "leigh"]), f"town {n}"] for n in range(2)]
        rows = [[v if random.random() > 0.15 else None for v in persons[random.integers(2)]] for _ in range(5)]
        rows = [row for row in rows if any(row)]
        if len(rows) < 2:
            continue

        def worth(partition, rows=rows):
            return sum(worth_of([rows[row] for row in group]) for group in partition)

        def worth_of(members):
            bits = (len(members) - 1) * model.prior_weight
            for place in range(3):
                values = [row[place] for row in members if row[place] is not None]
                distinct = set(values)
                if distinct:
                    bits += sum((values.count(value) - 1) * weight(place, value, value) for value in distinct)
                    bits += spread(distinct, place, weight)
            return bits

        best = max(partitions(list(range(len(rows)))), key=worth)
        found = groups(by_profile(people(rows), model))
        total += 1
        agree += found == {frozenset(group) for group in best}
    assert total > 50
    assert agree / total > 0.9, (agree, total)


# --- what stands apart ------------------------------------------------------------------------------------------


def test_records_of_a_unique_dataset_stay_apart():
    frame = pd.DataFrame({"given_name": ["ann", "ann"], "surname": ["lee", "lee"], "town": ["york", "york"]})
    datasets = [Dataset(frame.assign(id=[f"{name}1", f"{name}2"]), id="id", name=name) for name in "AB"]
    records = Records(datasets, "link_and_dedupe")
    model = model_of(0.1)
    assert len(by_profile(records, model)) == 1
    apart = by_profile(records, model, unique="A")
    assert apart.label[0] != apart.label[1]
    assert len(apart) == 2


def test_exchanged_names_count_within_a_cluster():
    """A level that reads a second field: what two values say depends on the records that hold them."""
    comparisons = (compare.name("given_name", swapped_with="surname"), compare.surname("surname"))
    sizes = [len(each.labels) - 1 for each in comparisons]
    m = {"given_name": (0.8, 0.05, 0.03, 0.05, 0.02, 0.02, 0.03), "surname": (0.85, 0.05, 0.02, 0.03, 0.05)}
    u = {"given_name": (0.01, 0.005, 0.005, 1e-6, 0.005, 0.005, 0.97), "surname": (0.01, 0.01, 0.001, 0.009, 0.97)}
    assert sizes == [7, 5]
    model = model_of(0.02, comparisons, m, u)
    rows = [["mary", "oakfield"], ["mary", "oakfield"], ["oakfield", "mary"], ["jane", "thornton"]]
    records = people(rows, ["given_name", "surname"])
    assert groups(by_profile(records, model)) == {frozenset({0, 1, 2}), frozenset({3})}


def test_columns_of_sets_are_weighed_by_whole_sets():
    """{a, b} in either order is one value, of +3 bits; it and {c} share nothing, -3 bits; at a prior of -2 bits."""
    model = model_of(
        0.2,
        (compare.sets("codes", (2, 1)),),
        {"codes": (8 / 9 - 0.01, 0.01, 1 / 9)},
        {"codes": (1 / 9 - 0.01, 0.01, 8 / 9)},
    )
    frame = pd.DataFrame({"id": ["1", "2", "3"], "codes": [["a", "b"], ["b", "a"], ["c"]]})
    records = Records([Dataset(frame, id="id", fields={"codes": "codes"})])
    assert groups(by_profile(records, model)) == {frozenset({0, 1}), frozenset({2})}


def test_without_the_model_it_says_what_to_give():
    model = model_of()
    scores = scored(people([["ann", "lee", "york"], ["ann", "lee", "york"]]), model)
    with pytest.raises(SpecError, match=r"give the one that made the scores.*model=model"):
        decide.clusters(scores, method="profile")
    rules = score.fit(compare.compare_pairs(scored_pairs(scores), COMPARISONS), RuleList(({"surname": "exact"},)))
    with pytest.raises(ModelError, match=r"needs a Fellegi-Sunter model.*RuleModel does not"):
        decide.clusters(scores, method="profile", model=rules)
    other = model_of(comparisons=COMPARISONS[1:], m={k: M[k] for k in ("surname", "town")},
                     u={k: U[k] for k in ("surname", "town")})  # fmt: skip
    with pytest.raises(ModelError, match="weighs other comparisons"):
        decide.clusters(scores, method="profile", model=other)


def scored_pairs(scores):
    return block.candidate_pairs(scores.records, (block.every_pair(),))


def test_no_pairs_leave_every_record_alone():
    model = model_of()
    scores = scored(people([["ann", "lee", "york"], ["bob", "oak", "hull"]]), model).at_least(weight=99.0)
    assert len(decide.clusters(scores, method="profile", model=model)) == 2


# --- weak bridges -----------------------------------------------------------------------------------------------


def test_weak_bridges_name_the_pair_that_alone_holds_a_cluster_together(make):
    """Two triangles, 0-1-2 and 3-4-5-6 (a square with a diagonal), hang together by one weak pair."""
    strong = [(0, 1, 9.0), (1, 2, 9.0), (0, 2, 9.0), (3, 4, 9.0), (4, 5, 9.0), (5, 6, 9.0), (3, 6, 9.0)]
    clusters = decide.clusters(make.scores(make.records(range(9)), [*strong, (2, 3, 1.0), (7, 8, 9.0)]), at_least=0.5)
    found = clusters.bridges()
    assert found[["cluster_id", "left_id", "right_id", "size", "cut_off"]].values.tolist() == [[0, 2, 3, 7, 3]]
    assert found["match_weight"].tolist() == [1.0]
    assert "1 cluster of three records or more hangs together" in clusters.links.notes[0]
    assert clusters.bridges(below=0.5).empty


def test_a_chain_of_weak_bridges_is_cut_where_each_is(make):
    chain = [(row, row + 1, 1.0 + row / 10) for row in range(5)]
    clusters = decide.clusters(make.scores(make.records(range(6)), chain), at_least=0.5)
    found = clusters.bridges()
    assert found["cut_off"].tolist() == [1, 2, 3, 2, 1]
    assert found["match_weight"].is_monotonic_increasing
    with pytest.raises(SpecError, match=r"bridges\(below=\) is a probability"):
        clusters.bridges(below=2.0)


@given(
    edges=st.dictionaries(
        st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda ends: ends[0] < ends[1]),
        st.integers(0, 8),
        max_size=16,
    )
)
@settings(max_examples=80)
def test_bridges_equal_those_of_networkx(make, edges):
    networkx = pytest.importorskip("networkx")
    pairs = [(left, right, float(weight)) for (left, right), weight in edges.items()]
    clusters = decide.clusters(make.scores(make.records(range(12)), pairs), at_least=0.5)
    graph = networkx.Graph()
    graph.add_nodes_from(range(12))
    graph.add_edges_from(edges)
    expected = {}
    for left, right in networkx.bridges(graph):
        one, other = sorted((left, right))
        if 1 / (1 + 2.0 ** -edges[one, other]) < 0.95:
            cut = graph.copy()
            cut.remove_edge(one, other)
            parts = len(networkx.node_connected_component(cut, one)), len(networkx.node_connected_component(cut, other))
            expected[one, other] = min(parts), sum(parts)
    found = clusters.bridges()
    rows = zip(found["left_id"], found["right_id"], found["cut_off"], found["size"], strict=True)
    assert {(left, right): (cut, size) for left, right, cut, size in rows} == expected
