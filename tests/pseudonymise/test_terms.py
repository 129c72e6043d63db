"""Consent goes along with what is encoded: who did not agree is left out, and scope and end hold where files meet."""

from __future__ import annotations

import datetime
import json

import pyarrow.parquet as pq
import pytest
from tests.helpers_handover import ENCODING, change_manifest, manifest_of, new_key, people

import linkkit as lk
from linkkit.cards import Card, Consent
from linkkit.errors import CardError, DataError, LinkkitError
from linkkit.prepare import prepare
from linkkit.providing import encode_file
from linkkit.pseudonymise import (
    Token,
    bloom,
    clkhash,
    encode,
    openpseudonymiser,
    opentoken,
    read_encoded,
    tokens,
    write_encoded,
)
from linkkit.pseudonymise.handover import HandoverError, read_file, split
from linkkit.pseudonymise.opening import read_identifiers

KEY = new_key()
SECRET = bytes.fromhex("8f3c11d29a705be604c7e81b62fa3d95ae50f2197c46bd08e3a1d45976cb20af")
OVER, OPEN = datetime.date(2020, 12, 31), datetime.date(2099, 12, 31)
REFUSED = 14
LEFT_OUT = (("no consent to linkage", REFUSED),)
SIDES = {"id": "own_id", "identifiers": ["forename", "surname", "dob"], "payload": ["agreed", "arm"]}


def asked(**consent):
    frame = people()
    frame["agreed"] = ["no"] * REFUSED + ["yes"] * (len(frame) - REFUSED)
    frame["arm"] = ["a", "b"] * (len(frame) // 2)
    said = {"linkages": ("cohort",), "until": OPEN, "column": "agreed", "scope": "form v2", **consent}
    return frame, Card("parents", "trial", id="own_id", allocation="arm", consent=Consent(**said))


def trial(**consent):
    frame, card = asked(**consent)
    return lk.Dataset(frame, card=card)


def register(kind="administrative"):
    return lk.Dataset(people(), name="register", kind=kind, id="own_id")


def written(folder, **consent):
    frame, card = asked(**consent)
    frame.to_csv(folder / "trial.csv", index=False)
    card.save(folder / "trial.card.toml")
    return folder / "trial.csv"


def test_an_encoded_dataset_keeps_scope_and_leaves_out_who_refused():
    made = encode(prepare(trial()), KEY, ENCODING)
    assert made.left_out == LEFT_OUT
    assert not set(made.ids.to_pylist()) & {f"own-{number}" for number in range(REFUSED)}
    assert (made.card.name, made.card.kind, made.card.consent.linkages) == ("parents", "trial", ("cohort",))
    assert made.card.consent.column is None
    assert made.card.hidden == ()
    with pytest.raises(CardError, match="form v2 covers linkage with cohort, not with register"):
        lk.link(made, encode(prepare(register()), KEY, ENCODING), progress=False)


def test_encoded_datasets_that_may_be_linked_are_linked_without_who_refused():
    run = lk.link(
        encode(prepare(trial()), KEY, ENCODING), encode(prepare(register("cohort")), KEY, ENCODING), progress=False
    )
    assert len(run.links) == 60 - REFUSED
    assert run.records.datasets[0].left_out == LEFT_OUT


@pytest.mark.parametrize(
    "way",
    [
        lambda held: encode(prepare(held), KEY, ENCODING),
        lambda held: tokens(prepare(held), KEY, [Token("name", "surname")]),
        lambda held: bloom.encode(held, KEY, [bloom.BloomField("surname")]),
        lambda held: openpseudonymiser.digests(held, SECRET, {"Surname": "surname"}),
        lambda held: opentoken.tokens(held, SECRET, fields={"sex": "given_name"}),
    ],
)
def test_however_it_is_encoded_consent_goes_along(way):
    made = way(trial())
    assert len(made) == 60 - REFUSED
    assert made.left_out == LEFT_OUT
    assert made.card.consent.scope == "form v2"
    with pytest.raises(CardError, match="parents: form v2 allows no new linkage after 2020-12-31"):
        way(trial(until=OVER))


def test_rows_for_clkhash_are_of_those_who_agreed():
    schema = {"version": 3, "clkConfig": {"l": 64, "kdf": {"type": "HKDF"}}, "features": [
        {"identifier": "surname", "format": {"type": "string", "encoding": "utf-8"},
         "hashing": {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerFeature": 20}}},
    ]}  # fmt: skip
    made = clkhash.encode_frame(trial(), schema, "a secret of at least sixteen bytes")
    assert len(made) == 60 - REFUSED
    with pytest.raises(CardError, match="no new linkage"):
        clkhash.encode_frame(trial(until=OVER), schema, "a secret of at least sixteen bytes")


def test_other_ids_stay_with_their_records():
    held = prepare(trial())
    others = [f"r{number:03}" for number in range(len(held))]
    by_id = dict(zip(others, held.ids.to_pylist(), strict=True))
    made = encode(held, KEY, ENCODING, ids=others)
    plain = encode(held, KEY, ENCODING).to_pandas().set_index("own_id")["surname"]
    told = made.to_pandas().set_index("own_id")["surname"]
    assert [by_id[other] for other in told.index] == list(plain.index)
    assert told.tolist() == plain.tolist()


def test_a_file_says_its_terms_and_no_answer(tmp_path):
    done = encode_file(written(tmp_path), tmp_path / "out", key=KEY, encoding=ENCODING)
    assert done.manifest.rows == 60 - REFUSED
    said = json.loads(manifest_of(done.path).read_text("utf-8"))["terms"]
    assert said == {
        "name": "parents", "kind": "trial", "unit": "person",
        "consent": {"scope": "form v2", "linkages": ["cohort"], "level": "person", "purposes": [],
                    "until": "2099-12-31"},
        "left_out": [{"reason": "no consent to linkage", "records": REFUSED}],
    }  # fmt: skip
    assert "agreed" not in manifest_of(done.path).read_text("utf-8")
    other = encode_file(register("other")._table, tmp_path / "out", key=KEY, encoding=ENCODING, name="register",
                        id="own_id")  # fmt: skip
    opened = [read_encoded(path) for path in (done.path, other.path)]
    assert opened[0].left_out == LEFT_OUT
    with pytest.raises(CardError, match="parents: form v2 covers linkage with cohort, not with register"):
        lk.link(*opened, progress=False)
    cohort = read_encoded(other.path, kind="cohort")
    assert len(lk.link(opened[0], cohort, progress=False).links) == 60 - REFUSED


def test_a_table_is_encoded_by_the_card_that_is_given(tmp_path):
    frame, card = asked()
    done = encode_file(frame, tmp_path / "out", key=KEY, encoding=ENCODING, name="trial", card=card)
    assert done.manifest.rows == 60 - REFUSED
    assert done.manifest.terms.left_out == LEFT_OUT
    index = read_file(done.index, "index")[0]
    assert not set(index["own_id"].to_pylist()) & {f"own-{number}" for number in range(REFUSED)}
    plain = encode_file(frame, tmp_path / "plain", key=KEY, encoding=ENCODING, id="own_id")
    assert (plain.manifest.rows, plain.manifest.terms) == (60, None)


def test_a_file_is_read_in_the_encoding_of_its_card(tmp_path):
    frame, card = asked()
    frame.loc[59, "surname"] = "Müller"
    frame.to_csv(tmp_path / "trial.csv", index=False, encoding="latin-1")
    card.change(encoding="latin-1").save(tmp_path / "trial.card.toml")
    done = encode_file(tmp_path / "trial.csv", tmp_path / "out", key=KEY, encoding=ENCODING)
    assert done.manifest.rows == 60 - REFUSED
    assert len(split(tmp_path / "trial.csv", **SIDES).index) == 60 - REFUSED


def test_a_consent_that_ended_since_is_refused_where_the_files_meet(tmp_path):
    path = write_encoded(encode(prepare(trial()), KEY, ENCODING), tmp_path / "trial.parquet") and tmp_path
    told = manifest_of(path / "trial.parquet")
    data = json.loads(told.read_text("utf-8"))
    terms = data["terms"] | {"consent": data["terms"]["consent"] | {"until": "2020-12-31"}}
    told.write_text(json.dumps(data | {"terms": terms}), "utf-8")
    with pytest.raises(HandoverError, match="was edited"):
        read_encoded(path / "trial.parquet")
    from linkkit.pseudonymise.handover import fingerprint

    told.write_text(json.dumps(data | {"terms": terms, "terms_hash": fingerprint(terms)}), "utf-8")
    with pytest.raises(CardError, match="no new linkage after 2020-12-31"):
        lk.link(read_encoded(path / "trial.parquet"), encode(prepare(register("cohort")), KEY, ENCODING),
                progress=False)  # fmt: skip


def test_a_coarser_unit_than_persons_is_refused_when_encoded_too():
    made = encode(prepare(trial(level="school")), KEY, ENCODING)
    with pytest.raises(CardError, match="of schools, not of persons"):
        lk.link(made, encode(prepare(register("cohort")), KEY, ENCODING), progress=False)


def test_a_manifest_of_before_is_still_read(tmp_path):
    done = encode_file(written(tmp_path), tmp_path / "out", key=KEY, encoding=ENCODING)
    data = json.loads(manifest_of(done.path).read_text("utf-8"))
    manifest_of(done.path).write_text(
        json.dumps({key: value for key, value in data.items() if not key.startswith("terms")}), "utf-8"
    )
    opened = read_encoded(done.path, kind="survey")
    assert (opened.kind, opened.left_out, opened.card.consent) == ("survey", (), None)


@pytest.mark.parametrize("terms", [{}, {"name": 1}, [], "x", None])
def test_damaged_terms_are_refused(tmp_path, terms):
    done = encode_file(written(tmp_path), tmp_path / "out", key=KEY, encoding=ENCODING)
    change_manifest(done.path, terms=terms)
    with pytest.raises(HandoverError, match=r"damaged manifest|was edited"):
        read_encoded(done.path)


def test_a_split_holds_to_the_card_beside_the_file(tmp_path):
    parts = split(written(tmp_path), **SIDES)
    for table in (parts.identifiers, parts.payload, parts.index):
        assert len(table) == 60 - REFUSED
    assert set(parts.payload["agreed"].to_pylist()) == {"yes"}
    told = parts.write(tmp_path / "split")
    assert {one.terms.left_out for one in told.values()} == {LEFT_OUT}
    done = encode_file(
        tmp_path / "split/identifiers/identifiers.parquet", tmp_path / "out", key=KEY, encoding=ENCODING, name="trial"
    )
    assert done.manifest.terms == told["identifiers"].terms
    keys = parts.index["record_key"].to_pylist()
    assert pq.read_table(done.path)["record_key"].to_pylist() == keys
    with pytest.raises(CardError, match="covers linkage with cohort"):
        lk.link(read_encoded(done.path), encode(prepare(register()), KEY, ENCODING), progress=False)


def test_a_split_takes_the_card_itself_and_the_path_of_a_card(tmp_path):
    frame, card = asked()
    assert len(split(frame, card=card, **SIDES).index) == 60 - REFUSED
    assert len(split(frame, **SIDES).index) == 60
    path = written(tmp_path)
    assert len(split(path, card=False, **SIDES).index) == 60
    card.change(path=str(path)).save(tmp_path / "named.card.toml")
    assert len(split(tmp_path / "named.card.toml", **SIDES).index) == 60 - REFUSED


def test_a_split_refuses_a_consent_that_is_over_and_people_of_whom_nobody_agreed(tmp_path):
    frame, card = asked(until=OVER)
    with pytest.raises(CardError, match="no new linkage after 2020-12-31"):
        split(frame, card=card, **SIDES)
    frame, card = asked(agreed=("ja",))
    with pytest.raises(DataError, match="none of 60 records may be linked"):
        split(frame, card=card, **SIDES)


def test_a_blinded_column_is_no_identifier():
    frame, card = asked()
    frame["result"] = range(len(frame))
    card = card.change(outcomes=("result",))
    sides = SIDES | {"identifiers": [*SIDES["identifiers"], "arm", "result"], "payload": ["agreed"]}
    with pytest.raises(HandoverError) as caught:
        split(frame, card=card, **sides)
    assert "'arm' would be an identifier" in str(caught.value)
    assert "'result' would be an identifier" in str(caught.value)
    assert split(frame, card=card, **SIDES | {"payload": ["agreed", "arm", "result"]})


def test_clear_identifiers_that_were_handed_over_are_linked_under_their_terms(tmp_path):
    split(written(tmp_path), **SIDES).write(tmp_path / "split")
    path = tmp_path / "split/identifiers/identifiers.parquet"
    opened = read_identifiers(path, name="trial")
    assert (len(opened), opened.left_out, opened.id) == (60 - REFUSED, LEFT_OUT, "record_key")
    with pytest.raises(CardError, match="covers linkage with cohort"):
        lk.link(opened, register(), progress=False)
    from linkkit.plan import DatasetFile

    again = DatasetFile.of(opened).open()
    assert (again.card.consent, again.left_out) == (opened.card.consent, LEFT_OUT)
    assert again.ids.equals(opened.ids)


def test_a_saved_run_of_encoded_files_is_loaded_and_released_under_its_terms(tmp_path):
    first = encode_file(written(tmp_path, linkages=("any",)), tmp_path / "out", key=KEY, encoding=ENCODING)
    second = encode_file(people(), tmp_path / "out", key=KEY, encoding=ENCODING, name="register", id="own_id")
    run = lk.link(read_encoded(first.path), read_encoded(second.path), progress=False)
    run.save(tmp_path / "results")
    told = json.loads((tmp_path / "results/run.json").read_text("utf-8"))["datasets"]
    assert told[0]["left_out"] == [{"reason": "no consent to linkage", "records": REFUSED}]
    done = lk.release(tmp_path / "results", tmp_path / "released", project="x", key=new_key("unit"), tier="mask")
    sizes = [len(read_file(path)[0]) for path in done.files]
    assert sorted(sizes) == [60 - REFUSED, 60]


def test_no_message_names_a_person(tmp_path):
    with pytest.raises(LinkkitError) as caught:
        split(written(tmp_path, until=OVER), **SIDES)
    assert not any(name in str(caught.value) for name in people()["surname"])
