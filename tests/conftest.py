"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

import linkkit as lk
from linkkit.dataset import Dataset
from linkkit.records import Records
from linkkit.specs import Comparison, Equal, Level, Threshold
from linkkit.tables import Scores

# A shared machine pauses now and then: how long an example took says nothing.
settings.register_profile("linkkit", deadline=None)
settings.load_profile("linkkit")

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of people with known truth: LINKKIT_DATA, else ../shared/data beside the checkout."""
    folder = Path(os.environ.get("LINKKIT_DATA") or ROOT.parent / "shared" / "data")
    if folder.is_dir():
        return folder.resolve()
    reason = f"The data sets with known truth are not there ({folder.name}); LINKKIT_DATA says where they are."
    if os.environ.get("CI", "").lower() in ("", "0", "false"):
        pytest.skip(reason)
    pytest.fail(reason)


@pytest.fixture(scope="session")
def sample_run() -> lk.Run:
    """The bundled sample, linked without any configuration; made once for all tests that only read it."""
    trial, register = lk.synth.sample()
    return lk.link(trial.dataset(), register.dataset(), progress=False)


_COMPARISONS = (Comparison("sex", (Level("exact", Threshold(Equal("sex"))),)),)


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
    return Scores(of, left, right, weight, probability, levels, _COMPARISONS, np.zeros(len(table), np.uint8))


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
