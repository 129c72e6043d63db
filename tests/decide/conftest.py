"""Small records and scores."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from linkkit.dataset import Dataset
from linkkit.records import Records
from linkkit.specs import Comparison, Equal, Level, Threshold
from linkkit.tables import Scores

COMPARISONS = (Comparison("sex", (Level("exact", Threshold(Equal("sex"))),)),)


def _records(*ids, link_type=None):
    """Records of one dataset a sequence of ids; the datasets are called A, B, C ..."""
    frames = [pd.DataFrame({"id": list(each), "sex": "f"}) for each in ids]
    return Records([Dataset(frame, name=chr(65 + number)) for number, frame in enumerate(frames)], link_type)


def _scores(of, pairs):
    """Scores of (left row, right row, weight)."""
    table = np.asarray(pairs, float).reshape(-1, 3)
    left, right = table[:, 0].astype(np.uint32), table[:, 1].astype(np.uint32)
    weight = table[:, 2].copy()
    levels = np.ones((len(table), 1), np.uint8)
    probability = 1 / (1 + np.exp2(-weight))
    return Scores(of, left, right, weight, probability, levels, COMPARISONS, np.zeros(len(table), np.uint8))


def _id_pairs(links):
    frame = links.to_pandas()
    return set(zip(frame["left_id"].tolist(), frame["right_id"].tolist(), strict=True))


@pytest.fixture(scope="session")
def make():
    """Makers: records(ids, ids, ...), scores(records, pairs), id_pairs(links), bits(probability)."""
    return SimpleNamespace(
        records=_records,
        scores=_scores,
        id_pairs=_id_pairs,
        bits=lambda probability: float(np.log2(probability / (1 - probability))),
    )
