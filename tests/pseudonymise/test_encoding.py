"""Encodings as data: what they say of themselves, and what is refused."""

from __future__ import annotations

import json

import hypothesis.strategies as st
import pytest
from hypothesis import given

from linkkit.errors import SpecError
from linkkit.pseudonymise import Encoding, Token
from linkkit.pseudonymise.bloom import Balance, Blip, BloomField, Clk, Diffuse, Rule90, XorFold

NAMES = st.sampled_from(["surname", "given_name", "date_of_birth", "postcode"])
HARDENING = st.lists(
    st.sampled_from([Balance(), XorFold(1), Rule90(), Blip(0.05), Diffuse(5)]), max_size=2, unique=True
).map(tuple)
fields = st.builds(
    BloomField, NAMES, st.sampled_from(["text", "exact"]), q=st.integers(1, 3), padded=st.booleans(),
    length=st.sampled_from([None, 256, 512]), hardening=HARDENING, salt=st.sampled_from([None, "year(date_of_birth)"]),
)  # fmt: skip
clks = st.lists(st.builds(BloomField, NAMES), min_size=1, max_size=3, unique_by=lambda one: one.name).flatmap(
    lambda inner: st.builds(Clk, st.just(tuple(inner)), st.sampled_from([512, 1024]), HARDENING)
)
tokens = st.builds(Token, st.sampled_from(["one", "two"]), st.lists(NAMES, min_size=1, max_size=2, unique=True))


@given(columns=st.lists(st.one_of(fields, clks, tokens), min_size=1, max_size=4, unique_by=lambda one: one.name))
def test_an_encoding_comes_back_from_its_file_as_it_was(tmp_path_factory, columns):
    made = Encoding(columns, blocks=[Token("block", ["soundex(surname)", "year(date_of_birth)"])])
    path = made.save(tmp_path_factory.mktemp("encoding") / "encoding.json")
    assert Encoding.load(path) == made
    assert Encoding.from_dict(json.loads(json.dumps(made.to_dict()))) == made


def test_the_level_is_that_of_what_gives_away_most():
    surname, token = BloomField("surname"), Token("town", "town")
    clk = Clk([BloomField("surname")])
    assert Encoding([clk]).level == "records"
    assert Encoding([clk, token]).level == "tokens"
    assert Encoding([clk, token, surname]).level == "filters"
    assert Encoding([clk], blocks=[token]).level == "records"


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ([], "at least one Token"),
        (["surname"], r"columns\[0\] must be a Token, a BloomField or a Clk; got str"),
        ([BloomField("surname"), Token("surname", "surname")], "2 columns would be called 'surname'"),
        ([Clk([BloomField("town")]), Token("clk_present", "town")], "'clk_present'"),
        ([BloomField("digits(phone)")], "needs a name="),
    ],
)
def test_what_cannot_be_encoded_is_refused(columns, expected):
    with pytest.raises(SpecError, match=expected):
        Encoding(columns)


def test_every_mistake_of_a_file_is_told_with_its_place(tmp_path):
    data = {
        "linkkit_encoding": 1,
        "columns": [
            {"form": "filter", "column": "surname", "lenght": 512},
            {"form": "filters", "column": "town"},
            {"form": "clk", "fields": [{"form": "filter", "column": "town", "q": 0}], "hardening": [{"kind": "fold"}]},
        ],
        "block": [],
    }
    path = tmp_path / "encoding.json"
    path.write_text(json.dumps(data))
    with pytest.raises(SpecError) as caught:
        Encoding.load(path)
    for expected in (
        "'block' is no part of an encoding. Did you mean 'blocks'?",
        "columns[0].lenght is not known. Did you mean 'length'?",
        "columns[1].form must be one of token, filter, clk",
        "columns[2].fields[0]: BloomField.q must be a whole number",
        "columns[2].hardening[0].kind must be one of balance",
    ):
        assert expected in str(caught.value)


@pytest.mark.parametrize("text", ["{", "[]", '{"linkkit_encoding": 2}', "\xff"])
def test_what_is_no_encoding_of_this_version_is_refused(tmp_path, text):
    path = tmp_path / "encoding.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(SpecError, match=r"encoding\.json"):
        Encoding.load(path)
    with pytest.raises(SpecError, match="there is no such file"):
        Encoding.load(tmp_path / "other.json")
