"""Roles: a whole linkage between folders that share only what is handed over, and what no role takes or gives."""

from __future__ import annotations

import base64

import pytest
from tests.helpers_handover import ENCODING, SURNAME, change_manifest, people

from linkkit.errors import SpecError
from linkkit.pseudonymise import Key
from linkkit.pseudonymise.handover import HandoverError, read_file
from linkkit.roles import LinkageUnit, Provider, Researcher


def written(folder):
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


@pytest.fixture
def parties(tmp_path):
    """Two providers that have split and encoded 60 and 80 people of whom 40 are in both."""
    (tmp_path / "keys").mkdir()
    key = Key.generate(tmp_path / "keys/project.key", project="cohort")
    providers = []
    for name, frame in (("trial", people(60)), ("register", people(80, start=20))):
        provider = Provider(tmp_path / name, name)
        scored = frame.assign(score=range(len(frame)))
        provider.split(scored, id="own_id", identifiers=["forename", "surname", "dob"], payload=["score"])
        provider.encode(key, ENCODING)
        providers.append(provider)
    return (*providers, LinkageUnit(tmp_path / "unit"), Researcher(tmp_path / "researcher"))


def test_a_whole_linkage_leaves_each_folder_with_what_it_may_hold(parties):
    trial, register, unit, researcher = parties
    for provider in (trial, register):
        provider.hand_encoded(unit)
        provider.hand_payload(researcher)
    run = unit.link(progress=False)
    assert len(run.links) == 40
    released = unit.release(run, project="asthma", key=Key.generate(project="linkage-unit"))
    unit.hand_over(released, researcher)
    keys = read_file(trial.folder / "index/index.parquet")[0]["record_key"].to_pylist()
    assert any(key.encode() in written(researcher.folder) for key in keys)
    made = researcher.attach(project="asthma")
    assert {name: done.records for name, done in made.items()} == {"trial": 40, "register": 40}
    both = [read_file(done.path, "research")[0].to_pandas() for done in made.values()]
    assert len(both[0].merge(both[1], on="project_id")) == 40
    assert SURNAME.lower().encode() not in written(unit.folder).lower()
    assert b"score" not in written(unit.folder / "received")
    assert not any(key.encode() in written(researcher.folder) for key in keys)
    assert SURNAME.lower().encode() not in written(researcher.folder).lower()


@pytest.mark.parametrize("kind", ["identifiers", "payload", "index"])
def test_the_unit_takes_encodings_alone(parties, kind):
    trial, _, unit, _ = parties
    with pytest.raises(HandoverError, match=f"of kind {kind}, which the linkage unit must not have"):
        unit.receive(trial.folder / kind / f"{kind}.parquet", sender="trial")
    assert not unit.folder.exists()


@pytest.mark.parametrize("path", ["identifiers/identifiers.parquet", "index/index.parquet", "encoded/trial.parquet"])
def test_the_researcher_takes_neither_names_nor_encodings(parties, path):
    trial, _, _, researcher = parties
    with pytest.raises(
        HandoverError, match="which the researcher must not have: it takes files of kind payload and release"
    ):
        researcher.receive(trial.folder / path, sender="trial")
    assert not researcher.folder.exists()


def test_scores_are_taken_by_nobody(parties):
    trial, register, unit, researcher = parties
    trial.hand_encoded(unit)
    register.hand_encoded(unit)
    run = unit.link(progress=False)
    scores = unit.release(run, project="asthma", key=Key.generate(project="linkage-unit"), tier="scores")
    for reader in (trial, researcher):
        with pytest.raises(HandoverError, match="is the tier scores of a linkage, which"):
            unit.hand_over(scores, reader)
    key = Key.generate(project="linkage-unit")
    with pytest.raises(HandoverError, match="differ only in capitals"):
        unit.release(run, project="Asthma", key=key)
    with pytest.raises(SpecError, match="names a folder"):
        unit.release(run, project="../asthma", key=key)
    mask = unit.release(run, project="asthma", key=key, tier="mask")
    assert [path.name for path in unit.hand_over(mask, trial)] == ["trial.mask.parquet"]
    others = next(path for path in mask.files if path.parent.name == "register")
    with pytest.raises(HandoverError, match="is the tier mask of register, which a provider must not have"):
        trial.receive(others, sender="unit")
    groups = unit.release(run, project="asthma", key=key)
    with pytest.raises(HandoverError, match="is the tier groups of trial, which a provider must not have"):
        unit.hand_over(groups, trial)


def test_a_file_that_was_harmed_on_its_way_is_not_kept(parties):
    trial, _, unit, _ = parties
    path = trial.folder / "encoded/trial.parquet"
    change_manifest(path, rows=61)
    with pytest.raises(HandoverError, match="its manifest tells of 61"):
        trial.hand_encoded(unit)
    assert not unit.folder.exists()


def test_nothing_of_a_key_is_in_what_parties_write(parties, tmp_path):
    trial, register, unit, researcher = parties
    unit_key = Key.generate(tmp_path / "keys/unit.key", project="linkage-unit")
    for provider in (trial, register):
        provider.hand_encoded(unit)
        provider.hand_payload(researcher)
    run = unit.link(progress=False)
    for tier in ("groups", "mask", "counts", "scores"):
        unit.release(run, project="asthma", key=unit_key, tier=tier)
    everything = b"".join(written(party.folder) for party in parties)
    for name in ("project", "unit"):
        secret = (tmp_path / f"keys/{name}.key").read_bytes()
        for spelled in (secret, secret.hex().encode(), base64.b64encode(secret), base64.b32encode(secret)):
            assert spelled[:10] not in everything
            assert spelled[10:20] not in everything
    assert Key.from_file(tmp_path / "keys/unit.key", project="linkage-unit").check_value.encode() in everything


def test_one_file_is_not_linked(parties):
    trial, _, unit, _ = parties
    trial.hand_encoded(unit)
    with pytest.raises(HandoverError, match="1 encoded files were received"):
        unit.link()
