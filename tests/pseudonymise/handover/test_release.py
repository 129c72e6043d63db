"""What leaves the linkage unit: each tier tells what it is to tell, under ids that no other project knows."""

from __future__ import annotations

import itertools
import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkkit.errors import DataError, SpecError
from linkkit.pseudonymise import Key
from linkkit.pseudonymise.escrow import reveal
from linkkit.pseudonymise.handover import HandoverError, KeyFacts, Linked, attach, read_file, release_linked
from linkkit.pseudonymise.pseudonyms import is_valid


def ids_of(path):
    table, _ = read_file(path, "release")
    return dict(zip(table["record_key"].to_pylist(), table["project_id"].to_pylist(), strict=True))


def test_groups_name_linked_records_of_both_sides_by_one_id(world, unit, tmp_path):
    done = release_linked(world.linked, tmp_path / "out", project="asthma", key=unit)
    trial, register = (ids_of(tmp_path / "out/researcher" / name / "index.parquet") for name in ("trial", "register"))
    assert (done.records, done.left_out) == (40, 70)
    assert set(trial) == {left for left, _ in world.pairs}
    assert all(trial[left] == register[right] for left, right in world.pairs)
    assert len(set(trial.values())) == 20
    assert all(is_valid(one) for one in trial.values())
    _, manifest = read_file(tmp_path / "out/researcher/trial/index.parquet")
    assert manifest.made_by["release"]["project"] == "asthma"
    assert manifest.key == KeyFacts.of(unit)


def test_everyone_has_an_id_where_denominators_need_it(world, unit, tmp_path):
    done = release_linked(world.linked, tmp_path / "out", project="asthma", key=unit, everyone=True)
    trial, register = (ids_of(tmp_path / "out/researcher" / name / "index.parquet") for name in ("trial", "register"))
    assert (len(trial), len(register), done.left_out) == (30, 80, 0)
    assert len(set(trial.values()) & set(register.values())) == 20


def test_no_id_of_one_project_is_one_of_another(world, unit, tmp_path):
    found = []
    for project in ("asthma", "schools"):
        release_linked(world.linked, tmp_path / project, project=project, key=unit, everyone=True)
        found.append(ids_of(tmp_path / project / "researcher/trial/index.parquet"))
    assert not set(found[0].values()) & set(found[1].values())
    again = release_linked(world.linked, tmp_path / "again", project="asthma", key=unit, everyone=True)
    assert ids_of(again.files[0]) == found[0]


def test_another_key_or_epoch_gives_other_ids(world, unit, tmp_path):
    keys = [unit, Key.generate(project="linkage-unit")]
    keys.append(Key.from_bytes(bytes.fromhex("8f3c11d29a705be604c7e81b62fa3d95ae50f2197c46bd08e3a1d45976cb20af"),
                               project="linkage-unit", epoch="2"))  # fmt: skip
    found = [
        set(ids_of(release_linked(world.linked, tmp_path / str(n), project="asthma", key=key).files[0]).values())
        for n, key in enumerate(keys)
    ]
    assert not found[0] & found[1]
    assert not found[0] & found[2]


def test_a_mask_tells_which_records_are_linked_and_not_to_whom(world, unit, tmp_path):
    release_linked(world.linked, tmp_path / "out", project="asthma", key=unit, tier="mask")
    tables = {
        name: read_file(tmp_path / "out" / name / "mask.parquet")[0].to_pandas() for name in ("trial", "register")
    }
    trial = tables["trial"]
    assert trial["record_key"].tolist() == world.trial.index["record_key"].to_pylist()  # in the order of the file
    assert set(trial.loc[trial["is_linked"], "record_key"]) == {left for left, _ in world.pairs}
    assert int(tables["register"]["is_linked"].sum()) == 20
    assert not set(trial["project_id"]) & set(tables["register"]["project_id"])
    groups = release_linked(world.linked, tmp_path / "groups", project="asthma", key=unit)
    assert not set(ids_of(groups.files[0]).values()) & set(trial["project_id"])


def test_scores_stay_in_the_unit(world, unit, tmp_path):
    done = release_linked(world.linked, tmp_path / "out", project="asthma", key=unit, tier="scores")
    assert [path.relative_to(tmp_path).as_posix() for path in done.files] == ["out/unit_only/scores.parquet"]
    table, manifest = read_file(done.files[0], "release")
    assert manifest.made_by["release"]["unit_only"] is True
    assert table["match_weight"].to_pylist() == [30.0 - number for number in range(20)]
    payload = world.folder / "trial/payload/payload.parquet"
    with pytest.raises(HandoverError, match=r"scores\.parquet holds scores, which stay within the linkage unit"):
        attach(done.files[0], payload, tmp_path / "study.parquet")
    with pytest.raises(HandoverError, match="holds the release scores of the project 'asthma'"):
        release_linked(world.linked, tmp_path / "out", project="asthma", key=unit)


def test_scores_are_not_put_where_a_researcher_reads(world, unit, tmp_path):
    release_linked(world.linked, tmp_path / "out", project="asthma", key=unit)
    with pytest.raises(HandoverError, match="holds the release groups of the project 'asthma'"):
        release_linked(world.linked, tmp_path / "out", project="asthma", key=unit, tier="scores")
    assert not (tmp_path / "out/unit_only").exists()


def test_counts_hide_what_is_small(world, unit, tmp_path):
    done = release_linked(world.linked, tmp_path / "out", project="asthma", key=unit, tier="counts")
    told = json.loads(done.files[0].read_text("utf-8"))
    assert told["links"] == 20
    # 15, 4 and 1: two are small, and the third with the total tells their sum alone
    assert [band["links"] for band in told["bands"]] == [15, "<10", 0, "<10", 0]
    assert told["datasets"][0] == {"name": "trial", "records": 30, "linked_records": 20}
    assert not any(key in done.files[0].read_text("utf-8") for pair in world.pairs for key in pair)


def test_a_single_small_count_is_not_told_by_the_total(unit, tmp_path):
    def told(probabilities, size):
        keys = [[f"{side}{number:03}" for number in range(size)] for side in "ab"]
        links = pd.DataFrame({
            "left_id": keys[0][: len(probabilities)], "right_id": keys[1][: len(probabilities)],
            "match_weight": 1.0, "match_probability": probabilities,
        })  # fmt: skip
        linked = Linked.of({"a": keys[0], "b": keys[1]}, links)
        path = tmp_path / f"{size}-{len(probabilities)}"
        done = release_linked(linked, path, project="p", key=unit, tier="counts")
        return json.loads(done.files[0].read_text("utf-8"))

    bands = told([0.999] * 40 + [0.97] * 25 + [0.92] * 3, 100)["bands"]
    assert [band["links"] for band in bands] == [40, "[c]", "<10", 0, 0]
    near = told([0.999] * 97, 100)  # three without a link
    assert near["datasets"][0]["linked_records"] == "[c]"
    assert told([0.999] * 4, 100)["links"] == "<10"


@given(st.lists(st.sampled_from([0.999, 0.96, 0.92, 0.7, 0.2]), max_size=60), st.integers(0, 15), st.integers(1, 8))
def test_no_count_below_the_least_can_be_worked_out(probabilities, unlinked, least):
    from linkkit.pseudonymise.handover._tiers import counts

    keys = [[f"{side}{number:03}" for number in range(len(probabilities) + unlinked + 1)] for side in "ab"]
    links = pd.DataFrame({
        "left_id": keys[0][: len(probabilities)], "right_id": keys[1][: len(probabilities)], "match_weight": 1.0,
        "match_probability": pd.Series(probabilities, dtype=float),
    }).astype({"left_id": str, "right_id": str})  # fmt: skip
    told = counts(Linked.of({"a": keys[0], "b": keys[1]}, links), least)
    shown = [band["links"] for band in told["bands"]]
    assert all(not 0 < count < least for count in shown if isinstance(count, int))
    if isinstance(told["links"], int):  # what the hidden ones sum up to, in all ways there are
        rest = told["links"] - sum(count for count in shown if isinstance(count, int))
        small, free = sum(str(count).startswith("<") for count in shown), "[c]" in shown
        ways = {
            combination
            for combination in itertools.product(range(1, least), repeat=small)
            if sum(combination) == rest or (free and sum(combination) <= rest)
        }
        assert not small or len(ways) > 1 or least <= 2
    for dataset in told["datasets"]:
        if isinstance(dataset["records"], int) and isinstance(dataset["linked_records"], int):
            assert not 0 < dataset["records"] - dataset["linked_records"] < least


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tier": "group"}, "Did you mean 'groups'"),
        ({"tier": "mask", "everyone": True}, "for the tier groups; this is mask"),
        ({"tier": "counts", "reversible": True}, "for the tier groups"),
        ({"tier": "counts", "least": 0}, "whole number from 1"),
        ({"project": " "}, "name of a project"),
    ],
)
def test_a_release_that_cannot_be_is_refused(world, unit, tmp_path, options, message):
    with pytest.raises(SpecError, match=message):
        release_linked(world.linked, tmp_path / "out", **{"project": "asthma", "key": unit, **options})
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("other", ["Asthma", "ASTHMA ", "asth-ma", "asthma"])
def test_a_project_that_differs_in_capitals_alone_is_no_new_project(world, unit, tmp_path, other):
    book = tmp_path / "releases.jsonl"
    release_linked(world.linked, tmp_path / "one", project="asthma", key=unit, logbook=book)
    if other == "asthma":
        release_linked(world.linked, tmp_path / "two", project=other, key=unit, logbook=book)
        return
    with pytest.raises(HandoverError, match=r"differ only in capitals or blanks\. Write the name as before"):
        release_linked(world.linked, tmp_path / "two", project=other, key=unit, logbook=book)
    with pytest.raises(HandoverError, match="differ only in capitals"):
        release_linked(world.linked, tmp_path / "one", project=other, key=unit)
    assert not (tmp_path / "two").exists()


def test_a_folder_is_of_one_project(world, unit, tmp_path):
    release_linked(world.linked, tmp_path / "out", project="asthma", key=unit, tier="counts")
    with pytest.raises(HandoverError, match="holds the release counts of the project 'asthma'"):
        release_linked(world.linked, tmp_path / "out", project="schools", key=unit)
    with pytest.raises(HandoverError, match="holds a file of kind"):
        release_linked(world.linked, world.folder / "trial", project="schools", key=unit)


def test_the_key_of_the_providers_is_no_key_of_the_unit(world, unit, tmp_path):
    linked = Linked(world.linked.persons, world.linked.links, (KeyFacts("asthma", "1", unit.id, "0"),))
    with pytest.raises(HandoverError, match="the one that the providers encoded with"):
        release_linked(linked, tmp_path / "out", project="asthma", key=unit)


def test_the_logbook_names_what_was_released_and_no_id(world, unit, tmp_path):
    book = tmp_path / "releases.jsonl"
    done = release_linked(world.linked, tmp_path / "out", project="asthma", key=unit, logbook=book)
    (line,) = [json.loads(text) for text in book.read_text("utf-8").splitlines()]
    assert (line["project"], line["tier"], line["records"]) == ("asthma", "groups", 40)
    held = {*ids_of(done.files[0]), *ids_of(done.files[0]).values()}
    assert not any(one in book.read_text("utf-8") for one in held)
    book.write_text(book.read_text("utf-8")[:30], "utf-8")
    with pytest.raises(DataError, match="line 1 of the logbook was edited or cut short"):
        release_linked(world.linked, tmp_path / "three", project="asthma", key=unit, logbook=book)


def test_reversible_ids_lead_to_the_units_names_with_its_key_alone(world, unit, tmp_path):
    done = release_linked(world.linked, tmp_path / "out", project="asthma", key=unit, reversible=True)
    ids = ids_of(done.files[0])
    left = world.pairs[3][0]
    asked = {"reason": "screening", "asked_by": "Dr Roe", "logbook": tmp_path / "revealed.jsonl"}
    assert reveal([ids[left]], "asthma", unit, **asked) == [f"trial:{left}"]


def test_links_are_of_records_that_are_there():
    links = {"left_id": ["a1"], "right_id": ["gone"], "match_weight": [1.0], "match_probability": [0.9]}
    with pytest.raises(
        HandoverError, match=r"1 links \(row 0\) name a record on the right that no dataset has"
    ) as told:
        Linked.of({"a": ["a1"], "b": ["b1"]}, links)
    assert "gone" not in str(told.value)
    with pytest.raises(HandoverError, match="the record key is missing in 1 records"):
        Linked.of({"a": ["a1", None], "b": ["b1"]}, links)
    with pytest.raises(HandoverError, match="record keys repeat, 1 records more"):
        Linked.of({"a": ["a1", "a1"], "b": ["b1"]}, links)
    with pytest.raises(HandoverError, match="gives its name to a folder"):
        Linked.of({"../a": ["a1"], "b": ["gone"]}, links)


def test_pairs_for_review_link_nobody():
    links = {"left_id": ["a1", "a2"], "right_id": ["b1", "b2"], "match_weight": [9.0, 1.0],
             "match_probability": [0.9, 0.6], "status": ["link", "review"]}  # fmt: skip
    linked = Linked.of({"a": ["a1", "a2"], "b": ["b1", "b2"]}, links)
    assert linked.is_linked("a").tolist() == [True, False]
    assert len(linked.links) == 1


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=25))
def test_persons_are_what_links_connect(edges):
    nodes = [("a", number) for number in range(10)] + [("b", number) for number in range(10)]
    parent = {node: node for node in nodes}

    def root(node):
        while parent[node] != node:
            node = parent[node]
        return node

    for left, right in edges:
        one, other = root(("a", left)), root(("b", right))
        parent[max(one, other)] = min(one, other)
    links = pd.DataFrame({
        "left_id": [f"{left}" for left, _ in edges], "right_id": [f"{right}" for _, right in edges],
        "match_weight": 1.0, "match_probability": 0.9,
    }).astype({"left_id": str, "right_id": str})  # fmt: skip
    keys = [str(number) for number in range(10)]
    linked = Linked.of({"a": keys, "b": keys}, links)
    for name in "ab":
        expected = ["{}:{}".format(*root((name, number))) for number in range(10)]
        assert linked.persons[name]["person"].to_pylist() == expected
