"""Encoded datasets: made, handed over, opened again; and what is refused on the way."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import linkkit as lk
from linkkit.errors import DataError, SpecError
from linkkit.prepare import prepare
from linkkit.pseudonymise import Encoding, Key, Token, encode, read_encoded, similar_by_present_fields, write_encoded
from linkkit.pseudonymise.bloom import Balance, BloomField, Clk
from linkkit.pseudonymise.encode import require_one_encoding
from linkkit.pseudonymise.handover import HandoverError
from linkkit.records import Records
from linkkit.specs import TextSimilarity

FIELDS = [
    BloomField("given_name"), BloomField("surname"), BloomField("date_of_birth", "date"),
    BloomField("postcode", q=1, padded=False, positional=True),
]  # fmt: skip
SOUND_AND_YEAR = Token("sound_and_year", ["soundex(surname)", "year(date_of_birth)"])
ALL = Encoding([*FIELDS, Clk(FIELDS), Token("sex", "sex")], blocks=[SOUND_AND_YEAR])


@pytest.fixture(scope="module")
def key():
    return Key.generate(project="encode")


@pytest.fixture(scope="module")
def register():
    return prepare(lk.synth.people(300, seed=2).register(who="everyone").dataset())


@pytest.fixture(scope="module")
def encoded(register, key):
    return encode(register, key, ALL, ids=[f"r{row:04}" for row in range(len(register))])


def test_fields_are_of_encoded_kinds_and_nothing_else_is_there(encoded):
    kinds = {field: encoded.kind_of(field) for field in encoded.fields}
    filters = dict.fromkeys(("given_name", "surname", "date_of_birth", "postcode"), "filter")
    assert kinds == {**filters, "clk": "clk", "sex": "token", "sound_and_year": "token"}
    assert set(encoded.columns) == {encoded.id, *kinds, "clk_present"}


def test_equal_values_are_equal_encodings_and_missing_stays_missing(register, encoded):
    for field in ("given_name", "surname", "date_of_birth", "postcode", "sex"):
        clear, held = register.encoded(field).codes, encoded.encoded(field).codes
        assert ((clear == 0) == (held == 0)).all()
        joint = np.unique(np.stack([clear, held]), axis=1)
        assert joint.shape[1] == len(np.unique(clear)) == len(np.unique(held))


def test_block_tokens_have_a_sub_key_of_their_own(register, key):
    as_column = encode(register, key, Encoding([Token("town", "postcode")]))
    as_block = encode(register, key, Encoding([Token("other", "postcode")], blocks=[Token("town", "postcode")]))
    one, other = (dataset.encoded("town").texts()[1:] for dataset in (as_column, as_block))
    assert not set(one) & set(other)


def test_a_file_opens_as_the_dataset_that_was_written(encoded, tmp_path):
    manifest = write_encoded(encoded, tmp_path / "register.parquet")
    opened = read_encoded(tmp_path / "register.parquet")
    assert manifest.made_by == ALL.to_dict()
    assert (opened.name, opened.encoded_by, opened.encoded_with) == ("register", ALL, encoded.encoded_with)
    assert opened.to_pandas().equals(encoded.to_pandas())


def test_record_filters_are_compared_by_the_fields_that_both_records_hold(encoded):
    records = Records([encoded], "dedupe")
    left, right = (side.astype(np.uint32) for side in np.triu_indices(len(records), 1))
    measured = records.engine.similarities(records, TextSimilarity("clk", "dice_bits"), left, right)
    held = np.asarray(encoded.table_column("clk_present"))[:, None] >> np.arange(len(FIELDS)) & 1 > 0
    assert not held.all()
    table = encoded.table_column("clk").combine_chunks()
    expected = similar_by_present_fields(table, left_fields=held, weights=[1] * len(FIELDS), at_least=0.6)
    found = measured >= 0.6
    assert list(zip(left[found], right[found], strict=True)) == list(zip(expected.left, expected.right, strict=True))
    assert np.allclose(measured[found], expected.similarity)


def test_weights_of_fields_follow_their_bits(register, key):
    fields = [BloomField("surname", bits_per_value=240), BloomField("sex", "exact", bits_per_value=30)]
    made = encode(register, key, Encoding([Clk(fields, 512)]))
    masks = {text.split(".")[0] for text in made.encoded("clk").texts()[1:]}
    assert masks <= {"/4A=", "/wA=", "AIA="}  # eight units and one


def test_folded_or_balanced_record_filters_are_compared_as_they_are(register, key):
    made = encode(register, key, Encoding([Clk(FIELDS, hardening=[Balance()])]))
    assert not any("." in text for text in made.encoded("clk").texts())


def test_a_dataset_that_lacks_a_field_or_was_not_prepared_is_refused(register, key):
    with pytest.raises(DataError, match="register lacks 'town', which the encoding reads"):
        encode(register, key, Encoding([BloomField("town")]))
    raw = lk.Dataset(pd.DataFrame({"id": [1], "surname": ["Lee"]}), name="raw")
    with pytest.raises(DataError, match="raw: 'surname' was not prepared"):
        encode(raw, key, Encoding([BloomField("surname")]))
    assert len(encode(raw, key, Encoding([BloomField("surname")]), as_it_stands=True)) == 1


def test_what_is_encoded_already_or_no_dataset_is_refused(register, encoded, key):
    with pytest.raises(DataError, match="register is encoded already"):
        encode(encoded, key, ALL, as_it_stands=True)
    with pytest.raises(SpecError, match="got Dataset and dict for the first and the last"):
        encode(register, key, ALL.to_dict())
    with pytest.raises(SpecError, match="got DataFrame and Encoding"):
        encode(register.to_pandas(), key, ALL)


def test_ids_that_tell_who_somebody_is_stay_behind(key):
    people = prepare(lk.Dataset(pd.DataFrame({"nhs_number": ["9434765919"], "surname": ["lee"]}), id="nhs_number"))
    with pytest.raises(DataError, match="tell who somebody is"):
        encode(people, key, Encoding([BloomField("surname")]))


def test_clear_text_is_not_written_as_encoded(register, tmp_path):
    with pytest.raises(HandoverError, match="register is not encoded"):
        write_encoded(register, tmp_path / "register.parquet")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (Encoding([BloomField("surname", length=512)]), "columns"),
        (Encoding([BloomField("surname", q=3)]), "columns"),
        (Encoding([BloomField("given_name")]), "columns"),
    ],
)
def test_datasets_of_two_encodings_are_not_linked(register, key, other, expected):
    one = encode(register, key, Encoding([BloomField("surname")]))
    theirs = encode(prepare(_copy(register)), key, other)
    with pytest.raises(HandoverError, match=expected):
        require_one_encoding([one, theirs])
    with pytest.raises((HandoverError, DataError)):
        lk.link(one, theirs)


def test_datasets_of_two_keys_epochs_or_normalisers_are_not_linked(register, key):
    made = Encoding([BloomField("surname")])
    one = encode(register, key, made)
    for secret, expected in ((Key.generate(project="encode"), "check value"), (Key.generate(project="Encode"), "proj")):
        with pytest.raises(HandoverError, match=expected):
            lk.link(one, encode(prepare(_copy(register)), secret, made))
    older = encode(prepare(_copy(register)), key, made).with_encoding(made, one.encoded_with, "linkkit-0")
    with pytest.raises(HandoverError, match="the normaliser is linkkit-1 for register and linkkit-0 for copy"):
        lk.link(one, older)


def test_clear_text_and_encodings_are_not_linked(register, encoded):
    with pytest.raises(HandoverError, match="register is encoded and copy is clear text"):
        lk.link(encoded, _copy(register))


def _copy(register):
    frame = register.to_pandas()
    return lk.Dataset(frame, name="copy", id=register.id)
