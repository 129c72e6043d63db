"""Plans and the time between records: recommended where the dates are there, checked, written and read."""

from __future__ import annotations

import datetime

import pytest

import linkkit as lk
from linkkit.compare import exact, surname
from linkkit.errors import PlanError
from linkkit.score import FellegiSunter, TimeGaps


@pytest.fixture(scope="module")
def registers():
    people = lk.synth.people(1_500, seed=5, movers=0.5, history_years=8.0)
    return people.register(name="earlier", on=datetime.date(2020, 9, 1)).dataset(), people.register().dataset()


def test_the_recommended_plan_weighs_time_where_both_records_say_when_they_were_written(registers):
    run = lk.link(*registers, progress=False)
    assert run.plan.score.time_gaps == TimeGaps()
    assert "observed_on" not in {field for one in run.plan.compare for field in one.every_field}
    assert not any("observed_on" in column for rule in run.plan.block for column in rule.columns)
    assert {one.comparison for one in run.model.time_gaps.rates} <= {"surname", "postcode", "address"}
    assert run.model.time_gaps.rates
    link = run.links.iloc[0]
    explained = run.explain(link["left_id"], link["right_id"])
    assert any(step.name.endswith("time gap") for step in explained.steps)
    assert sum(step.weight for step in explained.steps) == pytest.approx(explained.weight)


def test_it_leaves_time_aside_where_one_side_has_no_date(registers):
    left, right = registers
    frame = right.to_pandas()
    plain = lk.Dataset(frame, name="plain", id=frame.columns[0], fields={"observed_on": None})
    assert "observed_on" not in plain.fields
    run = lk.link(left, plain, progress=False)
    assert run.plan.score.time_gaps is None
    assert run.model.time_gaps is None


def test_a_report_shows_m_by_years(registers, tmp_path):
    run = lk.link(*registers, progress=False)
    path = run.report(tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert path is not None
    assert "changes a year" in text
    assert "Table of m by years between the records" in text


def test_a_plan_is_checked_before_any_work(registers):
    left, right = registers
    score = FellegiSunter(time_gaps=TimeGaps(("postcode",), on="seen_on"))
    plan = lk.Plan(compare=(surname("surname"), exact("sex")), score=score)
    with pytest.raises(PlanError) as error:
        lk.link(left, right, plan=plan, progress=False)
    text = str(error.value)
    assert "score.time_gaps.on: earlier has no field 'seen_on'" in text
    assert "score.time_gaps names the field 'postcode', which no comparison is of" in text


def test_the_date_must_be_a_date(registers):
    left, right = registers
    plan = lk.Plan(compare=(surname("surname"),), score=FellegiSunter(time_gaps=TimeGaps(("surname",), on="postcode")))
    with pytest.raises(PlanError, match="is of the kind postcode; a date is needed"):
        lk.link(left, right, plan=plan, progress=False)


def test_a_plan_file_holds_it(tmp_path):
    plan = lk.Plan(score=FellegiSunter(time_gaps=TimeGaps(("postcode",), rates={"postcode": 0.08})))
    plan.save(tmp_path / "plan.toml")
    assert lk.Plan.load(tmp_path / "plan.toml") == plan


def test_the_date_of_a_record_is_compared_by_no_recommendation():
    assert [one.name for one in lk.compare.recommended_comparisons(["surname", "observed_on"])] == ["surname"]
