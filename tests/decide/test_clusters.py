from __future__ import annotations

import networkx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkkit import decide
from linkkit.errors import SpecError


def groups(clusters):
    """The clusters as a set of sets of rows."""
    found = pd.Series(np.arange(len(clusters.label))).groupby(clusters.label).agg(frozenset)
    return set(found)


@pytest.mark.parametrize(("size", "mean_degree"), [(10, 0.5), (200, 0.8), (200, 1.5), (1000, 1.0)])
def test_components_equal_those_of_networkx_on_random_graphs(make, size, mean_degree):
    graph = networkx.gnp_random_graph(size, mean_degree / size, seed=size)
    edges = [(min(edge), max(edge), 9.0) for edge in graph.edges]
    clusters = decide.clusters(make.scores(make.records(range(size)), edges))
    assert groups(clusters) == {frozenset(part) for part in networkx.connected_components(graph)}
    assert len(clusters) == networkx.number_connected_components(graph)
    assert groups(decide.clusters(clusters.all_scores, method="score_order")) == groups(clusters)


def test_every_record_is_in_one_cluster_named_by_its_smallest_id(make):
    records = make.records(["d", "b", "c", "a"])  # rows in the order of ids: a b c d
    frame = decide.clusters(make.scores(records, [(1, 3, 9.0), (0, 2, 1.0)])).to_pandas()
    assert frame.to_dict("list") == {"id": ["a", "b", "c", "d"], "cluster_id": ["a", "b", "c", "b"]}


def test_cluster_names_of_several_datasets_cannot_clash(make):
    records = make.records([1, 2], ["1", "2"])
    frame = decide.clusters(make.scores(records, [(0, 3, 9.0)])).to_pandas()
    assert frame.columns.tolist() == ["dataset", "id", "cluster_id"]
    assert frame["dataset"].tolist() == ["A", "A", "B", "B"]
    assert frame["id"].tolist() == [1, 2, "1", "2"]
    assert frame["cluster_id"].tolist() == ["A:1", "A:2", "B:1", "A:1"]


def test_the_order_of_rows_changes_no_cluster_name(make):
    ids = [f"P{number:03}" for number in range(50)]
    answers = []
    for seed in range(3):
        random = np.random.default_rng(seed)
        records = make.records(random.permutation(ids).tolist())
        rows = records.rows_of(["P003", "P010", "P011", "P030"])
        answers.append(
            decide.clusters(make.scores(records, [(rows[0], rows[3], 9.0), (rows[1], rows[2], 9.0)])).to_pandas()
        )
    pd.testing.assert_frame_equal(answers[0], answers[1])
    pd.testing.assert_frame_equal(answers[0], answers[2])


def test_score_order_keeps_records_of_a_unique_dataset_apart(make):
    records = make.records(["a1"], ["b1", "b2"], ["c1"])
    scores = make.scores(records, [(0, 1, 9.0), (0, 2, 8.0), (0, 3, 10.0), (2, 3, 9.5)])
    clusters = decide.clusters(scores, unique=["B"])
    assert groups(clusters) == {frozenset({0, 3, 2}), frozenset({1})}
    assert clusters.refused == 1
    assert "1 pair reached probability >= 0.95 but the clusters" in clusters.links.notes[0]
    assert groups(decide.clusters(scores)) == {frozenset({0, 1, 2, 3})}


edges = st.dictionaries(
    st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda ends: ends[0] < ends[1]),
    st.integers(-2, 8),
    max_size=30,
).map(lambda found: [(left, right, float(weight)) for (left, right), weight in found.items()])


@given(pairs=edges, unique=st.sets(st.sampled_from("ABC")))
@settings(max_examples=200, deadline=None)
def test_merging_never_puts_two_records_of_a_unique_dataset_together(make, pairs, unique):
    records = make.records(range(4), range(4), range(4), link_type="link_and_dedupe")
    clusters = decide.clusters(make.scores(records, pairs), at_least=0.5, method="score_order", unique=sorted(unique))
    dataset = records.dataset_of(np.arange(12, dtype=np.uint32))
    for group in groups(clusters):
        for name in unique:
            assert sum("ABC"[dataset[row]] == name for row in group) <= 1
    assert groups(clusters) == merged_by_hand(pairs, dataset, unique)


def merged_by_hand(pairs, dataset, unique):
    """The definition: strongest first, then smallest rows; join unless a unique dataset would be there twice."""
    clusters = [{row} for row in range(12)]
    for left, right, weight in sorted(pairs, key=lambda pair: (-pair[2], pair[0], pair[1])):
        one = next(group for group in clusters if left in group)
        other = next(group for group in clusters if right in group)
        names = ["ABC"[dataset[row]] for row in one | other]
        if weight >= 0 and one is not other and all(names.count(name) <= 1 for name in unique):
            clusters = [group for group in clusters if group is not one and group is not other] + [one | other]
    return {frozenset(group) for group in clusters}


def test_average_linkage_does_not_join_two_persons_by_one_false_link(make):
    first = [(left, right, 8.0) for left in range(4) for right in range(left + 1, 4)]
    second = [(left + 4, right + 4, weight) for left, right, weight in first]
    scores = make.scores(make.records(range(8)), [*first, *second, (3, 4, 7.0)])
    assert len(decide.clusters(scores)) == 1
    clusters = decide.clusters(scores, method="average")
    assert groups(clusters) == {frozenset(range(4)), frozenset(range(4, 8))}
    assert clusters.refused == 1
    assert len(clusters.links) == 12


@given(pairs=edges, unique=st.sets(st.sampled_from("ABC")), unscored=st.sampled_from([-6.0, -1.0, 0.5]))
@settings(max_examples=200, deadline=None)
def test_average_linkage_equals_its_definition(make, pairs, unique, unscored):
    records = make.records(range(4), range(4), range(4), link_type="link_and_dedupe")
    scores = make.scores(records, pairs)
    found = decide.clusters(scores, weight=1.0, method="average", unique=sorted(unique), unscored=unscored)
    dataset = records.dataset_of(np.arange(12, dtype=np.uint32))
    weights = {frozenset((left, right)): weight for left, right, weight in pairs}
    clusters = [{row} for row in range(12)]
    for left, right, weight in sorted(pairs, key=lambda pair: (-pair[2], pair[0], pair[1])) * 5:
        one = next(group for group in clusters if left in group)
        other = next(group for group in clusters if right in group)
        names = ["ABC"[dataset[row]] for row in one | other]
        between = [weights.get(frozenset((here, there)), unscored) for here in one for there in other]
        if weight < 1 or one is other or any(names.count(name) > 1 for name in unique) or np.mean(between) < 1:
            continue
        clusters = [group for group in clusters if group is not one and group is not other] + [one | other]
    assert groups(found) == {frozenset(group) for group in clusters}


def test_links_of_clusters_are_the_pairs_within_and_review_pairs_between(make):
    records = make.records(range(5))
    scores = make.scores(records, [(0, 1, 9.0), (1, 2, 8.0), (0, 2, 1.0), (2, 3, 1.0), (3, 4, -5.0)])
    links = decide.clusters(scores, review=(0.5, 0.95)).links
    assert links.to_pandas()[["left_id", "right_id", "status"]].values.tolist() == [
        [0, 1, "link"], [1, 2, "link"], [2, 3, "review"],
    ]  # fmt: skip


def test_an_unknown_unique_dataset_is_named_with_a_hint(make):
    scores = make.scores(make.records(["a"], ["b"]), [(0, 1, 5.0)])
    with pytest.raises(SpecError, match=r"names the dataset 'Z'.*There are: A, B"):
        decide.clusters(scores, unique=["Z"])


def test_no_pairs_leave_every_record_alone(make):
    clusters = decide.clusters(make.scores(make.records(["x", "y"]), []))
    assert clusters.to_pandas()["cluster_id"].tolist() == ["x", "y"]
    assert repr(clusters) == "<Clusters: 2 of 2 records, largest 1>"
    assert decide.cluster_metrics(clusters).empty


# --- metrics ----------------------------------------------------------------------------------------------------


@given(pairs=edges)
@settings(max_examples=150, deadline=None)
def test_metrics_equal_those_of_networkx(make, pairs):
    records = make.records(range(12))
    scores = make.scores(records, pairs).at_least(weight=0)
    frame = decide.cluster_metrics(decide.clusters(scores, at_least=0.5), smallest=1).set_index("cluster_id")
    graph = networkx.Graph()
    graph.add_nodes_from(range(12))
    graph.add_weighted_edges_from((left, right, weight) for left, right, weight in pairs if weight >= 0)
    components = [graph.subgraph(part) for part in networkx.connected_components(graph)]
    assert sorted(frame.index) == sorted(min(part) for part in components)
    for part in components:
        row = frame.loc[min(part)]
        degrees = [degree for _, degree in part.degree]
        size = len(part)
        assert (row["size"], row["edges"], row["largest_degree"]) == (size, part.size(), max(degrees))
        assert row["mean_degree"] == pytest.approx(np.mean(degrees))
        assert row["bridges"] == len(list(networkx.bridges(part)))
        if size > 1:
            assert row["density"] == pytest.approx(networkx.density(part))
            assert row["weakest_weight"] == min(weight for _, _, weight in part.edges(data="weight"))
        else:
            assert np.isnan(row["density"])
            assert np.isnan(row["weakest_weight"])
        if size > 2:
            assert row["centralisation"] == pytest.approx(
                sum(max(degrees) - degree for degree in degrees) / ((size - 1) * (size - 2))
            )
        else:
            assert np.isnan(row["centralisation"])


@pytest.mark.parametrize(
    ("edges", "centralisation"),
    [
        ([(0, 1), (0, 2), (0, 3), (1, 2)], 4 / 6),
        ([(0, 1), (1, 2), (2, 3), (2, 4), (2, 5)], 14 / 20),
        ([(0, 1), (0, 2), (0, 3), (3, 4), (4, 5)], 8 / 20),
        (
            [(0, n) for n in range(1, 7)] + [(n, n + 1) for n in range(1, 10)] + [(7, 9), (8, 10), (7, 10), (1, 3)],
            28 / 90,
        ),
        ([(0, number) for number in range(1, 5)], 1.0),
        ([(0, 1), (1, 2), (2, 3), (0, 3)], 0.0),
    ],
)
def test_degree_centralisation_of_small_graphs(make, edges, centralisation):
    scores = make.scores(make.records(range(max(map(max, edges)) + 1)), [(*edge, 9.0) for edge in edges])
    assert decide.cluster_metrics(decide.clusters(scores))["centralisation"].tolist() == [pytest.approx(centralisation)]


def test_metrics_of_other_pairs_than_the_links(make):
    scores = make.scores(make.records(range(4)), [(0, 1, 9.0), (0, 2, 1.0), (1, 2, 9.0), (2, 3, 1.0)])
    clusters = decide.clusters(scores)
    assert decide.cluster_metrics(clusters)["edges"].tolist() == [2]
    every = decide.cluster_metrics(clusters, scores)
    assert every[["size", "edges", "bridges", "weakest_weight"]].values.tolist() == [[3, 3, 0, 1.0]]
