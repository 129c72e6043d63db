"""CUREd: records put together as persons, pass by pass, over several services."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import linkkit as lk
from linkkit.errors import SpecError
from linkkit.pipelines import Algorithm, Pass, algorithm, compare
from linkkit.pipelines.algorithms._crowds import crowded
from linkkit.pipelines.algorithms._persons import LINK, NO_PERSON, OUTRANKED, TIED, settle_persons

CURED = algorithm("cured")
PERSON = {
    "nhs_number": "9434765919", "given_name": "Ann", "surname": "Lee", "dob": "2001-02-03", "sex": "f",
    "postcode": "LS1 4AP", "provider": "RR8", "local_patient_id": "A1", "postcode_of": None, "activity_date": None,
    "age": None,
}  # fmt: skip
OTHER_NUMBER = "9434765870"
FIELDS = {
    "provider": "provider", "local_patient_id": "local_patient_id", "postcode_of": "postcode_of",
    "activity_date": lk.Field("activity_date", "date"),
}  # fmt: skip


def _dataset(rows, name="care"):
    frame = pd.DataFrame(rows).astype("string").assign(id=range(len(rows)))
    return lk.Dataset(frame, name=name, fields=FIELDS)


def _passes(*rows):
    """The pass that made each pair, by ids."""
    links = CURED.dedupe(_dataset(rows)).links
    return {(left, right): step for left, right, step in links[["left_id", "right_id", "pass"]].values.tolist()}


NO_NUMBER = {**PERSON, "nhs_number": None}


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({"surname": "Poe", "postcode": None, "provider": None}, "1"),
        ({"dob": None, "activity_date": "2015-06-30", "age": "14", "postcode": None}, "2"),
        ({"dob": None, "activity_date": "2015-01-30", "age": "13.0", "postcode": None}, "2"),
        ({"dob": None, "activity_date": "2015-06-30", "age": "20"}, None),
        ({"dob": None, "age": "14"}, None),
        ({"nhs_number": None, "postcode": "M1 1AA"}, "3"),
        ({"nhs_number": "9434765918", "postcode": "M1 1AA"}, "3"),
        ({"nhs_number": None, "provider": "RAE"}, "4"),
        ({"nhs_number": None, "provider": None, "postcode_of": "incident"}, "4"),
        ({"nhs_number": None, "provider": None, "given_name": None}, "5"),
        ({"nhs_number": None, "provider": None, "given_name": None, "postcode_of": "incident"}, None),
        ({"nhs_number": None, "provider": None, "given_name": None, "postcode": "ZZ99 3VZ"}, None),
        ({"nhs_number": OTHER_NUMBER}, None),
    ],
)
def test_each_step_joins_a_record_to_a_person(changes, step):
    assert _passes(PERSON, {**PERSON, **changes}) == ({} if step is None else {(0, 1): step})


def test_a_record_joins_only_if_one_person_fits():
    twin = {**PERSON, "nhs_number": OTHER_NUMBER, "given_name": "Amy", "local_patient_id": "A2"}
    nameless = {**NO_NUMBER, "given_name": None, "provider": None}
    made = CURED.dedupe(_dataset([PERSON, twin, nameless]))
    assert len(made) == 0
    tied = made.review[made.review["reason"] == "agrees with several persons"]
    assert tied[["left_id", "right_id", "pass"]].values.tolist() == [[0, 2, "5"], [1, 2, "5"]]


def test_two_numbers_that_agree_in_all_else_stay_two_persons_and_are_told():
    made = CURED.dedupe(_dataset([PERSON, {**PERSON, "nhs_number": OTHER_NUMBER}]))
    assert made.review["reason"].tolist() == ["of another person by another pass"]
    assert made.clusters["cluster_id"].nunique() == 2


@pytest.mark.parametrize(
    ("changes", "step"),
    [({}, "6a"), ({"provider": "RAE"}, "6b"), ({"provider": "RAE", "surname": None}, "6c")],
)
def test_the_rest_are_put_together(changes, step):
    assert _passes(NO_NUMBER, {**NO_NUMBER, **changes}) == {(0, 1): step}


def test_persons_are_found_over_several_services():
    ambulance = [{**NO_NUMBER, "provider": None, "postcode_of": "incident"}, {**NO_NUMBER, "dob": "1999-01-02"}]
    made = CURED.dedupe(_dataset([PERSON, PERSON], "wards"), _dataset(ambulance, "ambulance"))
    found = made.clusters
    assert found["cluster_id"].tolist() == ["wards:0", "wards:0", "wards:0", "ambulance:1"]
    assert made.outcomes["outcome"].tolist() == ["linked", "linked", "linked", "no candidate"]
    assert found["dataset"].tolist() == ["wards", "wards", "ambulance", "ambulance"]
    quality = made.evaluate({"wards": {0: "a", 1: "a"}, "ambulance": {0: "a", 1: "b"}})
    assert (quality.precision, quality.recall, quality.links) == (1, 1, 3)
    between = pd.DataFrame({"left_id": [0, 1, 0], "right_id": [0, 0, 1]})
    assert made.evaluate(between, between=True).recall == pytest.approx(2 / 3)


def test_crowded_postcodes_are_no_evidence_and_are_counted():
    def resident(number, postcode, **more):
        return {**NO_NUMBER, "provider": None, "surname": f"s{number}", "postcode": postcode, **more}

    days = pd.date_range("1990-01-01", periods=150).strftime("%Y-%m-%d")
    street = [resident(n, f"LS{n % 50 + 1} {n // 50 + 1}AP", dob=days[n]) for n in range(120)]
    hostel = [resident(n, "YO1 7HH", dob=days[n]) for n in range(30)]
    twice = [{**street[0], "surname": None}, {**hostel[0], "surname": None}]
    made = CURED.dedupe(_dataset([*street, *hostel, *twice]))
    assert made.links[["left_id", "right_id", "pass"]].values.tolist() == [[0, 150, "6c"]]
    assert made.notes == ("home_postcode: the 1 values of 121 with most people count as missing, in 31 records",)


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 9)), max_size=60), st.sampled_from([0.1, 0.3, 0.5]))
def test_crowds_are_no_more_than_their_share_and_hold_most_people(pairs, share):
    value, person = (np.array([pair[side] for pair in pairs], np.uint32) for side in (0, 1))
    people = {one: {p for v, p in pairs if v == one} for one in {v for v, _ in pairs} - {0}}
    chosen = crowded(value, person, share).tolist()
    assert len(chosen) <= share * len(people)
    assert all(len(people[one]) > len(people[other]) for one in chosen for other in set(people) - set(chosen))


def _by_hand(pairs, kinds, found, size):
    """The same in plain Python: sets of records, merged one by one."""
    person = {}
    for number, kind in enumerate(kinds):
        edges = [frozenset(pair) for pair in pairs[number]]
        is_new = {record for record in range(size) if record not in person}
        if kind == "join":
            joins = {}
            for record in is_new:
                names = {person[other] for edge in edges if record in edge for other in edge - {record} - is_new}
                if len(names) == 1:
                    joins[record] = names.pop()
            person |= joins
            continue
        touched = {record for edge in edges if edge <= is_new for record in edge}
        for record in touched | ({r for r in is_new if found[r]} if kind == "found" else set()):
            person[record] = (number, record)
        for _ in range(size):
            for edge in edges:
                if edge <= is_new:
                    least = min(person[record] for record in edge)
                    person |= dict.fromkeys(edge, least)
    return {record: person.get(record, ("alone", record)) for record in range(size)}


PAIRS = st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)).filter(lambda pair: pair[0] < pair[1]), max_size=6)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["join", "gather"]), PAIRS), max_size=4), PAIRS, st.sets(st.integers(0, 6)))
def test_persons_are_those_of_the_rules_worked_by_hand(later, first, known):
    kinds = ["found", *(kind for kind, _ in later)]
    pairs = [first, *(made for _, made in later)]
    known = known | {record for pair in first for record in pair}
    flat = [(left, right, number) for number, made in enumerate(pairs) for left, right in sorted(made)]
    left, right, rank = (np.array([one[place] for one in flat], np.int64) for place in range(3))
    masks = [np.isin(np.arange(7), list(known)), *[np.zeros(7, bool)] * len(later)]
    status = settle_persons(left.astype(np.uint32), right.astype(np.uint32), rank, size=7, kinds=kinds, found=masks)
    linked = status == LINK
    label = lk.decide.connected_components(left[linked].astype(np.uint32), right[linked].astype(np.uint32), 7)
    wanted = _by_hand(pairs, kinds, masks[0], 7)
    same = [[label[a] == label[b] for b in range(7)] for a in range(7)]
    assert same == [[wanted[a] == wanted[b] for b in range(7)] for a in range(7)]
    assert set(status.tolist()) <= {LINK, TIED, OUTRANKED, NO_PERSON}


def test_no_result_depends_on_the_order_of_rows_or_of_ids():
    population = lk.synth.people(1_500, seed=4)
    frame = population.register(who="everyone", duplicates=0.3).frame
    first, second = (CURED.dedupe(lk.Dataset(one, name="a", id="patient_id")) for one in (frame, frame[::-1]))
    pd.testing.assert_frame_equal(first.links, second.links)
    pd.testing.assert_frame_equal(first.clusters, second.clusters)
    assert len(first) > 100


def test_cured_beside_the_others_counts_pairs_between_the_datasets():
    population = lk.synth.people(1_500, seed=5)
    trial, register = population.trial(families=100), population.register(coverage=0.95, who="everyone")
    exact = [lk.compare.exact(field) for field in ("nhs_number", "surname")]
    rules = lk.score.RuleList([{"nhs_number": "exact"}], probabilities=[0.99])
    plan = lk.Plan(block=[lk.block.on("nhs_number"), lk.block.on("surname")], compare=exact, score=rules)
    truth = trial.matches(register)
    found = compare(trial.dataset(), register.dataset(), truth=truth, algorithms=["cured", "hesid"], plan=plan)
    table = found.table
    assert table.loc["cured", "precision"] > 0.95
    assert table.loc["cured", "precision_low"] < table.loc["cured", "precision"] <= table.loc["cured", "precision_high"]
    made = found.results["cured"]
    lacking = made.passes.set_index("pass")["lacking"]
    assert lacking[["2", "3", "4"]].tolist() == ["activity_date, age", "provider, local_patient_id", ""]
    quality = made.evaluate(truth, between=True)
    assert (quality.links, quality.recall) == (table.loc["cured", "links"], table.loc["cured", "recall"])


def test_what_persons_asks_of_passes_is_checked():
    rule = lk.block.on("surname")
    with pytest.raises(SpecError, match="persons= is said where unique is 'persons'"):
        Algorithm("x", "x", "1", "", (Pass("1", "x", rule),), unique="persons")
    with pytest.raises(SpecError, match="persons= is said where unique is 'persons'"):
        Algorithm("x", "x", "1", "", (Pass("1", "x", rule, persons="join"),))
    with pytest.raises(SpecError, match=r"persons must be one of 'found', 'join', 'gather'; got 'find'"):
        Pass("1", "x", rule, persons="find")
    with pytest.raises(SpecError, match="unique must be one of 'one_to_one'"):
        Pass("1", "x", rule, unique="persons")
    with pytest.raises(SpecError, match="between 0 and 1; got 1"):
        lk.pipelines.algorithms.Crowd("postcode", "person", 1)
