"""Steps on datasets: what is recommended, what changed, what never leaves the data."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from pydantic import TypeAdapter

from linkkit.dataset import Dataset
from linkkit.errors import LinkkitError, PlanError, SpecError
from linkkit.fields import KINDS, PREPARED_KINDS, Field
from linkkit.prepare import Date, Name, Replace, Sex, Step, Text, Using, changes, prepare, recommended

FRAME = pd.DataFrame(
    {
        "id": [4, 2, 3, 1],
        "Forename": ["ANN", "Zoë", "Baby of X", "ann"],
        "Surname": ["O'Neil", "O NEIL", None, "Smith-Jones"],
        "dob": ["01/02/2003", "25/12/2001", "31/02/2001", None],
        "sex": [1, 2, 9, 1],
    }
)


def trial() -> Dataset:
    return Dataset(FRAME, name="trial")


def texts(dataset: Dataset, field: str) -> list[str]:
    return dataset.to_pandas()[field].fillna("").tolist()


def test_the_default_prepares_every_field():
    dataset = prepare(trial())
    assert texts(dataset, "given_name") == ["ann", "zoe", "", "ann"]
    assert texts(dataset, "surname") == ["smith jones", "oneil", "", "oneil"]
    assert texts(dataset, "date_of_birth") == ["", "2001-12-25", "2001-02-XX", "2003-02-01"]
    assert texts(dataset, "sex") == ["m", "f", "", "m"]


def test_the_dataset_given_stays_as_it_is():
    dataset = trial()
    prepare(dataset)
    assert texts(dataset, "surname") == ["Smith-Jones", "O NEIL", "", "O'Neil"]
    assert dataset.preparation == ()


def test_recommended_goes_by_kind_and_covers_every_kind():
    dates = Date(("date_of_birth",), impossible="parts")
    assert recommended(trial()) == (Name(("given_name", "surname")), dates, Sex(("sex",)))
    frame = pd.DataFrame({"id": [1], **{f"column_{kind}": ["2001-02-03"] for kind in KINDS}})
    fields = {kind + "_field": Field(f"column_{kind}", kind) for kind in KINDS}  # type: ignore[arg-type]
    steps = recommended(Dataset(frame, fields=fields))
    done_before = {f"{kind}_field" for kind in PREPARED_KINDS}
    assert sorted(name for step in steps for name in step.fields) == sorted(set(fields) - done_before)


def test_each_step_and_field_is_counted():
    surname = prepare(trial()).preparation[1]
    assert (surname.field, surname.records, surname.records_changed, surname.values_changed) == ("surname", 3, 3, 3)
    assert (surname.made_missing, surname.distinct_before, surname.distinct_after) == (0, 3, 2)
    given = prepare(trial()).preparation[0]
    assert (given.records_changed, given.made_missing, given.reasons) == (3, 1, {"unnamed baby": 1})
    assert str(given).startswith("name of given_name: 3 of 4 records changed, 1 made missing (unnamed baby 1)")


def test_the_report_is_a_table():
    table = changes(prepare(trial()))
    assert table["field"].tolist() == ["given_name", "surname", "date_of_birth", "sex"]
    assert table["made_missing"].tolist() == [1, 0, 0, 1]
    assert table["reasons"].tolist() == ["unnamed baby 1", "", "", "code for not known 1"]
    assert "impossible parts taken out in 1 records" in table["notes"][2]
    assert changes(trial()).empty


def test_steps_run_in_order_and_add_up():
    steps = [Replace("sex", {"9": "2"}), Sex("sex")]
    dataset = prepare(trial(), steps)
    assert texts(dataset, "sex") == ["m", "f", "f", "m"]
    assert [change.step for change in dataset.preparation] == steps
    assert len(prepare(dataset, [Text("surname")]).preparation) == 3


def test_clean_values_are_handed_on_untouched():
    once = prepare(trial())
    again = prepare(once)
    assert all(again.encoded(field) is once.encoded(field) for field in once.fields)


def test_row_order_changes_nothing():
    assert prepare(trial()).to_pandas().equals(prepare(Dataset(FRAME.iloc[::-1])).to_pandas())


def test_fields_that_are_not_there_are_told_together():
    with pytest.raises(PlanError) as caught:
        prepare(trial(), [Text("surnme"), Name(["given_name", "postcde"])])
    assert caught.value.mistakes == (
        "prepare[0].fields: trial has no field 'surnme'. Did you mean 'surname'?",
        "prepare[1].fields: trial has no field 'postcde'.",
    )
    assert len(prepare(trial(), [Text(["surname", "town"])], skip_absent=True).preparation) == 1


def test_lists_are_prepared_member_by_member():
    frame = pd.DataFrame({"id": [1, 2, 3], "aliases": [["ANN", "Ann", "Zoë"], ["n/a"], None]})
    dataset = prepare(Dataset(frame, fields={"aliases": Field("aliases", "set")}))
    assert dataset.to_pandas()["aliases"].tolist() == [["ann", "zoe"], None, None]
    (change,) = dataset.preparation
    assert (change.made_missing, change.reasons) == (1, {"placeholder": 1})


# --- steps of the user's own


def test_replace_takes_pairs_or_a_mapping():
    assert Replace("sex", {"9": None}) == Replace(("sex",), (("9", ""),))  # type: ignore[dict-item]
    with pytest.raises(SpecError, match="needs at least one value"):
        Replace("sex", {})


def test_a_function_of_ones_own(monkeypatch, tmp_path):
    (tmp_path / "own_steps.py").write_text(
        "def capitals(values):\n    return [None if 'Baby' in value else value.upper() for value in values]\n"
        "def too_few(values):\n    return values[1:]\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    dataset = prepare(trial(), [Using("given_name", "own_steps:capitals")])
    assert texts(dataset, "given_name") == ["ANN", "ZOË", "", "ANN"]
    assert dataset.preparation[0].reasons == {"missing by own_steps:capitals": 1}
    with pytest.raises(SpecError, match=r"own_steps:too_few returned 3 values for 4 of 'given_name'"):
        prepare(trial(), [Using("given_name", "own_steps:too_few")])
    with pytest.raises(SpecError, match="There is no function at"):
        prepare(trial(), [Using("given_name", "own_steps:nothing")])
    with pytest.raises(SpecError, match="must be written as"):
        Using("given_name", "own_steps.capitals")


# --- plans


STEPS = [
    *recommended(
        Dataset(
            pd.DataFrame({"id": [1], **dict.fromkeys(["surname", "dob", "sex", "zip", "street", "email", "age"], "1")})
        )
    ),
    Replace("sex", {"9": ""}),
    Using("town", "a.b:c"),
]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.kind)
def test_every_step_saves_as_plain_data_and_prints_as_code(step):
    adapter: TypeAdapter[Step] = TypeAdapter(Step)
    plain = json.loads(json.dumps(adapter.dump_python(step, mode="json")))
    assert plain["kind"] == step.kind
    assert adapter.validate_python(plain) == step
    assert repr(step).startswith(f"{type(step).__name__}(fields=(")
    assert hash(step) == hash(adapter.validate_python(plain))


# --- privacy


def test_no_value_of_a_person_is_in_a_change_a_repr_or_an_error():
    marker = "Zaphodmarker"
    frame = pd.DataFrame(
        {
            "id": [1, 2, 3],
            **{
                name: [f"{marker}{number}" for number in range(3)]
                for name in ("surname", "full_name", "sex", "postcode", "street")
            },
            **{
                name: [f"{marker} {number}" for number in range(3)]
                for name in ("email", "phone", "nhs_number", "age", "town")
            },
        }
    )
    dataset = prepare(Dataset(frame))
    held = repr(dataset) + str(dataset) + changes(dataset).to_csv()
    held += "".join(repr(change) + str(change) for change in dataset.preparation)
    held += repr(Replace("surname", {marker: marker}))
    assert marker.lower() not in held.lower()
    frame["dob"] = marker
    for steps in (None, [Date("date_of_birth", day_first=True)], [Text(["surname", "nothing"])]):
        with pytest.raises(LinkkitError) as caught:
            prepare(Dataset(frame), steps)
        assert marker not in str(caught.value)
