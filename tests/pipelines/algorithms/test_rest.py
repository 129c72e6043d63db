"""The step for what no pass links: mother and baby as published, and a step of one's own."""

from __future__ import annotations

import dataclasses
import json

import pandas as pd
import pytest

import linkkit as lk
from linkkit import compare
from linkkit.block import on
from linkkit.decide import OneToMany, OneToOne
from linkkit.errors import DiagnosisError, SpecError
from linkkit.pipelines import Algorithm, Pass, algorithm
from linkkit.pipelines.algorithms import Hold, Rest

MOTHER_BABY = algorithm("mother_baby")
TAIL = ("birth_weight", "gestation", "maternal_age")


@pytest.fixture(scope="module")
def births():
    return lk.synth.births(3_000, seed=4)


@pytest.fixture(scope="module")
def linked(births):
    return MOTHER_BABY.link(*(one.dataset() for one in births))


def test_the_second_step_finds_what_the_first_misses(births, linked):
    truth = births[0].matches(births[1])
    alone = dataclasses.replace(MOTHER_BABY, rest=None).link(*(one.dataset() for one in births))
    first, both = alone.evaluate(truth), linked.evaluate(truth)
    # The source links 42 % by the first step and 98 % by both, .15 % of them falsely.
    assert 0.3 < first.recall < 0.5
    assert both.recall > 0.97
    assert both.precision > 0.99
    assert set(map(tuple, alone.links.iloc[:, :2].to_numpy())) <= set(map(tuple, linked.links.iloc[:, :2].to_numpy()))


def test_each_link_says_which_step_made_it(births, linked):
    links, passes = linked.links, linked.passes.set_index("pass")
    assert links["pass"].value_counts().to_dict() == passes["links"].to_dict()
    assert links.loc[links["pass"] == "1", "score"].isna().all()
    assert links.loc[links["pass"] == "probabilistic", "score"].notna().all()
    assert links["left_id"].is_unique  # a baby has one mother
    outcome = linked.outcomes.set_index("id").loc[links["left_id"], "pass"]
    assert outcome.tolist() == links["pass"].tolist()
    assert len(linked.outcomes) == len(births[0].frame)
    assert "of what no pass links" in str(MOTHER_BABY)


def test_the_run_of_the_step_can_be_looked_at(linked):
    assert {"place", "time of birth", "birth_weight"} <= {one.name for one in linked.rest.plan.compare}
    assert len(linked.rest.links) == int((linked.links["pass"] == "probabilistic").sum())
    assert linked.rest.records.datasets[0].left_out[-1][0] == "linked by an earlier pass"


def test_rows_in_another_order_give_the_same_links(births, linked):
    mixed = [
        lk.Dataset(one.frame.sample(frac=1, random_state=number), name=one.name, id=one.id)
        for number, one in enumerate(births)
    ]
    pd.testing.assert_frame_equal(MOTHER_BABY.link(*mixed).links, linked.links)


def test_dates_and_numbers_are_read_however_they_are_written(births, linked):
    babies = births[0].frame.copy()
    for field in ("episode_start", "episode_end", "estimated_delivery_date", "antenatal_date"):
        babies[field] = pd.to_datetime(babies[field]).dt.strftime("%d %B %Y")
    babies["birth_weight"] = pd.to_numeric(babies["birth_weight"])  # with gaps: 3400.0
    said = {"episode_end": "episode_end", "birth_weight": "birth_weight"}  # called by name, their kind is not known
    made = MOTHER_BABY.link(lk.Dataset(babies, name="babies", id="babies_id", fields=said), births[1].dataset())
    pd.testing.assert_frame_equal(made.links, linked.links)


def test_fields_that_are_not_there_are_done_without_and_said(births):
    truth = births[0].matches(births[1])
    gone = ["antenatal_date", "antenatal_gestation", "delivery_place", "ethnicity"]
    made = MOTHER_BABY.link(
        lk.Dataset(births[0].frame.drop(columns=gone), name="babies", id="babies_id"), births[1].dataset()
    )
    assert any(all(field in note for field in gone[:3]) for note in made.notes)
    assert "first assessment" not in {one.name for one in made.rest.plan.compare}
    assert made.evaluate(truth).recall > 0.9


def test_with_hardly_a_field_the_step_does_not_run_and_says_for_want_of_what(births):
    few = ["babies_id", "hospital", "gp_practice", "sex"]
    babies = lk.Dataset(births[0].frame[few], name="babies", id="babies_id")
    names = [field for field in MOTHER_BABY.rest.fields if field in ("hospital", "gp_practice", "sex")]
    loose = dataclasses.replace(MOTHER_BABY, passes=(Pass("1", "all", on(*names)),))
    made = loose.link(babies, births[1].dataset())
    assert made.rest is None
    assert "birth_weight" in made.passes.set_index("pass").loc["probabilistic", "lacking"]


def test_too_few_to_learn_from_is_said():
    babies, deliveries = lk.synth.births(50, seed=1)
    made = MOTHER_BABY.link(lk.Dataset(babies.frame[:10], name="babies", id="babies_id"), deliveries.dataset())
    assert made.rest is None
    assert any("it takes 30" in note for note in made.notes)


def test_what_is_saved_says_both_steps_and_holds_the_model(linked, tmp_path):
    folder = linked.save(tmp_path / "out")
    record = json.loads((folder / "algorithm.json").read_text())
    assert [step["name"] for step in record["algorithm"]["passes"]] == ["1", "probabilistic"]
    assert "time of birth" in record["algorithm"]["passes"][1]["rule"]
    assert [one["links"] for one in record["counts"]["passes"]] == linked.passes["links"].tolist()
    again = lk.score.load_model(folder / "model.json")
    assert [one.name for one in again.comparisons] == [one.name for one in linked.rest.plan.compare]


def test_another_step_under_the_same_name_is_no_published_one(births, tmp_path):
    plan = MOTHER_BABY.rest.plan.change(compare=MOTHER_BABY.rest.plan.compare[:3])
    other = dataclasses.replace(MOTHER_BABY, rest=dataclasses.replace(MOTHER_BABY.rest, plan=plan))
    files = []
    for made in births:
        made.write(tmp_path / f"{made.name}.csv")
        files.append(lk.Dataset(tmp_path / f"{made.name}.csv", id=made.id))
    assert (MOTHER_BABY.link(*files).save(tmp_path / "published") / "plan.toml").exists()
    assert not (other.link(*files).save(tmp_path / "own") / "plan.toml").exists()


def test_the_step_goes_on_where_a_field_of_the_first_pass_is_not_there(births):
    babies = lk.Dataset(births[0].frame.drop(columns="sex"), name="babies", id="babies_id")
    made = MOTHER_BABY.link(babies, births[1].dataset())
    assert made.passes.set_index("pass").loc["1", "lacking"] == "sex"
    assert made.evaluate(births[0].matches(births[1])).recall > 0.95
    assert any("without sex" in note for note in made.notes)


def test_what_preparation_took_out_is_counted(births):
    babies = births[0].frame.copy()
    babies.loc[::7, "birth_weight"] = "heavy"
    made = MOTHER_BABY.link(lk.Dataset(babies, name="babies", id="babies_id"), births[1].dataset())
    count = len(babies.loc[::7])
    assert f"babies: birth_weight counts as missing in {count:,} records (not a number {count:,})" in made.notes


def test_prepared_datasets_are_linked_as_they_are(births, linked):
    made = MOTHER_BABY.link(*(one.dataset() for one in births), prepared=True)
    assert len(made) == pytest.approx(len(linked), rel=0.02)


def test_it_stands_beside_fellegi_sunter(births):
    # Of deliveries linkkit's default knows next to nothing, and says so.
    datasets = [one.dataset() for one in births]
    found = lk.pipelines.compare(*datasets, algorithms=["mother_baby"], truth=births[0].matches(births[1]))
    assert found.table.loc["mother_baby", "precision"] > 0.99


# --- a step of one's own
# ---------------------------------------------------------------------------------------------------------------------
PLAN = lk.Plan(
    block=(on("surname"), on("date_of_birth")),
    compare=(compare.name("given_name"), compare.surname(), compare.date(), compare.postcode()),
    decide=OneToOne(),
)
ANY = lk.Plan(block=PLAN.block, compare=PLAN.compare)
EXACT = Pass("exact", "all alike", on("given_name", "surname", "date_of_birth", "postcode"))


def _mine(**parts):
    rest = Rest("likely", "weighed", parts.pop("plan", PLAN), {})
    return Algorithm(
        **{"name": "mine", "title": "Mine", "version": "1", "date": "2026", "passes": (EXACT,), "rest": rest, **parts}
    )


@pytest.fixture(scope="module")
def people():
    return lk.synth.families(900, seed=2)


@pytest.mark.parametrize(
    ("unique", "decide", "once"),
    [("one_to_one", OneToOne(), ("left_id", "right_id")), ("many_to_one", OneToMany("right"), ("left_id",)),
     ("one_to_many", OneToMany("left"), ("right_id",))],
)  # fmt: skip
def test_who_has_a_link_has_no_second(people, unique, decide, once):
    mine = _mine(unique=unique, plan=PLAN.change(decide=decide))
    made = mine.link(*(one.dataset() for one in people))
    for side in once:
        assert made.links[side].is_unique
    quality = made.evaluate(people[0].matches(people[1]))
    assert quality.precision > 0.95
    assert quality.recall > 0.85


def test_what_the_step_leaves_to_people_is_said(people):
    unsure = OneToOne(at_least=0.999, review=(0.01, 0.999))
    made = _mine(plan=PLAN.change(decide=unsure)).link(*(one.dataset() for one in people))
    kept = made.review[made.review["pass"] == "likely"]
    assert len(kept) == made.passes.set_index("pass").loc["likely", "review"] > 0
    assert set(kept["reason"]) == {"pass for review"}
    assert len(made.links) + len(made.review) == len(made.left)


def test_what_is_kept_for_people_stays_with_them(people):
    hold = Hold("one postcode", where=compare.equal("sex"))
    held = _mine(passes=(dataclasses.replace(EXACT, holds=(hold,)),))
    made = held.link(*(one.dataset() for one in people))
    kept = made.review[made.review["reason"] == "one postcode"]
    assert len(kept) > 50
    assert not set(kept["left_id"]) & set(made.links["left_id"])
    assert not set(kept["right_id"]) & set(made.links["right_id"])


def test_a_model_that_cannot_be_right_is_refused_with_the_way_out(births):
    every_tenth = lk.score.FellegiSunter(learn_from="candidates", prior=0.1)  # more matches than there are records
    plan = MOTHER_BABY.rest.plan.change(score=every_tenth)
    doubtful = dataclasses.replace(MOTHER_BABY, rest=dataclasses.replace(MOTHER_BABY.rest, plan=plan))
    with pytest.raises(DiagnosisError, match=r"(?s)mother_baby, step probabilistic: .*rest=None") as caught:
        doubtful.link(*(one.dataset() for one in births))
    assert caught.value.diagnosis.findings


def test_a_step_needs_a_whole_plan_and_algorithms_that_link():
    with pytest.raises(SpecError, match="says what it compares"):
        Rest("2", "anything", lk.Plan(), {})
    with pytest.raises(SpecError, match="needs a Plan; got a NoneType"):
        Rest("2", "anything", None, {})
    with pytest.raises(SpecError, match="kind must be one of"):
        Rest("2", "anything", PLAN, {"town": "zzz"})
    with pytest.raises(SpecError, match="is a Rest"):
        dataclasses.replace(MOTHER_BABY, rest=PLAN)
    with pytest.raises(SpecError, match="blocks by on"):
        Rest("2", "anything", PLAN.change(block=lk.block.every_pair()), {})
    with pytest.raises(SpecError, match="leaves no rest"):
        _mine(unique="persons", passes=(dataclasses.replace(EXACT, persons="gather"),))
    for plan in (PLAN.change(decide=OneToMany("left")), PLAN.change(decide=lk.decide.Cluster(at_least=0.5)), ANY):
        with pytest.raises(SpecError, match="needs a decision that holds to it"):
            _mine(plan=plan)
    with pytest.raises(SpecError, match="two passes of one name"):
        _mine(passes=(dataclasses.replace(EXACT, name="likely"),))
