"""The researcher's join: project ids and payload, and nothing by which records could be found elsewhere."""

from __future__ import annotations

import pickle

import pandas as pd
import pytest

from linkkit.pseudonymise.handover import HandoverError, attach, read_file, release_linked, split, write_file


@pytest.fixture
def released(world, unit, tmp_path):
    release_linked(world.linked, tmp_path / "out", project="asthma", key=unit)
    return tmp_path / "out/researcher"


def payload_of(world, name):
    return world.folder / name / "payload/payload.parquet"


def test_payloads_of_two_providers_meet_under_project_ids(world, released, tmp_path):
    frames = {}
    for name, left_out in (("trial", 10), ("register", 60)):
        out = tmp_path / "study" / f"{name}.parquet"
        done = attach(released / name / "index.parquet", payload_of(world, name), out, project="asthma")
        assert (done.records, done.without_project_id, done.without_payload) == (20, left_out, 0)
        table, manifest = read_file(out, "research")
        assert table.column_names == ["project_id", "score"]
        assert manifest.made_by["research"] == {"project": "asthma", "tier": "groups", "dataset": name}
        assert table["project_id"].to_pylist() == sorted(table["project_id"].to_pylist())
        frames[name] = table.to_pandas()
    both = frames["trial"].merge(frames["register"], on="project_id")
    assert len(both) == 20
    assert (both["score_x"] == both["score_y"]).all()
    text = b"".join(path.read_bytes() for path in (tmp_path / "study").iterdir())
    keys = world.trial.index["record_key"].to_pylist()
    assert not any(key.encode() in text for key in keys)


def test_a_mask_is_attached_with_its_flag(world, unit, tmp_path):
    release_linked(world.linked, tmp_path / "mask", project="asthma", key=unit, tier="mask")
    out = tmp_path / "study.parquet"
    done = attach(tmp_path / "mask/trial/mask.parquet", payload_of(world, "trial"), out)
    table, _ = read_file(out, "research")
    assert table.column_names == ["project_id", "is_linked", "score"]
    assert (done.records, sum(table["is_linked"].to_pylist())) == (30, 20)


def test_a_person_may_have_several_records(unit, tmp_path):
    from linkkit.pseudonymise.handover import Linked

    spells = pd.DataFrame({"id": range(4), "surname": list("AABB"), "days": [1, 2, 3, 4]})
    parts = split(spells, id="id", identifiers=["surname"], payload=["days"])
    parts.write(tmp_path / "spells")
    keys = parts.index.to_pandas().set_index("id")["record_key"]
    links = pd.DataFrame({"left_id": [keys[0], keys[2]], "right_id": [keys[1], keys[3]], "match_weight": 9.0,
                          "match_probability": 0.99})  # fmt: skip
    linked = Linked.of({"spells": list(keys)}, links)
    release_linked(linked, tmp_path / "out", project="p", key=unit)
    attach(tmp_path / "out/researcher/spells/index.parquet", tmp_path / "spells/payload/payload.parquet",
           tmp_path / "study.parquet")  # fmt: skip
    found = read_file(tmp_path / "study.parquet", "research")[0].to_pandas()
    assert sorted(tuple(sorted(days)) for days in found.groupby("project_id")["days"].apply(list)) == [(1, 2), (3, 4)]


def test_the_result_does_not_depend_on_the_order_of_the_payload(world, released, tmp_path):
    table, _ = read_file(payload_of(world, "trial"))
    write_file(table.take(list(range(len(table)))[::-1]), tmp_path / "p/payload.parquet", "payload")
    one, other = tmp_path / "one.parquet", tmp_path / "other.parquet"
    attach(released / "trial/index.parquet", payload_of(world, "trial"), one)
    attach(released / "trial/index.parquet", tmp_path / "p/payload.parquet", other)
    assert one.read_bytes() == other.read_bytes()


def test_files_of_other_kinds_are_refused(world, released, tmp_path):
    index, out = released / "trial/index.parquet", tmp_path / "study.parquet"
    for kind in ("identifiers", "index"):
        with pytest.raises(HandoverError, match=f"of kind {kind}; one of kind payload is needed"):
            attach(index, world.folder / "trial" / kind / f"{kind}.parquet", out)
        with pytest.raises(HandoverError, match=f"of kind {kind}; one of kind release is needed"):
            attach(world.folder / "trial" / kind / f"{kind}.parquet", payload_of(world, "trial"), out)
    assert not out.exists()


@pytest.mark.parametrize("column", ["surname", "Forename", "NHS number", "dob", "e-mail", "Mobile"])
def test_a_payload_that_names_people_is_refused(world, released, tmp_path, column):
    table, _ = read_file(payload_of(world, "trial"))
    named = table.append_column(column, [["Featherstonehaugh"] * len(table)])
    write_file(named, tmp_path / "p/payload.parquet", "payload")
    with pytest.raises(HandoverError, match="would name people beside what is studied") as told:
        attach(released / "trial/index.parquet", tmp_path / "p/payload.parquet", tmp_path / "study.parquet")
    assert column in str(told.value)
    assert "Featherstonehaugh" not in str(told.value)
    assert not (tmp_path / "study.parquet").exists()


def test_a_provider_does_not_split_names_into_the_payload():
    people = pd.DataFrame({"id": [1], "surname": ["Ash"], "nhs_no": ["9434765919"], "score": [1]})
    with pytest.raises(HandoverError, match=r"'nhs_no' \(nhs_number\) would be payload, and names people") as told:
        split(people, id="id", identifiers=["surname"], payload=["nhs_no", "score"])
    assert "9434765919" not in str(told.value)


def test_the_payload_of_another_split_is_refused(world, released, tmp_path):
    again = split(pd.DataFrame({"own_id": [1, 2], "score": [1, 2]}), id="own_id", identifiers=[], payload=["score"])
    again.write(tmp_path / "again")
    with pytest.raises(HandoverError, match="share no record key: they are of different datasets, or of two splits"):
        attach(released / "trial/index.parquet", tmp_path / "again/payload/payload.parquet", tmp_path / "s.parquet")
    with pytest.raises(HandoverError, match="share no record key"):
        attach(released / "trial/index.parquet", payload_of(world, "register"), tmp_path / "s.parquet")


def test_an_index_of_another_project_is_refused(world, released, tmp_path):
    with pytest.raises(HandoverError, match=r"is of the project 'asthma', and 'Asthma' is asked for") as told:
        attach(released / "trial/index.parquet", payload_of(world, "trial"), tmp_path / "s.parquet", project="Asthma")
    assert "two projects do not meet" in str(told.value)


def test_an_index_with_the_manifest_of_another_is_refused(world, released, tmp_path):
    mine, theirs = (released / name / "index.parquet.manifest.json" for name in ("trial", "register"))
    mine.write_bytes(theirs.read_bytes())
    with pytest.raises(HandoverError, match="not the file that its manifest was written for"):
        attach(released / "trial/index.parquet", payload_of(world, "trial"), tmp_path / "s.parquet")


def test_a_pickle_is_not_opened(world, released, tmp_path):
    (released / "trial/index.parquet").write_bytes(pickle.dumps({"project_id": ["X"]}))
    with pytest.raises(HandoverError, match="no pickle ever"):
        attach(released / "trial/index.parquet", payload_of(world, "trial"), tmp_path / "s.parquet")


def test_a_column_is_not_written_over_another(world, released, tmp_path):
    table, _ = read_file(payload_of(world, "trial"))
    write_file(table.append_column("project_id", [["x"] * len(table)]), tmp_path / "p/payload.parquet", "payload")
    with pytest.raises(HandoverError, match="column 'project_id' would stand beside one of that name"):
        attach(released / "trial/index.parquet", tmp_path / "p/payload.parquet", tmp_path / "s.parquet")
