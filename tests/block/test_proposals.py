"""Rules proposed as a table: the matches each is said to keep, against made-up people whose matches are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import linkkit as lk
from linkkit import block, prepare
from linkkit.records import Records


@pytest.fixture(scope="module")
def linkage():
    world = lk.synth.people(12_000, seed=11)
    register, trial = world.register(), world.trial(families=2_500)
    records = Records([prepare.prepare(trial.dataset()), prepare.prepare(register.dataset())])
    return records, trial.matches(register)


def _true_share(records, truth, rules):
    left = records.rows_of(truth["left_id"].tolist(), 0).astype(np.uint32)
    right = records.rows_of(truth["right_id"].tolist(), 1).astype(np.uint32)
    return records.engine.pairs(records, rules).made_by(left, right).mean(axis=0)


def _rules(table):
    return [eval(rule, {"on": block.on}) for rule in table["rule"]]


def test_the_estimated_share_of_matches_is_near_the_truth(linkage):
    """Within five points where a reference leaves the fields out; within eight where columns are multiplied."""
    records, truth = linkage
    table = block.proposals(records)
    true = _true_share(records, truth, _rules(table))
    error = (table["matches_kept"] - true).abs()
    assert len(table) >= 7
    assert (table["references"] > 0).sum() >= 5
    assert error[table["references"] > 0].max() < 0.05
    assert error[table["references"] == 0].max() < 0.08 or (table["references"] > 0).all()
    assert table["matches_kept"].corr(pd.Series(true)) > 0.8


def test_counts_are_those_of_the_rules(linkage):
    records, _ = linkage
    table = block.proposals(records, pairs_per_record=2)
    counts = records.engine.pairs(records, _rules(table)).counts()
    assert table["pairs"].tolist() == [count.pairs for count in counts]
    assert table["share_of_records"].tolist() == [count.records / len(records) for count in counts]
    assert table["matches_kept"].dropna().is_monotonic_decreasing


def test_capture_and_recapture_by_hand():
    """200 people in two files: given name and postcode find all again, and a tenth have another surname.

    Rules on the surname find 180 of the 200, so they keep (180 + 1) / (200 + 1) of the matches (Chapman).
    """
    rng = np.random.default_rng(1)
    names = np.array([f"{one}{two}{three}" for one in "bcdfgklm" for two in "aeio" for three in "bdgklmnrst"])
    left = pd.DataFrame({"id": range(200), "given_name": rng.choice(names, 200), "surname": rng.choice(names, 200)})
    left["postcode"] = [f"LS{row % 9 + 1} {row // 9 % 9}{'ABDEFGHJ'[row % 8]}L" for row in range(200)]
    right = left.assign(surname=[f"z{name}" if row % 10 == 0 else name for row, name in enumerate(left["surname"])])
    table = block.proposals(lk.Dataset(left, name="left"), lk.Dataset(right, name="right"))
    found = table[table["rule"].isin(["on('surname')", "on('soundex(surname)')", "on('first(surname, 3)')"])]
    assert len(found) > 0
    for _, row in found.iterrows():
        assert row["references"] == 1
        assert row["reference_matches"] == pytest.approx(200, abs=2)
        assert row["matches_kept"] == pytest.approx(181 / 201, abs=0.01)


def test_without_a_reference_there_is_no_estimate():
    people = pd.DataFrame({"id": range(300), "surname": [f"n{row % 150}" for row in range(300)]})
    table = block.proposals(lk.Dataset(people))
    assert len(table) > 0
    assert table["matches_kept"].isna().all()
