"""Rows to CLKs: against a plain restatement, and what is refused."""

import random
import time
import warnings

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkkit.errors import DataError, SpecError
from linkkit.pseudonymise import clkhash
from linkkit.pseudonymise.clkhash import encode

SECRET = "a secret of at least sixteen bytes"
ROWS = [["1", "Ann", "1989-11-09", "2"], ["2", "Bo", "", "0"], ["3", "Chloë", "1990-1-3", "+07"]]
HASHES = [{"type": "blakeHash"}, {"type": "doubleHash"}, {"type": "doubleHash", "prevent_singularity": True}]


def quiet(rows, schema, secret=SECRET):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", clkhash.InsecureEncodingWarning)
        return encode(rows, schema, secret)


@st.composite
def text_schemas(draw):
    """Schemas of one or two text features with everything that changes bits."""
    folds = draw(st.integers(0, 3))
    features = []
    for number in range(draw(st.integers(1, 2))):
        comparison = draw(
            st.one_of(
                st.just({"type": "exact"}),
                st.builds(
                    lambda n, positional: {"type": "ngram", "n": n, "positional": positional},
                    st.integers(1, 4),
                    st.booleans(),
                ),
            )
        )
        strategy = {draw(st.sampled_from(["bitsPerToken", "bitsPerFeature"])): draw(st.integers(1, 90))}
        hashing = {"comparison": comparison, "strategy": strategy, "hash": draw(st.sampled_from(HASHES))}
        described = {"type": "string", "encoding": draw(st.sampled_from(["utf-8", "utf-16", "utf-32"]))}
        features.append({"identifier": f"field {number}", "format": described, "hashing": hashing})
    length = draw(st.sampled_from([2, 16, 64, 512]))
    return {"version": 3, "clkConfig": {"l": length, "kdf": {"type": "HKDF"}, "xor_folds": folds}, "features": features}


@given(st.data(), text_schemas())
def test_texts_set_the_bits_that_the_plain_restatement_sets(plain, data, schema):
    value = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
    rows = data.draw(st.lists(st.lists(value, min_size=len(schema["features"]), max_size=len(schema["features"]))))
    assert quiet(rows, schema) == plain.encode(rows, schema, SECRET)


@given(st.integers(0, 10**9))
def test_random_schemas_agree_with_the_plain_restatement(plain, drawn, seed):
    case = drawn.case(seed)
    # The restatement knows version 3 alone; that older ones mean the same is proven with the real package.
    schema = clkhash.read_schema(case["schema"]).to_dict()
    assert quiet(case["rows"], case["schema"], case["secret"]) == plain.encode(case["rows"], schema, case["secret"])


def test_the_order_of_rows_and_other_rows_change_no_clk(schema):
    clks = quiet(ROWS, schema)
    assert quiet(ROWS[::-1], schema) == clks[::-1]
    assert [quiet([row], schema)[0] for row in ROWS] == clks


def test_many_distinct_values_are_encoded_in_blocks_with_the_same_bits(schema, monkeypatch):
    rows = [[str(row), f"name {row}", "1989-11-09", "1"] for row in range(200)]
    whole = quiet(rows, schema)
    monkeypatch.setattr("linkkit.pseudonymise.clkhash._filters._BLOCK_BYTES", 32 * 7)
    assert quiet(rows, schema) == whole


def test_no_rows_give_no_clks(schema):
    assert quiet([], schema) == []


def test_the_secret_may_be_bytes_and_is_text_or_bytes(schema):
    assert encode(ROWS, schema, SECRET.encode()) == encode(ROWS, schema, SECRET)
    assert encode(ROWS, schema, SECRET + "!") != encode(ROWS, schema, SECRET)
    with pytest.raises(SpecError, match="secret must be text or bytes; got int"):
        encode(ROWS, schema, 12345678)


def test_a_schema_may_be_json_text_or_a_file(schema, tmp_path):
    read = clkhash.read_schema(schema)
    clkhash.write_schema(read, tmp_path / "schema.json")
    text = (tmp_path / "schema.json").read_text("utf-8")
    expected = encode(ROWS, schema, SECRET)
    for form in (read, text, tmp_path / "schema.json", str(tmp_path / "schema.json")):
        assert encode(ROWS, form, SECRET) == expected


def test_all_bad_values_are_named_together_without_showing_one(schema):
    rows = [
        *ROWS,
        ["4", "Dan", "Hogmanay", "2"],
        ["5", "Eve\ud800", "2001-02-30", "21"],
        ["6", "Fay", "2001-02-03", "x"],
    ]
    with pytest.raises(DataError) as caught:
        encode(rows, schema, SECRET)
    message = str(caught.value)
    assert "features[1] 'name', row 5: expected characters of utf-8." in message
    assert "features[2] 'born', rows 4, 5: expected a date written as '%Y-%m-%d'." in message
    assert "features[3] 'children', row 5: expected a whole number of at most 20." in message
    assert "features[3] 'children', row 6: expected a whole number." in message
    for value in ("Hogmanay", "Eve", "2001-02-30", "'x'", SECRET):
        assert value not in message
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize(
    ("described", "value", "expected"),
    [
        ({"type": "string", "case": "upper"}, "Ann", "upper case"),
        ({"type": "string", "case": "lower"}, "Ann", "lower case"),
        ({"type": "string", "minLength": 4}, "Ann", "at least 4 characters"),
        ({"type": "string", "maxLength": 2}, "Ann", "at most 2 characters"),
        ({"type": "string", "pattern": "[a-z]+"}, "Ann", "text that matches '\\[a-z\\]\\+'"),
        ({"type": "string", "encoding": "ascii"}, "Ånn", "characters of ascii"),
        ({"type": "enum", "values": ["f", "m"]}, "Ann", "one of 'f', 'm'"),
        ({"type": "integer", "minimum": 5}, "4", "a whole number of at least 5"),
    ],
)
def test_each_format_says_what_it_expects(schema, described, value, expected):
    schema["features"] = [{**schema["features"][1], "format": described}]
    with pytest.raises(DataError, match=f"row 1: expected {expected}") as caught:
        encode([[value]], schema, SECRET)
    assert "Ann" not in str(caught.value)
    assert "Ånn" not in str(caught.value)


@pytest.mark.parametrize("value", ["ten", "nan", "inf", "1e400"])
def test_a_numeric_comparison_needs_numbers(schema, value):
    schema["features"] = [{**schema["features"][3], "format": {"type": "string"}}]
    with pytest.raises(DataError, match="row 1: expected a number"):
        encode([[value]], schema, SECRET)


def test_rows_that_are_no_rows_are_refused(schema):
    with pytest.raises(DataError, match=r"rows: row 2: expected 4 values, one for each feature .* found 3"):
        encode([ROWS[0], ROWS[1][:3]], schema, SECRET)
    with pytest.raises(DataError, match="rows: row 1: expected a sequence of texts"):
        encode(["four"], schema, SECRET)
    with pytest.raises(DataError, match="Encode tables with encode_frame"):
        encode(pd.DataFrame(ROWS), schema, SECRET)
    with pytest.raises(DataError, match=r"features\[1\] 'name', rows 1, 2: expected text"):
        encode([["1", None, "", "1"], ["1", ["Ann"], "", "1"]], schema, SECRET)


def test_dates_that_are_read_quickly_are_those_that_strptime_reads(plain, schema):
    draw, feature = random.Random(1), schema["features"][2]
    for written in ("%Y-%m-%d", "%d/%m/%Y", "%Y%m%d", "%m.%d.%Y", "%Y-%j", "%d %b %Y"):
        schema["features"] = [{**feature, "format": {"type": "date", "format": written}}]
        for _ in range(60):
            value = "".join(draw.choice("0123") if sign in "YmdjbB" else sign for sign in written.replace("%", ""))
            value = value.replace("Y", "2001") if draw.random() < 0.5 else "20" + value
            try:
                expected = plain.encode([[value]], schema, SECRET)
            except ValueError:
                with pytest.raises(DataError, match="a date written as"):
                    encode([[value]], schema, SECRET)
            else:
                assert encode([[value]], schema, SECRET) == expected


def test_values_longer_than_the_bits_of_a_feature_are_warned_of(schema):
    schema["features"] = [schema["features"][1]]
    schema["features"][0]["hashing"]["strategy"] = {"bitsPerFeature": 5}
    with pytest.warns(clkhash.InsecureEncodingWarning, match="1 of 3 values have more tokens than the 5 bits"):
        clks = encode([["Annabel"], ["Ann"], ["Bo"]], schema, SECRET)
    with pytest.warns(clkhash.InsecureEncodingWarning, match="1 of 1 values"):
        assert encode([["Annabzz"]], schema, SECRET) == clks[:1]


def test_repeated_values_cost_no_more_than_distinct_ones(schema):
    once = [[str(row), f"name {row % 50}", "1989-11-09", str(row % 20)] for row in range(20_000)]
    quiet(once[:10], schema)
    started = time.perf_counter()
    assert len(set(quiet(once, schema))) == 100
    # clkhash takes two seconds for as many; a shared machine may well be ten times as slow as it is.
    assert time.perf_counter() - started < 2
