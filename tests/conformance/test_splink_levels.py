"""The numbers of Splink's public test suite (MIT licence) on levels: two values, and the level that must come out.

Splink numbers levels from 0 (all other) upwards and calls missing -1; here the level is said by its label.
"""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

import linkkit as lk
from linkkit.block import candidate_pairs, every_pair
from linkkit.compare import (
    all_of,
    compare_pairs,
    comparison,
    distance_km,
    either,
    equal,
    function,
    level,
    negated,
    sets,
    similar,
    swapped,
    within,
    within_days,
    within_edits,
    within_months,
)


def _dataset(rows, name="people", **fields):
    frame = pd.DataFrame(rows)
    return lk.Dataset(frame, name=name, id="id", fields={column: column for column in frame.columns[1:]} | fields)


def _people(rows, name="people"):
    """Records of id, given name and surname, and a date of birth."""
    return _dataset(
        [dict(zip(("id", "given_name", "surname", "date_of_birth"), row, strict=False)) for row in rows], name
    )


def _levels(made, *rows):
    """The level of each two consecutive records, by label."""
    people = _dataset([{"id": place, **row} for place, row in enumerate(rows)])
    levels = compare_pairs(candidate_pairs(people, every_pair()), made)
    left, right = (np.arange(start, len(rows), 2, dtype=np.uint32) for start in (0, 1))
    frame = levels.show(left, right)
    return frame[f"{made.name} level"].tolist()


# --- levels of texts (test_comparison_level_lib, test_comparison_lib) -------------------------------------------------


def test_columns_reversed():
    crossed = comparison("name", level("reversed", swapped("given_name", "surname")))
    john, smith = {"given_name": "John", "surname": "Smith"}, {"given_name": "Smith", "surname": "John"}
    assert _levels(crossed, john, smith, smith, john, john, john) == ["reversed", "reversed", "other"]


@pytest.mark.parametrize(
    ("metric", "cases"),
    [
        (
            "levenshtein",
            {"harry": "0", "barry": "1", "gary": "2", "sally": "3", "harry12345": "other", None: "missing"},
        ),
        (
            "damerau",
            {
                "harry": "0",
                "barry": "1",
                "haryr": "1",
                "gary": "2",
                "sally": "3",
                "harry12345": "other",
                None: "missing",
            },
        ),
        (
            "osa",
            {
                "harry": "0",
                "barry": "1",
                "haryr": "1",
                "gary": "2",
                "sally": "3",
                "harry12345": "other",
                None: "missing",
            },
        ),
    ],
)
def test_edits(metric, cases):
    made = comparison("name", *(level(str(most), within_edits("name", most, metric)) for most in range(4)))
    rows = [{"name": name} for other in cases for name in ("harry", other)]
    assert _levels(made, *rows) == list(cases.values())


def test_a_function_that_counts_unlike_letters():
    names = [
        ("Harry", "Jones"),
        ("Garry", "Johns"),
        ("Barry", "James"),
        ("Carry", "Jones"),
        ("Cally", "Bones"),
        ("Sally", "Jonas"),
    ]
    path = "rapidfuzz.distance.Hamming:distance"
    made = [function(path, column, at_most=(1, 2)) for column in ("given_name", "surname")]
    levels = compare_pairs(
        candidate_pairs(_people([(place, *name) for place, name in enumerate(names)]), every_pair()), made
    )
    shown = levels.sample(15)
    assert shown["given_name level"].value_counts().to_dict() == {"<= 1": 7, "<= 2": 1, "other": 7}
    assert shown["surname level"].value_counts().to_dict() == {"exact": 1, "<= 1": 4, "<= 2": 6, "other": 4}


def test_names_by_sound_edits_and_similarity():
    rows = [("Robert", "RBRT"), ("Rob", "RB"), ("Robbie", "RB"), ("Bobert", "BB"), ("Bobby", "BB"), ("Robert", "RBRT")]
    people = _dataset(
        [{"id": place, "given_name": name, "sound": sound} for place, (name, sound) in enumerate(rows, 1)]
    )
    made = comparison(
        "name",
        level("exact", equal("given_name")),
        level("sound", equal("sound")),
        level("one edit", within_edits("given_name", 1, "damerau")),
        level("> .9", similar("given_name", 0.9)),
        level("> .8", similar("given_name", 0.8)),
    )
    shown = compare_pairs(candidate_pairs(people, every_pair()), made).sample(15)
    assert shown["name level"].value_counts().to_dict() == {
        "exact": 1,
        "sound": 2,
        "one edit": 2,
        "> .8": 4,
        "other": 6,
    }


def test_both_names_reversed_or_one_of_them():
    rows = [("Robert", "Smith")] * 2 + [
        ("Smith", "Robert"),
        ("Bobert", "Franks"),
        ("Bobby", "Smith"),
        ("Robert", "Jones"),
        ("James", "Smyth"),
    ]
    made = comparison(
        "names",
        level("exact", all_of(equal("given_name"), equal("surname"))),
        level("reversed", swapped("given_name", "surname")),
        level("surname", equal("surname")),
        level("given name", equal("given_name")),
        level("surname > .88", similar("surname", 0.88)),
        level("given name > .88", similar("given_name", 0.88)),
    )
    people = _people([(place, *names) for place, names in enumerate(rows, 1)])
    shown = compare_pairs(candidate_pairs(people, every_pair()), made).sample(21).set_index(["left_id", "right_id"])
    assert shown["names level"].value_counts().to_dict() == {
        "exact": 1, "reversed": 2, "surname": 2, "given name": 2, "surname > .88": 3, "given name > .88": 3, "other": 8,
    }  # fmt: skip
    expected = {(1, 2): "exact", (2, 3): "reversed", (2, 5): "surname", (1, 6): "given name", (5, 7): "surname > .88"}
    assert {pair: shown.loc[pair, "names level"] for pair in expected} == expected
    assert set(shown.loc[[(1, 4), (4, 6)], "names level"]) == {"given name > .88"}


def test_postcodes_by_their_parts():
    codes = ["SE1P 0NY", "SE1P 0NY", "SE1P 0PZ", "SE1P 4UY", "SE2 7TR", "SW15 8UY"]
    people = _dataset([{"id": place, "postcode": code} for place, code in enumerate(codes, 1)])
    shown = compare_pairs(candidate_pairs(people, every_pair()), lk.compare.postcode()).sample(15)
    found = dict(zip(zip(shown.left_id, shown.right_id, strict=True), shown["postcode level"], strict=True))
    expected = {
        "exact": [(1, 2)],
        "same sector": [(1, 3), (2, 3)],
        "same outward": [(1, 4), (2, 4), (3, 4)],
        "same area": [(1, 5), (2, 5), (3, 5), (4, 5)],
        "other": [(1, 6), (2, 6), (3, 6), (4, 6), (5, 6)],
    }
    assert found == {pair: label for label, pairs in expected.items() for pair in pairs}


def test_emails():
    emails = [
        "chris@mail.com",
        "chris@mail.com",
        "chrisa@gmail.com",
        "chrisa@mali.com",
        "chrisa@mailtwo.com",
        "someone@domain.com",
    ]
    made = comparison(
        "email",
        level("exact", equal("email")),
        level("two edits", within_edits("email", 2, "levenshtein")),
        level("two edits with swaps", within_edits("email", 2, "damerau")),
        level("> .88", similar("email", 0.88)),
    )
    rows = [{"email": email} for other in emails[1:] for email in (emails[0], other)]
    assert _levels(made, *rows) == ["exact", "two edits", "two edits with swaps", "> .88", "other"]


# --- levels of numbers, dates, places and lists -----------------------------------------------------------------------


def test_relative_differences():
    bounds = {"same": 0.0, "16.68%": 0.2 / 1.2 + 1e-4, "20.01%": 0.2 + 1e-4, "30.01%": 60 / 200 + 1e-4}
    made = comparison(
        "amount", *(level(label, within("amount", most, relative=True)) for label, most in bounds.items())
    )
    cases = {
        (1.2, 1.0): "16.68%",
        (1.0, 0.8): "20.01%",
        (200, 140): "30.01%",
        (100, 50): "other",
        (None, 100): "missing",
    }
    rows = [{"amount": amount} for pair in cases for amount in pair]
    assert _levels(made, *rows) == list(cases.values())


def test_days_between_dates():
    made = comparison(
        "dob", level("26", within_days("date_of_birth", 26)), level("30", within_days("date_of_birth", 30))
    )
    assert _levels(made, {"date_of_birth": "2000-01-01"}, {"date_of_birth": "2000-01-28"}) == ["30"]


@pytest.mark.parametrize(
    ("dates", "days", "expected"),
    [
        (("2000-01-01", "2020-01-01"), 1, "other"),
        (("2000-01-01", "2000-01-15"), 1, "2 months"),
        (("2000-ab-cd", "2000-01-28"), 1, "missing"),
        (("2000-01-01", "2000-01-02"), 3, "days"),
    ],
)
def test_days_and_months_between_dates(dates, days, expected):
    made = comparison(
        "dob", level("days", within_days("date_of_birth", days)), level("2 months", within_months("date_of_birth", 2))
    )
    assert _levels(made, *({"date_of_birth": date} for date in dates)) == [expected]


QUARTER = 10007  # km: a quarter of the way round a spherical Earth


@pytest.mark.parametrize(
    ("one", "other", "kilometres"),
    [
        ((0, 0), (0, 90), QUARTER),
        ((0, 0), (90, 0), QUARTER),
        ((-25, 0), (0, 90), QUARTER),
        ((45, -30), (45, 150), QUARTER),
        ((40, -20), (40, -20), 0),
        ((20, 40), (-20, -140), 2 * QUARTER),
        ((89, -60), (-89, 120), 2 * QUARTER),
        ((51.484, -0.115), (-37.82, 144.983), 16905),
        ((-78.525483, -85.617147), (68.9195, -29.898533), 16783),
        ((37.814056, -122.477898), (37.825531, -122.479236), 1.2814),
        ((89.9, 0), (89.9, 180), 22.24),
        ((90, 30), (89.8, 40), 22.24),
        ((0, -24), (0, -24.2), 22.24),
    ],
)
def test_kilometres(one, other, kilometres):
    made = distance_km((kilometres * 0.9999, kilometres * 1.0001)) if kilometres else distance_km((1e-9,))
    rows = [{"latitude": latitude, "longitude": longitude} for latitude, longitude in (one, other)]
    assert _levels(made, *rows) == [made.labels[2 if kilometres else 1]]


def test_places_by_distance():
    places = [
        (51.500516, -0.133192), (51.504444, -0.021389), (51.499479, -0.124809),
        (53.796105, -1.549725), (51.500516, -0.133192), (53.3338, -6.24488),
    ]  # fmt: skip
    rows = [{"id": number, "latitude": lat, "longitude": long} for number, (lat, long) in enumerate(places, 1)]
    levels = compare_pairs(candidate_pairs(_dataset(rows), every_pair()), distance_km((0.1, 1, 10, 300)))
    shown = levels.sample(15).set_index(["left_id", "right_id"])["distance level"]
    assert shown.value_counts().to_dict() == {
        "within 0.1 km": 1, "within 1 km": 2, "within 10 km": 3, "within 300 km": 4, "other": 5,
    }  # fmt: skip
    expected = {(1, 5): "within 0.1 km", (1, 3): "within 1 km", (2, 5): "within 10 km", (3, 4): "within 300 km"}
    assert {pair: shown[pair] for pair in expected} == expected


def test_far_places():
    places = [(22.73059, 9.388589), (22.836322, 9.276112), (37.77085, 95.68988), (-31.336319, 145.183685)]
    rows = [{"id": number, "latitude": lat, "longitude": long} for number, (lat, long) in enumerate(places, 1)]
    levels = compare_pairs(candidate_pairs(_dataset(rows), every_pair()), distance_km((50, 10_000, 100_000)))
    assert levels.sample(6)["distance level"].tolist() == [
        "within 50 km", "within 10000 km", "within 100000 km", "within 10000 km", "within 100000 km", "within 10000 km",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sizes", "one", "other", "expected"),
    [
        ((4, 3, 2, 1), "ABCD", "ABCD", "shared >= 4"),
        ((4, 3, 2, 1), "ABCD", "ABCZ", "shared >= 3"),
        ((4, 3, 2, 1), "AB", "ABCD", "shared >= 2"),
        ((4, 3, 2, 1), "ABCD", "XYZ", "other"),
        ((4, 1), "ABCD", "ABCD", "shared >= 4"),
        ((4, 1), "ABCD", "ABCZ", "shared >= 1"),
        ((4, 1), "AB", "ABCD", "shared >= 1"),
        ((4, 1), "A", "XYZ", "other"),
    ],
)
def test_members_in_common(sizes, one, other, expected):
    assert _levels(sets("letters", sizes), {"letters": list(one)}, {"letters": list(other)}) == [expected]


# --- levels made of others (test_compound_comparison_levels) ----------------------------------------------------------


def test_two_of_three_names():
    names = ("given_name", "middle_name", "surname")
    rows = [
        ("John", "James", "Smith"),
        ("Mary", "Harriet", "Jones"),
        ("Jane", "Joan", "Taylor"),
        ("John", "Blake", "Jones"),
        ("Jane", "Joan", "Taylor"),
        ("Gill", "Harriet", "Greene"),
        ("Owen", "James", "Smith"),
        ("Sarah", "Simone", "Williams"),
    ]
    each = [equal(name) for name in names]
    made = comparison(
        "names",
        level("all", all_of(*each)),
        level("two", either(*(all_of(*two) for two in itertools.combinations(each, 2)))),
        level("one", either(*each)),
    )
    people = _dataset([{"id": place, **dict(zip(names, row, strict=True))} for place, row in enumerate(rows, 1)])
    shown = compare_pairs(candidate_pairs(people, every_pair()), made).sample(28).set_index(["left_id", "right_id"])
    found = shown["names level"][shown["names level"] != "other"].to_dict()
    assert found == {(3, 5): "all", (1, 7): "two", (1, 4): "one", (2, 4): "one", (2, 6): "one"}


def test_a_condition_of_many_parts():
    rows = [
        ("a", "b", "c", "d", "e", "f", "g"),
        ("aa", "b", "cc", "d", "ee", "f", "gg"),
        ("a", "bb", "c", "dd", "e", "ff", "g"),
        ("aa", "bb", "cc", "d", "ee", "ff", "gg"),
    ]
    columns = [f"column_{number}" for number in range(1, 8)]
    a, b, c, d, e, f, g = map(equal, columns)
    condition = either(all_of(a, b), negated(all_of(c, d)), all_of(b, negated(e)), all_of(f, negated(a), g))
    made = comparison("mine", level("7", g), level("3", c), level("complex", condition))
    people = _dataset([{"id": place, **dict(zip(columns, row, strict=True))} for place, row in enumerate(rows, 1)])
    shown = compare_pairs(candidate_pairs(people, every_pair()), made).sample(6)
    found = dict(zip(zip(shown.left_id, shown.right_id, strict=True), shown["mine level"], strict=True))
    assert found == {
        (1, 2): "complex",
        (1, 3): "7",
        (1, 4): "complex",
        (2, 3): "complex",
        (2, 4): "7",
        (3, 4): "complex",
    }
