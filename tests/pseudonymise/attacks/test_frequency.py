"""Frequency attacks: rank by rank, against a plain restatement, and on made-up people."""

import base64
from collections import Counter

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import linkkit as lk
from linkkit.errors import DataError, SpecError
from linkkit.pseudonymise.attacks import MadeUpKey, block_sizes, frequency
from linkkit.pseudonymise.bloom import BloomField, field_filters

pytestmark = pytest.mark.thorough

letters = st.lists(st.one_of(st.none(), st.sampled_from("abcdef")), min_size=1, max_size=40)


def plainly(seen, known, truth, top):
    """The attack in six lines: both sides ranked by frequency, ties in alphabetical order."""
    ranks = [
        [value for value, _ in sorted(Counter(filter(None, side)).items(), key=lambda one: (-one[1], one[0]))][:top]
        for side in (seen, known)
    ]
    guess = dict(zip(*ranks, strict=False))
    named = [value for value in seen if value in guess]
    right = sum(value in guess and guess[value] == true for value, true in zip(seen, truth, strict=True))
    return len(named), right


def test_a_worked_example():
    # z, z, z, y, y, x and smith, smith, smith, lee, lee, ash: each rank is right, but one z was really a lee.
    found = frequency(
        list("zzzyyx"), ["smith", "lee", "smith", "ash", "lee", "smith"],
        truth=["smith", "smith", "lee", "lee", "lee", "ash"],
    )  # fmt: skip
    assert (found.records, found.named, found.right) == (6, 6, 5)
    assert found.share == 5 / 6


@given(seen=letters, known=letters, top=st.integers(1, 6), data=st.data())
def test_it_does_what_a_plain_restatement_does(seen, known, top, data):
    truth = data.draw(st.lists(st.one_of(st.none(), st.sampled_from("abcdef")), min_size=len(seen), max_size=len(seen)))
    if all(value is None for value in seen) or all(value is None for value in known):
        return
    found = frequency(seen, known, truth=truth, top=top)
    assert (found.named, found.right) == plainly(seen, known, truth, top)
    assert found.records == sum(value is not None for value in seen)


@given(seen=letters, known=letters, seed=st.integers(0, 100))
def test_the_order_of_rows_does_not_matter(seen, known, seed):
    draw = np.random.default_rng(seed)
    rows, others = draw.permutation(len(seen)), draw.permutation(len(known))
    truth = [value and value.upper() for value in seen]
    seen, known = pa.array(seen, pa.string()), pa.array(known, pa.string())
    one = frequency(seen, known, truth=pa.array(truth, pa.string()))
    other = frequency(seen.take(rows), known.take(others), truth=pa.array(truth, pa.string()).take(rows))
    assert one == other


def test_every_form_of_filters_gives_the_same():
    names = ["smith"] * 5 + ["lee"] * 3 + ["ash"]
    filters = field_filters(names, BloomField("surname"), MadeUpKey(1))
    rows = [row.tobytes() for row in filters]
    forms = [
        filters,
        rows,
        [base64.b64encode(row).decode() for row in rows],
        pa.array(rows, pa.binary(filters.shape[1])),
        pa.chunked_array([rows[:4], rows[4:]]),
        pa.array(rows).dictionary_encode(),
        pd.Series(rows),
    ]
    assert [frequency(form, names, truth=names).right for form in forms] == [9] * len(forms)


def test_missing_encodings_are_not_counted_and_values_unknown_to_the_reference_are_never_right():
    found = frequency(["x", None, "x", ""], ["lee"], truth=["ash", "lee", "ash", "lee"])
    assert (found.records, found.named, found.right) == (2, 2, 0)


def test_without_truth_nothing_is_right_or_wrong():
    found = frequency(["x", "y"], ["lee"])
    assert (found.named, found.right, found.share) == (1, None, None)


@pytest.fixture(scope="module")
def halves():
    """Two disjoint halves of made-up people."""
    people = lk.synth.people(12_000, seed=3).people
    first = (people["family_id"] % 2 == 0).to_numpy()
    return people[first], people[~first]


def test_sex_is_read_from_any_encoding_and_names_from_their_ranks(halves):
    here, there = halves
    sex = field_filters(here["sex"].tolist(), BloomField("sex"), MadeUpKey(1))
    assert frequency(sex, there["sex"], truth=here["sex"]).share == 1  # women outnumber men in both halves
    name = field_filters(here["given_name"].tolist(), BloomField("given_name"), MadeUpKey(1))
    found = frequency(name, there["given_name"], truth=here["given_name"], top=50)
    # A random order of fifty gets one of them right on average: a fiftieth of those named.
    assert found.right > 2 * found.named / 50


def test_a_salt_that_tells_nearly_everyone_apart_ends_it(halves):
    here, there = halves
    salted = field_filters(
        here["given_name"].tolist(), BloomField("given_name", salt="date_of_birth"), MadeUpKey(1),
        [str(day) for day in here["date_of_birth"]],
    )  # fmt: skip
    found = frequency(salted, there["given_name"], truth=here["given_name"])
    assert found.named < 0.03 * found.records  # the fifty most frequent filters are of two people or so
    assert found.right <= 5


def test_sizes_of_blocks_are_the_same_attack(halves):
    years, others = ([str(day)[:4] for day in half["date_of_birth"]] for half in halves)
    tokens = [f"token {hash_of}" for hash_of in pd.factorize(pd.Series(years))[0]]
    found, same = block_sizes(tokens, others, truth=years), frequency(tokens, others, truth=years)
    assert (found.named, found.right) == (same.named, same.right)
    assert found.attack == "block sizes"
    assert "block tokens" in found.tried
    assert found.right > found.records / len(set(years))  # more than any one guess for all would get


@pytest.mark.parametrize("top", [0, -1, True, 2.0, "all"])
def test_a_number_that_is_none_is_refused(top):
    with pytest.raises(SpecError, match="top must be a whole number"):
        frequency(["x"], ["lee"], top=top)


def test_columns_that_are_none_are_refused_without_a_value():
    with pytest.raises(DataError, match="truth must hold one value for each of the 2 encodings") as caught:
        frequency(["x", "y"], ["Zaphod"], truth=["Zaphod"])
    assert "Zaphod" not in str(caught.value)
    with pytest.raises(DataError, match="reference must be a column of one type") as caught:
        frequency(["x"], ["Zaphod", 7, object()])
    assert "Zaphod" not in str(caught.value)
    with pytest.raises(DataError, match="got a single str"):
        frequency("xyz", ["lee"])
