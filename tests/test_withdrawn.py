"""Records withdrawn from a linkage: gone from clusters, from later extracts, and from what is read again."""

from __future__ import annotations

import pandas as pd
import pytest

import linkkit as lk
from linkkit._withdrawn import joined_withdrawals, read_withdrawn, write_withdrawn
from linkkit.errors import DataError
from linkkit.loading import load_run


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """Two registers as files."""
    folder, made = tmp_path_factory.mktemp("people"), lk.synth.people(400, seed=4)
    for name, coverage in (("a", 0.8), ("b", 0.7)):
        made.register(coverage=coverage, name=name).write(folder / f"{name}.csv")
    return folder


@pytest.fixture(scope="module")
def first(people):
    return lk.link(*(lk.Dataset(people / f"{name}.csv", id="pupil_id") for name in "ab"), progress=False)


def held(run, name):
    clusters = run.clusters
    return set(clusters.loc[clusters["dataset"] == name, "id"])


def test_they_leave_and_stay_out(first, people, tmp_path):
    gone = sorted(held(first, "a"))[2:6]
    less = lk.update(first, withdrawn={"a": pd.Series(gone)}, progress=False)
    assert held(less, "a") == held(first, "a") - set(gone)
    assert held(less, "b") == held(first, "b")
    stayed = less.clusters.merge(first.clusters.astype({"dataset": str}), on=["dataset", "id"])
    assert (stayed["cluster_id_x"] == stayed["cluster_id_y"]).all()
    folder = less.save(tmp_path / "less")
    again = load_run(folder, progress=False)
    pd.testing.assert_frame_equal(again.clusters, less.clusters)
    extract = lk.Dataset(people / "a.csv", id="pupil_id")
    later = lk.update(
        folder, extract, lk.Dataset(people / "b.csv", name="c", id="pupil_id"), replace=True, progress=False
    )
    assert held(later, "a") == held(less, "a")
    released = lk.release(
        folder, tmp_path / "out", project="reading", everyone=True,
        key=lk.pseudonymise.Key.generate(project="linkage-unit"),
    )  # fmt: skip
    assert sum(len(pd.read_parquet(path)) for path in released.files) == len(less.clusters)


def test_a_dataset_of_which_all_are_withdrawn_is_gone(first):
    less = lk.update(first, withdrawn={"b": sorted(held(first, "b"))}, link_type="dedupe", progress=False)
    assert [dataset.name for dataset in less.datasets] == ["a"]


def test_mistakes_are_refused(first):
    with pytest.raises(DataError, match=r"withdrawn names the dataset 'x', which is not there\. There are: a, b"):
        lk.update(first, withdrawn={"x": ["P1"]}, progress=False)
    with pytest.raises(DataError, match="a list or a column of a table; got a text"):
        lk.update(first, withdrawn={"a": "P1"}, progress=False)
    with pytest.raises(DataError, match="1 ids are missing"):
        lk.update(first, withdrawn={"a": ["P1", None]}, progress=False)
    with pytest.raises(DataError, match="nothing to update"):
        lk.update(first, withdrawn={"a": ["nobody"]}, progress=False)


def test_lists_add_up_and_are_read_again(tmp_path):
    once = joined_withdrawals({}, {"a": [3, 1]}, ["a", "b"])
    twice = joined_withdrawals(once, {"a": [2, 3], "b": ["x"]}, ["a", "b"])
    assert {name: ids.to_pylist() for name, ids in twice.items()} == {"a": ["1", "2", "3"], "b": ["x"]}
    write_withdrawn(twice, tmp_path)
    assert {name: ids.to_pylist() for name, ids in read_withdrawn(tmp_path).items()} == {
        "a": ["1", "2", "3"], "b": ["x"],
    }  # fmt: skip
    write_withdrawn({}, tmp_path / "none")
    assert read_withdrawn(tmp_path / "none") == {}
