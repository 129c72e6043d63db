"""The key in wrong hands: all dates and names are tried."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import linkkit as lk
from linkkit.errors import DataError, SpecError
from linkkit.pseudonymise import Token, tokens
from linkkit.pseudonymise.attacks import MadeUpKey, dictionary
from linkkit.pseudonymise.bloom import (
    Balance,
    Blip,
    BloomField,
    Clk,
    Diffuse,
    Rule90,
    XorFold,
    encode,
    field_filters,
)

pytestmark = pytest.mark.thorough

KEY, OTHER = MadeUpKey("the provider's"), MadeUpKey("another")
DAYS = [str(day) for day in np.arange("1950-01-01", "2021-01-01", dtype="datetime64[D]")]


@pytest.fixture(scope="module")
def people():
    """Made-up people without errors, and one who lacks a date of birth and one who lacks a surname."""
    born = lk.synth.people(400, seed=5).people
    frame = pd.DataFrame(
        {
            "id": range(len(born)),
            "given_name": born["given_name"],
            "surname": born["surname"],
            "date_of_birth": [str(day)[:10] for day in born["date_of_birth"]],
        }
    )
    frame.loc[3, "date_of_birth"] = None
    frame.loc[4, "surname"] = None
    return lk.prepare.prepare(lk.Dataset(frame))


def texts(people, column):
    codes = lk.Records([people]).encoded(column)
    held = [None, *codes.texts()[1:]]
    return [held[code] for code in codes.codes.tolist()]


def filters(people, spec, key=KEY):
    return encode(people, key, spec).table_column(spec.name)


def bits_of(row):
    return {place for place in range(8 * len(row)) if row[place >> 3] >> (7 - (place & 7)) & 1}


FIELDS = [BloomField("given_name"), BloomField("surname"), BloomField("date_of_birth", "date")]


def test_every_date_is_read_from_filters_of_the_field_and_none_without_the_key(people):
    spec = FIELDS[2]
    truth = texts(people, "date_of_birth")
    found = dictionary(filters(people, spec), KEY, spec, DAYS, truth=truth)
    assert found.records == len(people) - 1
    assert found.right == sum(day in set(DAYS) for day in truth if day)
    assert found.right == found.named > 0.9 * len(people)
    without = dictionary(filters(people, spec), OTHER, spec, DAYS, truth=truth)
    assert (without.named, without.right) == (0, 0)


def test_containment_in_a_record_level_filter_is_what_sets_of_bits_say(people):
    clk = Clk(FIELDS, length=512)
    rows = filters(people, clk).to_pylist()[:60]
    tried = DAYS[::40] + [day for day in texts(people, "date_of_birth")[:60] if day]
    one = BloomField("date_of_birth", "date", length=512, bits_per_value=clk.budgets[2])
    sets = {
        day: bits_of(row.tobytes())
        for day, row in zip(tried, field_filters(tried, one, KEY), strict=True)
    }  # fmt: skip
    truth = texts(people, "date_of_birth")[:60]
    left = [{day for day, bits in sets.items() if bits <= bits_of(row)} for row in rows]
    found = dictionary(rows, KEY, clk, tried, field="date_of_birth", truth=truth)
    assert found.named == sum(len(days) == 1 for days in left)
    assert found.right == sum(days == {true} for days, true in zip(left, truth, strict=True))
    assert found.right >= 55


def test_dates_are_read_from_record_level_filters_and_none_without_the_key(people):
    clk = Clk(FIELDS)
    truth = texts(people, "date_of_birth")
    held = sum(day in set(DAYS) for day in truth if day)
    # Published: 195 of 200. A false date needs 100 and more of its bits set by chance, each with odds of 2 to 3.
    assert dictionary(filters(people, clk), KEY, clk, DAYS, field="date_of_birth", truth=truth).right == held
    assert dictionary(filters(people, clk), OTHER, clk, DAYS, field="date_of_birth", truth=truth).named <= 2


@pytest.mark.parametrize(
    ("hardening", "least"),
    [
        ([Balance()], 1.0),
        ([Rule90()], 1.0),
        ([Diffuse(5)], 1.0),
        ([Diffuse(6)], 1.0),
        ([Diffuse(5), Balance()], 1.0),
        ([XorFold()], 0.8),
        ([Blip(0.05, seed=1)], 0.95),
    ],
    ids=str,
)
def test_who_has_the_key_takes_hardening_off_again_or_sees_through_it(people, hardening, least):
    clk = Clk(FIELDS, hardening=hardening)
    truth = texts(people, "surname")
    names = sorted({name for name in truth if name})
    found = dictionary(filters(people, clk), KEY, clk, names, field="surname", truth=truth)
    assert found.right >= least * (len(people) - 1)


def test_noise_and_salt_do_not_keep_the_key_out_of_fields(people):
    truth = texts(people, "surname")
    names = sorted({name for name in truth if name})
    noisy = BloomField("surname", hardening=[Balance(), Blip(0.05, seed=1)])
    assert dictionary(filters(people, noisy), KEY, noisy, names, truth=truth).right > 0.97 * len(people)
    salted = BloomField("surname", salt="year(date_of_birth)")
    years = sorted({day[:4] for day in texts(people, "date_of_birth") if day})
    found = dictionary(filters(people, salted), KEY, salted, names, salts=years, truth=truth)
    assert found.records == found.right == len(people) - 2  # one lacks the salt, one the name
    assert dictionary(filters(people, salted), KEY, salted, names, salts=["1066"], truth=truth).right == 0
    clk = Clk([salted, BloomField("given_name")])
    found = dictionary(filters(people, clk), KEY, clk, names, field="surname", salts=years, truth=truth)
    assert found.right == len(people) - 2


def test_tokens_and_block_tokens_are_looked_up_under_their_own_keys(people):
    token = Token("name_and_year", ["surname", "year(date_of_birth)"])
    made = tokens(people, KEY, [token]).table_column("name_and_year")
    truth = [
        (name, day[:4]) if name and day else None
        for name, day in zip(texts(people, "surname"), texts(people, "date_of_birth"), strict=True)
    ]
    candidates = sorted({pair for pair in truth if pair})
    found = dictionary(made, KEY, token, candidates, truth=truth)
    assert found.records == found.named == found.right == len(people) - 2
    assert dictionary(made, OTHER, token, candidates, truth=truth).named == 0
    assert dictionary(made, KEY, token, candidates, purpose="block", truth=truth).named == 0
    one = Token("name", "surname")
    names = texts(people, "surname")
    found = dictionary(tokens(people, KEY, [one]).table_column("name"), KEY, one, set(filter(None, names)), truth=names)
    assert found.share == 1


def test_two_candidates_of_one_filter_leave_nobody_named():
    spec = BloomField("surname", padded=False)  # "ana" and "anana" have the same pairs of characters
    made = field_filters(["ana", "lee"], spec, KEY)
    found = dictionary(made, KEY, spec, ["ana", "anana", "lee"], truth=["ana", "lee"])
    assert (found.named, found.right) == (1, 1)


def test_records_that_lack_the_field_are_not_named():
    spec = Clk([BloomField("surname"), BloomField("given_name")])
    frame = pd.DataFrame({"id": [1, 2, 3], "surname": ["ash", None, None], "given_name": ["ann", "bo", None]})
    made = filters(lk.Dataset(frame), spec)
    found = dictionary(made, KEY, spec, ["ash", "birch"], field="surname", truth=["ash", None, None])
    assert (found.records, found.named, found.right) == (2, 1, 1)


def test_what_cannot_be_tried_is_refused():
    spec = BloomField("surname")
    made = field_filters(["Zaphod"], spec, KEY)
    with pytest.raises(SpecError, match="at least one candidate"):
        dictionary(made, KEY, spec, [])
    with pytest.raises(SpecError, match="Each candidate of 'surname' must be a text; 2 are not"):
        dictionary(made, KEY, spec, ["Zaphod", None, 7])
    with pytest.raises(DataError, match="encodings have 320 bits, but the spec makes 640"):
        dictionary(made, KEY, BloomField("surname", length=640), ["Zaphod"])
    with pytest.raises(DataError, match="encodings have 320 bits, but the spec makes 1,024"):
        dictionary(made, KEY, Clk([spec]), ["Zaphod"])
    with pytest.raises(SpecError, match="field must be one of the record-level filter's: given_name, surname"):
        dictionary(made, KEY, Clk(FIELDS[:2], length=320), ["Zaphod"])
    with pytest.raises(SpecError, match="give the salts to try"):
        dictionary(made, KEY, BloomField("surname", salt="town"), ["Zaphod"])
    with pytest.raises(DataError, match="no record has an encoding"):
        dictionary(pa.nulls(2, pa.binary(40)), KEY, spec, ["Zaphod"])
    with pytest.raises(SpecError, match=r"must hold 2 text\(s\), one a column; 1 hold another number") as caught:
        dictionary(["x"], KEY, Token("both", ["surname", "town"]), [("Zaphod",)])
    assert "Zaphod" not in str(caught.value)
