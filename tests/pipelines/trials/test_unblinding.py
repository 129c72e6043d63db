"""What is read at unblinding is the allocation, and the log says from which column of which file."""

from __future__ import annotations

import hashlib

import pandas as pd
import pytest
from tests.pipelines.trials.helpers_trials import TRIAL_CARD, World

import linkkit as lk
from linkkit.errors import DataError
from linkkit.pipelines import trials


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("unblinding")
    world = World(size=600, families=40)
    world.trial = world.trial.assign(
        clinic=["north ", "south"] * (len(world.trial) // 2) + ["south"] * (len(world.trial) % 2)
    )
    world.trial.to_csv(folder / "trial.csv", index=False)
    run = world.run(follow_up=None)
    run.save(folder / "out")
    return folder, run


def said(folder, run, **more):
    return {
        "by": "A. Lee",
        "why": "plan 2",
        "lodged": run.freeze().sha256,
        "log": folder / "out" / trials.load(folder / "out").log.path.name,
        **more,
    }


def last(folder):
    return trials.load(folder / "out").log.entries()[-1]


def test_the_log_has_the_column_and_the_file_with_its_hash(saved):
    folder, run = saved
    trials.unblind(folder / "out", **said(folder, run), allocation=folder / "trial.csv")
    entry = last(folder)
    assert (entry["column"], entry["source"], entry["source_rows"]) == ("arm", "trial.csv", len(run.trial))
    assert entry["source_sha256"] == hashlib.sha256((folder / "trial.csv").read_bytes()).hexdigest()
    assert "arm_because" not in entry
    run.unblind(**said(folder, run))
    assert (last(folder)["column"], last(folder)["source"]) == ("arm", "a table of the session")


def test_another_column_is_read_for_a_reason_alone(saved):
    folder, run = saved
    before = last(folder)
    for unblind in (run.unblind, trials.load(folder / "out").unblind):
        with pytest.raises(DataError, match="names 'arm' as the allocation, and arm is 'clinic'"):
            unblind(**said(folder, run), allocation=folder / "trial.csv", arm="clinic")
    assert last(folder) == before
    found = trials.unblind(
        folder / "out", **said(folder, run), allocation=folder / "trial.csv", arm="clinic", arm_because=" a check "
    )
    entry = last(folder)
    assert (entry["column"], entry["allocation_of_the_card"], entry["arm_because"]) == ("clinic", "arm", "a check")
    assert found.arm_names == ("north", "south")


def test_a_card_that_was_changed_after_freezing_opens_no_other_column(saved, tmp_path):
    folder, run = saved
    changed = lk.Dataset(folder / "trial.csv", card=TRIAL_CARD.change(allocation="clinic"))
    with pytest.raises(DataError, match="and arm is 'clinic'"):
        trials.unblind(folder / "out", **said(folder, run), allocation=changed, arm="clinic")
    assert trials.unblind(folder / "out", **said(folder, run), allocation=changed).column == "arm"


def test_a_table_without_the_arm_says_so(saved):
    folder, run = saved
    arms = run.trial.to_pandas()[["participant_id"]].assign(group="a")
    with pytest.raises(DataError, match="arm names the column 'arm', which is not there"):
        trials.unblind(folder / "out", **said(folder, run), allocation=arms)


def test_where_no_card_names_an_allocation_a_reason_is_needed(tmp_path):
    world = World(size=600, families=40)
    frame = world.trial.assign(second=world.trial["arm"])
    run = world.run(trial=world.trial_dataset(frame, TRIAL_CARD.change(allocation=None, blinded=("arm", "second"))))
    run.freeze(log=tmp_path / "log.jsonl")
    asked = {"by": "A", "why": "b", "lodged": run.freeze().sha256, "log": tmp_path / "log.jsonl"}
    with pytest.raises(DataError, match="nothing says which column is the arm"):
        run.unblind(**asked)
    with pytest.raises(DataError, match="no card names an allocation, and arm is 'arm'"):
        run.unblind(**asked, arm="arm")
    with pytest.raises(DataError, match="no card names an allocation, and arm is 'arm'"):
        run.unblind(**asked, arm="arm", allocation=world.trial[["participant_id", "arm"]])
    assert len(run.unblind(**asked, arm="arm", arm_because="the only one of interest").arm_names) == 2


def test_blanks_around_an_arm_make_no_arm_of_their_own(saved):
    folder, run = saved
    arms = run.trial.to_pandas()[["participant_id"]].assign(arm="visits")
    arms.loc[:9, "arm"] = "visits "
    arms.loc[10:19, "arm"] = " control"
    arms.loc[20, "arm"] = "  "
    found = trials.unblind(folder / "out", **said(folder, run), allocation=arms)
    assert found.arm_names == ("control", "visits")
    assert (found.respelled, found.without_arm) == (20, 1)  # a blank alone is missing
    sizes = found.by_arm.query("what == 'linked' and among == 'randomised'").set_index("arm")["of"]
    assert sizes.to_dict() == {"control": 10, "visits": len(arms) - 11}


def test_ids_stand_in_a_column_of_another_name(saved, tmp_path):
    folder, run = saved
    pd.read_csv(folder / "trial.csv", dtype=str)[["participant_id", "arm"]].rename(
        columns={"participant_id": "number"}
    ).to_csv(tmp_path / "arms.csv", index=False)
    with pytest.raises(DataError, match="id="):
        trials.unblind(folder / "out", **said(folder, run), allocation=tmp_path / "arms.csv")
    found = trials.unblind(folder / "out", **said(folder, run), allocation=tmp_path / "arms.csv", id="number")
    assert found.without_arm == 0


def test_columns_to_compare_by_are_looked_for_before_the_act_is_logged(saved):
    folder, run = saved
    before = trials.load(folder / "out").log.head
    with pytest.raises(DataError, match=r"columns names the column 'famly_ref', which is not there\. Did you mean"):
        run.unblind(**said(folder, run), columns=["site", "famly_ref"])
    parts = said(folder, run)
    del parts["log"]
    with pytest.raises(DataError, match="columns names the column 'arm', which is blinded"):
        trials.unblind(folder / "out", allocation=folder / "trial.csv", columns="arm", **parts)
    assert trials.load(folder / "out").log.head == before
    run.unblind(**said(folder, run), columns=["site", "family_ref"]).contrasts(cluster="family_ref")
