from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import linkkit as lk
from linkkit import decide, evaluate
from linkkit.encoded import encode, encode_sets
from linkkit.errors import SpecError

# --- the duplicate method ---------------------------------------------------------------------------------------------


@given(true=st.floats(0.05, 0.95), false=st.floats(0.001, 0.8))
@settings(max_examples=100, deadline=None)
def test_the_duplicate_method_finds_the_rates_that_its_counts_came_from(true, false):
    size = 10_000_000
    none, one = (1 - true) * np.exp(-false), (true + (1 - true) * false) * np.exp(-false)
    counts = [round(size * share) for share in (none, one, 1 - none - one)]
    found = evaluate.duplicate_estimate(*counts)
    assert found.true_share == pytest.approx(true, abs=2e-3)
    assert found.false_links == pytest.approx(false, abs=2e-3)
    assert found.precision == pytest.approx(true / (true + false), abs=3e-3)
    assert found.precision_of_best == pytest.approx(true / (true + (1 - true) * (1 - np.exp(-false))), abs=3e-3)
    assert found.precision_interval[0] <= found.precision <= found.precision_interval[1]


def test_the_interval_of_the_duplicate_method_holds_the_truth_about_95_times_in_100():
    random, true, false, held = np.random.default_rng(3), 0.6, 0.08, 0
    for _ in range(200):
        has_true = random.random(2_000) < true
        links = has_true + random.poisson(false, 2_000)
        found = evaluate.duplicate_estimate(*np.bincount(np.minimum(links, 2), minlength=3).tolist())
        low, high = found.precision_interval
        held += low <= true / (true + false) <= high
    assert held / 200 == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / 200))


@pytest.mark.parametrize("counts", [(0, 10, 2), (10, 0, 0)])
def test_the_duplicate_method_says_nothing_where_it_cannot(counts):
    found = evaluate.duplicate_estimate(*counts)
    assert np.isnan(found.precision)
    assert found.to_dict()["precision"] is None
    assert "not defined" in str(found)


def test_the_duplicate_method_counts_the_records_of_the_side_that_has_one_match(make):
    records = make.records(list("abc"), list("vwxyz"))
    scores = make.scores(records, [(0, 3, 9.0), (0, 4, 8.0), (1, 4, 9.0), (2, 5, -3.0)])
    found = evaluate.duplicate_method(decide.one_to_many(scores, "left"))
    assert (found.none, found.one, found.several) == (3, 1, 1)
    found = evaluate.duplicate_method(decide.one_to_many(scores, "left"), side="left")
    assert (found.none, found.one, found.several) == (1, 1, 1)
    found = evaluate.duplicate_method(decide.one_to_many(scores, "left"), at_least=0.01)
    assert (found.none, found.one, found.several) == (2, 2, 1)


def test_the_duplicate_method_asks_for_records_with_one_match_and_for_two_datasets(make):
    scores = make.scores(make.records(list("ab"), list("xy")), [(0, 2, 9.0)])
    with pytest.raises(SpecError, match="side='left' or side='right'"):
        evaluate.duplicate_method(decide.threshold(scores))
    with pytest.raises(SpecError, match="there are 1"):
        evaluate.duplicate_method(decide.best_each(make.scores(make.records(list("ab")), [(0, 1, 9.0)]), "both"))
    with pytest.raises(SpecError, match="cannot be negative"):
        evaluate.duplicate_estimate(-1, 2, 3)


# --- decoys -----------------------------------------------------------------------------------------------------------


def settled(recorded):
    """A dataset without the numbers that settle everything."""
    dataset = recorded.dataset()
    numbers = {"nhs_number", "upn"} & set(dataset.fields)
    columns = [column for field in numbers for column in dataset.fields[field].columns]
    frame = recorded.frame.drop(columns=[*columns, *recorded.blinded])
    return lk.Dataset(frame, name=recorded.name, id=recorded.id)


@pytest.fixture(scope="module")
def families():
    """Two registers of a population rich in siblings, half of whom are in either: false links to siblings are near."""
    population = lk.synth.people(6_000, seed=21, sibling_share=0.95, twin_share=0.05)
    first, second = (population.register(coverage=0.5, name=name) for name in ("first", "second"))
    truth = {one.name: one.truth.set_index("record_id")["person_id"] for one in (first, second)}
    return settled(first), settled(second), truth


def loose(families, fields):
    """A linkage that looks at few fields only, and so links siblings."""
    plan = lk.Plan(
        compare=[lk.compare.exact(field) for field in fields],
        block=[lk.block.on("surname", "postcode")],
        score=lk.score.FellegiSunter(families=False),
        decide=lk.decide.Threshold(at_least=0.5),
    )
    return lk.link(*families[:2], plan=plan, progress=False)


def test_decoys_see_links_between_siblings_that_the_model_does_not(families):
    """Surname, postcode and sex: brothers are taken for one person, and the model is sure of it."""
    run = loose(families, ("surname", "postcode", "sex"))
    true = evaluate.pair_quality(run.decision, families[2]).precision
    decoys = evaluate.decoy_estimate(run)
    assert true < 0.8
    assert evaluate.expected_of_run(run).precision > true + 0.1
    assert decoys.precision == pytest.approx(true, abs=0.1)
    assert decoys.relatives > 500
    both = evaluate.estimates_of_run(run, families[2])
    assert any("higher by the model than by decoys" in text for text in both.disagreements)


def test_decoys_find_a_good_linkage_good(families):
    run = lk.link(*families[:2], progress=False)
    true = evaluate.pair_quality(run.decision, families[2]).precision
    found = evaluate.decoy_estimate(run)
    assert found.precision == pytest.approx(true, abs=0.02)
    assert found.precision_interval[0] <= found.precision <= found.precision_interval[1]
    assert found == evaluate.decoy_estimate(run)
    assert found.decoys > 1_000
    assert "links to decoys" in str(found)


def test_decoys_of_a_deduplication_count_half():
    spells = lk.synth.people(5_000, seed=22).register(duplicates=0.4)
    run = lk.dedupe(settled(spells), progress=False)
    true = evaluate.pair_quality(run.decision, {spells.name: spells.truth.set_index("record_id")["person_id"]})
    found = evaluate.decoy_estimate(run)
    assert found.false_links <= found.decoy_links / 2
    assert found.precision == pytest.approx(true.precision, abs=0.02)


def test_records_are_added_behind_a_dataset_under_new_ids():
    people = lk.Dataset(pd.DataFrame({"id": [2, 1], "surname": ["Lee", "Poe"], "tags": [["a"], ["b"]]}),
                        fields={"tags": lk.Field("tags", "set")} if hasattr(lk, "Field") else {})  # fmt: skip
    fields = {name: people.encoded(name) for name in people.fields if not people.holds_sets(name)}
    more = people.with_records({**fields, "surname": encode(pa.array(["Moe", "Poe"]))})
    assert len(people) == 2
    assert more.ids.to_pylist() == [1, 2, 3, 4]
    column = more.encoded("surname")
    assert [column.texts()[code] for code in column.codes] == ["Poe", "Lee", "Moe", "Poe"]
    sets = encode_sets(pa.array([["a"], ["b"]]))
    from linkkit.encoded import behind

    assert behind(sets, sets).codes.tolist() == [*sets.codes, *sets.codes]


# --- calibration ------------------------------------------------------------------------------------------------------


def test_calibration_of_probabilities_that_are_true():
    random, size = np.random.default_rng(4), 20_000

    from linkkit.records import Records
    from linkkit.tables import Scores

    frames = [pd.DataFrame({"id": range(size), "sex": "f"}) for _ in range(2)]
    records = Records([lk.Dataset(frame, name=name) for frame, name in zip(frames, "AB", strict=True)])
    share = random.random(size) ** 0.5
    weight = np.log2(share) - np.log2(1 - share)
    rows = np.arange(size, dtype=np.uint32)
    scores = Scores(
        records, rows, rows + np.uint32(size), weight, share, np.ones((size, 1), np.uint8), (), np.zeros(size, np.uint8)
    )
    is_match = random.random(size) < share
    truth = {"A": pd.Series(rows, rows), "B": pd.Series(np.where(is_match, rows, rows + size), rows)}
    found = evaluate.calibration(decide.threshold(scores), truth)
    assert found.pairs == size
    assert found.table["pairs"].sum() == size
    within = (found.table["true_low"] <= found.table["expected_share"]) & (
        found.table["expected_share"] <= found.table["true_high"]
    )
    assert within.mean() >= 0.8
    assert found.calibration_error < 0.01
    # Brier's score of probabilities that are true is the mean of p (1 - p).
    assert found.brier == pytest.approx(float((share * (1 - share)).mean()), abs=0.005)
    assert "Brier score" in str(found)


def test_calibration_of_a_run_counts_each_judged_pair_once(make):
    records = make.records(list("abcd"))
    scores = make.scores(records, [(0, 1, 9.0), (1, 2, -2.0), (2, 3, 0.0)])
    found = evaluate.calibration(decide.threshold(scores), {"a": 1, "b": 1, "c": 2})
    assert found.pairs == 2
    assert found.table["pairs"].tolist() == [1, 1]
    assert found.table["true_share"].tolist() == [0.0, 1.0]
    expected = np.array([0.2, 512 / 513])
    assert found.calibration_error == pytest.approx(float(np.abs(expected - [0, 1]).mean()))
    assert found.brier == pytest.approx(float(((expected - [0, 1]) ** 2).mean()))


# --- side by side -----------------------------------------------------------------------------------------------------


def test_estimates_stand_side_by_side_with_the_truth_where_it_is_known(sample_run):
    trial, register = lk.synth.sample()
    truth = trial.matches(register)
    every = evaluate.estimates_of_run(sample_run, truth)
    assert [row.by for row in every.rows] == ["model", "duplicates", "decoys", "truth"]
    assert [row.by for row in evaluate.estimates_of_run(sample_run, decoys=False).rows] == ["model", "duplicates"]
    measured = evaluate.pair_quality(sample_run.decision, truth)
    assert (every.rows[-1].precision, every.rows[-1].recall) == (measured.precision, measured.recall)
    assert "precision, by decoys" in str(every)
