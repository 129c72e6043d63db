"""lk.update: new records join an earlier linkage, which is not done again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import linkkit as lk
from linkkit.cli import app
from linkkit.decide import Cluster
from linkkit.loading import load_run

SAVED = (
    "links.csv", "links.parquet", "clusters.csv", "clusters.parquet", "cluster_log.csv", "cluster_log.parquet",
    "scores.parquet", "model.json",
)  # fmt: skip


# Rows left out, so that each file has people whom no other has.
_FIRST = {"a": 120, "b": 0, "c": 0}


@pytest.fixture(scope="module")
def people():
    """Three files of the same people: two registers and a trial."""
    made = lk.synth.people(1500, seed=3)
    return {"a": made.register(coverage=0.7), "b": made.trial(families=150), "c": made.register(coverage=0.5)}


@pytest.fixture(scope="module")
def files(people, tmp_path_factory):
    folder = tmp_path_factory.mktemp("people")
    for name, recorded in people.items():
        recorded.frame.iloc[_FIRST[name] :].to_csv(folder / f"{name}.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def dataset(people, files):
    """Open one of the files, or another table in its stead."""

    def open_(name, frame=None, rename=None):
        made = people[name]
        source = files / f"{name}.csv" if frame is None else frame
        return lk.Dataset(source, id=made.id, blinded=list(made.blinded), name=rename or name)

    return open_


@pytest.fixture(scope="module")
def first(dataset):
    return lk.link(dataset("a"), dataset("b"), progress=False)


@pytest.fixture(scope="module")
def updated(first, dataset):
    return lk.update(first, dataset("c"), progress=False)


def ids_of(run):
    return run.clusters.astype({"dataset": str}).set_index(["dataset", "id"])["cluster_id"]


def members_of(ids):
    """The records of each cluster."""
    return {name: frozenset(rows) for name, rows in ids.groupby(ids).groups.items()}


def test_cluster_ids_stay_and_new_records_join_or_found_clusters(first, updated):
    before, after = ids_of(first), ids_of(updated)
    assert (after[before.index] == before).all()
    new = after.drop(before.index)
    assert 0.2 < new.isin(before).mean() < 0.95
    assert (updated.clusters["added_in"] == (updated.clusters["dataset"] == "c")).all()
    assert updated.cluster_log.empty


def test_old_records_are_not_compared_again_and_all_others_are(first, updated):
    old = len(first.records)
    left, right = (np.concatenate([getattr(chunk, side) for chunk in updated.pairs]) for side in ("left", "right"))
    assert ((left >= old) | (right >= old)).all()
    whole = lk.block.candidate_pairs(lk.Records(updated.datasets, "link_only"), updated.plan.block)
    expected = sum(int(((chunk.left >= old) | (chunk.right >= old)).sum()) for chunk in whole)
    assert len(left) == expected == int(updated.levels.code_counts()[1].sum())


def test_it_links_as_well_as_all_at_once(updated, people, dataset):
    truth = {name: made.truth.set_index("record_id")["person_id"] for name, made in people.items()}
    at_once = lk.link(*map(dataset, "abc"), progress=False)
    ours, theirs = (lk.evaluate.pair_quality(run.decision, truth).f1 for run in (updated, at_once))
    assert ours > 0.99
    assert ours > theirs - 0.01  # the model stays that of two small files
    assert at_once.plan.decide.unique == updated.plan.decide.unique == ("a", "b", "c")


def test_a_saved_run_is_updated_to_the_same_bytes_as_the_run_itself(first, updated, dataset, tmp_path):
    saved = lk.update(first.save(tmp_path / "first"), dataset("c"), progress=False)
    one, other = updated.save(tmp_path / "one"), saved.save(tmp_path / "other")
    restored = load_run(one, progress=False).save(tmp_path / "restored")
    for name in SAVED:
        assert (other / name).read_bytes() == (one / name).read_bytes(), name
        assert (restored / name).read_bytes() == (one / name).read_bytes(), name
    assert load_run(one, progress=False).linked.notes == updated.linked.notes


def test_updates_follow_each_other_and_the_order_of_rows_counts_for_nothing(updated, dataset, people, tmp_path):
    frame = people["c"].frame
    more = frame.iloc[:50].assign(pupil_id=[f"X{row:03}" for row in range(50)])
    runs = [
        lk.update(source, dataset("c", table, "d"), progress=False)
        for source, table in ((updated, more), (updated.save(tmp_path / "two"), more.sample(frac=1, random_state=2)))
    ]
    pd.testing.assert_frame_equal(runs[0].clusters, runs[1].clusters)
    assert runs[0].update.number == 2
    before = ids_of(updated)
    assert (ids_of(runs[0])[before.index] == before).all()
    joined = ids_of(runs[0])["d"]
    own = ids_of(updated)["c"]
    same = [joined[f"X{row:03}"] == own[frame["pupil_id"].iloc[row]] for row in range(50)]
    assert np.mean(same) > 0.95


def test_what_is_expected_is_of_all_links_old_and_new(updated, people):
    expected = lk.evaluate.expected_quality(updated.decision)
    assert expected.links == updated.linked.link_count
    shown = lk.evaluate.expected_of_run(updated)
    assert (shown.precision, shown.recall) == (expected.precision, expected.recall)
    assert 0.95 < shown.recall <= 1
    truth = {name: made.truth.set_index("record_id")["person_id"] for name, made in people.items()}
    assert updated.evaluate(truth).pairs.recall > 0.98


def test_a_dataset_can_be_taken_out_and_come_again(updated, dataset):
    before = ids_of(updated)
    less = lk.update(updated, without=["c"], progress=False)
    assert set(less.clusters["dataset"]) == {"a", "b"}
    kept = ids_of(less)
    gone = set(before) - set(before.drop("c", level="dataset"))
    log = less.cluster_log
    assert set(log[log["reason"] == "removed"]["old_id"]) == gone
    assert log[log["reason"] == "removed"]["new_id"].isna().all()
    again = lk.update(less, dataset("c"), progress=False)
    assert (ids_of(again)[kept.index] == kept).all()
    assert not gone & set(ids_of(again))  # no id is given twice
    grouped = {frozenset(rows) for rows in members_of(ids_of(again)).values()}
    assert len(grouped & set(members_of(before).values())) > 0.99 * len(grouped)


def test_a_new_extract_takes_records_out_and_compares_changed_ones_again(updated, dataset, people):
    frame = people["a"].frame.iloc[_FIRST["a"] + 20 :].copy()
    changed = frame[people["a"].id].iloc[:3].tolist()
    frame.loc[frame[people["a"].id].isin(changed), "surname"] = "Featherstonehaugh"
    run = lk.update(updated, dataset("a", frame), replace=True, progress=False)
    again = run.clusters.set_index(["dataset", "id"])["added_in"]
    assert sorted(again[again == 2].index.get_level_values("id")) == sorted(changed)
    before, after = ids_of(updated), ids_of(run)
    touched = set(before["a"].drop(frame[people["a"].id].tolist())) | set(before["a"][changed])
    calm = before[~before.isin(touched)]
    assert (after[calm.index] == calm).all()
    assert run.linked.notes[0].startswith("Update 2: 3 records were compared")
    assert "20 earlier ones were taken out" in run.linked.notes[0]


def test_a_record_between_two_clusters_merges_them_and_the_log_says_so(tmp_path):
    """Two records of a person that differ too much to be linked, until a third that is like both comes."""
    table = pd.DataFrame(
        [
            ("r1", "Catherine", "Featherstone", "2001-02-03", "AB1 2CD"),
            ("r2", "Kate", "Featherston", "2001-03-02", "XY9 8ZW"),
            ("r3", "Oluwaseun", "Adeyemi", "2003-04-05", "LS1 1AA"),
        ],
        columns=["id", "given_name", "surname", "date_of_birth", "postcode"],
    )
    names = [f"N{row}" for row in range(40)]
    rest = pd.DataFrame(
        {
            "id": [f"s{row:02}" for row in range(40)], "given_name": names, "surname": names[::-1],
            "date_of_birth": [f"19{50 + row}-06-07" for row in range(40)],
            "postcode": [f"M{row} 1AB" for row in range(40)],
        }
    )  # fmt: skip
    comparisons = [lk.compare.exact(field) for field in ("given_name", "surname", "date_of_birth", "postcode")]
    shares = {one.name: (0.9, 0.1) for one in comparisons}
    model = lk.score.by_hand(comparisons, shares, {one.name: (0.01, 0.99) for one in comparisons}, 0.02)
    plan = lk.Plan(
        prepare=(), block=[lk.block.on("surname"), lk.block.on("postcode"), lk.block.on("date_of_birth")],
        model=str(model.save(tmp_path / "model.json")), decide=Cluster(0.5), keep=0.0001,
    )  # fmt: skip
    run = lk.dedupe(lk.Dataset(pd.concat([table, rest]), name="people", id="id"), plan=plan, progress=False)
    assert len(run.decision) == 43
    bridge = pd.DataFrame(
        [
            ("n1", "Catherine", "Featherston", "2001-03-02", "XY9 8ZW"),
            ("n2", "Catherine", "Featherstone", "2001-02-03", "XY9 8ZW"),
        ],
        columns=table.columns,
    )
    more = lk.Dataset(bridge, name="more", id="id")
    merged = lk.update(run, more, progress=False)
    assert merged.plan.link_type == "link_and_dedupe"
    ids = merged.clusters.set_index("id")["cluster_id"]
    assert ids["r1"] == ids["r2"] == ids["n1"] == ids["n2"] == "r1"
    assert ids["r3"] == "r3"
    assert merged.cluster_log.to_dict("records") == [
        {"update": 1, "old_id": "r2", "new_id": "r1", "reason": "merged", "records": 1}
    ]
    # A judgement splits what was merged: decided again from the scores there are, and the id of r2 stays retired.
    apart = pd.DataFrame(
        {"left_dataset": ["people"], "left_id": ["r1"], "right_dataset": ["people"], "right_id": ["r2"],
         "is_match": [False]}
    )  # fmt: skip
    split = lk.update(merged, judgements=apart, progress=False)
    assert split.pairs.count() == 0
    ids = split.clusters.set_index("id")["cluster_id"]
    assert ids["r1"] != ids["r2"]
    assert "r2" not in set(ids)
    last = split.cluster_log.iloc[-1]
    assert (last["update"], last["reason"]) == (2, "split")
    # The judgement holds in later updates, saved or not, and a newer one of the same pair takes its place.
    out = split.save(tmp_path / "out")
    for source in (split, out):
        later = lk.update(source, without=["more"], earlier=split.datasets if source is out else (), progress=False)
        ids = later.clusters.set_index("id")["cluster_id"]
        assert ids["r1"] != ids["r2"]
        assert len(later.judged) == 1
    back = lk.update(split, judgements=apart.assign(is_match=True), progress=False)
    ids = back.clusters.set_index("id")["cluster_id"]
    assert ids["r1"] == ids["r2"]


def test_one_dataset_deduplicated_keeps_ids_of_its_own_kind():
    made = lk.synth.people(600, seed=5).register(coverage=0.9)
    frame = made.frame.assign(pupil_id=range(1, len(made.frame) + 1))
    run = lk.dedupe(lk.Dataset(frame.iloc[:150], name="people", id="pupil_id"), progress=False)
    again = lk.update(run, lk.Dataset(frame, name="people", id="pupil_id"), replace=True, progress=False)
    assert again.clusters["cluster_id"].dtype == again.clusters["id"].dtype == "int64"
    before = run.clusters.set_index("id")["cluster_id"]
    assert (again.clusters.set_index("id")["cluster_id"][before.index] == before).all()


def test_rules_update_too(dataset):
    rules = [{"given_name": "exact", "date_of_birth": "exact"}]
    plan = lk.Plan(
        block=[lk.block.on("date_of_birth")],
        compare=[lk.compare.exact("given_name"), lk.compare.exact("date_of_birth")],
        score=lk.score.RuleList(rules), decide=Cluster(weight=1.0, unique=("a", "b")),
    )  # fmt: skip
    run = lk.link(dataset("a"), dataset("b"), plan=plan, progress=False)
    more = lk.update(run, dataset("c"), progress=False)
    before = ids_of(run)
    assert (ids_of(more)[before.index] == before).all()
    assert more.plan.decide.unique == ("a", "b", "c")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda update, _: update(), "nothing to update"),
        (lambda update, open_: update(open_("a")), "a was linked before under this name"),
        (lambda update, _: update(without=["z"]), "without names the dataset 'z', which was not linked"),
        (lambda update, _: update(without=["a", "b", "c"]), "No dataset is left"),
        (lambda update, open_: update(open_("c", None, "d"), open_("c", None, "d")), "have the same name"),
        (lambda update, _: update(without=["a", "b"]), "say link_type='dedupe'"),
    ],
)
def test_what_cannot_be_done_is_refused(updated, dataset, change, message):
    with pytest.raises((lk.DataError, lk.SpecError), match=message):
        change(lambda *more, **options: lk.update(updated, *more, progress=False, **options), dataset)


def test_a_saved_run_that_was_tampered_with_is_refused(first, dataset, tmp_path):
    out = first.save(tmp_path / "out")
    (out / "scores.parquet").write_bytes(b"other")
    with pytest.raises(lk.DataError, match=r"scores\.parquet was changed since the run was saved"):
        lk.update(out, dataset("c"), progress=False)
    with pytest.raises(lk.DataError, match="holds no complete run"):
        lk.update(tmp_path / "nothing", dataset("c"), progress=False)


def test_datasets_that_came_from_no_file_are_given_again(people, dataset, tmp_path):
    frames = {name: dataset(name, people[name].frame) for name in "abc"}
    short = dataset("a", people["a"].frame.iloc[1:])
    out = lk.link(frames["a"], frames["b"], progress=False).save(tmp_path / "out")
    with pytest.raises(lk.DataError, match=r"give them with earlier="):
        lk.update(out, frames["c"], progress=False)
    with pytest.raises(lk.DataError, match=r"a had .* records in the earlier run"):
        lk.update(out, frames["c"], earlier=[short, frames["b"]], progress=False)
    run = lk.update(out, frames["c"], earlier=[frames["b"], frames["a"]], progress=False)
    assert [one.name for one in run.datasets] == ["a", "b", "c"]


def test_the_command_line_updates(files, people, tmp_path):
    def call(*arguments):
        result = CliRunner().invoke(app, [str(one) for one in arguments], env={"COLUMNS": "200"})
        assert result.exit_code == 0, result.output
        return result.output

    ids = people["a"].id, people["b"].id
    call("link", files / "a.csv", files / "b.csv", "--id-left", ids[0], "--id-right", ids[1], "--blinded", "arm",
         "--out", tmp_path / "one", "--quiet")  # fmt: skip
    output = call("update", tmp_path / "one", files / "c.csv", "--id", people["c"].id, "--out", tmp_path / "two")
    assert "clusters" in output
    assert "cluster_log.csv" in output
    clusters = pd.read_csv(tmp_path / "two" / "clusters.csv")
    assert set(clusters["dataset"]) == {"a", "b", "c"}
    output = call("update", tmp_path / "two", "--without", "c", "--out", tmp_path / "two")
    assert "cluster ids removed" in output
    assert set(pd.read_csv(tmp_path / "two" / "clusters.csv")["dataset"]) == {"a", "b"}


def step_of(rng, run, parts, number):
    """Something that could happen to a linkage: a dataset goes, comes, or comes again with changes."""
    names = [one.name for one in run.datasets]
    absent = [name for name in parts if name not in names]
    kind = rng.integers(0, 3)
    if kind == 0 and len(names) > 1:
        return (), {"without": [names[rng.integers(len(names))]]}
    if kind == 1 or not absent:
        name = names[rng.integers(len(names))]
        table = parts[name].sample(frac=0.9, random_state=number)
        table.loc[table.index[:3], "surname"] = "Zzyzx"
        return (lk.Dataset(table, name=name, id="pupil_id"),), {"replace": True}
    return (lk.Dataset(parts[absent[0]], name=absent[0], id="pupil_id"),), {}


def all_ids(run):
    clusters = run.clusters
    if "dataset" not in clusters:
        clusters = clusters.assign(dataset=run.datasets[0].name)
    return clusters.astype({"dataset": str, "cluster_id": str}).set_index(["dataset", "id"])["cluster_id"]


@pytest.mark.parametrize("seed", [1, 2])
def test_over_many_updates_ids_stay_are_unique_and_never_come_again(seed):
    rng = np.random.default_rng(seed)
    frame = lk.synth.people(500, seed=8).register(coverage=0.9, duplicates=0.3).frame.sample(frac=1, random_state=1)
    parts = {f"part {number}": frame.iloc[number::3] for number in range(3)}
    run = lk.dedupe(lk.Dataset(parts["part 0"], name="part 0", id="pupil_id"), progress=False)
    ever = set(all_ids(run))
    for number in range(6):
        more, options = step_of(rng, run, parts, number)
        following = lk.update(run, *more, progress=False, **options)
        before, after = all_ids(run), all_ids(following)
        assert after.nunique() == len(following.decision)
        stayed = {rows: name for name, rows in members_of(before).items()}
        for name, rows in members_of(after).items():
            assert stayed.get(rows, name) == name
        assert not (set(after) - set(before)) & ever
        ever |= set(after)
        log = following.cluster_log
        assert set(before) - set(after) <= set(log[log["update"] == following.update.number]["old_id"])
        run = following
