"""``linkkit update`` of a saved spine: ids stay, records are withdrawn by a file."""

from __future__ import annotations

import pandas as pd
import pytest

import linkkit as lk
from linkkit import pipelines


@pytest.fixture
def saved(linkkit, tmp_path):
    """A spine of two files, made on the command line under a key."""
    people = lk.synth.people(500, seed=4)
    for name, coverage in (("school", 0.7), ("health", 0.6)):
        people.register(coverage=coverage, name=name).frame.to_csv(tmp_path / f"{name}.csv", index=False)
        card = lk.Card(name, "administrative", id="pupil_id", path=str(tmp_path / f"{name}.csv"))
        card.save(tmp_path / f"{name}.card.toml")
    assert linkkit("keygen", tmp_path / "spine.key", "--project", "spine").code == 0
    files = [tmp_path / "school.csv", tmp_path / "health.csv"]
    made = linkkit("pipeline", "spine", *files, "--set", f"key={tmp_path / 'spine.key'}", "--out", tmp_path / "one")
    assert made.code == 0, made.output
    return tmp_path


def test_a_spine_is_updated_as_one(linkkit, saved):
    first = pipelines.load_spine(saved / "one")
    gone = first.index.query("source == 'health'")["record_id"].head(2).tolist()
    pd.DataFrame({"dataset": "health", "id": [*gone, "typo"]}).to_csv(saved / "gone.csv", index=False)
    more = lk.synth.people(500, seed=4).intervention(coverage=0.2).frame
    more.to_csv(saved / "club.csv", index=False)
    made = linkkit("update", saved / "one", saved / "club.csv", "--id", "attendance_id", "--out", saved / "two",
                   "--key", saved / "spine.key", "--withdrawn", saved / "gone.csv")  # fmt: skip
    assert made.code == 0, made.output
    later = pipelines.load_spine(saved / "two")
    assert later.number == 1
    assert later.history[["withdrawn", "unknown"]].iloc[-1].tolist() == [2, 1]
    both = first.index.merge(later.index, on=["source", "record_id"])
    assert len(both) == len(first.index) - 2
    assert (both["spine_id_x"] == both["spine_id_y"]).mean() > 0.99
    assert later.index["spine_id"].str.len().nunique() == 1
    assert not later.index["spine_id"].str.contains(":").any()  # no id of a record


@pytest.mark.parametrize(
    ("columns", "said"),
    [({"id": ["a"]}, "needs the column dataset"), ({"dataset": ["health"], "id": [None]}, "1 rows")],
)
def test_a_table_of_withdrawals_without_its_columns_is_refused(linkkit, saved, columns, said):
    pd.DataFrame(columns).to_csv(saved / "gone.csv", index=False)
    made = linkkit("update", saved / "one", "--out", saved / "two", "--withdrawn", saved / "gone.csv")
    assert made.code != 0
    assert said in " ".join(made.output.split())


def test_a_spine_with_a_key_asks_for_it(linkkit, saved):
    made = linkkit("update", saved / "one", saved / "health.csv", "--out", saved / "two")
    assert made.code != 0
    assert "key" in made.output
    assert not (saved / "two").exists()
