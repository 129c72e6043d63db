"""Rare values that go together count once."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import linkkit as lk
from linkkit.score._frequencies import TermFrequency
from linkkit.score._shared import joint_agreement, shared_frequency

values = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), min_size=2, max_size=12)


def records_of(*frames):
    fields = {"town": "town", "parish": "parish"}
    datasets = [lk.Dataset(frame, name=f"file {number}", fields=fields) for number, frame in enumerate(frames)]
    return lk.Records(datasets)


@given(values, values)
def test_joint_agreement_is_that_of_all_pairs(one, other):
    frames = [pd.DataFrame(rows, columns=["town", "parish"]).assign(id=range(len(rows))) for rows in (one, other)]
    both = sum(first == second for first, second in itertools.product(one, other))
    assert joint_agreement(records_of(*frames), "town", "parish") == (both, len(one) * len(other))
    within = sum(first == second for first, second in itertools.combinations(one, 2))
    pairs = len(one) * (len(one) - 1) / 2
    assert joint_agreement(records_of(frames[0]), "town", "parish") == (within, pairs)


def people(depends, seed=1):
    rng = np.random.default_rng(seed)
    code = np.minimum(rng.geometric(0.01, 4000), 300)
    town = code // 10 if depends else rng.permutation(code // 10)
    return pd.DataFrame({"id": range(4000), "town": [f"t{x}" for x in town], "parish": [f"c{x}" for x in code]})


def steps_of(records):
    def share(column):
        counts = records.encoded(column).counts()[1:].astype(float)
        return float((counts * (counts - 1)).sum() / (counts.sum() * (counts.sum() - 1)))

    return [TermFrequency(column, column, share(column)) for column in ("town", "parish")]


@pytest.mark.parametrize("depends", [True, False])
def test_a_town_that_follows_from_the_postcode_is_found(depends):
    records = records_of(people(depends))
    found = shared_frequency(records, steps_of(records), {"town": 0.9, "parish": 0.9}, 1e-6)
    assert (found is not None) == depends


def test_of_two_gains_only_the_larger_counts():
    records = records_of(people(True))
    steps = steps_of(records)
    comparisons = [lk.compare.exact(column, term_frequency=True) for column in ("town", "parish")]
    prepared = {step.comparison: step.prepare(records, comparisons) for step in steps}
    found = shared_frequency(records, steps, {"town": 0.9, "parish": 0.9}, 1e-6)
    assert found is not None
    ready = found.prepare(prepared)
    left, right = np.triu_indices(60, 1)
    left, right = left.astype(np.uint32), right.astype(np.uint32)
    levels = np.ones((len(left), 2), np.uint8)
    town, code = (step.bits(left, right, levels) for step in prepared.values())
    total = town + code + ready.bits(left, right, levels)
    both = (town > 0) & (code > 0)
    assert both.any()
    np.testing.assert_allclose(total[both], np.maximum(town, code)[both])
    np.testing.assert_allclose(total[~both], (town + code)[~both])
    assert (ready.bits(left, right, levels) <= ready.bound(levels)).all()


def test_the_model_says_so_in_a_file_and_in_words(tmp_path):
    frame = people(True)
    first = lk.synth.sample()[1].frame.head(1000)[["forename", "surname", "dob"]].reset_index(drop=True)
    whole = pd.concat([first, frame.head(1000)], axis=1)
    doubled = pd.concat([whole, whole.head(300).assign(id=range(5000, 5300))])
    dataset = lk.Dataset(doubled, name="all", fields={"town": "town", "parish": "parish"})
    plan = lk.Plan(
        compare=[
            *(lk.compare.recommended(name) for name in ("given_name", "surname", "date_of_birth")),
            *(lk.compare.exact(name, term_frequency=True) for name in ("town", "parish")),
        ]
    )
    run = lk.dedupe(dataset, plan=plan, progress=False)
    assert run.model.shared is not None
    assert ("town", "parish") in run.model.shared.pairs
    loaded = lk.score.Model.load(run.model.save(tmp_path / "model.json"))
    assert loaded.shared == run.model.shared
    assert run.model.without_term_frequencies().shared is None
