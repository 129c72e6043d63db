"""Superseded numbers become current ones, by a table that no plan holds."""

from __future__ import annotations

import pandas as pd
import pytest

import linkkit as lk
from linkkit import prepare
from linkkit.errors import DataError, SpecError
from linkkit.prepare import NhsNumber, Superseded, uk

NUMBERS = uk.nhs_number.synthetic(6)


def written(path, rows, columns=("old", "current")):
    pd.DataFrame(rows, columns=list(columns)).to_csv(path, index=False)
    return str(path)


def people(values):
    return lk.Dataset(pd.DataFrame({"id": range(len(values)), "nhs_no": values}), name="register")


def test_chains_are_followed_and_spelling_does_not_matter(tmp_path):
    spaced = f"{NUMBERS[0][:3]} {NUMBERS[0][3:6]} {NUMBERS[0][6:]}"
    path = written(tmp_path / "t.csv", [(NUMBERS[0], NUMBERS[1]), (NUMBERS[1], NUMBERS[2]), (NUMBERS[4], NUMBERS[2])])
    done = prepare.prepare(
        people([spaced, *NUMBERS[1:5], "n/a"]),
        [Superseded("nhs_number", path), NhsNumber("nhs_number", ["synthetic"])],
    )
    assert done.to_pandas()["nhs_number"].fillna("").tolist() == [NUMBERS[2]] * 3 + [NUMBERS[3], NUMBERS[2], ""]
    assert done.preparation[0].notes == ("3 records held a superseded number",)
    assert done.preparation[0].distinct_after == 3


def test_parquet_and_other_columns(tmp_path):
    path = tmp_path / "t.parquet"
    pd.DataFrame({"was": [int(NUMBERS[0])], "became": [int(NUMBERS[1])]}).to_parquet(path)
    step = Superseded("nhs_number", str(path), old="was", current="became")
    assert prepare.prepare(people(NUMBERS[:1]), [step]).to_pandas()["nhs_number"].tolist() == NUMBERS[1:2]


def test_nothing_superseded_changes_nothing(tmp_path):
    path = written(tmp_path / "t.csv", [(NUMBERS[4], NUMBERS[5]), (NUMBERS[0], NUMBERS[0])])
    change = prepare.prepare(people(NUMBERS[:3]), [Superseded("nhs_number", path)]).preparation[0]
    assert (change.records_changed, change.notes) == (0, ())


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([(NUMBERS[0], NUMBERS[1]), (NUMBERS[1], NUMBERS[0])], "2 of them supersede each other in a ring"),
        ([(NUMBERS[3], NUMBERS[0]), (NUMBERS[0], NUMBERS[1]), (NUMBERS[1], NUMBERS[0])], "2 of them supersede each"),
        ([(NUMBERS[0], NUMBERS[1]), (NUMBERS[0], NUMBERS[2])], r"1 rows give a superseded number another .* \(row 2\)"),
        ([(NUMBERS[0], None), (NUMBERS[1], NUMBERS[2])], r"1 rows lack the old or the current number \(row 1\)"),
    ],
)
def test_tables_that_cannot_be_followed_are_refused_without_a_value(tmp_path, rows, message):
    path = written(tmp_path / "t.csv", rows)
    with pytest.raises(DataError, match=message) as error:
        prepare.prepare(people(NUMBERS), [Superseded("nhs_number", path)])
    assert not any(number in str(error.value) for number in NUMBERS)


def test_a_file_or_a_column_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match=r"gone\.csv"):
        prepare.prepare(people(NUMBERS), [Superseded("nhs_number", str(tmp_path / "gone.csv"))])
    path = written(tmp_path / "t.csv", [(NUMBERS[0], NUMBERS[1])], ("was", "is"))
    with pytest.raises(DataError, match="no column 'old' of superseded numbers; it has was, is"):
        prepare.prepare(people(NUMBERS), [Superseded("nhs_number", path)])


@pytest.mark.parametrize("options", [{"path": ""}, {"path": "a.csv", "old": "x", "current": "x"}, {"path": {"1": "2"}}])
def test_what_it_may_be_told(options):
    with pytest.raises(SpecError, match=r"superseded\("):
        Superseded("nhs_number", **options)


def test_a_plan_holds_the_path_and_no_number(tmp_path):
    path = written(tmp_path / "t.csv", [(NUMBERS[0], NUMBERS[1])])
    plan = lk.Plan(prepare=[Superseded("nhs_number", path)], block=[lk.block.on("nhs_number")])
    saved = lk.plan.save_plan_file(tmp_path / "plan.toml", plan, [])
    assert not any(number in saved.read_text("utf-8") for number in NUMBERS)
    assert lk.plan.load_plan_file(saved).plan.prepare == plan.prepare
