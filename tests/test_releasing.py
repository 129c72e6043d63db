"""A run, in memory or saved, is released: linked records get one project id, whatever way they were decided."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from tests.helpers_handover import encoded_file, new_key, people

import linkkit as lk
from linkkit import decide
from linkkit.errors import DataError
from linkkit.pseudonymise import Key, read_encoded
from linkkit.pseudonymise.handover import HandoverError, KeyFacts, read_file
from linkkit.releasing import linked_of, release

SECRET = bytes.fromhex("8f3c11d29a705be604c7e81b62fa3d95ae50f2197c46bd08e3a1d45976cb20af")
UNIT = Key.from_bytes(SECRET, project="linkage-unit")


@pytest.fixture(scope="module")
def datasets(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    population = lk.synth.people(1500, seed=3)
    population.trial(families=60).write(folder / "trial.csv")
    population.register(coverage=0.9).write(folder / "register.csv")
    trial = lk.Dataset(folder / "trial.csv", id="participant_id", blinded=["arm"])
    return trial, lk.Dataset(folder / "register.csv", id="pupil_id")


@pytest.fixture(scope="module")
def run(datasets):
    return lk.link(*datasets, progress=False)


def ids_of(path):
    return read_file(path, "release")[0].to_pandas()


def test_a_run_and_the_saved_run_release_the_same(run, tmp_path):
    run.save(tmp_path / "results")
    one = release(run, tmp_path / "one", project="reading", key=UNIT)
    other = release(tmp_path / "results", tmp_path / "other", project="reading", key=UNIT)
    assert [path.read_bytes() for path in one.files] == [path.read_bytes() for path in other.files]
    trial, register = map(ids_of, one.files)
    both = trial.merge(register, on="project_id", suffixes=("_left", "_right"))
    links = run.links.query("status != 'review'")
    assert set(zip(both["record_key_left"], both["record_key_right"], strict=True)) == set(
        zip(links["left_id"].astype(str), links["right_id"].astype(str), strict=True)
    )
    (line,) = (tmp_path / "results/releases.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["project"] == "reading"
    with pytest.raises(HandoverError, match="differ only in capitals"):
        release(tmp_path / "results", tmp_path / "more", project="Reading", key=UNIT)


def test_clusters_give_one_id_to_all_records_of_a_person(datasets, tmp_path):
    plan = lk.Plan(decide=decide.Cluster(at_least=0.9))
    run = lk.link(*datasets, plan=plan, link_type="link_and_dedupe", progress=False)
    run.save(tmp_path / "results")
    for source in (run, tmp_path / "results"):
        found = linked_of(source)
        named = pd.concat([table.to_pandas().assign(dataset=name) for name, table in found.persons.items()])
        expected = run.clusters.rename(columns={"id": "record_key", "cluster_id": "person"}).astype(str)
        pd.testing.assert_frame_equal(
            named[["dataset", "record_key", "person"]].reset_index(drop=True).astype(str),
            expected[["dataset", "record_key", "person"]].reset_index(drop=True), check_dtype=False,
        )  # fmt: skip


def test_duplicates_of_one_dataset_share_an_id(datasets, tmp_path):
    run = lk.dedupe(datasets[1], progress=False)
    done = release(run, tmp_path / "out", project="reading", key=UNIT, everyone=True)
    assert ids_of(done.files[0])["project_id"].nunique() == run.clusters["cluster_id"].nunique()
    run.save(tmp_path / "results")
    assert linked_of(tmp_path / "results").persons["register"].equals(linked_of(run).persons["register"])


def test_a_changed_or_absent_input_is_refused(run, datasets, tmp_path):
    run.save(tmp_path / "results")
    record = json.loads((tmp_path / "results/run.json").read_text("utf-8"))
    record["datasets"][0]["sha256"] = "0" * 64
    (tmp_path / "results/run.json").write_text(json.dumps(record), "utf-8")
    with pytest.raises(DataError, match=r"trial\.csv' has changed since the run"):
        release(tmp_path / "results", tmp_path / "out", project="reading", key=UNIT)
    record["datasets"][0]["path"] = "gone.csv"
    (tmp_path / "results/run.json").write_text(json.dumps(record), "utf-8")
    with pytest.raises(DataError, match=r"no file 'gone\.csv'"):
        release(tmp_path / "results", tmp_path / "out", project="reading", key=UNIT)
    (tmp_path / "results/links.parquet").write_bytes(b"PAR1")
    with pytest.raises(DataError, match=r"links\.parquet was changed"):
        release(tmp_path / "results", tmp_path / "out", project="reading", key=UNIT)
    with pytest.raises(DataError, match="no complete run"):
        release(tmp_path / "nothing", tmp_path / "out", project="reading", key=UNIT)
    assert not (tmp_path / "out").exists()


def test_a_run_of_frames_is_released_in_its_session(tmp_path):
    population = lk.synth.people(600, seed=3)
    run = lk.dedupe(population.register().dataset(), progress=False)
    run.save(tmp_path / "results")
    with pytest.raises(DataError, match="did not come from a file"):
        release(tmp_path / "results", tmp_path / "out", project="reading", key=UNIT)


def test_ids_that_name_people_do_not_leave(datasets, tmp_path):
    frame = lk.synth.people(600, seed=3).register().frame
    frame = frame.assign(nhs_number=[f"{number:010}" for number in range(len(frame))])
    run = lk.dedupe(lk.Dataset(frame, id="nhs_number"), progress=False)
    with pytest.raises(DataError, match=r"records go by 'nhs_number' \(nhs_number\), which names people"):
        release(run, tmp_path / "out", project="reading", key=UNIT)


def test_the_key_of_the_providers_is_found_in_the_saved_run(run, tmp_path):
    run.save(tmp_path / "results")
    record = json.loads((tmp_path / "results/run.json").read_text("utf-8"))
    record["datasets"][0]["key"] = vars(KeyFacts.of(UNIT))
    (tmp_path / "results/run.json").write_text(json.dumps(record), "utf-8")
    with pytest.raises(HandoverError, match="the one that the providers encoded with"):
        release(tmp_path / "results", tmp_path / "out", project="reading", key=UNIT)


def test_project_ids_stay_as_new_files_join_and_hold_no_longer_under_another_epoch(tmp_path):
    key = new_key()
    files = [
        encoded_file(tmp_path / name, name, key, frame=people(size, start))
        for name, size, start in (("trial", 60, 0), ("register", 80, 20), ("schools", 60, 50))
    ]
    trial, register, schools = map(read_encoded, files)
    plan = lk.Plan(decide=decide.Cluster(at_least=0.9))
    lk.link(trial, register, plan=plan, link_type="link_and_dedupe", progress=False).save(tmp_path / "first")
    lk.update(tmp_path / "first", schools, progress=False).save(tmp_path / "second")
    before = release(tmp_path / "first", tmp_path / "one", project="reading", key=UNIT)
    after = release(tmp_path / "second", tmp_path / "two", project="reading", key=UNIT)
    for old, new in zip(before.files, after.files, strict=False):
        held, now = ids_of(old).set_index("record_key"), ids_of(new).set_index("record_key")
        assert len(held) == 40
        assert held["project_id"].equals(now.loc[held.index, "project_id"])
    assert len(ids_of(after.files[2])) == 50  # those numbered 50 to 59 are in all three, 60 to 99 in two
    rekeyed = Key.from_bytes(SECRET, project="linkage-unit", epoch="2")
    other = release(tmp_path / "second", tmp_path / "three", project="reading", key=rekeyed)
    assert not set(ids_of(other.files[0])["project_id"]) & set(ids_of(after.files[0])["project_id"])


def test_the_key_that_made_the_encodings_is_refused_from_a_run_in_memory(tmp_path):
    key = new_key()
    datasets = [read_encoded(encoded_file(tmp_path / name, name, key)) for name in ("trial", "register")]
    run = lk.link(*datasets, progress=False)
    with pytest.raises(HandoverError, match="the one that the providers encoded with"):
        release(run, tmp_path / "out", project="reading", key=key)
    release(run, tmp_path / "out", project="reading", key=UNIT)


def test_who_did_not_agree_gets_no_id_from_a_saved_run_either(datasets, tmp_path):
    trial, register = datasets
    frame = pd.read_csv(trial.path, dtype=str)
    frame["agreed"] = ["no"] * 7 + ["yes"] * (len(frame) - 7)
    frame.to_csv(tmp_path / "study.csv", index=False)
    consent = lk.cards.Consent(("any",), column="agreed")
    card = lk.Card("study", "trial", id="participant_id", allocation="arm", consent=consent)
    card.save(tmp_path / "study.card.toml")
    run = lk.link(lk.Dataset(tmp_path / "study.csv"), register, progress=False)
    run.save(tmp_path / "out")
    here, saved = linked_of(run), linked_of(tmp_path / "out")
    assert len(saved.persons["study"]) == len(here.persons["study"]) == len(frame) - 7
    assert not set(saved.persons["study"]["record_key"].to_pylist()) & set(frame["participant_id"][:7])
    card.change(consent=None).save(tmp_path / "study.card.toml")
    assert linked_of(tmp_path / "out").persons["study"].equals(saved.persons["study"])  # the run says who took part
    record = json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))  # as runs were saved before
    del record["files"]["taking_part.parquet"]
    (tmp_path / "out" / "run.json").write_text(json.dumps(record), "utf-8")
    (tmp_path / "out" / "taking_part.parquet").unlink()
    with pytest.raises(DataError, match="without people who may not be linked"):
        linked_of(tmp_path / "out")
