"""What a pipeline saved links the same people again, from another session, and nobody who was left out."""

from __future__ import annotations

import json
import shutil

import pandas as pd
import pytest
from tests.pipelines.trials.helpers_trials import REGISTER_CARD, TRIAL_CARD, World

import linkkit as lk
from linkkit.cards import Card, Consent, Period, SpellColumns
from linkkit.errors import CardError, DataError, PlanError, SpecError
from linkkit.fields import Field
from linkkit.loading import load_run
from linkkit.pipelines import Pipeline, intervention_to_admin, load_pipeline_file, load_spine, spine, trial_to_admin
from linkkit.pseudonymise import Key

SCHOOL = {"urn": Field("urn", "identifier")}


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    """A trial of which some refused, withdrew, were not sent, with cards made in Python; its folder and its run."""
    folder = tmp_path_factory.mktemp("trial")
    world = World(size=700, families=60)
    frame = world.trial.sample(frac=1, random_state=1).assign(withdrew_on=None, posted="yes")
    frame.iloc[:15, frame.columns.get_loc("withdrew_on")] = "2020-01-01"
    frame.iloc[15:30, frame.columns.get_loc("posted")] = "no"
    frame.iloc[30:40, frame.columns.get_loc("linkage_consent")] = "no"
    frame.to_csv(folder / "trial.csv", index=False)
    world.register.to_csv(folder / "register.csv", index=False)
    world.trace().to_csv(folder / "trace.csv", index=False)
    datasets = [
        lk.Dataset(folder / "trial.csv", card=TRIAL_CARD),
        lk.Dataset(folder / "register.csv", card=REGISTER_CARD),
    ]
    pipeline = trial_to_admin(withdrew="withdrew_on", sent="posted", needs=("date_of_birth",))
    run = pipeline.run(*datasets, trace=folder / "trace.csv", progress=False)
    run.save(folder / "out")
    return folder, run


def left_out(run):
    return set(run.participants["id"]) - set(run.linkage.datasets[0].ids.to_pylist())


def rerun(folder):
    file = load_pipeline_file(folder / "plan.toml")
    return file.pipeline.run(*[described.open() for described in file.datasets], progress=False)


def test_a_saved_trial_gives_the_saved_links_and_nobody_who_was_left_out(trial):
    folder, run = trial
    again = load_run(folder / "out", progress=False)
    pd.testing.assert_frame_equal(again.links, run.links)
    assert len(left_out(run)) == 40
    assert not left_out(run) & set(again.datasets[0].ids.to_pylist())
    assert again.datasets[0].left_out == run.linkage.datasets[0].left_out


def test_what_says_who_took_part_says_no_more(trial):
    folder, run = trial
    table = pd.read_parquet(folder / "out" / "taking_part.parquet")
    assert list(table.columns) == ["dataset", "row"]
    source = pd.read_csv(folder / "trial.csv", dtype=str)["participant_id"]
    assert set(source[table["row"]]) == set(run.linkage.datasets[0].ids.to_pylist())


def test_a_saved_plan_of_a_trial_links_and_freezes_the_same(trial):
    folder, run = trial
    assert Pipeline.load(folder / "out" / "plan.toml").trace == str(folder / "trace.csv")
    again = rerun(folder / "out")
    assert again.freeze() == run.freeze()
    pd.testing.assert_frame_equal(again.links, run.links)
    pd.testing.assert_frame_equal(again.participants, run.participants)


def test_a_table_of_the_session_is_named_in_the_plan_as_what_it_lacks(trial, tmp_path):
    folder, run = trial
    run.pipeline.change(trace=None).run(*run.given, trace=pd.read_csv(folder / "trace.csv"), progress=False).save(
        tmp_path
    )
    assert "# trace was a table of the session" in (tmp_path / "plan.toml").read_text("utf-8")
    assert json.loads((tmp_path / "run.json").read_text("utf-8"))["pipeline"] == {
        "kind": "trial_to_admin", "unit": "person", "given_as_tables": ["trace"],
    }  # fmt: skip


def test_a_spine_of_a_trial_is_in_its_plan(trial, tmp_path):
    _, run = trial
    world = World(size=700, families=60)
    world.register.rename(columns={"pupil_id": "person_id"}).to_csv(tmp_path / "everybody.csv", index=False)
    everybody = lk.Dataset(tmp_path / "everybody.csv", id="person_id", kind="administrative")
    made = trial_to_admin(sent="posted").run(*run.given, everybody, progress=False)
    made.save(tmp_path / "out")
    assert rerun(tmp_path / "out").freeze() == made.freeze()
    assert load_run(tmp_path / "out", progress=False).links.equals(made.links)


def test_a_plan_of_a_pipeline_is_no_plan_alone(trial):
    with pytest.raises(PlanError, match="the file is of a pipeline"):
        lk.Plan.load(trial[0] / "out" / "plan.toml")


@pytest.fixture
def copied(trial, tmp_path):
    folder, run = trial
    shutil.copytree(folder, tmp_path / "copy", ignore=shutil.ignore_patterns("trial_log.jsonl"))
    return tmp_path / "copy" / "out", run


@pytest.mark.parametrize("name", ["taking_part.parquet", "plan.1.card.toml"])
def test_whoever_changes_who_took_part_is_refused(copied, name):
    folder, _ = copied
    with (folder / name).open("ab") as file:
        file.write(b"\n")
    with pytest.raises(DataError, match=f"{name} was changed since the run was saved"):
        load_run(folder, progress=False)
    (folder / "taking_part.parquet").unlink()
    with pytest.raises(DataError, match=r"was changed|taking_part.parquet is not there any more"):
        load_run(folder, progress=False)


def test_a_run_that_does_not_say_who_took_part_is_not_linked_otherwise(copied):
    """As runs were saved before: without the rows, the cards and the pipeline."""
    folder, _ = copied
    record = json.loads((folder / "run.json").read_text("utf-8"))
    for name in ("taking_part.parquet", "plan.1.card.toml", "plan.2.card.toml", "plan.toml"):
        del record["files"][name]
    (folder / "taking_part.parquet").unlink()
    text = (folder / "plan.toml").read_text("utf-8").partition("[pipeline]")[0]
    lines = [line for line in text.splitlines() if not line.startswith("card =")]
    (folder / "plan.toml").write_text("\n".join(lines), "utf-8")
    from linkkit.files import sha256

    record["files"]["plan.toml"] = sha256(folder / "plan.toml")
    (folder / "run.json").write_text(json.dumps(record), "utf-8")
    with pytest.raises(DataError, match=r"records in the run, without people who may not be linked; now [\d,]+ would"):
        load_run(folder, progress=False)


def test_links_that_come_out_otherwise_are_refused(copied):
    folder, _ = copied
    links = pd.read_parquet(folder / "links.parquet")
    links.loc[0, "match_weight"] += 1
    links.to_parquet(folder / "links.parquet")
    with pytest.raises(DataError, match=r"links.parquet was changed"):
        load_run(folder, progress=False)
    from linkkit.files import sha256

    record = json.loads((folder / "run.json").read_text("utf-8"))
    record["files"]["links.parquet"] = sha256(folder / "links.parquet")
    (folder / "run.json").write_text(json.dumps(record), "utf-8")
    with pytest.raises(DataError, match="that are not the"):
        load_run(folder, progress=False)


@pytest.mark.parametrize("tier", ["groups", "mask"])
def test_a_saved_trial_is_released_as_the_run_is(trial, tmp_path, tier):
    folder, run = trial
    key = Key.generate(project="unit")
    made = {}
    for name, source in (("saved", folder / "out"), ("run", run)):
        done = lk.release(source, tmp_path / name, project="p", key=key, tier=tier, everyone=tier == "groups")
        made[name] = {path.relative_to(tmp_path / name): pd.read_parquet(path) for path in done.files}
    assert made["saved"].keys() == made["run"].keys()
    for path, frame in made["run"].items():
        columns = list(frame.columns)
        pd.testing.assert_frame_equal(
            made["saved"][path].sort_values(columns, ignore_index=True), frame.sort_values(columns, ignore_index=True)
        )


def test_a_trial_is_not_updated_without_its_pipeline(trial):
    folder, run = trial
    for previous in (folder / "out", str(folder / "out"), run):
        with pytest.raises(DataError, match="part of the pipeline trial_to_admin"):
            lk.update(previous, lk.synth.sample()[1].dataset(), progress=False)
    with pytest.raises(SpecError, match="previous must be a run"):
        lk.update(7)


def test_explain_shows_the_saved_weight_and_nobody_who_withdrew(trial):
    folder, run = trial
    again = load_run(folder / "out", progress=False)
    left, right = run.links.loc[0, ["left_id", "right_id"]]
    assert str(again.explain(left, right)) == str(run.explain(left, right))
    with pytest.raises(DataError):
        again.explain(sorted(left_out(run))[0], right)


def test_a_trial_of_schools_is_explained(tmp_path):
    pd.DataFrame({"sid": ["S1", "S2", "S3"], "urn": ["100001", "100002", "100009"], "arm": ["a", "b", "a"]}).to_csv(
        tmp_path / "schools.csv", index=False
    )
    pd.DataFrame({"key": ["K1", "K2"], "urn": ["100001", "100002"]}).to_csv(tmp_path / "census.csv", index=False)
    consent = Consent(("any",), level="school", scope="heads' form")
    card = Card("schools", "trial", id="sid", unit="school", fields=SCHOOL, allocation="arm", consent=consent)
    other = Card("census", "administrative", id="key", unit="school", fields=SCHOOL)
    run = trial_to_admin().run(
        lk.Dataset(tmp_path / "schools.csv", card=card), lk.Dataset(tmp_path / "census.csv", card=other), progress=False
    )
    run.save(tmp_path / "out")
    assert load_run(tmp_path / "out", progress=False).links.equals(run.links)
    assert Card.load(tmp_path / "out" / "plan.1.card.toml").consent == consent
    assert rerun(tmp_path / "out").freeze() == run.freeze()
    # What was allowed for schools is not allowed for persons.
    file = load_pipeline_file(tmp_path / "out" / "plan.toml")
    with pytest.raises(CardError, match="not of persons"):
        lk.link(*[described.open() for described in file.datasets], progress=False)


def club(form):
    people = lk.synth.people(600, seed=5)
    programme, register = people.intervention(coverage=0.4).frame, people.register().frame
    for column in ("start_date", "end_date"):
        programme[column] = pd.to_datetime(programme[column]).dt.strftime(form)
    return programme, register


def test_a_programme_with_time_gaps_is_loaded_and_rerun(tmp_path):
    programme, register = club("%d/%m/%Y")
    programme.to_csv(tmp_path / "club.csv", index=False)
    register.to_csv(tmp_path / "register.csv", index=False)
    card = Card(
        "club", "intervention", id="attendance_id", person="client_ref",
        spells=SpellColumns("start_date", "end_date", "centre"),
    )  # fmt: skip
    run = intervention_to_admin().run(
        lk.Dataset(tmp_path / "club.csv", card=card),
        lk.Dataset(tmp_path / "register.csv", id="pupil_id", kind="administrative"),
        progress=False,
    )
    assert run.linkage.plan.score.time_gaps is not None
    assert run.linkage.plan.score.time_gaps.on == "observed_on"
    run.save(tmp_path / "out")
    pd.testing.assert_frame_equal(load_run(tmp_path / "out", progress=False).links, run.links)
    again = rerun(tmp_path / "out")
    pd.testing.assert_frame_equal(again.links, run.links)
    pd.testing.assert_frame_equal(again.persons, run.persons)
    with pytest.raises(DataError, match="part of the pipeline intervention_to_admin"):
        lk.update(tmp_path / "out", lk.synth.sample()[1].dataset(), progress=False)


def test_a_spine_is_loaded_as_one(tmp_path):
    made = lk.synth.people(400, seed=2)
    datasets = []
    for name, share in (("school", 0.7), ("health", 0.6)):
        register = made.register(coverage=share)
        frame = register.frame.assign(objects=["yes"] + ["no"] * (len(register.frame) - 1))
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
        card = Card(name, "administrative", id=register.id, consent=Consent(("any",), opt_out="objects"))
        datasets.append(lk.Dataset(tmp_path / f"{name}.csv", card=card))
    run = spine().run(*datasets, progress=False)
    run.save(tmp_path / "out")
    again = load_spine(tmp_path / "out")
    assert again.index.equals(run.index)
    assert [dataset.left_out for dataset in again.linkage.datasets] == [(("opted out", 1),)] * 2
    with pytest.raises(DataError, match=r"load_spine\(directory\)"):
        load_run(tmp_path / "out", progress=False)
    with pytest.raises(DataError, match="A spine is updated as one"):
        lk.update(tmp_path / "out", datasets[0], progress=False)
    pd.testing.assert_frame_equal(rerun(tmp_path / "out").links, run.links)


def test_a_case_study_and_an_algorithm_say_what_they_hold(tmp_path):
    for name, words in (("profiles.md", "cards of a case study"), ("algorithm.json", "links of a published algorithm")):
        folder = tmp_path / name.partition(".")[0]
        folder.mkdir()
        (folder / name).write_text("", "utf-8")
        for reads in (load_run, lk.update):
            with pytest.raises(DataError, match=words):
                reads(folder)


@pytest.fixture
def consenting_files(tmp_path):
    trial, register = World(size=500, families=50).trial, World(size=500, families=50).register
    trial.to_csv(tmp_path / "trial.csv", index=False)
    register.to_csv(tmp_path / "register.csv", index=False)
    period = Period(pd.Timestamp("2015-01-01").date(), pd.Timestamp("2024-12-31").date())
    datasets = (
        lk.Dataset(tmp_path / "trial.csv", card=TRIAL_CARD),
        lk.Dataset(tmp_path / "register.csv", card=REGISTER_CARD.change(period=period)),
    )
    return tmp_path, datasets


def test_a_plain_run_keeps_a_card_that_was_made_in_python(consenting_files):
    folder, datasets = consenting_files
    run = lk.link(*datasets, progress=False)
    assert run.datasets[0].left_out
    run.save(folder / "out")
    assert load_run(folder / "out", progress=False).links.equals(run.links)
    file = lk.plan.load_plan_file(folder / "out" / "plan.toml")
    opened = [described.open() for described in file.datasets]
    assert [dataset.card.consent for dataset in opened] == [dataset.card.consent for dataset in datasets]
    assert lk.link(*opened, plan=file.plan, progress=False).links.equals(run.links)
    later = lk.update(folder / "out", withdrawn={"trial": [run.links.loc[0, "left_id"]]}, progress=False)
    assert len(later.datasets[0]) == len(run.datasets[0]) - 1
    later.save(folder / "later")
    assert load_run(folder / "later", progress=False).links.equals(later.links)


def test_a_card_beside_the_data_is_not_copied(consenting_files):
    folder, datasets = consenting_files
    for dataset in datasets:
        dataset.card.save(folder / f"{dataset.name}.card.toml")
    again = [lk.Dataset(folder / f"{dataset.name}.csv") for dataset in datasets]
    trial_to_admin().save(folder / "plan.toml", again)
    trial_to_admin().save(folder / "copied.toml", datasets)
    assert not list(folder.glob("*.1.card.toml"))
    for dataset in datasets:
        (folder / f"{dataset.name}.card.toml").unlink()
    trial_to_admin().save(folder / "copied.toml", datasets)
    assert [path.name for path in sorted(folder.glob("copied.*"))] == [
        "copied.1.card.toml", "copied.2.card.toml", "copied.toml",
    ]  # fmt: skip
    file = load_pipeline_file(folder / "copied.toml")
    assert [described.open().card.consent for described in file.datasets] == [TRIAL_CARD.consent, None]


def test_an_algorithm_keeps_cards_too(consenting_files):
    folder, datasets = consenting_files
    made = lk.pipelines.algorithm("hesid").link(*datasets)
    made.save(folder / "out")
    file = lk.plan.load_plan_file(folder / "out" / "plan.toml")
    again = lk.pipelines.algorithm("hesid").link(*[described.open() for described in file.datasets])
    assert again.records.datasets[0].left_out == made.records.datasets[0].left_out != ()
    assert again.links.equals(made.links)
