"""Datasets encoded: what they hold, what is missing, and what is refused."""

import dataclasses
import itertools

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import linkkit as lk
from linkkit.errors import DataError, PlanError, SpecError
from linkkit.pseudonymise.bloom import (
    Balance,
    Blip,
    BloomField,
    Clk,
    Diffuse,
    XorFold,
    dice,
    encode,
    expected_dice,
    field_filters,
    harden,
    levels_for,
    sized_for,
)

FRAME = pd.DataFrame({
    "id": [11, 12, 13, 14],
    "surname": ["lee", None, "robertson", "lee"],
    "born": ["1984-03-12", "1990-01-01", None, "1985-03-12"],
    "town": ["leeds", None, None, None],
})  # fmt: skip
FIELDS = {"surname": "surname", "date_of_birth": "born", "town": "town"}
CLK = Clk([BloomField("surname"), BloomField("date_of_birth", "date"), BloomField("town")], length=512)


def dataset(frame=FRAME):
    return lk.Dataset(frame, name="people", id="id", fields=FIELDS)


def filters_of(encoded, column):
    values = [value for value in encoded.table_column(column).to_pylist() if value is not None]
    return np.frombuffer(b"".join(values), np.uint8).reshape(len(values), -1)


def test_a_field_is_a_column_of_fixed_size_filters_and_missing_stays_missing(key):
    encoded = encode(dataset(), key, BloomField("surname"))
    column = encoded.table_column("surname")
    assert column.type == pa.binary(40)
    assert [value is None for value in column.to_pylist()] == [False, True, False, False]
    expected = field_filters(["lee", "robertson", "lee"], BloomField("surname"), key)
    assert (filters_of(encoded, "surname") == expected).all()


def test_an_encoded_dataset_holds_its_ids_and_filters_and_nothing_else(key):
    encoded = encode(dataset(), key, [BloomField("surname"), CLK])
    assert encoded.columns == ("id", "surname", "clk", "clk_present")
    assert encoded.ids.to_pylist() == [11, 12, 13, 14]
    assert (encoded.name, len(encoded)) == ("people", 4)


def test_a_record_level_filter_is_the_or_of_its_fields_and_tells_which_are_present(key):
    encoded = encode(dataset(), key, CLK)
    assert encoded.table_column("clk_present").to_pylist() == [7, 2, 1, 3]
    assert encoded.table_column("clk_present").type == pa.uint8()
    expected = np.zeros((1, 64), np.uint8)
    for field, value, budget in zip(CLK.fields, ("lee", "1984-03-12", "leeds"), CLK.budgets, strict=True):
        alone = dataclasses.replace(field, length=512, bits_per_value=budget)
        expected |= field_filters([value], alone, key)
    assert (filters_of(encoded, "clk")[:1] == expected).all()


def test_a_record_without_any_field_has_a_missing_filter(key):
    clk = Clk([BloomField("surname"), BloomField("town")], hardening=[Balance(), Blip(0.1)])
    encoded = encode(dataset(), key, clk)
    assert [value is None for value in encoded.table_column("clk").to_pylist()] == [False, True, False, False]
    assert encoded.table_column("clk_present").to_pylist() == [3, 0, 1, 1]


def test_the_order_of_rows_makes_no_difference(key):
    specs = [BloomField("surname", salt="year(date_of_birth)"), CLK]
    one, other = (encode(dataset(frame), key, specs) for frame in (FRAME, FRAME.iloc[[2, 0, 3, 1]]))
    for column in ("surname", "clk", "clk_present"):
        assert one.table_column(column).to_pylist() == other.table_column(column).to_pylist()


def test_a_record_is_encoded_alike_whatever_the_other_records_are(key):
    alone = encode(dataset(FRAME.iloc[:1]), key, CLK)
    assert alone.table_column("clk").to_pylist() == encode(dataset(), key, CLK).table_column("clk").to_pylist()[:1]


def test_a_salt_keeps_values_apart_and_a_missing_salt_is_a_missing_filter(key):
    encoded = encode(dataset(), key, BloomField("surname", salt="year(date_of_birth)"))
    found = encoded.table_column("surname").to_pylist()
    assert [value is None for value in found] == [False, True, True, False]
    assert dice(filters_of(encoded, "surname")[:1], filters_of(encoded, "surname")[1:])[0] < 0.7
    field = BloomField("surname", salt="year(date_of_birth)")
    expected = field_filters(["lee", "lee"], field, key, ["1984", "1985"])
    assert (filters_of(encoded, "surname") == expected).all()


def test_expressions_and_sets_are_encoded(key):
    fields = [
        BloomField("first(surname, 3)", "exact", name="start"),
        BloomField("qgrams(surname, 2)", "exact", name="grams"),
    ]
    encoded = encode(dataset(), key, fields)
    assert encoded.table_column("grams").null_count == 1
    start = filters_of(encoded, "start")
    assert (start[0] == field_filters(["lee"], fields[0], key)[0]).all()
    grams = filters_of(encoded, "grams")
    assert (grams[0] == grams[2]).all()
    # Two q-grams share the bits that one value has.
    each = field_filters(["le", "ee"], dataclasses.replace(fields[1], bits_per_value=10, length=64), key)
    assert (grams[0] == each[0] | each[1]).all()


def test_hardening_of_a_field_is_that_of_its_filters(key):
    steps = (XorFold(), Balance())
    field = BloomField("surname", hardening=steps)
    expected = harden(field_filters(["lee", "robertson", "lee"], field, key), steps, key, "surname")
    assert (filters_of(encode(dataset(), key, field), "surname") == expected).all()


def test_noise_differs_between_records_of_one_value(key):
    found = filters_of(encode(dataset(), key, BloomField("surname", hardening=[Blip(0.2), Balance()])), "surname")
    assert not (found[0] == found[2]).all()
    assert dice(found[:1], found[2:])[0] > dice(found[:1], found[1:2])[0]


def test_a_value_that_is_no_date_or_number_is_refused_with_its_rows_and_without_the_value(key):
    frame = pd.DataFrame({"id": [3, 1, 2], "born": ["1984-03-12", "12 March", "13/14/1999"]})
    people = lk.Dataset(frame, name="people", id="id", fields={"born": "born"})
    with pytest.raises(
        DataError, match=r"people: 'born' holds something else than a date as YYYY-MM-DD in 2 of 3"
    ) as error:
        encode(people, key, BloomField("born", "date"))
    assert "rows 2, 3" in str(error.value)
    assert "March" not in str(error.value)
    with pytest.raises(DataError, match="something else than a number in 3 of 3"):
        encode(people, key, Clk([BloomField("born", "number")]))


@pytest.mark.parametrize(
    ("specs", "error", "message"),
    [
        ([], SpecError, "at least one"),
        ([BloomField("surname"), BloomField("town", name="surname")], SpecError, "would be called 'surname'"),
        ([BloomField("surname"), "town"], SpecError, r"specs\[1\] must be a BloomField or a Clk; got str"),
        ([BloomField("surname", name="id")], DataError, "as the id is"),
        ([BloomField("surnme")], PlanError, "Did you mean 'surname'"),
    ],
)
def test_what_cannot_be_encoded_is_refused(specs, error, message, key):
    with pytest.raises(error, match=message):
        encode(dataset(), key, specs)


def made_people(count=3_000):
    from linkkit.prepare import prepare

    return prepare(lk.synth.people(count, seed=4).register(who="everyone").dataset())


@pytest.mark.parametrize("fill", [0.15, 0.4])
@pytest.mark.parametrize("bits", [{}, {"hashes": 15}, {"bits_per_value": 100}])
def test_sizes_chosen_from_a_dataset_reach_the_fill(fill, bits, key):
    people = made_people()
    field = sized_for(people, BloomField("surname", **bits), fill=fill)
    found = np.unpackbits(filters_of(encode(people, key, field), "surname"), axis=1).mean()
    assert fill * 0.8 < found <= fill * 1.02


def test_a_record_level_filter_reaches_the_fill_with_missing_fields_and_is_lengthened_where_it_must_be(key):
    people = made_people()
    fields = [BloomField(name) for name in ("given_name", "surname", "address", "postcode")]
    clk = sized_for(people, Clk([*fields, BloomField("date_of_birth", "date", hashes=8)]), fill=0.4)
    assert clk.length == 1024
    assert np.unpackbits(filters_of(encode(people, key, clk), "clk"), axis=1).mean() == pytest.approx(0.4, abs=0.02)
    assert sized_for(people, Clk(fields, length=64)).length > 64


def test_a_column_without_values_is_encoded_as_missing(key):
    people = dataset(FRAME.assign(town=["", None, "", ""]))
    kinds = [BloomField("town", kind, name=kind) for kind in ("text", "exact", "date", "number")]
    salted = BloomField("surname", salt="town")
    encoded = encode(people, key, [*kinds, salted, Clk([BloomField("town")])])
    for column in ("text", "exact", "date", "number", "surname", "clk"):
        assert encoded.table_column(column).null_count == 4


def test_sizes_need_a_value():
    with pytest.raises(DataError, match="people: 'town' holds no value"):
        sized_for(dataset(FRAME.assign(town=["", None, "", ""])), BloomField("town"))


SIX = [
    BloomField("surname"),
    BloomField("surname", hashes=20),
    BloomField("date_of_birth", "date"),
    BloomField("surname", hardening=(Blip(0.05, seed=2),)),
    BloomField("surname", bits_per_value=60, length=512, hardening=(Diffuse(),)),
]


@pytest.mark.parametrize("field", SIX, ids=str)
def test_levels_fall_and_one_mistake_reaches_the_second(field):
    levels = levels_for(field)
    assert len(levels) >= 2
    assert all(one > other for one, other in itertools.pairwise(levels))
    assert expected_dice(field, mistakes=1, seed=7).low == pytest.approx(levels[1], abs=0.05)
    assert expected_dice(field, mistakes=None, seed=7).high < levels[1]


def test_levels_hold_on_made_up_people_with_keyboard_mistakes(key):
    field = BloomField("surname")
    levels = levels_for(field)
    names = [name for name in dict.fromkeys(made_people().encoded("surname").texts()) if len(name) > 2]
    numbers = np.random.default_rng(5).random((len(names), 3)).tolist()
    wrong = [lk.synth.mistakes.mistype(name, *three) for name, three in zip(names, numbers, strict=True)]
    left, right = field_filters(names, field, key), field_filters(wrong, field, key)
    assert (dice(left, right) >= levels[1]).mean() > 0.9
    assert (dice(left, np.roll(left, 1, axis=0)) >= levels[1]).mean() < 0.02


@pytest.mark.parametrize("kind", ["date", "number"])
def test_values_that_are_no_date_or_number_are_refused_and_not_shown(kind):
    values = ["2001-02-03" if kind == "date" else "7", "Marker", "Person"]
    with pytest.raises(SpecError, match=f"2 of 3 values are no {kind}") as caught:
        expected_dice(BloomField("born", kind), values=values)
    assert "Marker" not in str(caught.value)


@pytest.mark.parametrize("mistakes", [-1, 0.5, "1"])
def test_mistakes_are_counted(mistakes):
    with pytest.raises(SpecError, match="mistakes must be a whole number from 0 on, or None"):
        expected_dice(BloomField("surname"), mistakes=mistakes)


def test_expected_dice_of_one_exchanged_letter_is_what_the_tokens_say():
    field = BloomField("surname", hashes=20, length=16_384)
    texts = ["abcdefgh"]  # nine bigrams
    found = expected_dice(field, values=texts)
    # A letter exchanged or two swapped leave six or seven of nine; one left out or put in seven of eight or ten.
    assert 2 * 6 / 18 - 0.03 < found.low < found.high < 2 * 8 / 18 + 0.03
    assert expected_dice(field, values=texts, mistakes=0).low == 1
