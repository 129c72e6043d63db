"""Every grade and similarity follows from rapidfuzz, in any script and length, in pairs and in rows."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, Jaro, JaroWinkler, Levenshtein

from linkkit.engine.local.kernels import TextTable, grade_row, grade_rows, grade_text, text_similarities

ORACLES = {
    "jaro": Jaro.similarity,
    "jaro_winkler": JaroWinkler.similarity,
    "osa": OSA.distance,
    "osa_similarity": OSA.normalized_similarity,
    "levenshtein": Levenshtein.distance,
    "levenshtein_similarity": Levenshtein.normalized_similarity,
}
SIMILARITIES = [metric for metric in ORACLES if metric not in ("osa", "levenshtein")]
SLOW_OK = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@st.composite
def mutated(draw, texts):
    """A text, and some that one to three typing errors make of it."""
    text = draw(texts)
    found = [text]
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, max(len(text) - 1, 0)))
        other = draw(st.sampled_from(text)) if text else "a"
        text = draw(
            st.sampled_from(
                [
                    text[:at] + text[at + 1 :],
                    text[:at] + other + text[at:],
                    text[:at] + other + text[at + 1 :],
                    text[:at] + text[at : at + 2][::-1] + text[at + 2 :],
                ]
            )
        )
        found.append(text)
    return found


def text_of(alphabet):
    lengths = st.one_of(st.integers(0, 12), st.sampled_from([15, 16, 17, 31, 32, 33, 63, 64, 65, 70]))
    return lengths.flatmap(lambda length: st.text(alphabet, min_size=length, max_size=length))


TEXTS = st.one_of(
    text_of("ab"),
    text_of("abcdefghijklmnopqrstuvwxyz '-"),
    text_of("0123456789-"),
    text_of("żółćabcdéß"),
    text_of("李小龍王陳Ελλάδаб"),
    st.text(st.characters(), max_size=20),
)
VALUES = st.lists(mutated(TEXTS), min_size=1, max_size=5).map(
    lambda lists: ["", *dict.fromkeys(text for texts in lists for text in texts if text)]
)


def every_pair(value_count):
    codes = np.arange(value_count, dtype=np.uint32)
    return np.repeat(codes, value_count), np.tile(codes, value_count)


def expected_grade(metric, one, other, bounds):
    score = ORACLES[metric](one, other)
    return 1 + sum(score < bound if metric in SIMILARITIES else score > bound for bound in bounds)


def expected_grades(metric, values, left, right, bounds):
    return [
        0 if one == 0 or other == 0 else expected_grade(metric, values[one], values[other], bounds)
        for one, other in zip(left, right, strict=True)
    ]


def bounds_of(metric):
    if metric in SIMILARITIES:
        bounds = st.lists(st.floats(0, 1), min_size=1, max_size=4, unique=True)
        return bounds.map(lambda bounds: tuple(sorted(bounds, reverse=True)))
    return st.lists(st.integers(0, 12), min_size=1, max_size=4, unique=True).map(lambda bounds: tuple(sorted(bounds)))


@pytest.mark.parametrize("metric", ORACLES)
@given(values=VALUES)
@settings(max_examples=80, deadline=None, suppress_health_check=SLOW_OK)
def test_similarities_equal_rapidfuzz_bit_for_bit(metric, values):
    left, right = every_pair(len(values))
    found = np.empty(len(left))
    text_similarities(metric, TextTable.build(values), left, right, found)
    for one, other, score in zip(left, right, found, strict=True):
        if one == 0 or other == 0:
            assert np.isnan(score)
        else:
            assert score == ORACLES[metric](values[one], values[other])


@pytest.mark.parametrize("metric", ORACLES)
@given(values=VALUES, data=st.data())
@settings(max_examples=80, deadline=None, suppress_health_check=SLOW_OK)
def test_grades_follow_from_rapidfuzz_in_pairs_and_in_rows(metric, values, data):
    bounds = data.draw(bounds_of(metric))
    table = TextTable.build(values)
    left, right = every_pair(len(values))
    expected = expected_grades(metric, values, left, right, bounds)
    grades = np.empty(len(left), np.uint8)
    grade_text(metric, table, left, right, bounds, grades)
    assert grades.tolist() == expected
    rows = np.empty((len(values), len(values)), np.uint8)
    grade_rows(metric, table, np.arange(len(values), dtype=np.uint32), bounds, rows)
    assert rows.ravel().tolist() == expected


def names_of_shared_letters():
    """Values whose masks leave little room: they share their first letters, and differ in few."""
    rng = np.random.default_rng(3)
    values = ["", "al", "la", "a"]
    for stem in ("margaret", "petra", "oluwaseun"):
        for _ in range(16):
            kept = rng.integers(0, 5)
            rest = rng.permutation(list(stem[kept:] + "xq"[: rng.integers(0, 3)]))
            values.append(stem[:kept] + "".join(rest[: rng.integers(1, len(rest) + 1)]))
    return list(dict.fromkeys(values))


@pytest.mark.parametrize("metric", SIMILARITIES)
def test_a_bound_is_reached_when_it_equals_the_similarity(metric):
    values = names_of_shared_letters()
    left, right = every_pair(len(values))
    table = TextTable.build(values)
    similarity, grades = np.empty(len(left)), np.empty(len(left), np.uint8)
    rows, codes = np.empty((len(values), len(values)), np.uint8), np.arange(len(values), dtype=np.uint32)
    text_similarities(metric, table, left, right, similarity)
    possible = np.unique(similarity[~np.isnan(similarity)])
    for bound in possible[:: max(1, len(possible) // 120)]:
        for tried in (bound, np.nextafter(bound, 0)) + ((np.nextafter(bound, 2),) if bound < 1 else ()):
            grade_text(metric, table, left, right, (float(tried),), grades)
            assert (grades[similarity >= tried] == 1).all()
            assert (grades[similarity < tried] == 2).all()
            grade_rows(metric, table, codes, (float(tried),), rows)
            assert (rows.ravel() == grades).all()


@pytest.mark.parametrize("metric", ORACLES)
@pytest.mark.parametrize("alphabet", [50, 255, 256, 400])
def test_a_column_of_many_characters_is_never_wrong(metric, alphabet):
    rng = np.random.default_rng(alphabet)
    characters = [chr(0x4E00 + number) for number in range(alphabet)]
    values = ["", *characters, *{"".join(rng.choice(characters[-60:], 4)) for _ in range(30)}]
    table = TextTable.build(values)
    assert table.slow.any() == (alphabet > 255)
    left, right = (rng.integers(0, len(values), 2000).astype(np.uint32) for _ in range(2))
    bounds = (0.9, 0.4) if metric in SIMILARITIES else (1, 2)
    grades = np.empty(len(left), np.uint8)
    grade_text(metric, table, left, right, bounds, grades)
    assert grades.tolist() == expected_grades(metric, values, left, right, bounds)


def test_an_empty_text_is_not_missing():
    table = TextTable.build(["a stand-in for missing", "", "ann"])
    left, right = every_pair(3)
    grades = np.empty(9, np.uint8)
    grade_text("jaro_winkler", table, left, right, (0.9,), grades)
    assert grades.reshape(3, 3).tolist() == [[0, 0, 0], [0, 1, 2], [0, 2, 1]]
    grade_text("osa", table, left, right, (0, 3), grades)
    assert grades.reshape(3, 3).tolist() == [[0, 0, 0], [0, 1, 2], [0, 2, 1]]
    rows = np.empty((3, 3), np.uint8)
    grade_rows("jaro_winkler", table, np.arange(3, dtype=np.uint32), (0.9,), rows)
    assert rows.tolist() == [[0, 0, 0], [0, 1, 2], [0, 2, 1]]


def test_an_empty_chunk_and_a_table_of_missing_only_are_graded():
    table = TextTable.build([""])
    grades = np.empty(0, np.uint8)
    grade_text("jaro", table, np.empty(0, np.uint32), np.empty(0, np.uint32), (0.9,), grades)
    grades = np.full(2, 7, np.uint8)
    grade_text("osa", table, np.zeros(2, np.uint32), np.zeros(2, np.uint32), (1,), grades)
    assert grades.tolist() == [0, 0]


def test_codes_may_be_read_only_and_of_another_layout():
    table = TextTable.build(["", "martha", "marhta"])
    left = np.array([1, 9, 1, 9], np.int64)[::2]
    right = np.array([2, 1], np.uint32)
    right.setflags(write=False)
    grades = np.empty(2, np.uint8)
    grade_text("osa", table, left, right, (0, 1), grades)
    assert grades.tolist() == [2, 1]


def test_one_row_equals_the_pairs_with_that_value():
    values = ["", "martha", "marhta", "peter", "x" * 70, "marta"]
    table = TextTable.build(values)
    everyone = np.arange(len(values), dtype=np.uint32)
    for code in everyone:
        row, pairs = np.empty(len(values), np.uint8), np.empty(len(values), np.uint8)
        grade_row("jaro_winkler", table, int(code), (0.95, 0.8), row)
        grade_text("jaro_winkler", table, np.full(len(values), code, np.uint32), everyone, (0.95, 0.8), pairs)
        assert row.tolist() == pairs.tolist()


def test_rows_can_be_graded_against_chosen_values():
    values = ["", "martha", "marhta", "peter", "y" * 65, "marta"]
    table = TextTable.build(values)
    everyone, chosen = np.arange(len(values), dtype=np.uint32), np.array([5, 0, 4, 2], np.uint32)
    full, some = np.empty((6, 6), np.uint8), np.empty((6, 4), np.uint8)
    grade_rows("osa", table, everyone, (1, 2), full)
    grade_rows("osa", table, everyone, (1, 2), some, table.choose(chosen))
    assert (some == full[:, chosen]).all()


def test_threads_share_a_table():
    rng = np.random.default_rng(1)
    values = ["", *{"".join(rng.choice(list("abcdef"), rng.integers(3, 20))) for _ in range(800)}]
    table = TextTable.build(values)
    left, right = (rng.integers(0, len(values), 50_000).astype(np.uint32) for _ in range(2))

    def grade(metric):
        grades = np.empty(len(left), np.uint8)
        grade_text(metric, table, left, right, (0.9, 0.5), grades)
        return grades.tobytes()

    metrics = SIMILARITIES * 4
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(grade, metrics))
    assert together == [grade(metric) for metric in metrics]


def test_arrays_of_different_lengths_are_refused():
    table = TextTable.build(["", "a"])
    one, two = np.ones(1, np.uint32), np.ones(2, np.uint32)
    with pytest.raises(ValueError, match="must be as many"):
        grade_text("osa", table, one, two, (1,), np.empty(2, np.uint8))
    with pytest.raises(ValueError, match="must be as many"):
        text_similarities("osa", table, two, two, np.empty(1))
    with pytest.raises(ValueError, match="out must be 2 by 2"):
        grade_rows("osa", table, two, (1,), np.empty((1, 2), np.uint8))


@pytest.mark.parametrize(
    ("metric", "bounds"),
    [
        ("soundex", (0.9,)),
        ("jaro", ()),
        ("jaro", (0.8, 0.9)),
        ("jaro", (0.9, 0.9)),
        ("jaro", (1.1,)),
        ("jaro", (float("nan"),)),
        ("osa", (2, 1)),
        ("osa", (-1,)),
        ("levenshtein", (float("inf"),)),
    ],
)
def test_wrong_bounds_are_refused(metric, bounds):
    table = TextTable.build(["", "a"])
    with pytest.raises(ValueError, match="must"):
        grade_text(metric, table, np.ones(1, np.uint32), np.ones(1, np.uint32), bounds, np.empty(1, np.uint8))
