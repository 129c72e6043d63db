"""Parts of pipelines are read by their types, from Python and as a plan file says them."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pytest

import linkkit as lk
from linkkit.errors import SpecError
from linkkit.pipelines import PIPELINES, case_study, intervention_to_admin, pipeline, spine, trial_to_admin, trials
from linkkit.pipelines.case_studies import Attribute

TABLE = {"index": "randomised on", "to_days": 365, "until": "2020-12-31"}
MADE = trials.FollowUp("randomised on", to_days=365, until=datetime.date(2020, 12, 31))


def test_a_table_is_the_spec_that_it_describes():
    assert trial_to_admin(follow_up=TABLE).follow_up == MADE
    assert trial_to_admin().change(follow_up=TABLE).follow_up == MADE
    assert trial_to_admin().change(follow_up=MADE).follow_up is MADE
    found = trial_to_admin(event_columns={"end": "left"}, trace_columns={"participant": "sid"})
    assert found.event_columns == trials.EventColumns(end="left")
    assert found.trace_columns == trials.TraceColumns("sid")
    assert trials.FollowUp("a", until="2020-12-31").until == datetime.date(2020, 12, 31)


def test_values_of_python_are_taken_as_they_are():
    assert trial_to_admin(needs="surname", trace=Path("back") / "trace.csv").needs == ("surname",)
    assert trial_to_admin(trace=Path("trace.csv")).trace == "trace.csv"
    assert intervention_to_admin(ages=[0, 18], merge_days=np.int64(3)).merge_days == 3
    mixed = ("ethnicity", Attribute("fsm", "share", values=("1",)))
    assert case_study(attributes=mixed).attributes == mixed
    assert case_study(attributes=mixed[1]).attributes == mixed[1:]
    assert case_study(attributes=["a", {"column": "b", "show": "mean"}]).shown[1] == Attribute("b", "mean")
    assert spine(unique={"school"}).unique == ("school",)


@pytest.mark.parametrize(
    ("make", "parts", "words"),
    [
        (trial_to_admin, {"needs": 5}, r"needs\[0\] must be a text; got the number 5"),
        (trial_to_admin, {"follow_up": 7}, r"follow_up must be FollowUp\(...\), or a table with its parts"),
        (trial_to_admin, {"follow_up": "randomised_on"}, "follow_up must be FollowUp.*got a text"),
        (trial_to_admin, {"follow_up": {"idx": "a"}}, "has no key 'idx'"),
        (trial_to_admin, {"follow_up": {"index": 3}}, "follow_up.index must be a text; got the number 3"),
        (trial_to_admin, {"follow_up": {"index": "a", "to_days": -1}}, "to_days must not be before from_days"),
        (trial_to_admin, {"plan": {"keep": 0.1}}, "plan must be a linkkit.Plan"),
        (trial_to_admin, {"send_outside": "no"}, "send_outside must be true or false; got a text"),
        (trial_to_admin, {"place": object()}, "place cannot be object"),
        (trials.FollowUp, {"index": "a", "until": "soon"}, "follow_up.until"),
        (trials.FollowUp, {"index": "a", "to_days": "a year"}, "follow_up.to_days must be a whole number"),
        (trials.FollowUp, {"index": None}, "follow_up.index must be a text"),
        (intervention_to_admin, {"merge_days": "two"}, "merge_days must be a whole number; got a text"),
        (intervention_to_admin, {"ages": ["a", "b"]}, r"ages\[0\] must be a whole number"),
        (intervention_to_admin, {"on_missing": 5}, "on_missing must be 'refuse' or 'drop'"),
        (case_study, {"attributes": [7]}, r"attributes\[0\] must be Attribute"),
        (case_study, {"least_k": 2.5}, "least_k must be a whole number"),
        (spine, {"project": 5}, "project must be a text; got the number 5"),
    ],
)
def test_another_type_is_refused_in_words(make, parts, words):
    with pytest.raises(SpecError, match=words):
        make(**parts)


def test_all_mistakes_come_at_once():
    with pytest.raises(SpecError) as caught:
        trial_to_admin(needs=5, send_outside="no", follow_up={"index": 3})
    assert len(str(caught.value).splitlines()) == 3


@pytest.mark.parametrize("name", sorted(PIPELINES))
def test_every_pipeline_is_as_usual_and_saved_as_it_is(name, tmp_path):
    chosen = pipeline(name)
    assert lk.pipelines.Pipeline.load(chosen.save(tmp_path / "plan.toml")) == chosen
