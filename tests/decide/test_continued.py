from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkkit.decide import Cluster, Judgements, continue_clusters
from linkkit.errors import DataError

SIZE = 7
PAIRS = list(itertools.combinations(range(SIZE), 2))
DATASETS = (["a1", "a2", "a3"], ["b1", "b2"], ["c1", "c2"])


def begun(groups, is_open):
    """Where clusters begin: the smallest row of each group; open records stand alone."""
    keys = [("open", row) if is_open[row] else ("group", groups[row]) for row in range(SIZE)]
    return np.array([keys.index(key) for key in keys], np.uint32)


def test_old_clusters_stay_though_a_link_between_them_is_strong(make):
    people = make.records(list("abcdefg"))
    scores = make.scores(people, [(0, 1, 20.0), (1, 2, 9.0)])
    start = np.arange(SIZE, dtype=np.uint32)
    is_open = np.zeros(SIZE, bool)
    for method in ("components", "score_order", "average"):
        found = continue_clusters(scores, Cluster(0.5, method=method), start=start, is_open=is_open)
        assert found.label.tolist() == start.tolist()
    is_open[2] = True
    assert continue_clusters(scores, Cluster(0.5), start=start, is_open=is_open).label.tolist() == [0, 1, 1, 3, 4, 5, 6]


def test_average_weighs_the_earlier_cluster_as_a_whole(make):
    people = make.records(list("abcdefg"))
    scores = make.scores(people, [(0, 1, 9.0), (1, 2, 4.0)])
    start, is_open = np.array([0, 0, 2, 3, 4, 5, 6], np.uint32), np.arange(SIZE) == 2
    for unscored, together in ((-6.0, False), (-3.0, True)):
        spec = Cluster(0.5, method="average", unscored=unscored)
        found = continue_clusters(scores, spec, start=start, is_open=is_open)
        assert (found.label[2] == 0) == together
        assert found.refused == (not together)


@settings(max_examples=200)
@given(
    st.dictionaries(st.sampled_from(PAIRS), st.integers(-4, 9)),
    st.lists(st.integers(0, 3), min_size=SIZE, max_size=SIZE),
    st.lists(st.booleans(), min_size=SIZE, max_size=SIZE),
    st.sampled_from([(), ("B",), ("A", "C")]),
    st.dictionaries(st.sampled_from(PAIRS), st.just(False), max_size=2),
)
def test_it_merges_as_a_plain_list_of_sets_does(make, weights, groups, is_open, unique, apart):
    """Strongest link first, of those with an open record; earlier clusters that judgements do not touch stay whole."""
    records = make.records(*DATASETS, link_type="link_and_dedupe")
    start = begun(groups, is_open)
    owner = ["A"] * 3 + ["B"] * 2 + ["C"] * 2
    whole = [{row for row in range(SIZE) if start[row] == root} for root in sorted(set(start.tolist()))]
    for group in whole:  # an earlier run would not have put these together
        held = [owner[row] for row in group if owner[row] in unique]
        if len(held) > len(set(held)) or any(one in group and other in group for one, other in apart):
            return
    ids = [name for names in DATASETS for name in names]
    rows = [(owner[one], ids[one], owner[other], ids[other], False) for one, other in apart]
    columns = ["left_dataset", "left_id", "right_dataset", "right_id", "is_match"]
    judged = Judgements.of(records, pd.DataFrame(rows, columns=columns))
    scores = make.scores(records, [(*pair, float(bits)) for pair, bits in sorted(weights.items())])
    found = continue_clusters(
        scores, Cluster(0.5, method="score_order", unique=unique), start=start, is_open=np.array(is_open),
        judgements=judged,
    )  # fmt: skip
    for (one, other), bits in sorted(weights.items(), key=lambda item: (-item[1], item[0])):
        if bits < 0 or not (is_open[one] or is_open[other]):
            continue
        first, second = (next(group for group in whole if row in group) for row in (one, other))
        both = first | second
        held = [owner[row] for row in both if owner[row] in unique]
        clash = len(held) > len(set(held)) or any(left in both and right in both for left, right in apart)
        if first is not second and not clash:
            whole = [group for group in whole if group not in (first, second)] + [both]
    assert {frozenset(np.flatnonzero(found.label == root).tolist()) for root in set(found.label.tolist())} == {
        frozenset(group) for group in whole
    }


def test_what_contradicts_is_refused(make):
    people = make.records(list("abc"))
    table = pd.DataFrame({"left_id": ["a", "b"], "right_id": ["b", "a"], "is_match": [True, False]})
    with pytest.raises(DataError, match="contradict"):
        Judgements.of(people, table)
