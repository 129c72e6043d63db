"""Programmes as they come: dates in other forms, records without a number, registers of several records a person."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import linkkit as lk
from linkkit.cards import Period, SpellColumns
from linkkit.errors import DataError, SpecError
from linkkit.pipelines import intervention_to_admin
from linkkit.pipelines._dates import iso_dates
from linkkit.pipelines.interventions._vote import vote, vote_in_groups

CARD = lk.Card(
    "programme", "intervention", id="attendance_id", person="client_ref",
    spells=SpellColumns("start_date", "end_date", "centre"),
)  # fmt: skip


@pytest.fixture(scope="module")
def made():
    people = lk.synth.people(700, seed=11)
    return people.intervention(coverage=0.5), people.register()


def carried_out(frame, register, card=CARD, **parts):
    return intervention_to_admin(**parts).run(lk.Dataset(frame, card=card), register, progress=False)


@pytest.fixture(scope="module")
def usual(made):
    return carried_out(made[0].frame, made[1].dataset())


def spells_of(run):
    # By the id of the record, as rows are of the table that came.
    return run.spells.to_pandas().drop(columns="row").sort_values(["entity", "start", "end"], ignore_index=True)


@pytest.mark.parametrize("form", ["%d/%m/%Y", "%d %b %Y", "%m-%d-%Y", "%Y%m%d"])
def test_spells_are_read_in_the_form_that_the_programme_writes(made, usual, form):
    frame = made[0].frame.copy()
    for column in ("start_date", "end_date"):
        frame[column] = pd.to_datetime(frame[column]).dt.strftime(form)
    assert spells_of(carried_out(frame, made[1].dataset())).equals(spells_of(usual))


def test_spells_do_not_depend_on_the_order_of_rows(made, usual):
    shuffled = carried_out(made[0].frame.sample(frac=1, random_state=1), made[1].dataset())
    assert spells_of(shuffled).equals(spells_of(usual))
    assert shuffled.persons.equals(usual.persons)


def test_rows_of_spells_are_those_of_the_table(made):
    frame = made[0].frame.sample(frac=1, random_state=2).reset_index(drop=True)
    spells = carried_out(frame, made[1].dataset()).spells.to_pandas()
    assert (frame.loc[spells["row"], "client_ref"].to_numpy() == spells["entity"]).all()
    assert (pd.to_datetime(frame.loc[spells["row"], "start_date"]).to_numpy() == spells["start"]).all()


def test_start_and_end_say_together_whether_the_day_stands_first():
    start, end = ["03/04/2024", "1/2/2024", None], ["04/25/2024", "", "x"]
    columns = {"start": pa.chunked_array([start]), "end": pa.chunked_array([end])}
    found = iso_dates(columns, "programme", None)
    assert found["start"].to_pylist() == ["2024-03-04", "2024-01-02", None]
    assert found["end"].to_pylist() == ["2024-04-25", None, "x"]
    assert iso_dates({"start": columns["start"]}, "programme", True)["start"].to_pylist()[0] == "2024-04-03"


def _short(made, form, days):
    """The programme with spells that start and end on days of one kind, as it writes them."""
    frame = made[0].frame.copy()
    start = pd.Timestamp("2021-01-01") + pd.to_timedelta(np.arange(len(frame)) % 3 * 31 + days, unit="D")
    frame["start_date"] = start.strftime(form)
    frame["end_date"] = (start + pd.Timedelta(days=1)).strftime(form)
    return frame


def test_dates_of_spells_that_could_be_either_way_round_are_counted_with_how_to_say_it(made, tmp_path):
    frame = _short(made, "%d/%m/%Y", 1)  # 02/01, 02/02, 05/03: no day lies behind the twelfth
    run = carried_out(frame, made[1].dataset())
    differ = int((frame["start_date"].str[:2] != frame["start_date"].str[3:5]).sum())
    either = len(frame)  # of those that start on 02/02 the end, 03/02, is another date the other way round
    assert 0 < differ < either
    assert run.spells.changes == {
        "dates that could be day or month first and no value shows which: read day first": either
    }
    [note] = run.notes
    assert f"programme: {either:,} of {len(frame):,} records have dates in 'start_date' and 'end_date'" in note
    assert "day_first=False" in note
    section = next(one for one in run.sections if one.title == "Spells")
    assert "day_first=False" in section.words[0]
    assert str(either) not in section.words[0]
    assert any("day or month first" in row["what"] and row["spells"] == either for row in section.tables[0].rows)


@pytest.mark.parametrize("day_first", [True, False])
def test_the_order_that_a_pipeline_says_is_not_noted(made, day_first):
    run = carried_out(_short(made, "%d/%m/%Y", 1), made[1].dataset(), day_first=day_first, on_reversed="swap")
    assert run.notes == ()
    assert not any("day or month" in reason for reason in run.spells.changes)


def test_one_value_that_shows_the_order_is_enough(made):
    frame = _short(made, "%d/%m/%Y", 1)
    frame.loc[3, "end_date"] = "25/03/2021"
    assert carried_out(frame, made[1].dataset()).notes == ()


def test_days_that_are_the_same_either_way_round_are_not_noted(made):
    frame = made[0].frame.assign(start_date="05/05/2021", end_date="06/06/2021")
    assert carried_out(frame, made[1].dataset()).notes == ()


def test_planned_and_open_ends_lie_ahead():
    ends = pa.chunked_array([["31/12/9999", "01/09/2085", "02/01/2020"]])
    found = iso_dates({"end": ends}, "programme", None)["end"]
    assert found.to_pylist() == ["9999-12-31", "2085-09-01", "2020-01-02"]


def test_dates_that_are_none_are_told_by_rows_and_not_by_value(made):
    frame = made[0].frame.copy()
    frame["start_date"] = pd.to_datetime(frame["start_date"]).dt.strftime("%d/%m/%Y")
    frame.loc[[4, 9], "start_date"] = ["spring 2024", "31/02/2024"]
    with pytest.raises(DataError, match=r"column 'start_date'\) is no date .* 2 of .*rows 5, 10") as error:
        carried_out(frame, made[1].dataset())
    assert "spring" not in str(error.value)
    frame["start_date"] = "spring"
    with pytest.raises(DataError, match="is no date"):
        carried_out(frame, made[1].dataset())


def test_a_record_without_a_number_is_a_person_of_its_own(made, usual):
    frame = made[0].frame.copy()
    alone = np.arange(len(frame)) % 10 == 0
    frame.loc[alone, "client_ref"] = None
    frame.loc[1, "client_ref"] = frame.loc[0, "attendance_id"]  # another person's number is a record's id
    run = carried_out(frame, made[1].dataset())
    assert len(run.spells) == len(frame)
    assert run.persons["person_id"].is_unique
    assert set(frame.loc[alone, "attendance_id"][1:]) <= set(run.persons["person_id"])
    assert f"record {frame.loc[0, 'attendance_id']}" in set(run.persons["person_id"])
    doubts = {row["what"]: row["persons"] for row in run.sections[0].tables[1].rows}
    assert doubts["records without a person's number, each a person of its own"] == alone.sum()
    linked = run.persons.set_index("person_id")["right_id"].dropna()
    assert len(linked.loc[linked.index.isin(frame["attendance_id"])]) > 0.8 * alone.sum()


def test_numbers_of_persons_and_ids_may_be_whole_numbers(made):
    frame, register = made[0].frame.copy(), made[1].frame.copy()
    frame.loc[frame["client_ref"] == frame["client_ref"][0], ["start_date", "end_date"]] = "1990-01-01"
    as_texts = carried_out(frame, made[1].dataset())
    frame["client_ref"] = frame["client_ref"].str[1:].astype(int)
    register[made[1].id] = register[made[1].id].str.extract(r"(\d+)")[0].astype(int)
    run = carried_out(frame, lk.Dataset(register, name="register", kind="administrative", id=made[1].id))
    assert run.persons["right_id"].notna().sum() == as_texts.persons["right_id"].notna().sum()
    assert run.implausible.kinds.set_index("kind").loc["before_birth", "across_links"] >= 1


def test_a_register_without_births_or_deaths_contradicts_nobody(made):
    register = made[1].frame.drop(columns=[column for column in made[1].frame if column in ("dob", "date_of_birth")])
    run = carried_out(made[0].frame, lk.Dataset(register, name="register", kind="administrative", id=made[1].id))
    assert run.persons["right_id"].notna().any()
    kinds = run.implausible.kinds.set_index("kind")
    assert kinds.loc["before_birth", "seen"] == 0


def test_a_register_of_several_records_a_person_is_voted_on_by_person(made, usual):
    one = made[1].frame
    twice = pd.concat([one.assign(entry=one[made[1].id] + "-1"), one.assign(entry=one[made[1].id] + "-2")])
    card = lk.Card("register", "administrative", id="entry", person=made[1].id)
    run = carried_out(made[0].frame, lk.Dataset(twice, card=card, fields={"local_patient_id": None}))
    persons = run.persons.set_index("person_id")
    there = persons["right_person_id"].dropna()
    assert (persons["right_id"].dropna().str[:-2] == there).all()
    before = usual.persons.set_index("person_id")["right_id"].dropna()
    both = there.index.intersection(before.index)
    assert len(both) > 0.97 * len(before)
    assert (there[both] == before[both]).mean() > 0.99
    assert (persons.loc[both, "agreeing_records"] == persons.loc[both, "linked_records"]).mean() > 0.97


def test_a_vote_among_single_records_is_the_plain_vote():
    random = np.random.default_rng(1)
    links = random.integers(0, 30, 200), random.integers(0, 12, 200), random.integers(1, 9, 200).astype(float)
    plain, grouped = vote(*links, 30), vote_in_groups(*links, 30, np.arange(12))
    for part in ("right", "linked", "agreeing", "weight", "shared"):
        np.testing.assert_array_equal(getattr(plain, part), getattr(grouped, part))


def test_starts_of_spells_are_the_days_of_records_where_the_register_has_days_too(made):
    frame, register = made[0].frame.assign(start_date=made[0].frame["start_date"].str.replace("-", "/")), made[1]
    run = carried_out(frame, register.dataset())
    assert run.linkage.plan.score.time_gaps is not None
    days = run.linkage.datasets[0].to_pandas().set_index("attendance_id")["observed_on"]
    assert (days == made[0].frame.set_index("attendance_id")["start_date"].loc[days.index]).all()
    assert carried_out(frame, register.dataset(), time_gaps=False).linkage.plan.score.time_gaps is None
    theirs = register.frame.rename(columns={"updated_on": "entered"})
    card = lk.Card(
        "register", "administrative", id=register.id, period=Period(datetime.date(2000, 1, 1), column="entered")
    )
    dated = carried_out(frame, lk.Dataset(theirs, card=card))
    assert dated.linkage.plan.score.time_gaps is not None
    assert dated.notes == ()
    either = carried_out(frame, lk.Dataset(theirs.assign(entered="03/04/2021"), card=card))
    [note] = either.notes
    assert note.startswith(f"register: {len(register.frame):,} of {len(register.frame):,} dates in 'entered' could be")
    assert dated.persons.equals(run.persons)
    hidden = carried_out(frame, lk.Dataset(theirs, card=card.change(blinded=("entered",))))
    assert hidden.linkage.plan.score.time_gaps is None


def test_time_changes_nothing_where_the_register_has_no_days(made):
    register = lk.Dataset(
        made[1].frame.drop(columns="updated_on"), name="register", kind="administrative", id=made[1].id
    )
    with_time, without = (carried_out(made[0].frame, register, time_gaps=gaps) for gaps in (True, False))
    assert with_time.persons.equals(without.persons)
    assert with_time.links.equals(without.links)


def test_weighing_time_does_no_harm_to_programmes_of_people_who_move():
    people = lk.synth.people(3_000, seed=7, movers=0.6, renamed=0.2, history_years=10.0)
    programme, register = people.intervention(coverage=0.5), people.register(on=datetime.date(2018, 9, 1))
    there = register.truth.set_index("person_id")["record_id"]
    client = programme.frame.merge(programme.truth, left_on="attendance_id", right_on="record_id")
    truth = client.groupby("client_ref")["person_id"].first().map(there)
    right = []
    for gaps in (True, False):
        run = carried_out(programme.frame, register.dataset(), time_gaps=gaps)
        assert (run.linkage.model.time_gaps is not None) == gaps
        linked = run.persons.set_index("person_id")["right_id"].dropna()
        right.append(int((truth[linked.index] == linked).sum() - (truth[linked.index] != linked).sum()))
    assert right[0] >= 0.99 * right[1]
    assert right[0] > 0.95 * truth.notna().sum()


def test_blanks_around_the_number_of_a_person_make_no_other_person(made):
    programme, register = made
    frame = programme.frame.assign(
        client_ref=programme.frame["client_ref"] + np.where(np.arange(len(programme.frame)) % 3, "", "  ")
    )
    found = lk.link(lk.Dataset(frame, card=CARD), register.dataset(), plan=intervention_to_admin(), progress=False)
    assert sorted(found.labels) == sorted(programme.frame["client_ref"].unique())


@pytest.mark.parametrize("value", [[1], {"a": 1}])
@pytest.mark.parametrize("column", ["start_date", "end_date", "client_ref", "centre"])
def test_a_column_of_lists_or_structs_is_refused_by_its_name(made, column, value):
    programme, register = made
    frame = programme.frame.assign(**{column: pd.Series([value] * len(programme.frame))})
    with pytest.raises(DataError, match=rf"programme: .*column '{column}'.* holds .*[gG]ive"):
        lk.link(lk.Dataset(frame, card=CARD), register.dataset(), plan=intervention_to_admin(), progress=False)


def test_tables_are_no_datasets(made):
    with pytest.raises(SpecError, match="Datasets are wanted; number 1 is DataFrame"):
        intervention_to_admin().run(made[0].frame, made[1].frame)


@pytest.mark.parametrize("part", ["merge_days", "least_shared_days", "before_birth", "after_death"])
def test_numbers_of_days_beyond_all_days_are_refused(part):
    with pytest.raises(SpecError, match=f"{part} must be at most"):
        intervention_to_admin(**{part: 2**63})
    with pytest.raises(SpecError, match="ages must be two rising numbers"):
        intervention_to_admin(ages=(0, 2**63))


@pytest.mark.parametrize("part", ["start", "end", "place", "person"])
def test_a_column_that_is_not_there_is_told_with_the_part_that_names_it(made, part):
    programme, register = made
    pipeline = intervention_to_admin(**{part: "end_dat"})
    with pytest.raises(DataError, match=f"programme: {part} names the column 'end_dat', which is not there. Did you"):
        lk.link(lk.Dataset(programme.frame, card=CARD), register.dataset(), plan=pipeline, progress=False)
