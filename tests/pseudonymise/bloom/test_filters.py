"""Filters of values against a plain restatement in Python, and what their specs refuse."""

import hashlib

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from linkkit.errors import DataError, SpecError
from linkkit.pseudonymise.bloom import (
    Balance,
    Blip,
    BloomField,
    Clk,
    Diffuse,
    Rule90,
    XorFold,
    dice,
    field_filters,
)

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00\x02\x03"), min_size=1, max_size=12)


class Key:
    def subkey(self, purpose, field="", size=32):
        return hashlib.blake2b(f"{purpose}|{field}".encode(), digest_size=size).digest()


def plain_grams(text, q, padded, positional):
    marked = "\x02" * (q - 1) * padded + text + "\x03" * (q - 1) * padded
    grams = [marked[at : at + q] for at in range(max(len(marked) - q + 1, 1))]
    return {f"{at} {gram}" if positional else gram for at, gram in enumerate(grams)}


def plain_words(token, key, count):
    """The first words of a token's stream, the four that rank it first."""
    stream = b"".join(
        hashlib.blake2b(token.encode(), key=key, salt=number.to_bytes(16, "little")).digest()
        for number in range(count // 32 + 1)
    )
    return np.frombuffer(stream, "<u2").tolist()[:count]


def plain_filter(text, field, length):
    """The bits of a value, one token after the other."""
    key = Key().subkey("bloom", field.name)
    tokens = plain_grams(text, field.q, field.padded, field.positional)

    def rank(token):
        return plain_words(token, key, 4)[::-1]

    bits = set()
    for place, token in enumerate(sorted(tokens, key=rank)):
        budget, more = divmod(field.bits, len(tokens))
        count = field.hashes or budget + (place < more)
        bits |= {word * length >> 16 for word in plain_words(token, key, 4 + count)[4:]}
    return bits


@given(
    texts=st.lists(TEXTS, min_size=1, max_size=6),
    q=st.integers(1, 4),
    padded=st.booleans(),
    positional=st.booleans(),
    bits=st.sampled_from([{"hashes": 3}, {"hashes": 40}, {"bits_per_value": 5}, {"bits_per_value": 90}]),
    length=st.sampled_from([64, 200, 1024]),
)
@settings(deadline=None, max_examples=60)
def test_filters_of_texts_are_those_of_the_plain_restatement(texts, q, padded, positional, bits, length):
    field = BloomField("surname", q=q, padded=padded, positional=positional, length=length, **bits)
    found = field_filters(texts, field, Key())
    assert found.shape == (len(texts), length // 8)
    for text, row in zip(texts, np.unpackbits(found, axis=1), strict=True):
        assert set(np.flatnonzero(row).tolist()) == plain_filter(text, field, length)


@given(texts=st.lists(TEXTS, min_size=2, max_size=8, unique=True))
@settings(deadline=None, max_examples=30)
def test_the_filter_of_a_value_does_not_depend_on_the_others(texts):
    field = BloomField("surname")
    together = field_filters(texts, field, Key())
    for text, row in zip(texts, together, strict=True):
        assert (field_filters([text], field, Key())[0] == row).all()


def test_a_key_and_a_field_have_filters_of_their_own(key, other_key):
    one = field_filters(["robertson"], BloomField("surname"), key)
    assert (one == field_filters(["robertson"], BloomField("surname"), key)).all()
    assert dice(one, field_filters(["robertson"], BloomField("surname"), other_key))[0] < 0.7
    assert dice(one, field_filters(["robertson"], BloomField("given_name"), key))[0] < 0.7
    assert (one == field_filters(["robertson"], BloomField("last_name", name="surname"), key)).all()


def test_dice_follows_that_of_the_tokens_where_every_token_has_its_hashes(key):
    field = BloomField("surname", hashes=20, length=16_384)
    left, right = field_filters(["smith", "jones"], field, key), field_filters(["smyth", "jonas"], field, key)
    assert dice(left, right) == pytest.approx([8 / 12, 8 / 12], abs=0.05)


def test_bits_per_value_do_not_tell_the_length_of_a_value_and_hashes_do(key):
    texts = ["ng", "smith", "featherstonehaugh-cholmondeley"]
    even = np.unpackbits(field_filters(texts, BloomField("surname", bits_per_value=150, length=4096), key), axis=1)
    uneven = np.unpackbits(field_filters(texts, BloomField("surname", hashes=20, length=4096), key), axis=1)
    assert np.ptp(even.sum(axis=1)) < 15
    assert np.ptp(uneven.sum(axis=1)) > 300


def test_a_budget_below_the_number_of_tokens_hears_the_end_of_a_long_value_too(key):
    field = BloomField("address", bits_per_value=12, length=2048)
    start = "".join(chr(ord("a") + at) for at in range(20))
    filters = field_filters([start + end for end in ("klmnopqrst", "zyxwvutsrq")], field, key)
    assert dice(filters[:1], filters[1:])[0] < 1


def test_near_numbers_share_tokens_by_how_near_they_are(key):
    field = BloomField("age", "number", neighbours=5, hashes=30, length=8192)
    filters = field_filters(["40", "40.2", "43", "50", "51", "-40"], field, key)
    found = [dice(filters[:1], filters[at : at + 1])[0] for at in range(6)]
    assert found[:2] == [1, 1]
    assert found[2:4] == pytest.approx([8 / 11, 1 / 11], abs=0.05)
    assert max(found[4:]) < 0.06


def test_a_partly_known_date_shares_the_known_parts(key):
    field = BloomField("born", "date", hashes=30, length=8192)
    filters = field_filters(["1984-03-12", "1984-03-XX", "1984-12-03", "2011-07-25"], field, key)
    found = [dice(filters[:1], filters[at : at + 1])[0] for at in range(4)]
    assert found[1] == pytest.approx(2 * 8 / 19, abs=0.04)
    assert 0.3 < found[2] < found[1]
    assert found[3] < 0.2


def test_an_exact_value_shares_nothing_with_another(key):
    field = BloomField("nhs_number", "exact", hashes=30, length=8192)
    filters = field_filters(["9434765919", "9434765918"], field, key)
    assert dice(filters[:1], filters[1:])[0] < 0.1


def test_a_field_alone_and_in_a_salt_are_apart(key):
    field = BloomField("surname", salt="year(date_of_birth)")
    plain, salted = field_filters(["lee"], field, key), field_filters(["lee", "lee"], field, key, ["1984", "1985"])
    assert max(dice(plain, salted[:1])[0], dice(salted[:1], salted[1:])[0]) < 0.7
    assert (field_filters(["lee"], field, key, ["1984"]) == salted[:1]).all()


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: BloomField("surname", kind="name"), "kind must be text, number, date or exact"),
        (lambda: BloomField("surname", q=0), r"BloomField.q must be a whole number from 1 to 8; got 0"),
        (lambda: BloomField("surname", length=100), "BloomField.length must be a multiple of 8; got 100"),
        (lambda: BloomField("surname", length=1 << 20), "BloomField.length must be a whole number from 8 to 65,536"),
        (lambda: BloomField("surname", hashes=3, bits_per_value=4), "not both"),
        (lambda: BloomField("surname", step=0), "step must be above 0"),
        (lambda: BloomField("sondex(surname)"), "Did you mean 'soundex'"),
        (lambda: BloomField("surname", hardening=["Rule90"]), r"hardening\[0\] must be Balance, XorFold"),
        (lambda: Clk([]), "1 to 32 fields; got 0"),
        (lambda: Clk([BloomField("a"), BloomField("a")]), r"Clk.fields\[1\] has the name 'a' of an earlier one"),
        (lambda: Clk([BloomField("a", length=64)]), r"Clk.fields\[0\] has a length or a hardening of its own"),
        (lambda: Clk([BloomField("a", hardening=[Rule90()])]), "a length or a hardening of its own"),
        (lambda: Clk([BloomField("a")], length=1001), "Clk.length must be a multiple of 8"),
        (lambda: Clk(["a"]), r"Clk.fields\[0\] must be a BloomField; got str"),
        (lambda: Clk([BloomField("a")], name=5), "Clk.name must be a text"),
        (lambda: Clk([BloomField("a")], name=""), "Clk.name must be a text"),
        (lambda: BloomField("a", name=5), "BloomField.name must be a text"),
    ],
)
def test_what_cannot_be_encoded_is_refused_when_it_is_said(made, message):
    with pytest.raises(SpecError, match=message):
        made()


def test_one_field_or_step_may_stand_without_a_list():
    assert Clk(BloomField("a")) == Clk([BloomField("a")])
    assert BloomField("a", hardening=Rule90()) == BloomField("a", hardening=[Rule90()])


@pytest.mark.parametrize(
    ("values", "salts", "message"),
    [
        (["marker", None, 7], None, r"values must be a list of texts; rows 1, 2 hold none"),
        ("marker", None, r"values must be a list of texts; got a single one"),
        (["marker", "lee"], ["1984", None], r"salts must be a list of texts; row 1 hold none"),
        (["marker", "lee"], ["1984"], r"salts must be one a value, 2; got 1"),
    ],
)
def test_filters_are_of_texts_alone(values, salts, message, key):
    with pytest.raises(DataError, match=message) as caught:
        field_filters(values, BloomField("surname", salt="born"), key, salts)
    assert "marker" not in str(caught.value)


@pytest.mark.parametrize("form", [np.array, pd.Series, pa.array])
def test_columns_of_texts_are_taken_as_they_come(form, key):
    texts = ["lee", "robertson"]
    assert (
        field_filters(form(texts), BloomField("surname"), key) == field_filters(texts, BloomField("surname"), key)
    ).all()


def test_a_coefficient_is_of_two_rows_of_one_length():
    rows = np.zeros((2, 8), np.uint8)
    for other in (rows[:1], rows[:, :4], rows[0], rows.astype(float)):
        with pytest.raises(SpecError, match=r"two arrays of uint8 .* of one shape"):
            dice(rows, other)


def test_a_spec_prints_as_code():
    for spec in (
        BloomField("digits( phone )", positional=True, hashes=4, name="phone"),
        BloomField("age", "number", step=0.5),
        Clk([BloomField("surname")], 512, hardening=[Rule90()]),
    ):
        assert eval(repr(spec), {"BloomField": BloomField, "Clk": Clk, "Rule90": Rule90}) == spec


def test_a_spec_survives_being_written_as_plain_data():
    spec = Clk(
        (BloomField("surname", salt="sex", hashes=9), BloomField("age", "number", step=2.0)),
        512,
        hardening=(XorFold(2), Rule90(), Balance(), Blip(0.1), Diffuse(7)),
        name="key",
    )
    adapter = TypeAdapter(Clk)
    assert adapter.validate_json(adapter.dump_json(spec)) == spec
