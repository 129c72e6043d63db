"""Published algorithms: their printed examples, and what they do on people of known truth."""

from __future__ import annotations

import re

import pandas as pd
import pytest

import linkkit as lk
from linkkit.pipelines import algorithm, compare, matchkey
from linkkit.pipelines.algorithms import _keys as keys
from linkkit.pipelines.algorithms._ons_examples import KEYS, RECORD

ONS = algorithm("ons_matchkeys")


@pytest.mark.parametrize("vector", algorithm("slk_581").vectors, ids=lambda vector: vector.expected)
def test_slk_581_gives_the_printed_examples(vector):
    made = keys.slk_581(
        vector.given["surname"], vector.given["given_name"], vector.given["date_of_birth"], vector.given["sex"]
    )
    assert re.match(vector.expected, made)
    assert len(made) == 14


def test_slk_581_of_a_whole_record():
    assert keys.slk_581("Citizen", "Jane", "1970-02-01", "f") == "ITZAN010219702"
    assert keys.slk_581("O'Mara", "Jo-Anne", "1970-02-01", None) == "MAAOA010219709"
    assert keys.slk_581("Lee-Archer", "D'Arcy", "1970-12-31", "x") == "EERAR311219703"
    assert keys.slk_581("Lee", "Jo", "1970-XX-31", "m") is None


def test_slk_581_links_nothing_by_what_is_missing():
    people = {"surname": ["lee", None], "given_name": [None, "jo"], "dob": ["2001-02-03"] * 2, "sex": ["f", "f"]}
    left, right = (lk.Dataset(pd.DataFrame({"id": [1, 2], **people}), name=name) for name in "ab")
    assert len(algorithm("slk_581").link(left, right)) == 0


def _dataset(rows, name):
    fields = {"uprn": "uprn", "alternative_postcode": "alternative_postcode"}
    fields |= {field: lk.Field(field, "given_name") for field in ("respondent_given_name",)}
    fields |= {field: lk.Field(field, "surname") for field in ("respondent_surname",)}
    fields["alternative_postcode"] = lk.Field("alternative_postcode", "postcode")
    frame = pd.DataFrame(rows).astype("string").assign(id=range(len(rows)))
    held = {field: column for field, column in fields.items() if field in frame}
    return lk.Dataset(frame, name=name, fields=held)


@pytest.mark.parametrize("key", KEYS)
def test_each_ons_key_makes_the_pair_that_no_earlier_key_makes(key):
    filler = {
        **RECORD,
        "given_name": "Zoe",
        "surname": "Quill",
        "date_of_birth": "1950-01-01",
        "postcode": "YO1 7HH",
        "sex": "m",
    }
    filler |= {"uprn": "5", "house_number": "99", "alternative_postcode": "YO1 7HH", "respondent_surname": "Quill"}
    filler |= {"respondent_given_name": "Zoe"}
    made = ONS.link(_dataset([RECORD, filler], "census"), _dataset([{**RECORD, **KEYS[key]}], "survey"))
    everything = pd.concat([made.links, made.review])
    assert everything[["left_id", "pass"]].values.tolist() == [[0, key]]
    assert len(made.links) == (key not in {"14", "31", "32"})


@pytest.mark.parametrize(
    ("key", "field"), [("33", ("respondent_given_name", "respondent_surname")), ("34", ("alternative_postcode",))]
)
def test_what_one_side_alone_knows_is_used_and_what_neither_knows_is_said(key, field):
    left, right = RECORD, {**RECORD, **KEYS[key]}
    alone = {name: value for name, value in left.items() if name not in field}
    made = ONS.link(_dataset([alone], "census"), _dataset([right], "survey"))
    assert made.links["pass"].tolist() == [key]
    neither = [{name: value for name, value in row.items() if name not in field} for row in (left, right)]
    made = ONS.link(*(_dataset([row], name) for row, name in zip(neither, ("census", "survey"), strict=True)))
    assert len(made) == 0
    assert made.passes.set_index("pass").loc[key, "lacking"] == ", ".join(field)


def _movers(people):
    there = [{**RECORD, "given_name": name, "date_of_birth": dob} for name, dob in people]
    moved = [{**row, "postcode": "NE1 7RU", "house_number": "12", "uprn": "200"} for row in there]
    return _dataset(there, "census"), _dataset(moved, "survey")


def test_ons_key_28_links_siblings_who_moved_together_and_not_one_who_moved_alone():
    people = [("Margaret", "2004-05-16"), ("Zainab", "2007-08-09")]
    assert ONS.link(*_movers(people)).links["pass"].tolist() == ["28", "28"]
    assert len(ONS.link(*_movers(people[:1]))) == 0


def test_ons_key_28_takes_a_record_only_once():
    census, survey = _movers([("Margaret", "2004-05-16"), ("Zainab", "2007-08-09"), ("Zainab", "2007-08-09")])
    made = ONS.link(census, survey)
    assert made.links["left_id"].tolist() == [0]


def test_hes_rules_of_validity():
    numbers = ["9434765919", "943 476 5919", "9434765918", "0000000000", "123", None]
    assert [keys.valid_nhs_number(one) is not None for one in numbers] == [True, True, False, False, False, False]
    assert keys.hes_postcode("YO10 5DD") == keys.hes_postcode("YO1 5DD")


def test_hesid_passes_in_order():
    person = {"nhs_number": "9434765919", "dob": "2001-02-03", "sex": "m", "postcode": "LS1 4AP"}
    person |= {"provider": "RR8", "local_patient_id": "A1"}
    rows = [
        {**person, "postcode": "M1 1AA"},
        {**person, "nhs_number": "0000000000"},
        {**person, "nhs_number": None, "provider": "RAE"},
        {**person, "nhs_number": None, "dob": "2001-02-04"},
    ]
    fields = {"provider": "provider", "local_patient_id": "local_patient_id"}
    left, right = (
        lk.Dataset(pd.DataFrame(data).assign(id=range(len(data))), name=name, fields=fields)
        for data, name in (([person], "a"), (rows, "b"))
    )
    links = algorithm("hesid").link(left, right).links
    assert links[["right_id", "pass"]].values.tolist() == [[0, "1"], [1, "2"], [2, "3"]]


def test_babies_have_one_mother_and_twins_are_told_apart_by_birth_order():
    delivery = {
        "hospital": "RR8", "gp_practice": "B86001", "maternal_age": 31, "birth_weight": 2400, "gestation": 36,
        "birth_order": 1, "sex": "f",
    }  # fmt: skip
    second = {**delivery, "birth_order": 2}
    heavier = {**delivery, "birth_weight": 3400}
    twice = {**delivery, "birth_weight": 3000}
    fields = {field: field for field in delivery}
    babies, mothers = (
        lk.Dataset(pd.DataFrame(rows).assign(id=range(len(rows))), name=name, fields=fields)
        for name, rows in (
            ("babies", [delivery, second, twice]),
            ("mothers", [second, delivery, heavier, twice, twice]),
        )
    )
    made = algorithm("mother_baby").link(babies, mothers)
    assert made.links[["left_id", "right_id"]].values.tolist() == [[0, 1], [1, 0]]
    assert made.review[["left_id", "right_id", "reason"]].values.tolist() == [[2, 3, "tied"], [2, 4, "tied"]]


def test_published_algorithms_on_people_of_known_truth():
    population = lk.synth.people(6_000, seed=11)
    trial, register = population.trial(families=300), population.register(coverage=0.95)
    found = compare(trial.dataset(), register.dataset(), truth=trial.matches(register))
    table = found.table
    assert table.loc["ons_matchkeys", "precision"] > 0.99
    assert table.loc["ons_matchkeys", "recall"] > table.loc["slk_581", "recall"] > 0.8
    assert (table["shared_with_fellegi_sunter"] <= table["links"]).all()
    assert found.overlap.loc["slk_581", "slk_581"] == table.loc["slk_581", "links"]
    assert (found.overlap.to_numpy() == found.overlap.to_numpy().T).all()


@pytest.mark.parametrize("name", ["ons_matchkeys", "slk_581", "hesid", "mps"])
def test_no_result_depends_on_the_order_of_rows(name):
    population = lk.synth.people(3_000, seed=2)
    made = [population.trial(families=100), population.register(coverage=0.95, who="everyone")]
    given = [(one.frame, one.name, one.id) for one in made]
    first, second = (
        algorithm(name).link(*(lk.Dataset(frame[::step], name=called, id=id) for frame, called, id in given))
        for step in (1, -1)
    )
    pd.testing.assert_frame_equal(first.links, second.links)
    pd.testing.assert_frame_equal(first.review, second.review)
    assert len(first) > 50


def test_compare_names_what_could_not_run():
    frames = [pd.DataFrame({"id": [1, 2], "surname": ["lee", "poe"], "dob": ["2001-02-03", "1999-01-09"]})] * 2
    left, right = (lk.Dataset(frame, name=name) for frame, name in zip(frames, "ab", strict=True))
    plan = lk.Plan(
        block=[lk.block.on("surname")], compare=[lk.compare.exact("date_of_birth"), lk.compare.exact("surname")],
        score=lk.score.RuleList([{"date_of_birth": "exact", "surname": "exact"}], probabilities=[0.99]),
    )  # fmt: skip
    found = compare(left, right, algorithms=["slk_581"], plan=plan)
    assert list(found.not_run) == ["slk_581"]
    assert found.table.index.tolist() == ["fellegi_sunter"]


def test_compare_goes_on_where_the_model_of_fellegi_sunter_is_refused():
    left, right = lk.synth.families(300, seed=1)
    # Without names or dates everybody of a home is a match of everybody there; each has one.
    plan = lk.Plan(
        compare=[lk.compare.surname("surname"), lk.compare.postcode("postcode")],
        score=lk.score.FellegiSunter(prior=0.002), decide=lk.decide.OneToOne(),
    )  # fmt: skip
    truth = left.matches(right)
    found = compare(left.dataset(), right.dataset(), truth=truth, algorithms=["slk_581"], plan=plan)
    assert "matches_exceed_links" in found.not_run["fellegi_sunter"]
    assert found.table.index.tolist() == ["slk_581"]
    assert found.table.loc["slk_581", "precision"] > 0.9
    assert "shared_with_fellegi_sunter" not in found.table


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("surname soundex + dob + postcode district", ("soundex(surname)", "date_of_birth", "outward(postcode)")),
        ("Forename initial + Family name", ("first(given_name, 1)", "surname")),
        ("first 2 letters of the surname + month of birth date", ("first(surname, 2)", "month(date_of_birth)")),
        ("soundex(surname) + nhs_number", ("soundex(surname)", "nhs_number")),
    ],
)
def test_matchkeys_in_words(text, columns):
    assert matchkey(text).columns == columns


@pytest.mark.parametrize("text", ["", "surname + hat size", "soundex", None, "surname soundexed"])
def test_a_matchkey_that_is_not_understood_is_refused(text):
    with pytest.raises(lk.SpecError, match="matchkey"):
        matchkey(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("surname + dob soundex", "soundex cannot be read of date_of_birth, which is of kind date.*year, month, day"),
        ("postcode year", "year cannot be read of postcode.*district, outward"),
        ("district of surname", "district cannot be read of surname.*soundex"),
        ("upn month", "month cannot be read of upn, which is of kind identifier"),
        ("first -1 of surname", "must take the first 1 or more characters"),
        ("surname first 0", "must take the first 1 or more characters"),
    ],
)
def test_a_way_that_a_field_cannot_be_read_in_is_refused(text, words):
    with pytest.raises(lk.SpecError, match=words):
        matchkey(text)


def test_one_name_of_an_algorithm_stands_for_itself():
    left, right = (one.dataset() for one in lk.synth.sample())
    made = [compare(left, right, algorithms=one).table for one in ("slk_581", algorithm("slk_581"), ["slk_581"])]
    assert made[0].index.tolist() == ["fellegi_sunter", "slk_581"]
    assert made[0].equals(made[1])
    assert made[0].equals(made[2])


def _side(vector, side):
    held = {name.removeprefix(f"{side}."): value for name, value in vector.given.items() if name.startswith(side)}
    return lk.Dataset(pd.DataFrame([held]).astype("string").assign(id=0), name=side)


OF_KEYS = [
    (one, vector)
    for one in map(algorithm, lk.pipelines.algorithm_names())
    for vector in one.vectors
    if any(name.startswith("left.") for name in vector.given)
]


@pytest.mark.parametrize(("one", "vector"), OF_KEYS, ids=lambda held: getattr(held, "name", None) or held.expected)
def test_every_example_of_two_records_is_made_by_the_pass_that_it_says(one, vector):
    made = one.link(_side(vector, "left"), _side(vector, "right"))
    passes = [*made.links["pass"], *made.review["pass"]]
    assert passes == [vector.expected] * (vector.expected != "no pair")
    assert "by hand" in vector.note


@pytest.mark.parametrize("name", lk.pipelines.algorithm_names())
def test_every_algorithm_has_a_source_error_rates_caveats_and_examples(name):
    one = algorithm(name)
    assert one.citation
    assert one.url.startswith("https://")
    assert one.error_rates
    assert one.caveats
    assert one.vectors
    # Each pass has its example, but those that two records cannot show.
    shown = {vector.expected for vector in one.vectors}
    if name not in ("slk_581", "mps"):
        assert {step.name for step in one.passes} - shown <= {"28", "1 again", "fuzzy all"}
