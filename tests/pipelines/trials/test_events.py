"""Events by the ids of the register: whom they find, and what their lack may be taken for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.pipelines.trials.helpers_trials import REGISTER_CARD

from linkkit.cards import Consent
from linkkit.errors import DataError
from linkkit.pipelines import trials


@pytest.mark.parametrize("respelled", [lambda ids: ids.str.lower(), lambda ids: ids + " ", lambda ids: "X" + ids])
def test_events_that_find_nobody_in_the_register_are_refused(world, respelled):
    events = world.events()
    events["person_id"] = respelled(events["person_id"])
    with pytest.raises(
        DataError, match=r"none of \d+ persons in 'person_id' stand among the \d+ of register.*an empty"
    ):
        world.run(events=events)


def test_events_of_which_hardly_any_finds_a_person_are_refused(world):
    events = world.events()
    events["person_id"] = np.where(events["person_id"] == events["person_id"][0], "", "x") + events["person_id"]
    with pytest.raises(DataError, match=r"1 of \d+ persons in 'person_id' stand among the"):
        world.run(events=events)


def test_events_without_an_id_are_refused(world):
    with pytest.raises(DataError, match=r"the events: no row has an id in 'person_id'"):
        world.run(events=world.events().assign(person_id=None))


def test_nobody_may_have_had_an_event(world):
    assert world.run(events=world.events()[:0]).participants["is_true_zero"].sum() > 0


def test_a_file_of_events_may_be_of_many_more_persons_than_the_register(world, run):
    events = world.events()
    others = pd.DataFrame({"person_id": [f"X{n}" for n in range(40 * len(events))], "date": "2023-01-01"})
    found = world.run(events=pd.concat([events, others]))
    assert found.participants["state"].tolist() == run.participants["state"].tolist()
    assert found.findings["events_of_unknown_persons"].count == len(others)
    assert f"{len(others):,} events were of persons whom register does not have" in found.consort_text()


def test_a_rare_event_of_a_whole_country_finds_few_of_the_register(world):
    one = world.events()[:1]
    others = pd.DataFrame({"person_id": [f"X{n}" for n in range(2 * len(world.register))], "date": "2023-01-01"})
    assert world.run(events=pd.concat([one, others])).findings["events_of_unknown_persons"].count == len(others)


def test_events_of_whoever_opted_out_of_the_register_are_not_taken_for_wrong_ids(world):
    """The few who stay had no event."""
    events = world.events()
    frame = world.register.assign(out=np.where(world.register["pupil_id"].isin(events["person_id"]), "yes", "no"))
    card = REGISTER_CARD.change(consent=Consent(("any",), opt_out="out"))
    found = world.run(register=world.register_dataset(frame, card), events=events)
    assert found.findings["events_of_unknown_persons"].count == len(events)


def test_a_spell_left_out_for_its_order_makes_no_true_zero(world, run):
    """Its days are not known, as where they cannot be read."""
    events = world.events().assign(end="2000-01-01")
    parts = {"events": events, "event_columns": trials.EventColumns(end="end"), "on_reversed": "drop"}
    found = world.run(**parts)
    had = run.participants["id"].isin(run.links["left_id"][run.links["right_id"].isin(events["person_id"])])
    left = found.participants[had & found.participants["in_coverage"].fillna(False)]
    assert len(left) > 30
    assert left["state"].eq("traced, records not known").all()
    assert left["records_in_window"].isna().all()
    assert not left["is_true_zero"].any()
    assert left["reasons"].str.contains("the days of an event of theirs are not known").all()
    assert found.findings["reversed_spells"].count == len(events)
    assert "events_without_date" not in {one.name for one in found.findings.findings}


def test_blanks_around_the_number_of_a_person_lose_no_event(world):
    """A register of several records a person, whose numbers are written with blanks here and there, as are events."""
    frame = pd.concat([world.register, world.register[::7]]).reset_index(drop=True)
    frame["record"] = range(len(frame))
    card = REGISTER_CARD.change(id="record", person="pupil_id")
    plain = world.run(register=world.register_dataset(frame, card), events=world.events())
    events = world.events()
    events.loc[::3, "person_id"] += "  "
    frame.loc[::2, "pupil_id"] += " "
    found = world.run(register=world.register_dataset(frame, card), events=events)
    pd.testing.assert_frame_equal(found.participants, plain.participants)


def test_a_window_that_records_without_days_cannot_keep_to_is_told(plain_run, run):
    """Nothing names days in the register: a record of any day counts, whatever the window."""
    found = plain_run.findings["records_without_days"]
    assert found.count == len(plain_run.linkage.datasets[1])
    assert found.severity == "serious"
    assert "Records of any day were counted: register names no column of days." in plain_run.consort_text()
    assert "Events up to" not in plain_run.consort_text()
    assert "records_without_days" not in {one.name for one in run.findings.findings}
    assert "Events up to 2024-12-02 were counted" in run.consort_text()


def test_without_a_window_records_without_days_are_as_they_should_be(world):
    found = world.run(follow_up=None)
    assert "records_without_days" not in {one.name for one in found.findings.findings}
