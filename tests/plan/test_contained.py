"""Columns that repeat others are found from their values, whatever their names."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import linkkit as lk
from linkkit.dataset import Dataset
from linkkit.plan import contained_fields
from linkkit.records import Records

SIZE = 2_000


def columns(seed=1):
    rng = np.random.default_rng(seed)
    words = np.array(["".join(rng.choice(list("abcdefghijklmnop"), 6)) for _ in range(900)])
    place = rng.integers(0, 60, SIZE)
    return pd.DataFrame(
        {
            "id": np.arange(SIZE),
            "one": rng.choice(words[:300], SIZE),
            "two": rng.choice(words[300:700], SIZE),
            "three": rng.choice(words[700:], SIZE),
            "house": rng.integers(1, 99, SIZE).astype(str),
            "code": np.char.add("C", place.astype(str)),
            "area": np.char.add("A", (place // 5).astype(str)),
        }
    )


def found(frame, fields=None):
    fields = {name: name for name in frame.columns if name != "id"} if fields is None else fields
    return {each.field: each for each in contained_fields(Records([Dataset(frame, id="id", fields=fields)]))}


def test_independent_columns_are_left_alone():
    assert found(columns().drop(columns="area")) == {}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_whole_beside_its_parts_whatever_the_order_of_its_words(seed):
    frame = columns(seed)
    frame["four"] = frame["two"].str.upper() + ", " + frame["one"]
    whole = found(frame.drop(columns="area"))
    assert set(whole) == {"four"}
    assert set(whole["four"].by) == {"one", "two"}
    assert whole["four"].share == 1.0


def test_a_whole_with_a_word_more_now_and_then_is_still_one():
    frame = columns()
    frame["four"] = (
        frame["one"] + " " + np.where(np.arange(SIZE) % 4 == 0, "x" + frame["three"], "") + " " + frame["two"]
    )
    assert set(found(frame.drop(columns="area"))) == {"four"}


def test_a_part_of_one_longer_column_goes_and_the_longer_stays():
    frame = columns()
    frame["four"] = frame["house"] + " " + frame["three"] + " road"
    assert set(found(frame[["id", "one", "three", "four"]])) == {"three"}


def test_of_two_equal_columns_the_later_goes():
    frame = columns()
    frame["again"] = frame["one"]
    assert set(found(frame[["id", "one", "two", "again"]])) == {"again"}


def test_words_that_are_everywhere_are_no_part():
    frame = columns()
    frame["four"] = "road " + frame["house"]
    frame["kind"] = np.where(np.arange(SIZE) % 3, "road", "lane")
    frame["four"] = frame["kind"] + " " + frame["house"] + " road lane"
    assert "kind" not in found(frame[["id", "one", "kind", "four"]])


def test_a_value_that_another_tells_goes_where_strangers_show_it():
    frame = columns().rename(columns={"one": "given_name", "two": "surname"})
    told = found(frame[["id", "given_name", "surname", "code", "area"]])
    assert set(told) == {"area"}
    assert (told["area"].by, told["area"].how) == (("code",), "told")


def test_names_are_not_told_by_a_home_that_families_share():
    """Everybody of a home has one surname there; strangers are needed to tell a town from a family."""
    rng = np.random.default_rng(4)
    homes = rng.integers(0, 600, SIZE)
    frame = columns().rename(columns={"one": "given_name"})
    frame["surname"] = np.char.add("S", homes.astype(str))
    frame["home"] = np.char.add("H", homes.astype(str))
    assert found(frame[["id", "given_name", "surname", "home"]]) == {}


def test_few_records_say_nothing():
    frame = columns().head(40)
    frame["four"] = frame["one"] + " " + frame["two"]
    assert found(frame) == {}


def test_the_result_does_not_depend_on_the_order_of_rows():
    frame = columns()
    frame["four"] = frame["two"] + " " + frame["one"]
    assert found(frame) == found(frame.sample(frac=1.0, random_state=3))


def test_a_date_beside_its_year_is_compared_once():
    left, right = lk.synth.families(300, seed=1)
    frames = []
    for side in (left, right):
        data = side.dataset()
        frame = side.frame.copy()
        column = data.fields["date_of_birth"].columns[0]
        frame["cohort"] = (
            pd.to_datetime(frame[column], errors="coerce", format="mixed", dayfirst=True)
            .dt.year.astype("Int64")
            .astype(str)
        )
        frames.append((frame, {**data.fields, "cohort": "cohort"}, data))
    datasets = [Dataset(frame, id=data.id, name=data.name, fields=fields) for frame, fields, data in frames]
    run = lk.link(*datasets, plan=lk.Plan(accept="all"), progress=False)
    assert "cohort" not in [comparison.name for comparison in run.levels.comparisons]
