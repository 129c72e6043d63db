"""Ids of persons over random sequences of updates: none moves but by a logged merge or split, none comes back."""

from __future__ import annotations

import dataclasses
import datetime
from functools import cache

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings

import linkkit as lk
from linkkit import pipelines
from linkkit.errors import DataError
from linkkit.pipelines.spines._names import minted
from linkkit.pseudonymise import Key

KEY = Key.from_bytes(bytes.fromhex("8f3c11d29a705be604c7e81b62fa3d95ae50f2197c46bd08e3a1d45976cb20af"), project="spine")
DAY = datetime.date(2026, 9, 1)


@cache
def made():
    """Three files of the same people."""
    people = lk.synth.people(300, seed=9)
    return {
        "school": people.register(coverage=0.7, name="school"),
        "health": people.register(coverage=0.6, name="health", duplicates=0.3),
        "programme": people.intervention(coverage=0.3),
    }


def opened(name, frame=None):
    one = made()[name]
    return lk.Dataset(one.frame if frame is None else frame, name=name, id=one.id)


@cache
def beginning():
    spine = pipelines.spine(unique="school", repeated=("health",))
    return spine.run(opened("school"), opened("health"), key=KEY, on=DAY, progress=False)


def another_extract(name, seed):
    """A later extract: some people left, others came, some values changed, rows in any order."""
    rng = np.random.default_rng(seed)
    frame = made()[name].frame.sample(frac=0.85, random_state=seed)
    surname = next(column for column in ("surname", "last_name") if column in frame)
    frame.loc[frame.index[rng.integers(0, len(frame), 4)], surname] = "Featherstonehaugh"
    return opened(name, frame)


def judged(run, seed, is_match):
    """Two records of different persons, or of one, that people judged to be the same, or not."""
    index, rng = run.index, np.random.default_rng(seed)
    health = index[index["source"] == "health"]
    in_school = set(index.loc[index["source"] == "school", "spine_id"])
    sizes = health["spine_id"].map(health["spine_id"].value_counts())
    pool = health[~health["spine_id"].isin(in_school)] if is_match else health[sizes > 1]
    first = pool.iloc[int(rng.integers(len(pool)))]
    others = health[(health["spine_id"] == first["spine_id"]) != is_match]
    second = others[others["record_id"] != first["record_id"]].iloc[0]
    pair = sorted([first["record_id"], second["record_id"]])
    return pd.DataFrame({
        "left_dataset": ["health"], "left_id": [pair[0]], "right_dataset": ["health"], "right_id": [pair[1]],
        "is_match": [is_match],
    })  # fmt: skip


def step(run, what, seed):
    """Carry one update out; None where it makes no sense now."""
    names = [dataset.name for dataset in run.linkage.datasets]
    if what == "programme":
        options = {"without": "programme"} if "programme" in names else {}
        extracts = [] if options else [opened("programme")]
    elif what == "withdraw":
        records = run.index.sample(6, random_state=seed)
        options, extracts = {"withdrawn": records.groupby("source", observed=True)["record_id"].agg(list).to_dict()}, []
    elif what in ("merge", "split"):
        options, extracts = {"judgements": judged(run, seed, what == "merge")}, []
    else:
        options, extracts = {}, [another_extract(what, seed)]
    return run.update(*extracts, key=KEY, on=DAY, progress=False, **options)


def check(before, after, ever):
    """Hold an update against what ids promise."""
    keys = ["source", "record_id"]
    one, other = (run.index.assign(source=run.index["source"].astype(str)) for run in (before, after))
    both = one.merge(other, on=keys, suffixes=("_old", "_new"))
    moved = both[both["spine_id_old"] != both["spine_id_new"]].groupby(["spine_id_old", "spine_id_new"]).size()
    log = after.changes[after.changes["update"] == after.number]
    told = log[log["new_id"].notna()].set_index(["old_id", "new_id"])["records"]
    assert told.to_dict() == moved.to_dict()
    there, now = set(one["spine_id"]), set(other["spine_id"])
    gone = there - now
    assert set(log.loc[log["reason"] != "split", "old_id"]) == gone
    assert not (now - there) & ever
    assert not now & set(after.retired["spine_id"])
    pd.testing.assert_frame_equal(after.changes.head(len(before.changes)), before.changes)
    assert after.past[:-1] == before.past
    entry = after.past[-1]
    assert entry.new_persons == len(now - there)
    assert entry.merged + entry.retired == len(gone)
    assert entry.persons == len(now) == len(after.persons)
    assert entry.lost == len(one) - len(both)
    assert other.query("source == 'school'")["spine_id"].is_unique


STEPS = st.tuples(st.sampled_from(["school", "health", "programme", "withdraw", "merge", "split"]), st.integers(0, 99))


# Without shrinking, which would carry out hundreds of updates.
@settings(
    max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
@given(st.lists(STEPS, min_size=2, max_size=4))
def test_ids_keep_their_persons(steps):
    run = beginning()
    ever = set(run.index["spine_id"])
    for place, (what, seed) in enumerate(steps):
        after = step(run, what, seed + 100 * place)  # the same extract twice would be nothing to do
        check(run, after, ever)
        ever |= set(after.index["spine_id"])
        run = after


def test_merges_and_splits_are_logged():
    first = beginning()
    merged = step(first, "merge", 3)
    check(first, merged, set(first.index["spine_id"]))
    assert merged.changes["reason"].tolist() == ["merged"]
    assert merged.changes["because"].tolist() == ["judgements"]
    assert merged.retired["new_id"].isin(merged.index["spine_id"]).all()
    split = step(merged, "split", 5)
    check(merged, split, set(first.index["spine_id"]))
    assert "split" in set(split.changes["reason"])


def test_an_updated_spine_is_as_good_as_one_made_at_once():
    known = {
        (name, key): who for name, one in made().items() for key, who in one.truth[["record_id", "person_id"]].values
    }

    def f1(run):
        frame = pd.DataFrame({
            "id": run.index["spine_id"],
            "who": [known[pair] for pair in zip(run.index["source"].astype(str), run.index["record_id"], strict=True)],
        })  # fmt: skip
        count = {
            by: (lambda sizes: (sizes * (sizes - 1) // 2).sum())(frame.groupby(list(by)).size())
            for by in (("id",), ("who",), ("id", "who"))
        }
        return 2 * count["id", "who"] / (count[("id",)] + count[("who",)])

    later = step(beginning(), "programme", 0)
    spine = pipelines.spine(unique="school", repeated=("health", "programme"))
    at_once = spine.run(*map(opened, ("school", "health", "programme")), key=KEY, on=DAY, progress=False)
    assert f1(later) > f1(at_once) - 0.02
    assert f1(later) > 0.95


def test_an_extract_that_says_the_same_changes_nothing():
    first = beginning()
    extract = made()["school"].frame.sample(frac=1, random_state=1).copy()
    extract.loc[extract.index[0], "surname"] = "Featherstonehaugh"
    back = first.update(opened("school", extract), key=KEY, on=DAY, progress=False)
    back = back.update(opened("school"), key=KEY, on=DAY, progress=False)
    pd.testing.assert_series_equal(back.index["spine_id"], first.index["spine_id"])
    assert back.past[-1].compared == 1


@given(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=8, unique=True), st.integers(0, 3))
@settings(deadline=None, max_examples=20)
def test_no_id_is_made_twice(names, rounds):
    wanted = pa.array(names, pa.string())
    used = pa.array([], pa.string())
    for _ in range(rounds + 1):
        found = minted(wanted, used, "spine", KEY)
        assert not set(found.to_pylist()) & set(used.to_pylist())
        assert len(set(found.to_pylist())) == len(names)
        used = pa.concat_arrays([used, found])


def test_random_ids_are_random_and_stay():
    spine = dataclasses.replace(beginning().pipeline)
    runs = [spine.run(opened("school"), opened("health"), on=DAY, progress=False) for _ in range(2)]
    assert not set(runs[0].index["spine_id"]) & set(runs[1].index["spine_id"])
    again = runs[0].update(opened("programme"), on=DAY, progress=False)
    there = again.index[again.index["source"] != "programme"]["spine_id"]
    assert set(there) == set(runs[0].index["spine_id"])


def test_updates_are_the_same_whatever_the_order_of_rows(tmp_path):
    def carried_out(seed):
        def of(name, share=1.0):
            kept = made()[name].frame.iloc[: int(share * len(made()[name].frame))]
            return opened(name, kept.sample(frac=1, random_state=seed))

        spine = pipelines.spine(unique="school", repeated=("health",))
        run = spine.run(of("school", 0.6), of("health"), key=KEY, on=DAY, progress=False)
        gone = sorted(run.index.query("source == 'health'")["record_id"])[:3]
        run = run.update(of("school"), of("programme"), key=KEY, on=DAY, progress=False)
        return run.update(withdrawn={"health": gone}, key=KEY, on=DAY, progress=False)

    written = []
    for seed in (1, 2):
        for name, table in carried_out(seed).tables().items():
            table.to_csv(tmp_path / f"{name}.csv")
        written.append({path.name: path.read_bytes() for path in sorted(tmp_path.iterdir())})
    assert written[0] == written[1]


def test_ids_to_withdraw_that_nobody_has_are_counted():
    first = beginning()
    known = first.index.query("source == 'health'")["record_id"].iloc[0]
    asked = {"health": [known, "typo 1", "typo 2"]}
    later = first.update(withdrawn=asked, key=KEY, on=DAY, progress=False)
    assert later.history[["withdrawn", "unknown"]].iloc[-1].tolist() == [1, 2]
    again = later.update(opened("health"), withdrawn=asked, key=KEY, on=DAY, progress=False)
    assert again.history[["withdrawn", "unknown"]].iloc[-1].tolist() == [0, 0]  # told before
    with pytest.raises(DataError, match="of 2 ids to withdraw none is that of a record"):
        first.update(withdrawn={"health": ["typo 1", "typo 2"]}, key=KEY, on=DAY, progress=False)


def test_an_extract_without_news_is_an_update_that_moves_nobody():
    first = beginning()
    later = first.update(opened("health"), key=KEY, on=DAY, progress=False)
    assert later.index.equals(first.index)
    assert later.history[["compared", "lost", "new_persons", "merged", "split"]].iloc[-1].tolist() == [0] * 5
    assert later.number == 1


def test_ids_do_not_depend_on_the_order_of_sources():
    spine = pipelines.spine(unique="school", repeated=("health",))
    other = spine.run(opened("health"), opened("school"), key=KEY, on=DAY, progress=False)
    both = beginning().index.merge(other.index, on=["source", "record_id"])
    assert len(both) == len(beginning().index)
    assert (both["spine_id_x"] == both["spine_id_y"]).mean() > 0.995


def test_another_frame_is_not_taken_for_the_saved_one(tmp_path):
    folder = beginning().save(tmp_path / "spine")
    datasets = [opened("school"), opened("health")]
    again = pipelines.load_spine(folder, datasets=datasets)
    assert again.index.equals(beginning().index)
    frame = made()["health"].frame.sample(frac=1, random_state=3)  # rows in another order are the same dataset
    pipelines.load_spine(folder, datasets=[datasets[0], opened("health", frame)])
    name = made()["health"].id
    frame[name] = frame[name].to_numpy()[::-1]
    with pytest.raises(DataError, match="health is not the dataset of the saved run"):
        pipelines.load_spine(folder, datasets=[datasets[0], opened("health", frame)])


def test_people_who_withdrew_do_not_weigh_in_what_is_linked_later(tmp_path):
    people = lk.synth.people(500, seed=5)
    school, health = people.register(coverage=0.7, name="s"), people.register(coverage=0.6, name="h", duplicates=0.15)
    sources = [lk.Dataset(one.frame, name=name, id=one.id) for one, name in ((school, "s"), (health, "h"))]
    gone = {"s": school.frame[school.id].head(100).tolist()}
    held = pipelines.spine(unique="s").run(*sources, on=DAY, progress=False)
    held = held.update(withdrawn=gone, on=DAY, progress=False)
    loaded = pipelines.load_spine(held.save(tmp_path / "spine"), datasets=sources)
    trial = people.trial(families=40).dataset()
    pd.testing.assert_frame_equal(held.link(trial, progress=False).trace, loaded.link(trial, progress=False).trace)
    more = people.register(coverage=0.5, name="m")
    extract = lk.Dataset(more.frame, name="m", id=more.id)
    later = [one.update(extract, on=DAY, progress=False) for one in (held, loaded)]
    names = ["records", "sources", "least_probability"]
    first, second = (one.persons.sort_values(names)[names].reset_index(drop=True) for one in later)
    pd.testing.assert_frame_equal(first, second)
