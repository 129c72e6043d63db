"""A saved run is loaded again from its files, if they are the same."""

from __future__ import annotations

import json

import pytest

import linkkit as lk
from linkkit.errors import DataError
from linkkit.loading import load_run


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("loading")
    files = lk.synth.sample_files(folder / "data")
    trial = lk.Dataset(files.trial, id="participant_id", blinded=["arm"])
    run = lk.link(trial, lk.Dataset(files.register, id="pupil_id"), progress=False)
    run.save(folder / "out")
    return folder, run


def test_a_run_comes_back_with_its_links_and_explanations(saved):
    folder, run = saved
    again = load_run(folder / "out", progress=False)
    assert again.links.equals(run.links)
    left, right = run.links.loc[0, ["left_id", "right_id"]]
    assert str(again.explain(left, right)) == str(run.explain(left, right))


@pytest.fixture
def changed(saved):
    """A folder whose file can be changed; it is put back afterwards."""
    folder, _ = saved
    kept = {path: path.read_bytes() for path in (*folder.glob("data/*"), *folder.glob("out/*"))}
    yield folder
    for path, content in kept.items():
        path.write_bytes(content)


def test_a_changed_dataset_is_refused(changed):
    with (changed / "data" / "trial.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    (changed / "data" / "register.csv").unlink()
    with pytest.raises(DataError) as caught:
        load_run(changed / "out", progress=False)
    assert "trial.csv' has changed since the run" in str(caught.value)
    assert "register.csv' any more" in str(caught.value)


@pytest.mark.parametrize("name", ["model.json", "plan.toml"])
def test_a_changed_model_or_plan_is_refused(name, changed):
    path = changed / "out" / name
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    with pytest.raises(DataError, match=f"{name} was changed since the run was saved"):
        load_run(changed / "out", progress=False)


@pytest.mark.parametrize("name", ["model.json", "plan.toml", "links.parquet"])
def test_a_missing_file_is_named(name, changed):
    (changed / "out" / name).unlink()
    with pytest.raises(DataError, match=f"{name} is not there any more.*Put it back, or run it again"):
        load_run(changed / "out", progress=False)


@pytest.mark.parametrize("name", ["scores.parquet", "model.json", "links.parquet"])
def test_an_update_of_a_run_with_a_missing_file_is_refused(name, changed):
    (changed / "out" / name).unlink()
    more = lk.Dataset(lk.synth.sample()[1].frame.head(5), name="more", id="pupil_id")
    with pytest.raises(DataError, match=f"{name} is not there any more"):
        lk.update(changed / "out", more, progress=False)


@pytest.mark.parametrize("text", ["{}", "[]", "1"])
def test_a_record_that_is_none_is_no_record(text, changed):
    (changed / "out" / "run.json").write_text(text, "utf-8")
    with pytest.raises(DataError, match="holds no complete run"):
        load_run(changed / "out", progress=False)


def test_a_folder_without_a_record_is_no_run(changed, tmp_path):
    with pytest.raises(DataError, match="holds no complete run"):
        load_run(tmp_path)
    (changed / "out" / "run.json").write_text("{", "utf-8")
    with pytest.raises(DataError, match="holds no complete run"):
        load_run(changed / "out")


def test_a_run_of_data_frames_cannot_be_loaded(tmp_path):
    trial, register = lk.synth.sample()
    lk.link(trial.dataset(), register.dataset(), progress=False).save(tmp_path)
    assert json.loads((tmp_path / "run.json").read_text("utf-8"))["datasets"][0]["sha256"] is None
    with pytest.raises(DataError, match="did not come from files"):
        load_run(tmp_path)


def test_records_that_were_changed_in_the_session_are_not_linked_otherwise(saved, tmp_path):
    folder, run = saved
    trial, register = (
        lk.Dataset(folder / "data" / f"{dataset.name}.csv", id=dataset.id, blinded=dataset.blinded)
        for dataset in run.datasets
    )
    added = [one.with_encoded({"town": one.encoded("postcode")}) for one in (trial, register)]
    plan = lk.Plan(compare=[lk.compare.exact("town"), lk.compare.name("surname")], accept=("all",))
    lk.link(*added, plan=plan, progress=False).save(tmp_path)
    with pytest.raises(DataError, match=r"Records that were changed in the session"):
        load_run(tmp_path, progress=False)
