"""Windows are cut to what the data can show; records are counted within them; the flow adds up."""

from __future__ import annotations

import datetime
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.pipelines.trials.helpers_trials import DAY, FOLLOW_UP, REGISTER_CARD

import linkkit as lk
from linkkit.cards import Card, Period, SpellColumns
from linkkit.errors import DataError, SpecError
from linkkit.pipelines import trials
from linkkit.pipelines.trials._days import NO_DAY, first_days
from linkkit.pipelines.trials._flow import flow_of, leaving_of, stages_of
from linkkit.pipelines.trials._inputs import Events
from linkkit.pipelines.trials._states import STATES, Leaving, Participants
from linkkit.pipelines.trials._windows import last_seen_day, records_within, windows

DATA = Card(
    "admin", period=Period(DAY(2020, 1, 1), DAY(2022, 12, 31)), extracted=DAY(2023, 1, 30), reporting_lag_days=60
)


def _windows(dates, follow_up=None, card=DATA, born=None):
    trial = lk.Dataset(pd.DataFrame({"id": range(len(dates)), "surname": "x", "day": dates}))
    return windows(trial, follow_up or trials.FollowUp("day", to_days=100), card, born)


def _shown(found, row):
    return tuple(str(np.datetime64(int(day), "D")) for day in (found.start[row], found.end[row]))


def test_a_window_counts_days_from_the_index_date_both_ends_included():
    found = _windows(["2020-03-01"], trials.FollowUp("day", from_days=1, to_days=31))
    assert _shown(found, 0) == ("2020-03-02", "2020-04-01")
    assert found.is_whole.all()


def test_a_window_ends_with_the_extract_less_the_reporting_lag():
    assert last_seen_day(DATA) == DAY(2022, 12, 1)
    found = _windows(["2022-11-01", "2022-12-02"])
    assert _shown(found, 0) == ("2022-11-01", "2022-12-01")
    assert found.is_seen.tolist() == [True, False]
    assert not found.is_whole.any()


def test_a_window_begins_no_earlier_than_the_data():
    found = _windows(["2019-12-01", "2019-01-01"])
    assert _shown(found, 0) == ("2020-01-01", "2020-03-10")
    assert dict(found.reasons)["the window ends before the data begin"].tolist() == [False, True]


def test_a_window_of_everybody_ends_on_one_day():
    found = _windows(["2020-03-01", "2020-07-01"], trials.FollowUp("day", until=DAY(2020, 6, 30)))
    assert _shown(found, 0) == ("2020-03-01", "2020-06-30")
    assert dict(found.reasons)["the window ends before it begins"].tolist() == [False, True]


def test_ages_begin_and_end_a_window_on_birthdays():
    born = first_days(["2016-02-29", "XXXX-01-01"])
    card = DATA.change(ages=(4, 5))
    found = _windows(["2020-01-15", "2020-01-15"], trials.FollowUp("day"), card, born)
    assert _shown(found, 0) == ("2020-02-29", "2022-02-28")
    assert _shown(found, 1) == ("2020-01-15", "2022-12-01")


def test_without_an_end_of_the_data_a_window_has_none():
    found = _windows(["2020-01-15"], trials.FollowUp("day"), Card("admin"))
    assert found.is_open.all()
    assert found.is_whole.all()


def test_missing_and_unreadable_index_dates_are_counted_apart(world):
    frame = world.trial.assign(linkage_consent="yes")
    frame.loc[0, "consent_date"] = None
    frame.loc[1, "consent_date"] = "31/31/2022"
    run = world.run(world.trial_dataset(frame), events=world.events())
    assert run.findings["no_index_date"].count == 2
    assert run.findings["unreadable_index_date"].count == 1
    assert run.findings["unreadable_index_date"].rows == (2,)
    assert "(row 2)" in str(run.findings["unreadable_index_date"])
    people = run.participants.set_index("id").loc[frame["participant_id"][:2]]
    assert people["records_in_window"].isna().all()
    assert not people["is_true_zero"].any()
    assert not people["in_coverage"].any()


def test_an_extract_before_every_index_date_shows_nothing(world):
    card = REGISTER_CARD.change(period=None, extracted=DAY(2018, 1, 1))
    run = world.run(register=world.register_dataset(card=card), events=world.events())
    assert run.findings["extract_before_window"].severity == "serious"
    assert run.findings["extract_before_window"].count == len(world.trial)
    assert run.flow["participants"].iloc[-1] == 0
    assert not run.participants["is_true_zero"].any()


def test_immortal_time_is_found(world):
    early = pd.to_datetime(world.trial["consent_date"])
    frame = world.trial.assign(eligible_on=(early + pd.Timedelta(days=7)).dt.date.astype(str))
    frame.loc[:2, "eligible_on"] = frame.loc[:2, "consent_date"]
    follow_up = trials.FollowUp("consent_date", from_days=-30, to_days=30, eligible="eligible_on")
    found = world.run(world.trial_dataset(frame), follow_up=follow_up, events=world.events()).findings
    assert found["eligible_after_index"].count == len(frame) - 3
    assert found["window_before_index"].count == len(frame)
    assert found["events_before_index"].count > 0


def test_places_outside_coverage_are_no_true_zero_and_need_not_be_sent(world):
    card = REGISTER_CARD.change(places=("leeds", "York"))
    away = ~world.trial["site"].isin(["Leeds", "York"]) & (world.trial["linkage_consent"] == "yes")
    register = world.register_dataset(card=card)
    run = world.run(register=register, place="site", events=world.events())
    ids = world.trial.loc[away, "participant_id"]
    assert not run.participants.set_index("id").loc[ids, "in_coverage"].any()
    kept = world.run(register=register, place="site", send_outside=False, events=world.events())
    states = kept.participants.set_index("id").loc[ids]
    assert (states["state"] == "not sent").all()
    assert states["reasons"].str.startswith("outside the places that the data cover").all()


def test_spells_of_the_register_itself_count_where_they_touch_the_window(world):
    card = REGISTER_CARD.change(spells=SpellColumns("from", "to"))
    index = pd.to_datetime(world.trial.set_index("participant_id")["consent_date"])
    pupil = world.matches.drop_duplicates("right_id").set_index("right_id")["left_id"]
    day = world.register["pupil_id"].map(pupil).map(index).fillna(pd.Timestamp("2010-01-01"))
    seen, unseen = "traced with records", "traced, no record in window"
    for start, end, state in ((-9, 0, seen), (-9, -1, unseen), (-9, None, seen), (366, None, unseen)):
        dated = world.register.assign(**{
            "from": (day + pd.Timedelta(days=start)).dt.date.astype(str),
            "to": None if end is None else (day + pd.Timedelta(days=end)).dt.date.astype(str),
        })  # fmt: skip
        run = world.run(register=world.register_dataset(dated, card))
        true = run.links.merge(world.matches)["left_id"]
        people = run.participants.set_index("id").loc[true]
        assert (people.loc[people["window_is_whole"], "state"] == state).mean() > 0.97


def test_spells_that_end_before_they_start_are_refused_by_their_rows(world):
    events = world.events().assign(end="2000-01-01")
    with pytest.raises(DataError, match=r"records end \('end'\) before they start \('date'\).*rows 1, 2, 3"):
        world.run(events=events, event_columns=trials.EventColumns(end="end"))


@pytest.mark.parametrize("parts", [{"index": " "}, {"index": "day", "from_days": 3, "to_days": 2}])
def test_a_follow_up_that_cannot_be_is_refused(parts):
    with pytest.raises(SpecError, match="follow_up"):
        trials.FollowUp(**parts)


days = st.integers(-40, 40)


@settings(max_examples=60)
@given(st.data())
def test_records_within_windows_are_those_that_a_plain_count_finds(data):
    size, persons = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 4))
    pairs = data.draw(
        st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, persons - 1)), unique=True, max_size=8)
    )
    events = data.draw(
        st.lists(st.tuples(st.integers(-1, persons - 1), st.none() | days, st.integers(0, 9)), max_size=12)
    )
    index = data.draw(st.lists(days, min_size=size, max_size=size))
    found = _windows([str(datetime.date(2021, 6, 1) + datetime.timedelta(one)) for one in index],
                     trials.FollowUp("day", from_days=-3, to_days=10))  # fmt: skip
    base = (datetime.date(2021, 6, 1) - datetime.date(1970, 1, 1)).days
    start = np.array([NO_DAY if day is None else base + day for _, day, _ in events], np.int64)
    end = np.array([NO_DAY if day is None else base + day + length for _, day, length in events], np.int64)
    held = Events(np.array([one for one, _, _ in events], np.int64), start, end, is_dated=True)
    who = np.array([one for one, _ in pairs], np.int64)
    whom = np.array([one for _, one in pairs], np.int64)
    counts, earlier = records_within(who, whom, held, found, size)
    for row in range(size):
        mine = {person for one, person in pairs if one == row}
        dated = [(day, day + length) for person, day, length in events if person in mine and day is not None]
        assert counts[row] == sum(a <= index[row] + 10 and b >= index[row] - 3 for a, b in dated)
        assert earlier[row] == sum(b < index[row] for _, b in dated)


@given(st.data())
def test_the_flow_adds_up_and_states_are_a_partition(data):
    size = data.draw(st.integers(1, 12))
    mask = st.lists(st.booleans(), min_size=size, max_size=size).map(lambda held: np.array(held, bool))
    people = Participants(
        np.array([f"T{row}" for row in range(size)], object),
        tuple(Leaving("consented to linkage", name, data.draw(mask)) for name in "ab"),
        tuple(Leaving("sent", name, data.draw(mask)) for name in "cd"),
        data.draw(mask), data.draw(mask), data.draw(mask), np.array(data.draw(mask), np.int64), None, data.draw(mask),
    )  # fmt: skip
    known = data.draw(st.booleans())
    stages = stages_of(people, is_traced_known=known)
    flow = flow_of(stages)
    assert flow["participants"].iloc[0] == size
    assert (
        flow["participants"].to_numpy()[1:] + flow["left_out"].to_numpy()[1:] == flow["participants"].to_numpy()[:-1]
    ).all()
    assert leaving_of(stages)["participants"].sum() + flow["participants"].iloc[-1] == size
    assert set(people.states()) <= set(STATES)
    assert ((people.states() == "refused or withdrew") == people.is_refused).all()
    assert not people.table()["is_true_zero"].to_numpy()[~people.is_sent].any()


def test_the_flow_of_a_run_adds_up_to_whoever_was_randomised(run):
    flow = run.flow
    assert flow["stage"].tolist() == ["randomised", "consented to linkage", "sent", "traced", "linked", "in coverage"]
    assert flow["left_out"].sum() + flow["participants"].iloc[-1] == flow["participants"].iloc[0]
    reached = run.participants["reached"].value_counts()
    assert reached["in coverage"] == flow["participants"].iloc[-1]


def test_nothing_that_is_said_shows_a_participant(run, world):
    said = " ".join([repr(run), str(run.findings), run.consort_text(), str(run.freeze()), str(run.pipeline),
                     run.flow.to_string(), run.leaving.to_string(), str(run.sections)])  # fmt: skip
    for column in ("participant_id", "child_last_name", "home_postcode", "child_dob"):
        assert not [value for value in world.trial[column].dropna() if len(value) > 3 and str(value) in said.split()]


def test_a_pipeline_is_saved_and_read_as_a_plan_file(tmp_path):
    made = trials.trial_to_admin(follow_up=FOLLOW_UP, needs="date_of_birth", trace="trace.csv", place="site",
                                 event_columns=trials.EventColumns(start="admitted"))  # fmt: skip
    path = made.save(tmp_path / "plan.toml")
    again = lk.pipelines.Pipeline.load(path)
    assert again.change(trace="trace.csv") == made
    assert again.follow_up == FOLLOW_UP
    until = made.change(follow_up=trials.FollowUp("day", until=DAY(2024, 1, 2)))
    assert lk.pipelines.Pipeline.load(until.save(path)).follow_up.until == DAY(2024, 1, 2)
    assert "follow up: day 0 to day 365" in str(made)


def test_the_report_draws_who_left_after_the_stage_they_came_from(run):
    drawn = run.sections[0].tables[0].rows
    for row, after in pairwise(drawn):
        assert row["participants"] - row["left_out"] == after["participants"]
        assert bool(row["left_out"]) == bool(row["reason"])
    assert drawn[-1]["left_out"] == 0


FORMS = {"compact": "%Y%m%d", "with a time": "%Y-%m-%dT09:30:00", "day first": "%d/%m/%Y", "month first": "%m/%d/%Y"}


@pytest.mark.parametrize("form", FORMS)
def test_dates_are_read_in_the_form_in_which_they_are_written(world, run, form):
    written = pd.to_datetime(world.trial["consent_date"]).dt.strftime(FORMS[form])
    events = world.events()
    events["date"] = pd.to_datetime(events["date"]).dt.strftime(FORMS[form])
    again = world.run(world.trial_dataset(world.trial.assign(consent_date=written)), events=events)
    pd.testing.assert_frame_equal(again.participants, run.participants)


def test_numbers_like_20200805_are_dates(world, run):
    written = pd.to_datetime(world.trial["consent_date"]).dt.strftime("%Y%m%d").astype(int)
    events = world.events()
    events["date"] = pd.to_datetime(events["date"]).dt.strftime("%Y%m%d").astype(int)
    again = world.run(world.trial_dataset(world.trial.assign(consent_date=written)), events=events)
    pd.testing.assert_frame_equal(again.participants, run.participants)


def test_compact_days_of_the_register_s_own_events_are_read(world):
    card = REGISTER_CARD.change(spells=SpellColumns("event_date"))
    day = pd.Series(np.datetime64("2023-01-01") + np.arange(len(world.register)) % 700)
    people = [
        world.run(register=world.register_dataset(world.register.assign(event_date=day.dt.strftime(form)), card))
        for form in ("%Y-%m-%d", "%Y%m%d")
    ]
    pd.testing.assert_frame_equal(people[0].participants, people[1].participants)
    assert (people[0].participants["state"] == "traced with records").any()


def test_an_order_that_nothing_shows_is_told_and_can_be_said(world):
    frame = world.trial.assign(consent_date="03/04/2022")
    run = world.run(world.trial_dataset(frame), events=world.events())
    assert run.findings["order_of_dates"].count == len(frame)
    assert run.participants["window_start"].dropna().eq(pd.Timestamp("2022-04-03")).all()
    said = world.run(world.trial_dataset(frame), events=world.events(), day_first=False)
    assert said.participants["window_start"].dropna().eq(pd.Timestamp("2022-03-04")).all()
    assert "order_of_dates" not in [one.name for one in said.findings]


def test_index_dates_of_which_most_cannot_be_read_are_refused_by_their_rows(world):
    frame = world.trial.assign(consent_date=["2022-01-01", *["soon"] * (len(world.trial) - 1)])
    with pytest.raises(
        DataError, match=r"values of 'consent_date' cannot be read as a whole day \(rows 2, 3, 4"
    ) as told:
        world.run(world.trial_dataset(frame))
    assert "soon" not in str(told.value)
    with pytest.raises(DataError, match=r"the events: \d+ of \d+ values of 'date' cannot be read"):
        world.run(events=world.events().assign(date="soon"))


def test_a_few_events_without_a_day_are_counted_with_their_rows(world):
    events = world.events()
    events.loc[[4, 7], "date"] = "soon"
    found = world.run(events=events).findings["events_without_date"]
    assert (found.count, found.rows) == (2, (5, 8))


def test_reversed_spells_of_the_register_are_told_by_the_rows_of_its_file(world):
    card = REGISTER_CARD.change(spells=SpellColumns("from", "to"))
    shuffled = world.register.sample(frac=1, random_state=4).reset_index(drop=True)
    frame = shuffled.assign(**{"from": "2022-01-01", "to": "2022-02-01"})
    frame.loc[[2, 30], "to"] = "2021-01-01"
    register = world.register_dataset(frame, card)
    with pytest.raises(DataError, match=r"2 of \d+ records end .* rows 3, 31\. .*on_reversed='swap'") as told:
        world.run(register=register)
    assert "leave the end out" not in str(told.value)
    for said in ("swap", "drop"):
        assert world.run(register=register, on_reversed=said).findings["reversed_spells"].count == 2
    with pytest.raises(SpecError, match="on_reversed must be one of"):
        trials.trial_to_admin(on_reversed="mend")


def test_a_reversed_spell_that_is_swapped_counts_and_one_that_is_dropped_does_not(world):
    first = world.run(events=world.events()).participants.query("records_in_window >= 0 and window_is_whole").iloc[0]
    links = world.run(events=world.events()).links.set_index("left_id")
    day = first["window_start"] + pd.Timedelta(days=5)
    events = pd.DataFrame({
        "person_id": links.loc[first["id"], "right_id"], "date": [str((day + pd.Timedelta(days=3)).date())],
        "until": [str(day.date())],
    })  # fmt: skip
    for said, state in (("swap", "traced with records"), ("drop", "traced, records not known")):
        run = world.run(events=events, event_columns=trials.EventColumns(end="until"), on_reversed=said)
        person = run.participants.set_index("id").loc[first["id"]]
        assert person["state"] == state
        assert pd.isna(person["records_in_window"]) if said == "drop" else person["records_in_window"] == 1


def test_an_event_without_a_day_may_be_in_the_window_and_is_no_zero(world, run):
    events = world.events()
    zero = run.participants.query("is_true_zero").set_index("id").index
    links = run.links.set_index("left_id")["right_id"]
    mine = links.loc[[one for one in zero if links[one] in set(events["person_id"])]]
    assert len(mine) > 3
    events.loc[events["person_id"] == mine.iloc[0], "date"] = "soon"
    events.loc[events["person_id"] == mine.iloc[1], "date"] = None
    again = world.run(events=events)
    people = again.participants.set_index("id")
    assert (people.loc[mine.index[:2], "state"] == "traced, records not known").all()
    assert not people.loc[mine.index[:2], "is_true_zero"].any()
    assert people.loc[mine.index[2:], "is_true_zero"].all()
    assert again.findings["event_day_not_known"].count == 2


@pytest.mark.parametrize("days", [2**31 + 1, 2**63, -(2**70)])
def test_numbers_of_days_beyond_all_days_are_refused(days):
    for part in ("from_days", "to_days"):
        with pytest.raises(SpecError, match=f"follow_up.{part} must be at most"):
            trials.FollowUp("consent_date", **{part: days})
    with pytest.raises(SpecError, match="reporting_lag_days"):
        REGISTER_CARD.change(reporting_lag_days=10**18)
    with pytest.raises(SpecError, match="ages are the least and the most age"):
        REGISTER_CARD.change(ages=(0, 10**18))


def test_a_lag_before_the_first_day_of_the_calendar_leaves_nothing_to_be_seen():
    assert last_seen_day(REGISTER_CARD.change(extracted=DAY(50, 1, 1), reporting_lag_days=36_525)) == DAY(1, 1, 1)
