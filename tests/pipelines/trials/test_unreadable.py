"""Columns that hold lists or structs where one value a row is wanted are refused by their names."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.pipelines.trials.helpers_trials import FOLLOW_UP, REGISTER_CARD

from linkkit.errors import DataError
from linkkit.pipelines import trials

FORMS = [[1, 2], {"a": 1}]


def _filled(frame, column, value):
    return frame.assign(**{column: pd.Series([value] * len(frame), index=frame.index)})


@pytest.mark.parametrize("value", FORMS)
@pytest.mark.parametrize("column", ["person_id", "date"])
def test_of_events(world, column, value):
    with pytest.raises(DataError, match=f"the events: '?{column}'? holds .*; give one text, number or date a row"):
        world.run(events=_filled(world.events(), column, value))


@pytest.mark.parametrize("value", FORMS)
@pytest.mark.parametrize("column", ["participant_id", "traced", "person_id"])
def test_of_a_trace_return(world, column, value):
    trace = _filled(world.trace().assign(person_id="x"), column, value)
    if column == "person_id":
        trace = trace.drop(columns="traced")
    with pytest.raises(DataError, match=f"the trace return: '{column}' holds .*; give one text, number or date a row"):
        world.run(trace=trace)


@pytest.mark.parametrize("value", FORMS)
@pytest.mark.parametrize("part", ["withdrew", "sent", "place", "follow_up"])
def test_of_the_trial(world, part, value):
    trial = world.trial_dataset(_filled(world.trial, "x", value))
    register = world.register_dataset(card=REGISTER_CARD.change(places=("York",)))
    named = trials.FollowUp("x") if part == "follow_up" else "x"
    with pytest.raises(DataError, match=r"trial: 'x' holds .*; give one text, number or date a row"):
        world.run(trial, register, **{"follow_up": FOLLOW_UP, part: named})


@pytest.mark.parametrize("value", FORMS)
def test_of_the_persons_of_the_register(world, value):
    frame = _filled(world.register, "x", value)
    with pytest.raises(DataError, match="register: the column 'x' of persons holds"):
        world.run(register=world.register_dataset(frame, REGISTER_CARD.change(person="x")), events=world.events())


@pytest.mark.parametrize("value", FORMS)
def test_of_the_arms(run, world, value, tmp_path):
    run.freeze(log=tmp_path / "log.jsonl")
    parts = {"by": "A", "why": "b", "lodged": run.freeze().sha256, "log": tmp_path / "log.jsonl"}
    arms = _filled(world.trial[["participant_id"]], "arm", value)
    with pytest.raises(DataError, match=r"allocation: 'arm' holds .*; give one text, number or date a row"):
        run.unblind(**parts, allocation=arms)
    trial = world.trial_dataset(_filled(world.trial, "x", value))
    again = world.run(trial, events=world.events()).freeze(log=tmp_path / "log.jsonl")
    unblinded = world.run(trial, events=world.events()).unblind(**{**parts, "lodged": again.sha256})
    with pytest.raises(DataError, match=r"trial: 'x' holds .*; give one text, number or date a row"):
        unblinded.contrasts(cluster="x")


@pytest.mark.parametrize("part", ["withdrew", "sent", "place", "follow_up.index", "follow_up.eligible"])
def test_a_column_that_is_not_there_is_told_with_the_part_that_names_it(world, part):
    parts = {part: "consent_dat"}
    if part.startswith("follow_up"):
        parts = {"follow_up": trials.FollowUp(**{"index": "consent_date", part.split(".")[1]: "consent_dat"})}
    register = world.register_dataset(card=REGISTER_CARD.change(places=("York",)))
    with pytest.raises(DataError, match=f"trial: {part} names the column 'consent_dat', which is not there. Did you"):
        world.run(register=register, **parts)
