"""Compare features by duck type: labels_left, labels_right, _compute_vectorized."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import linkkit as lk
from linkkit.errors import ModelError, SpecError
from linkkit.interop import recordlinkage as interop


class SameStart:
    """Share of the first letters that agree; 0 where missing, as recordlinkage's features have it."""

    def __init__(self, left, right=None, label=None):
        self.labels_left, self.labels_right, self.label = left, right or left, label
        self.calls = []

    def _compute_vectorized(self, left, right):
        self.calls.append((left, right))
        shared = [
            0.0 if one is None or other is None else np.mean([a == b for a, b in zip(one[:2], other[:2], strict=False)])
            for one, other in zip(left, right, strict=True)
        ]
        return pd.Series(shared, index=left.index)


class Sum:
    """The sum of two columns' differences."""

    labels_left = labels_right = ("age", "size")
    label = "sum"
    name = "numeric"

    def _compute_vectorized(self, age, size, other_age, other_size):
        return (age - other_age).abs().to_numpy() + (size - other_size).abs().to_numpy()


SAME_START = SameStart("surname")


def _levels(dataset, *comparisons, others=()):
    return lk.compare.compare_pairs(lk.block.candidate_pairs(dataset, *others, lk.block.every_pair()), comparisons)


def _table(levels):
    frame = levels.sample(100)
    ids = frame.left_id.astype(str) + "-" + frame.right_id.astype(str)
    return dict(zip(ids, frame[f"{levels.comparisons[0].name} level"], strict=True))


def test_a_feature_is_a_comparison_and_missing_stays_missing(people):
    found = _table(_levels(people, interop.feature(SameStart("given_name"), at_least=(1, 0.5))))
    assert found["a-d"] == found["b-c"] == ">= 1"
    assert found["a-f"] == "other"
    assert {level for ids, level in found.items() if "e" in ids} == {"missing"}


def test_a_feature_never_sees_missing_and_each_pair_of_values_once(people):
    feature = SameStart("surname")
    levels = _levels(people, interop.feature(feature))
    levels.patterns()
    seen = [(one, two) for left, right in feature.calls for one, two in zip(left, right, strict=True)]
    assert len(seen) == len(set(seen))
    assert not any(value is None for pair in seen for value in pair)


def test_a_feature_compares_two_columns_with_two_others():
    people = lk.Dataset(
        pd.DataFrame({"id": range(5), "age": [10, 10, 12, None, 10], "size": [1.5, 2.5, 1.5, 1.5, "tall"]}).astype(str),
        fields={"age": "age", "size": "size"},
    )
    levels = _levels(people, interop.feature(Sum(), at_most=(0, 1)))
    assert levels.comparisons[0].labels == ("missing", "<= 0", "<= 1", "other")
    found = _table(levels)
    assert [found[ids] for ids in ("0-1", "0-2", "1-2", "0-3", "0-4")] == [
        "<= 1",
        "other",
        "other",
        "missing",
        "missing",
    ]


def test_a_feature_compares_one_field_with_another():
    people = lk.Dataset(
        pd.DataFrame({"id": [1, 2, 3], "given_name": ["lee", "ann", "bo"], "surname": ["ann", "lee", "x"]})
    )
    found = _table(_levels(people, interop.feature(SameStart("given_name", "surname"), at_least=(1,), name="crossed")))
    assert found == {"1-2": ">= 1", "1-3": "other", "2-3": "other"}


def test_dates_come_as_dates(people):
    class SameYear(SameStart):
        name = "date"

        def _compute_vectorized(self, left, right):
            assert str(left.dtype) == "datetime64[ns]"
            return (left.dt.year == right.dt.year).astype(float)

    found = _table(_levels(people, interop.feature(SameYear("dob"), at_least=(1,))))
    assert (found["a-d"], found["a-b"], found["a-f"]) == (">= 1", "other", "missing")


def test_a_feature_named_by_import_path_saves_in_a_model(people, tmp_path, monkeypatch):
    (tmp_path / "my_features.py").write_text(
        "class Start:\n    labels_left = labels_right = 'surname'\n    label = None\n"
        "    def _compute_vectorized(self, left, right):\n        return (left.str[0] == right.str[0]).astype(float)\n"
        "start = Start()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    comparison = interop.feature("my_features:start", at_least=(1,))
    model = lk.score.by_hand([comparison], {"surname": (0.9, 0.1)}, {"surname": (0.1, 0.9)}, prior=0.1)
    loaded = lk.score.load_model(model.save(tmp_path / "model.json"))
    assert loaded.comparisons == (comparison,)
    assert len(loaded.score(_levels(people, comparison), at_least=0.4)) == 4


def test_a_feature_that_is_an_object_cannot_be_saved(tmp_path):
    model = lk.score.by_hand(
        [interop.feature(SAME_START, at_least=(1,))], {"surname": (0.9, 0.1)}, {"surname": (0.1, 0.9)}, 0.1
    )
    with pytest.raises(ModelError, match="import path"):
        model.save(tmp_path / "model.json")
    assert list(tmp_path.iterdir()) == []


def test_a_comparer_gives_a_comparison_a_feature():
    found = interop.comparisons([SAME_START, SameStart("given_name", label="start")], {"start": (1,)})
    assert [(comparison.name, len(comparison.levels)) for comparison in found] == [("surname", 3), ("start", 1)]
    with pytest.raises(SpecError, match="Did you mean 'start'"):
        interop.comparisons([SameStart("given_name", label="start")], {"strat": (1,)})


def test_wrong_features_are_refused():
    lonely = SameStart("surname")
    lonely.labels_right = None
    frequency = SameStart("surname")
    frequency.name = "frequency"
    for wrong, message in (
        (object(), "A compare feature has labels_left"),
        (lonely, "reads one record only"),
        (frequency, "term frequencies"),
        (SameStart(0), "say which field"),
    ):
        with pytest.raises(SpecError, match=message):
            interop.feature(wrong)
    with pytest.raises(SpecError, match="fall from strict to loose"):
        interop.feature(SAME_START, at_least=(0.8, 0.9))
    with pytest.raises(SpecError, match="one of at_least"):
        interop.feature(SAME_START, at_least=(0.8,), at_most=(0.8,))


@pytest.mark.parametrize("result", [lambda left: np.zeros(len(left) + 1), lambda left: np.array(["x"] * len(left))])
def test_a_result_that_is_no_number_a_pair_is_refused(people, result):
    class Wrong(SameStart):
        def _compute_vectorized(self, left, right):
            return result(left)

    with pytest.raises(SpecError, match="return"):
        _levels(people, interop.feature(Wrong("surname"), at_least=(1,))).patterns()
