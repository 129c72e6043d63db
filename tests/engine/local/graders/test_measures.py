"""Measures of two values against other implementations, through the engine."""

from __future__ import annotations

import difflib
import math

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, DamerauLevenshtein, Jaro, JaroWinkler, LCSseq, Levenshtein

import linkkit as lk
from linkkit.records import Records
from linkkit.specs import DateGap, DistanceKm, Initial, NumberGap, SetOverlap, Swapped, TextSimilarity

words = st.text(alphabet="abcdeé李 ", max_size=9).map(lambda text: " ".join(text.split()))
pairs_of_words = st.lists(st.tuples(words, words), min_size=1, max_size=8)


def _measured(frame, measure):
    """The measure of rows 0 and 1, 2 and 3 ..."""
    people = lk.Dataset(frame.assign(id=range(len(frame))), fields={name: name for name in frame})
    records = Records([people])
    left = np.arange(0, len(frame), 2, dtype=np.uint32)
    return records.engine.similarities(records, measure, left, left + np.uint32(1))


def _sets(metric):
    def grams(text):
        if "words" in metric:
            return set(text.split())
        return {text} if len(text) <= 2 else {text[at : at + 2] for at in range(len(text) - 1)}

    def measure(left, right):
        one, other = grams(left), grams(right)
        shared = len(one & other)
        return {
            "jaccard": shared / len(one | other),
            "dice": 2 * shared / (len(one) + len(other)),
            "cosine": shared / math.sqrt(len(one) * len(other)),
        }[metric.split("_")[0]]

    return measure


def _monge_elkan(left, right):
    def one_way(first, second):
        return np.mean([max(JaroWinkler.similarity(word, other) for other in second) for word in first])

    return (one_way(left.split(), right.split()) + one_way(right.split(), left.split())) / 2


ORACLES = {
    "jaro_winkler": JaroWinkler.similarity,
    "jaro": Jaro.similarity,
    "levenshtein": Levenshtein.distance,
    "levenshtein_similarity": Levenshtein.normalized_similarity,
    "osa": OSA.distance,
    "osa_similarity": OSA.normalized_similarity,
    "damerau": DamerauLevenshtein.distance,
    "damerau_similarity": DamerauLevenshtein.normalized_similarity,
    "longest_common_subsequence": LCSseq.normalized_similarity,
    "longest_common_substring": lambda left, right: (
        difflib.SequenceMatcher(None, left, right, autojunk=False).find_longest_match().size
        / max(len(left), len(right))
    ),
    "sorted_words_ratio": lambda left, right: fuzz.token_sort_ratio(left, right) / 100,
    "jaccard_words": _sets("jaccard_words"),
    "jaccard_qgrams": _sets("jaccard_qgrams"),
    "dice_qgrams": _sets("dice_qgrams"),
    "cosine_qgrams": _sets("cosine_qgrams"),
    "monge_elkan": _monge_elkan,
}


@pytest.mark.parametrize("metric", ORACLES)
@settings(max_examples=25, deadline=None)
@given(listed=pairs_of_words)
def test_a_metric_of_texts_equals_its_oracle_and_is_missing_where_a_text_is(metric, listed):
    frame = pd.DataFrame({"town": [text for pair in listed for text in pair]}, dtype=object)
    found = _measured(frame, TextSimilarity("town", metric))
    for (left, right), value in zip(listed, found.tolist(), strict=True):
        if not left or not right:
            assert math.isnan(value)
        else:
            assert value == pytest.approx(ORACLES[metric](left, right), abs=1e-12)


@pytest.mark.parametrize("metric", ORACLES)
@settings(max_examples=15, deadline=None)
@given(listed=pairs_of_words)
def test_a_metric_of_texts_is_symmetric(metric, listed):
    there = pd.DataFrame({"town": [text for pair in listed for text in pair]}, dtype=object)
    back = pd.DataFrame({"town": [text for left, right in listed for text in (right, left)]}, dtype=object)
    measure = TextSimilarity("town", metric)
    np.testing.assert_allclose(_measured(there, measure), _measured(back, measure), atol=1e-12)


def test_every_metric_has_an_oracle():
    from linkkit.specs._measures import DISTANCES, SIMILARITIES

    assert set(ORACLES) | {"word_subset"} == {*SIMILARITIES, *DISTANCES}


def test_word_subset_is_the_share_of_the_smaller_set():
    frame = pd.DataFrame({"town": ["ann mary lee", "lee ann", "ann lee", "lee poe"]})
    assert _measured(frame, TextSimilarity("town", "word_subset")).tolist() == [1.0, 0.5]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.dates(), st.dates()), min_size=1, max_size=6))
def test_days_between_dates(listed):
    frame = pd.DataFrame({"date_of_birth": [day.isoformat() for pair in listed for day in pair]})
    expected = [abs((left - right).days) for left, right in listed]
    assert _measured(frame, DateGap("date_of_birth")).tolist() == expected


def test_a_date_that_is_not_wholly_known_has_no_gap():
    frame = pd.DataFrame({"date_of_birth": ["2001-02-XX", "2001-02-03"]})
    assert np.isnan(_measured(frame, DateGap("date_of_birth"))).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(-9999, 9999), st.integers(-9999, 9999)), min_size=1, max_size=6))
def test_differences_of_numbers(listed):
    frame = pd.DataFrame({"age": [number for pair in listed for number in pair]})
    found = _measured(frame, NumberGap("age"))
    assert found.tolist() == [abs(left - right) for left, right in listed]
    relative = _measured(frame, NumberGap("age", relative=True)).tolist()
    for (left, right), value in zip(listed, relative, strict=True):
        largest = max(abs(left), abs(right))
        assert value == pytest.approx(abs(left - right) / largest if largest else 0.0)


def test_kilometres_between_places():
    frame = pd.DataFrame({"latitude": [51.5074, 48.8566, 10.0, 10.0], "longitude": [-0.1278, 2.3522, 179.9, -179.9]})
    london_paris, across_the_date_line = _measured(frame, DistanceKm())
    assert london_paris == pytest.approx(343.6, abs=0.5)
    assert across_the_date_line == pytest.approx(21.9, abs=0.1)


def test_initials_and_exchanged_names():
    names = pd.DataFrame({"given_name": ["w", "will", "ann", "anne"], "surname": ["lee", "poe", "poe", "lee"]})
    assert _measured(names, Initial("given_name")).tolist() == [1.0, 0.0]
    crossed = pd.DataFrame({"given_name": ["lee", "harper"], "surname": ["harper", "lea"]})
    expected = min(JaroWinkler.similarity("lee", "lea"), JaroWinkler.similarity("harper", "harper"))
    assert _measured(crossed, Swapped("given_name", "surname")).tolist() == [pytest.approx(expected)]


def test_members_in_common():
    frame = pd.DataFrame({"tags": [["x", "y", "z"], ["y", "x"], ["x"], None]})
    for metric, expected in (("shared", 2), ("overlap", 1), ("jaccard", 2 / 3)):
        found = _measured(frame, SetOverlap("tags", metric))
        assert found[0] == pytest.approx(expected)
        assert math.isnan(found[1])
