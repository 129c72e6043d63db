"""Which sources hold the same persons, for more sources than a number has bits."""

from __future__ import annotations

import numpy as np
import pandas as pd

from linkkit.dataset import Dataset
from linkkit.decide import Cluster, decide
from linkkit.pipelines.spines._sections import coverage_table, flow_table
from linkkit.records import Records
from linkkit.tables import Scores


def test_combinations_of_seventy_sources():
    sources = [Dataset(pd.DataFrame({"id": [1, 2], "sex": "f"}), name=f"s{number}") for number in range(70)]
    records = Records(sources)
    left, right = np.array([0, 1, 2], np.uint32), np.array([138, 139, 136], np.uint32)
    none, three = np.zeros((3, 0), np.uint8), np.zeros(3, np.uint8)
    clusters = decide(Scores(records, left, right, np.full(3, 9.0), np.full(3, 0.99), none, (), three), Cluster())
    table = coverage_table(clusters)
    assert table["persons"].sum() == len(clusters) == 137
    assert table["records"].sum() == 140
    both = table[table["sources"] == 2]
    assert both[["s0", "s69", "persons"]].to_numpy().tolist() == [[True, True, 2], [False, False, 1]]
    assert both["s68"].tolist() == [False, True]
    assert len(table) == 2 + 70 - 2  # every other source by itself; s0 and s69 hold nobody else
    flow = flow_table(clusters).set_index("source")
    assert flow.loc["s1", ["linked_elsewhere", "linked_within", "single", "persons"]].tolist() == [1, 0, 1, 2]
