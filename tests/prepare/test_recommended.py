"""Recommended steps of UK identifiers: by the names of fields, and never at the cost of other identifiers."""

from __future__ import annotations

import pandas as pd
import pytest

import linkkit as lk
from linkkit import prepare
from linkkit.errors import SpecError
from linkkit.fields import Field

NUMBERS = prepare.uk.nhs_number.synthetic(6)
SCOTTISH = ["0211165794", "0402070763"]


def dataset(values, column="nhs_no", **options):
    return lk.Dataset(pd.DataFrame({"id": range(len(values)), column: values}), name="register", **options)


def cleaned(values, column="nhs_no", **options):
    done = prepare.prepare(dataset(values, column, **options))
    (field,) = done.fields
    (change,) = done.preparation
    return done.to_pandas()[field].fillna("").tolist(), change


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("nhs_no", "nhs_number"), ("chi", "chi"), ("upn", "upn"), ("former_upn", "upn"), ("uprn", "uprn"),
        ("school_urn", "urn"), ("ods_code", "ods_code"), ("gp_practice", "identifier"), ("laestab", "text"),
        ("ssn", "identifier"), ("lopatid", "identifier"),
    ],
)  # fmt: skip
def test_a_field_that_names_an_identifier_gets_its_step(column, kind):
    (step,) = prepare.recommended(dataset(["1", "2"], column))
    assert step.kind == kind
    assert getattr(step, "otherwise", "keep") == "keep"


def test_the_same_step_takes_both_fields():
    (step,) = prepare.recommended(lk.Dataset(pd.DataFrame({"id": [1], "upn": ["a"], "former_upn": ["b"]})))
    assert step.fields == ("upn", "former_upn")


def test_a_user_who_says_text_gets_text():
    people = dataset(["1", "2"], fields={"nhs_number": Field("nhs_no", "text")})
    assert prepare.recommended(people)[0].kind == "text"


def test_what_is_no_nhs_number_becomes_missing_for_a_counted_reason():
    values, change = cleaned([*NUMBERS, "9990000019", "4444444444", "12", "n/a", "4010232137"])
    assert values == [*NUMBERS, "", "", "", "", "4010232137"]
    assert dict(change.reasons) == {
        "placeholder": 1, "not ten digits": 1, "repeated digits": 1, "wrong check digit": 1,
    }  # fmt: skip
    assert change.doubts == ()


def test_numbers_of_made_up_people_are_kept():
    trial, register = lk.synth.sample()
    for made_up, field in ((trial, "nhs_number"), (register, "upn")):
        raw = made_up.dataset()
        done = prepare.prepare(raw)
        (change,) = [change for change in done.preparation if change.field == field]
        assert change.made_missing < 0.02 * change.records  # slips of the keyboard, which made-up people make
        assert change.doubts == ()


def test_a_column_of_other_numbers_stays_and_says_so():
    values, change = cleaned(["p-0001", "p-0002", "1111111111", "p-0004", NUMBERS[0]])
    assert values == ["P0001", "P0002", "", "P0004", NUMBERS[0]]
    (doubt,) = change.doubts
    assert (doubt.found, doubt.records, doubt.of, doubt.rows) == ("", 4, 5, (1, 2, 3, 4))
    message = str(doubt)
    assert "register: 4 of 5 records that hold the field 'nhs_number' (column 'nhs_no') hold no NHS number" in message
    assert "not ten digits 3, repeated digits 1; the column is kept" in message
    assert "fields={'nhs_number': None" in message
    assert not any(value.lower() in message.lower() for value in ["p-0001", "P0001", NUMBERS[0], "1111111111"])


def test_half_of_a_column_is_enough_to_be_what_it_says():
    assert cleaned([NUMBERS[0], "p-0002"])[0] == [NUMBERS[0], ""]


def test_chi_numbers_among_nhs_numbers_are_kept_and_told():
    values, change = cleaned([*NUMBERS, *SCOTTISH])
    assert values == [*NUMBERS, *SCOTTISH]
    (doubt,) = change.doubts
    assert (doubt.expected, doubt.found, doubt.records, doubt.of) == ("NHS number", "CHI number", 2, 8)
    assert (doubt.rows, doubt.outcome) == ((7, 8), "kept")
    assert 'split_identifiers(dataset, "nhs_number")' in doubt.mend


def test_upns_among_nhs_numbers_become_missing_and_are_told():
    values, change = cleaned([*NUMBERS, "B801200005001"])
    assert values[-1] == ""
    assert dict(change.reasons) == {"is a UPN": 1}
    assert [(doubt.found, doubt.records, doubt.outcome) for doubt in change.doubts] == [("UPN", 1, "made missing")]


def test_a_column_of_nhs_numbers_called_upn_stays():
    values, change = cleaned(NUMBERS, "upn")
    assert values == NUMBERS
    assert [(doubt.found, doubt.records) for doubt in change.doubts] == [("NHS number", 6)]
    assert change.made_missing == 0


def test_uprns_in_a_column_of_urns_are_told():
    values, change = cleaned(["100062410143", "100062410144", "134290"], "school_urn")
    assert values == ["100062410143", "100062410144", "134290"]
    assert [(doubt.found, doubt.records) for doubt in change.doubts] == [("UPRN", 2)]


def test_rows_are_those_of_the_table_not_of_the_ids():
    table = pd.DataFrame({"id": [3, 2, 1], "nhs_no": [SCOTTISH[0], *NUMBERS[:2]]})
    (change,) = prepare.prepare(lk.Dataset(table)).preparation
    assert change.doubts[0].rows == (1,)


def test_postcodes_of_other_countries_are_left_alone():
    assert cleaned(["2000", "3141", "0800"], "postcode")[0] == ["2000", "3141", "0800"]
    assert cleaned(["00501", "10001-1234"], "zip")[0] == ["00501", "10001"]


def test_otherwise_is_checked():
    for step in (prepare.NhsNumber, prepare.Chi, prepare.Upn, prepare.Uprn, prepare.Urn, prepare.OdsCode):
        with pytest.raises(SpecError, match=r"otherwise=\) must be one of refuse, keep; got 'drop'"):
            step("x", otherwise="drop")


def test_a_linkage_says_it_in_its_plan(tmp_path):
    trial, _ = lk.synth.sample()
    people = trial.dataset(), lk.synth.people(2000, seed=3).register(who="everyone", name="patients").dataset()
    run = lk.link(*people, progress=False, plan=lk.Plan(accept=tuple(lk.score.FINDINGS)))
    steps = {field: step.kind for step in run.plan.prepare for field in step.fields}
    assert steps["nhs_number"] == "nhs_number"
    path = lk.plan.save_plan_file(tmp_path / "plan.toml", run.plan, [])
    assert lk.plan.load_plan_file(path).plan.prepare == run.plan.prepare


def test_codes_of_practices_and_providers_are_written_alike():
    for column in ("gp_practice", "provider_code"):
        assert cleaned(["b86 001", "B86001", "Lane End Surgery"], column)[0] == ["B86001", "B86001", "LANEENDSURGERY"]


def test_a_lost_zero_is_put_back_where_that_makes_a_chi_number():
    shorter = [number[1:] for number in SCOTTISH]
    assert cleaned([*shorter, *NUMBERS])[0] == [*SCOTTISH, *NUMBERS]
    scotland = [prepare.NhsNumber("nhs_number", regions=["scotland"])]
    done = prepare.prepare(dataset([*shorter, "402070764", "991165794"]), scotland)
    assert done.to_pandas()["nhs_number"].fillna("").tolist() == [*SCOTTISH, "", ""]
    assert dict(done.preparation[0].reasons) == {"not ten digits": 2}
    assert prepare.uk.nhs_number.is_valid(shorter[0], regions=["scotland"])
    assert not prepare.uk.nhs_number.is_valid(shorter[0])
    assert prepare.uk.nhs_number.parse(shorter[0]).region == "scotland"
