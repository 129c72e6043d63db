"""Insecure options are warned of with a remedy, and none is refused."""

import warnings

import pytest

from linkkit.pseudonymise.clkhash import InsecureEncodingWarning, encode, read_schema, weaknesses

SECRET = "a secret of at least sixteen bytes"
ROWS = [["1", "Ann", "1989-11-09", "2"]]


def names(schema):
    return [weakness.name for weakness in weaknesses(read_schema(schema))]


def test_a_sound_schema_and_secret_give_no_warning(schema):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        encode(ROWS, schema, SECRET)
    assert names(schema) == []


def test_each_weak_option_has_its_name(schema):
    schema["clkConfig"] |= {"xorFolds": 1, "kdf": {"type": "HKDF", "keySize": 8}}
    schema["features"][1]["hashing"] |= {"hash": {"type": "doubleHash"}, "missingValue": {"sentinel": "N/A"}}
    schema["features"][2]["hashing"]["missingValue"]["replaceWith"] = "00000000"
    schema["features"][3]["hashing"]["comparison"]["fractionalPrecision"] = 2
    assert names(schema) == [
        "ignored_xor_folds",
        "ignored_precision",
        "short_keys",
        "double_hash",
        "unreplaced_sentinel",
        "hashed_replacement",
    ]
    with pytest.warns(InsecureEncodingWarning) as caught:
        assert len(encode(ROWS, schema, SECRET)) == 1
    texts = [str(one.message) for one in caught]
    assert len(texts) == 6
    assert "features[1] 'name': doubleHash is broken" in texts[3]
    assert all("new project" in text or "parties must change" in text for text in texts)
    assert caught[0].filename == __file__


def test_bits_that_no_hash_reaches_are_said(schema):
    schema["clkConfig"]["l"] = 131_072
    assert names(schema) == ["unreachable_bits"] * 3


def test_an_empty_sentinel_is_no_weakness_since_an_empty_text_sets_no_bit(schema):
    del schema["features"][2]["hashing"]["missingValue"]["replaceWith"]
    assert names(schema) == []


@pytest.mark.parametrize("secret", ["", "chicken", b"fifteen bytes!!"])
def test_a_short_secret_is_taken_with_a_warning_that_does_not_show_it(schema, secret):
    with pytest.warns(InsecureEncodingWarning, match="fewer than 16 bytes") as caught:
        encode(ROWS, schema, secret)
    assert not secret or str(secret) not in str(caught[0].message)
