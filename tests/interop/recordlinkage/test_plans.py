"""What of recordlinkage a plan file can hold: features by import path."""

from __future__ import annotations

import pandas as pd
import pytest

import linkkit as lk
from linkkit.errors import PlanError
from linkkit.interop import recordlinkage as interop

SOURCE = """
class Start:
    labels_left = labels_right = "surname"
    label = None

    def _compute_vectorized(self, left, right):
        return (left.str[0] == right.str[0]).astype(float)

    def index(self, x, x_link=None):
        raise AssertionError

start = Start()
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    (tmp_path / "plan_features.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    import plan_features

    return plan_features


def test_a_feature_named_by_import_path_comes_back_from_a_plan_file(module, tmp_path):
    plan = lk.Plan(block=[lk.block.on("dob")], compare=[interop.feature("plan_features:start", at_least=(1,))])
    path = tmp_path / "plan.toml"
    plan.save(path)
    assert lk.Plan.load(path) == plan


def test_objects_are_named_as_what_a_plan_file_cannot_hold(module, tmp_path):
    plan = lk.Plan(block=interop.indexer(module.start), compare=[interop.feature(module.start, at_least=(1,))])
    with pytest.raises(PlanError) as caught:
        plan.save(tmp_path / "plan.toml")
    assert [mistake.split(" ")[0] for mistake in caught.value.mistakes] == [
        "block[0].make",
        "compare[0].levels[0].condition.measure.function",
    ]
    listed = lk.Plan(block=[interop.from_multiindex(pd.MultiIndex.from_tuples([(1, 2)]))])
    with pytest.raises(PlanError, match="ids of people"):
        listed.save(tmp_path / "plan.toml")
