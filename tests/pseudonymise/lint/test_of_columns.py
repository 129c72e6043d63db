"""Findings in encodings themselves, each on a case that has it and one that has not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import linkkit as lk
from linkkit.prepare import prepare
from linkkit.pseudonymise import Encoding, Token, encode
from linkkit.pseudonymise.bloom import Balance, BloomField, Clk
from linkkit.pseudonymise.lint import lint
from linkkit.pseudonymise.lint._columns import read_column

RANDOM = np.random.default_rng(5)


def _filters(rows=400, length=512, fill=0.4, seed=1):
    bits = np.random.default_rng(seed).random((rows, length)) < fill
    return [row.tobytes() for row in np.packbits(bits, axis=1)]


def _texts(filters):
    return [base64.b64encode(one).decode() for one in filters]


def _tokens(values):
    return [hmac.digest(b"k" * 32, str(value).encode(), "sha256").hex() for value in values]


def _of_lengths(rows=400):
    """Filters of texts of 3 to 12 characters, 20 bits a token of 320."""
    random = np.random.default_rng(2)
    made = np.zeros((rows, 320), bool)
    for row in made:
        row[random.integers(0, 320, 20 * random.integers(4, 14))] = True
    return [row.tobytes() for row in np.packbits(made, axis=1)]


FREQUENT = [0] * 60 + list(range(1, 141))
CASES = {
    "blank_tokens": (["0" * 64, *_tokens(range(99))], _tokens(range(100))),
    "constant_column": (["a1" * 16] * 20, _tokens(range(20))),
    "empty_filters": ([b"\0" * 64, *_filters()], _filters()),
    "frequent_encoding": (_tokens(FREQUENT), _tokens(range(200))),
    "maybe_unkeyed": (_tokens(range(200)), _filters()),
    "mixed_lengths": ([*_filters(), b"\1" * 32], _filters()),
    "nearly_empty": (_filters(fill=0.02), _filters()),
    "overfull": (_filters(fill=0.8), _filters()),
    "short_tokens": (_texts(one[:8] for one in _filters(length=64)), _tokens(range(200))),
    "uneven_bits": (_of_lengths()[:1] * 100 + _filters(100, 320), _filters()),
    "uneven_popcounts": (_of_lengths(), _filters()),
    "unkeyed_hash": (
        [hashlib.sha256(f"19{year}-03-05".encode()).hexdigest() for year in range(50, 99)],
        _tokens(f"19{year}-03-05" for year in range(50, 99)),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_finding_stands_where_its_case_is_and_nowhere_else(name):
    has, has_not = CASES[name]
    level = "tokens" if name == "short_tokens" else None
    assert name in lint(has, level=level)
    assert name not in lint(has_not, level=level)
    assert lint(has, level=level)[name].of_data


@pytest.mark.parametrize(
    ("spelled", "hashed"),
    [
        ("{}-{:02}-{:02}", hashlib.sha256),
        ("{2:02}/{1:02}/{0}", hashlib.sha1),
        ("{2:02}{1:02}{0}", hashlib.md5),
        ("{0}{1:02}{2:02}", hashlib.sha512),
        ("{2:02}.{1:02}.{0}", hashlib.blake2b),
    ],
)
def test_a_plain_hash_of_dates_is_read(spelled, hashed):
    digests = [hashed(spelled.format(1950 + at, 1 + at % 12, 1 + at).encode()).hexdigest() for at in range(20)]
    others = [hashed(f"someone {at}".encode()).hexdigest() for at in range(20)]
    found = lint(digests + others + [None])["unkeyed_hash"]
    assert (found.severity, found.figure) == ("serious", 20)


def test_records_read_are_counted_with_repeats():
    digest = hashlib.md5(b"F").hexdigest()
    assert lint([digest, digest, hashlib.md5(b"someone").hexdigest()])["unkeyed_hash"].figure == 2


def test_digests_of_openpseudonymiser_are_known_by_name_and_look(tmp_path):
    digests = [hashlib.sha256(f"person {at} and a salt".encode()).hexdigest().upper() for at in range(60)]
    path = tmp_path / "out.csv"
    pd.DataFrame({"Digest": digests, "id": [f"row{at}" for at in range(60)]}).to_csv(path, index=False)
    assert lint(path)["salted_hash"].severity == "warning"
    assert lint(path, destination="semi_trusted_unit")["salted_hash"].severity == "serious"
    assert "salted_hash" not in lint(digests)


def test_what_is_measured_of_filters_is_so():
    held = [b"\x0f\x0f", b"\x0f\x0f", b"\xff\x01", None]
    (facts,) = lint(held).columns
    assert (facts.records, facts.missing, facts.distinct, facts.unique, facts.largest) == (3, 1, 2, 1, (2, 1))
    assert (facts.bits.length, facts.bits.least, facts.bits.most) == (16, 8, 9)
    assert facts.bits.mean == pytest.approx(25 / 3)
    assert facts.bits.sd == pytest.approx(np.std([8, 8, 9]))
    assert facts.bits.fill == pytest.approx(25 / 48)


def test_what_is_measured_does_not_depend_on_order_or_spelling():
    filters = _filters(50)
    plain = lint(filters).columns[0].to_dict()
    for other in (filters[::-1], _texts(filters), pa.array(filters), pa.array(_texts(filters)), pd.Series(filters)):
        assert lint(other).columns[0].to_dict() == plain


def test_encodings_told_by_how_often_they_occur_are_counted():
    values = [0] * 5 + [1] * 3 + [2] * 3 + [3] * 2 + [4, 5]
    (facts,) = lint(_tokens(values), level="tokens").columns
    assert facts.own_size == 2  # five and two; three is shared, and single ones tell nothing
    assert facts.least == 1


def test_balanced_filters_have_even_popcounts(people, key):
    uneven = BloomField("surname", hashes=20)
    even = BloomField("surname", hashes=20, hardening=[Balance()])
    assert "uneven_popcounts" in lint(encode(people, key, Encoding([uneven])))
    assert "uneven_popcounts" not in lint(encode(people, key, Encoding([even])))
    assert "uneven_popcounts" not in lint(encode(people, key, Encoding([BloomField("surname")])))


def test_missing_fields_show_in_the_ones_of_a_record_level_filter(people, key, fields):
    frame = people.to_pandas()
    frame.loc[frame.index % 2 == 0, "surname"] = None
    frame.loc[frame.index % 2 == 0, "given_name"] = None
    frame.loc[0, "date_of_birth"] = None
    frame.loc[0, "surname"] = "solitary"
    holed = prepare(lk.Dataset(frame, id=people.id))
    found = lint(encode(holed, key, Encoding([Clk(fields)])), destination="semi_trusted_unit")
    assert found["presence_column"].severity == "warning"
    assert "fewer than 10" in found["presence_column"].found
    told = re.search(r"Which fields are missing tells (\d+)%", found["uneven_popcounts"].found)
    assert int(told[1]) > 90


def test_where_all_fields_are_there_the_column_that_says_so_is_a_note(people, key):
    whole = people.to_pandas().dropna(subset=["surname", "given_name"])
    data = prepare(lk.Dataset(whole, id=people.id))
    clk = Clk([BloomField("surname"), BloomField("given_name")])
    found = lint(encode(data, key, Encoding([clk])), destination="semi_trusted_unit")
    assert found["presence_column"].severity == "note"


def test_blocks_are_measured_by_their_sizes(people, key, fields):
    made = encode(people, key, Encoding([Clk(fields)], [Token("block", "year(date_of_birth)")]))
    found = lint(made, destination="semi_trusted_unit")
    years = people.to_pandas()["date_of_birth"].str[:4].value_counts()
    assert found["block_sizes"].severity == "warning"
    assert found["block_sizes"].figure == pytest.approx(years.iloc[0] / years.sum())
    assert lint(made)["block_sizes"].severity == "note"
    facts = next(one for one in found.columns if one.name == "block")
    assert facts.role == "block"
    assert facts.largest == tuple(years.iloc[:10])


def test_equal_record_level_filters_are_counted():
    filters = _filters(100)
    found = lint([*filters, *filters[:3], filters[0]], level="records")
    assert found["shared_records"].figure == pytest.approx(7 / 104)
    assert "shared_records" not in lint(filters, level="records")


def test_clear_values_are_serious_wherever_they_go():
    for values in (["smith", "jones", "li"], ["2001-02-03", "1999-12-31"], ["LS1 4AP", "M13 9PL"], ["9434765919"] * 3):
        found = lint(values)
        assert found["clear_values"].severity == "serious"
        assert found.level is None


def test_columns_are_known_by_their_look():
    digests = [hmac.digest(b"k", str(at).encode(), "sha256") for at in range(200)]
    assert read_column("x", pa.array(_texts(digests))).role == "token"
    assert read_column("x", pa.array(_texts(_filters(200, 256, 0.3)))).role == "filter"
    assert read_column("my_clk", pa.array(_texts(_filters(200)))).role == "clk"
    assert read_column("clk_present", pa.array([1, 3, 3], pa.uint8())).role == "presence"
    assert read_column("clk_present", pa.array(["1", "3"])).role == "presence"
    assert read_column("age", pa.array([1, 3, 3])).role == "clear"
    assert read_column("x", pa.array([base64.b32encode(one[:16]).decode() for one in digests])).role == "token"


def test_bytes_of_texts_are_those_of_the_standard_library():
    for size in (8, 15, 16, 31, 32, 40, 128):
        held = [RANDOM.bytes(size) for _ in range(20)]
        spellings = {
            "hex": [one.hex() for one in held],
            "HEX": [one.hex().upper() for one in held],
            "base32": [base64.b32encode(one).decode() for one in held],
            "base64": [base64.b64encode(one).decode() for one in held],
            "base64url": [base64.urlsafe_b64encode(one).decode() for one in held],
        }
        for name, texts in spellings.items():
            column = read_column("x", pa.array(texts), "filter")
            assert column.alphabet in (name, "base64")
            assert [bytes(column.filters[code]) for code in column.codes] == held


def test_less_than_fifty_records_tell_no_spread():
    few = CASES["uneven_popcounts"][0][:30]
    assert "uneven_popcounts" not in lint(few)
