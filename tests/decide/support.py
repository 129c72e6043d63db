"""Small records and scores for the tests of decide and evaluate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from linkkit.dataset import Dataset
from linkkit.records import LinkType, Records
from linkkit.specs import Comparison, Equal, Level, Threshold
from linkkit.tables import Scores

COMPARISONS = (Comparison("sex", (Level("exact", Threshold(Equal("sex"))),)),)


def dataset(name: str, ids: Sequence[Any]) -> Dataset:
    return Dataset(pd.DataFrame({"id": list(ids), "sex": "f"}), name=name)


def records(*ids: Sequence[Any], link_type: LinkType | None = None) -> Records:
    """Records of one dataset a sequence of ids; the datasets are called A, B, C ..."""
    return Records([dataset(chr(65 + number), each) for number, each in enumerate(ids)], link_type)


def scores(of: Records, pairs: Sequence[tuple[int, int, float]] | np.ndarray[Any, Any]) -> Scores:
    """Scores of (left row, right row, weight)."""
    table = np.asarray(pairs, float).reshape(-1, 3)
    weight = table[:, 2].copy()
    return Scores(
        of,
        table[:, 0].astype(np.uint32),
        table[:, 1].astype(np.uint32),
        weight,
        1 / (1 + np.exp2(-weight)),
        np.ones((len(table), 1), np.uint8),
        COMPARISONS,
        np.zeros(len(table), np.uint8),
    )


def bits(probability: float) -> float:
    return float(np.log2(probability / (1 - probability)))


def id_pairs(links: Any) -> set[tuple[Any, Any]]:
    frame = links.to_pandas()
    return set(zip(frame["left_id"].tolist(), frame["right_id"].tolist(), strict=True))
