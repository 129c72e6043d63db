"""From one project's pseudonyms to another's: nobody in between sees an id, and what does not fit is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkkit.errors import DataError, SpecError
from linkkit.pseudonymise import Key, Pseudonyms
from linkkit.pseudonymise.handover import HandoverError, write_file
from linkkit.pseudonymise.transcoding import Rotation, rehash, transcode

SECRET = bytes.fromhex("8f3c11d29a705be604c7e81b62fa3d95ae50f2197c46bd08e3a1d45976cb20af")
FIRST, SECOND = (Key.from_bytes(SECRET, project="unit", epoch=epoch) for epoch in ("1", "2"))
NHS = "9434765919"
PERSONS = [NHS, "p-001", "p-002"]


@given(st.lists(st.text(min_size=1) | st.none()), st.booleans(), st.booleans())
def test_transcoded_pseudonyms_are_those_of_the_new_project_and_key(ids, reversible, rekeyed):
    before, after = Pseudonyms("asthma", reversible=True), Pseudonyms("schools", reversible)
    new = SECOND if rekeyed else FIRST
    found = transcode(before.of(ids, FIRST), before, after, old_key=FIRST, new_key=new)
    assert found == after.of(ids, new)


def test_what_cannot_be_turned_back_is_not_transcoded():
    plain, reversible = Pseudonyms("asthma"), Pseudonyms("asthma", reversible=True)
    with pytest.raises(SpecError, match="cannot be turned back"):
        transcode(plain.of(PERSONS, FIRST), plain, Pseudonyms("schools"), old_key=FIRST, new_key=FIRST)
    with pytest.raises(SpecError, match="Nothing would change"):
        transcode(reversible.of(PERSONS, FIRST), reversible, reversible, old_key=FIRST, new_key=FIRST)
    with pytest.raises(DataError, match="3 pseudonyms") as told:
        transcode(reversible.of(PERSONS, SECOND), reversible, plain, old_key=FIRST, new_key=SECOND)
    assert NHS not in str(told.value)


def test_two_levels_hide_the_provider_from_the_researcher_and_the_id_from_the_unit():
    provider, unit = Key.generate(project="clinic"), Key.generate(project="unit")
    sent = Pseudonyms("to the unit").of([*PERSONS, None], provider)
    asthma, schools = (rehash(sent, Pseudonyms(project), unit) for project in ("asthma", "schools"))
    assert asthma == rehash(sent, Pseudonyms("asthma"), unit)
    assert asthma[-1] is None
    known = {*sent, *Pseudonyms("asthma").of(PERSONS, provider), *Pseudonyms("asthma").of(PERSONS, unit)} - {None}
    assert not known & set(asthma)
    assert not set(asthma[:-1]) & set(schools[:-1])


def test_a_mistyped_pseudonym_is_not_rehashed():
    sent = Pseudonyms("to the unit").of(PERSONS, FIRST)
    sent[1] = sent[1][:-2] + "AA"
    with pytest.raises(DataError, match=r"1 pseudonyms \(row 1\) fail their check character") as told:
        rehash(sent, Pseudonyms("asthma"), SECOND)
    assert sent[1] not in str(told.value)


def test_a_rotation_leads_from_old_to_new_and_stays_in_the_unit(tmp_path):
    rotation = Rotation.of(PERSONS, "asthma", FIRST, SECOND)
    spec = Pseudonyms("asthma")
    old = spec.of([*PERSONS, None], FIRST)
    assert rotation.apply(old) == spec.of([*PERSONS, None], SECOND)
    assert not any(one in repr(rotation) for one in old if one)
    rotation.write(tmp_path / "rotation.parquet")
    again = Rotation.read(tmp_path / "rotation.parquet")
    assert again.apply(old) == rotation.apply(old)
    assert (again.project, again.old_key, again.new_key) == (rotation.project, rotation.old_key, rotation.new_key)


def test_a_rotation_is_refused_by_the_researchers_join(tmp_path, world_payload):
    from linkkit.pseudonymise.handover import attach

    Rotation.of(PERSONS, "asthma", FIRST, SECOND).write(tmp_path / "rotation.parquet")
    with pytest.raises(HandoverError, match="holds rotation, which stay within the linkage unit"):
        attach(tmp_path / "rotation.parquet", world_payload, tmp_path / "study.parquet")


def test_pseudonyms_of_others_are_not_rotated():
    rotation = Rotation.of(PERSONS, "asthma", FIRST, SECOND)
    other = Pseudonyms("schools").of(PERSONS, FIRST)
    with pytest.raises(DataError, match=r"3 pseudonyms \(rows 0, 1, 2\) are not among those of 'asthma'") as told:
        rotation.apply(other)
    assert other[0] not in str(told.value)
    with pytest.raises(SpecError, match="Both keys are one"):
        Rotation.of(PERSONS, "asthma", FIRST, FIRST)


def test_another_file_is_no_rotation(tmp_path):
    import pyarrow as pa

    write_file(pa.table({"record_key": ["a"]}), tmp_path / "x.parquet", "release")
    with pytest.raises(HandoverError, match="no table of a rotation"):
        Rotation.read(tmp_path / "x.parquet")


@pytest.fixture
def world_payload(tmp_path):
    import pyarrow as pa

    write_file(pa.table({"record_key": ["a"], "score": [1]}), tmp_path / "payload.parquet", "payload")
    return tmp_path / "payload.parquet"
