"""How sure a person is, against every way to cut its records in two."""

from __future__ import annotations

from itertools import combinations

import hypothesis.strategies as st
import numpy as np
import pandas as pd
from hypothesis import given, settings

from linkkit.dataset import Dataset
from linkkit.decide import Cluster, decide
from linkkit.pipelines.spines._persons import least_probability, person_numbers
from linkkit.records import Records
from linkkit.tables import Scores
from linkkit.weights import log2_odds

RECORDS = Records([Dataset(pd.DataFrame({"id": [*"abcdef"], "sex": "f"}))])


def by_cuts(rows, links):
    """The least over all cuts of the likeliest link across."""
    cuts = [set(part) for size in range(1, len(rows)) for part in combinations(rows, size)]
    return min(max(p for (one, other), p in links.items() if (one in cut) != (other in cut)) for cut in cuts)


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(
    st.sampled_from(list(combinations(range(6), 2))), st.sampled_from([0.5, 0.6, 0.75, 0.9, 0.99]), max_size=12
))  # fmt: skip
def test_least_probability_is_that_of_the_weakest_cut(links):
    pairs = sorted(links)
    left, right = (np.array([pair[side] for pair in pairs], np.uint32) for side in (0, 1))
    likely = np.array([links[pair] for pair in pairs])
    weight = np.array([log2_odds(one) for one in likely])
    none = np.zeros((len(pairs), 0), np.uint8)
    scores = Scores(RECORDS, left, right, weight, likely, none, (), np.zeros(len(pairs), np.uint8))
    clusters = decide(scores, Cluster(at_least=0.5))
    found = least_probability(clusters)
    first, number = person_numbers(clusters)
    for person in range(len(first)):
        rows = np.flatnonzero(number == person).tolist()
        if len(rows) == 1:
            assert np.isnan(found[person])
        else:
            assert found[person] == by_cuts(rows, {pair: p for pair, p in links.items() if pair[0] in rows})
