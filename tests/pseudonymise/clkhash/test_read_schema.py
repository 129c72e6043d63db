"""Schemas of three versions: what they mean, and what is wrong with them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkkit.errors import SpecError
from linkkit.pseudonymise.clkhash import IgnoredFeature, NGrams, SchemaError, TextFormat, read_schema, write_schema


def old(version, hashing, **config):
    kdf = {"type": "HKDF", "salt": "c2FsdA=="}
    feature = {"identifier": "name", "format": {"type": "string"}, "hashing": hashing}
    return {"version": version, "clkConfig": {"l": 128, "kdf": kdf, **config}, "features": [feature]}


def test_version_1_hashes_all_features_alike_and_weights_them():
    double = {"type": "doubleHash", "prevent_singularity": True}
    [feature] = read_schema(old(1, {"ngram": 2, "weight": 0.5}, k=5, hash=double)).features
    assert feature.hashing.comparison == NGrams(2)
    assert (feature.hashing.bits, feature.hashing.per) == (2, "token")  # 2.5 is rounded to the even number
    assert (feature.hashing.hash, feature.hashing.prevent_singularity) == ("doubleHash", True)


def test_weight_0_of_version_1_ignores_a_feature():
    blake = {"type": "blakeHash"}
    assert read_schema(old(1, {"ngram": 2, "weight": 0}, k=5, hash=blake)).features == (IgnoredFeature("name"),)


def test_version_2_says_k_or_num_bits_and_may_leave_the_hash_out():
    [first] = read_schema(old(2, {"ngram": 1, "positional": True, "strategy": {"k": 7}})).features
    assert (first.hashing.bits, first.hashing.per, first.hashing.hash) == (7, "token", "blakeHash")
    assert first.hashing.comparison == NGrams(1, positional=True)
    [second] = read_schema(old(2, {"ngram": 1, "strategy": {"numBits": 70.0}})).features
    assert (second.hashing.bits, second.hashing.per) == (70, "feature")


def test_a_schema_prints_as_code_and_is_read_from_itself(schema):
    read = read_schema(schema)
    assert read_schema(read) is read
    assert repr(read.features[1].format).startswith("TextFormat(encoding='utf-8'")
    assert read.identifiers == ("row", "name", "born", "children")


@given(st.integers(0, 10**9))
def test_what_is_written_reads_as_what_it_was(drawn, tmp_path_factory, seed):
    read = read_schema(drawn.case(seed)["schema"])
    path = tmp_path_factory.mktemp("schema") / "schema.json"
    write_schema(read, path)
    again = read_schema(path)
    assert (again.features, again.length, again.xor_folds) == (read.features, read.length, read.xor_folds)
    assert again.derivation == read.derivation
    assert again.without_effect == ()


def test_all_mistakes_come_at_once_with_their_places(schema):
    schema["clkConfig"]["l"] = 1000.5
    schema["clkConfig"]["kdf"]["hash"] = "SHA25"
    schema["features"][1]["hashing"]["strategy"] = {"bitsPerTokn": 3}
    schema["features"][2]["format"]["format"] = "%Q"
    schema["features"][3]["format"]["maximum"] = True
    schema["features"].append({"identifier": "x", "format": {"type": "text"}})
    schema["features"].append("name")
    with pytest.raises(SchemaError) as caught:
        read_schema(schema)
    assert caught.value.mistakes == (
        "clkConfig.l must be a whole number of at least 1; got 1000.5.",
        "clkConfig.kdf.hash must be one of SHA256, SHA512; got \"SHA25\". Did you mean 'SHA256' or 'SHA512'?",
        "features[1].hashing.strategy.bitsPerTokn is not known here; known are bitsPerToken, bitsPerFeature."
        " Did you mean 'bitsPerToken'?",
        "features[1].hashing.strategy must hold either bitsPerToken or bitsPerFeature.",
        "features[2].format.format must be a format of datetime.strptime, such as %Y-%m-%d.",
        "features[3].format.maximum must be a whole number; got true.",
        "features[4].hashing is absent; it must be an object.",
        'features[4].format.type must be one of string, integer, date, enum; got "text".',
        "features[5] must be a JSON object; got text.",
    )
    assert isinstance(caught.value, SpecError)


def test_what_each_part_allows_and_all_together_do_not_is_said(schema):
    schema["clkConfig"]["l"] = 100
    schema["clkConfig"]["kdf"]["keySize"] = 80
    schema["features"] += [{"identifier": f"more {number}", "ignored": True} for number in range(60)]
    with pytest.raises(SchemaError) as caught:
        read_schema(schema)
    message = str(caught.value)
    assert len(caught.value.mistakes) == 7
    assert "64 features (ignored ones too) need 10,240 bytes of keys; HKDF with SHA256 gives at most 8,160" in message
    assert "features[1].hashing: blakeHash needs a filter whose length is a power of two; it has 100 bits" in message
    assert "features[3].hashing: blakeHash takes keys of at most 64 bytes; clkConfig.kdf.keySize is 80" in message


@pytest.mark.parametrize(
    ("place", "entries", "expected"),
    [
        ("config", {"xor_folds": 10**9}, "clkConfig.l doubled by every fold must be at most 1,073,741,824 bits"),
        ("config", {"l": 1 << 40}, "clkConfig.l doubled by every fold must be at most"),
        ("comparison", {"fractional_precision": 10**9}, "fractional_precision must be at most 308"),
        ("comparison", {"fractional_precision": 308, "thresholdDistance": 1e9}, "thresholdDistance is too large"),
        ("comparison", {"thresholdDistance": float("nan")}, "thresholdDistance must be a number above 0; got NaN"),
        ("comparison", {"resolution": float("inf")}, "resolution must be a whole number of at least 1; got Infinity"),
    ],
)
def test_absurd_numbers_are_refused_before_they_fill_the_memory(schema, place, entries, expected):
    inner = schema["clkConfig"] if place == "config" else schema["features"][3]["hashing"]["comparison"]
    inner |= entries
    with pytest.raises(SchemaError, match=expected):
        read_schema(schema)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ([], "The schema must be a JSON object; got a list"),
        ({}, "version must be 1, 2 or 3; it is absent"),
        ({"version": "3"}, "version must be 1, 2 or 3; got '3'"),
        ({"version": True}, "version must be 1, 2 or 3; got True"),
        ({"version": 3, "clkConfig": [], "features": []}, "clkConfig must be a JSON object; got a list"),
        ({"version": 3, "features": {}}, "features must be a list of at least one feature"),
        (old(1, {"ngram": 2}, k=None, hash={"type": "blakeHash"}), "clkConfig.k must be a whole number .*; got null"),
        (old(1, {"ngram": 2, "weight": 0.01}, k=20, hash={"type": "blakeHash"}), "must round to at least 1"),
        (old(2, {"ngram": 2, "strategy": {"k": 2}, "weight": 1}), "hashing.weight is not known here"),
    ],
)
def test_documents_of_another_shape_are_refused(document, expected):
    with pytest.raises(SchemaError, match=expected):
        read_schema(json.dumps(document))


@pytest.mark.parametrize(
    ("source", "expected"), [(None, "got NoneType"), (3, "got int"), ("[" * 100_000, "brackets are too deep")]
)
def test_what_is_no_document_is_refused(source, expected):
    with pytest.raises(SchemaError, match=expected):
        read_schema(source)


def test_a_file_that_is_no_json_is_refused_with_the_place(tmp_path):
    (tmp_path / "schema.json").write_text('{"version": 3,\n "clkConfig": ')
    with pytest.raises(SchemaError, match=r"'schema.json' is not JSON: Expecting value at line 2"):
        read_schema(tmp_path / "schema.json")
    with pytest.raises(SchemaError, match="There is no file"):
        read_schema(tmp_path / "other.json")


def test_a_text_format_reads_all_its_options(schema):
    schema["features"][1]["format"] |= {"case": "upper", "minLength": 1, "maxLength": 9, "encoding": "ascii"}
    read = read_schema(schema).features[1].format
    assert read == TextFormat(encoding="ascii", case="upper", min_length=1, max_length=9)
