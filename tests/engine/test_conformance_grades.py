"""What every engine must do about grades, against rapidfuzz, jellyfish and plain Python, one pair at a time."""

from __future__ import annotations

import datetime
import itertools
import math

import hypothesis.strategies as st
import jellyfish
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from rapidfuzz import distance as rf

import linkkit as lk
from linkkit import specs
from linkkit.engine import ENGINES
from linkkit.records import Records
from linkkit.specs import Comparison, Level, Threshold, compile_comparisons

pytestmark = pytest.mark.parametrize("engine", ENGINES)

# --- values, and the measures of two of them, one pair at a time ------------------------------------------------------

letters = st.text("aab bcÅé李😀'-.", max_size=9)
long_text = st.text("ab cd", min_size=14, max_size=40)
texts = st.one_of(
    st.none(), letters, letters, long_text, st.sampled_from(["ann", "a", "a.", "anna", "bob ann", "ann bob"])
)


def _known(text):
    return text is not None and text.strip() != ""


def _grams(text):
    return {text} if len(text) <= 2 else {text[at : at + 2] for at in range(len(text) - 1)}


def _common(one, other, *, contiguous):
    """Length of the longest common substring, or subsequence, by the textbook table."""
    table = np.zeros((len(one) + 1, len(other) + 1), int)
    for i, j in itertools.product(range(len(one)), range(len(other))):
        if one[i] == other[j]:
            table[i + 1, j + 1] = table[i, j] + 1
        elif not contiguous:
            table[i + 1, j + 1] = max(table[i, j + 1], table[i + 1, j])
    return int(table.max())


def _monge_elkan(one, other):
    def way(words, others):
        return sum(max(rf.JaroWinkler.similarity(word, each) for each in others) for word in words) / len(words)

    return (way(one.split(), other.split()) + way(other.split(), one.split())) / 2


def _sorted_words(one, other):
    one, other = " ".join(sorted(one.split())), " ".join(sorted(other.split()))
    return 2 * _common(one, other, contiguous=False) / (len(one) + len(other))


def _on_sets(of, metric):
    def measure(one, other):
        one, other = of(one), of(other)
        shared = len(one & other)
        return {
            "jaccard": lambda: shared / len(one | other),
            "dice": lambda: 2 * shared / (len(one) + len(other)),
            "cosine": lambda: shared / math.sqrt(len(one) * len(other)),
            "overlap": lambda: shared / min(len(one), len(other)),
        }[metric]()

    return measure


def _words(text):
    return set(text.split())


TEXT = {
    "jaro_winkler": rf.JaroWinkler.similarity,
    "jaro": rf.Jaro.similarity,
    "levenshtein": rf.Levenshtein.distance,
    "osa": rf.OSA.distance,
    "levenshtein_similarity": rf.Levenshtein.normalized_similarity,
    "osa_similarity": rf.OSA.normalized_similarity,
    "damerau": jellyfish.damerau_levenshtein_distance,
    "damerau_similarity": lambda a, b: 1 - jellyfish.damerau_levenshtein_distance(a, b) / max(len(a), len(b)),
    "jaccard_words": _on_sets(_words, "jaccard"),
    "word_subset": _on_sets(_words, "overlap"),
    "jaccard_qgrams": _on_sets(_grams, "jaccard"),
    "dice_qgrams": _on_sets(_grams, "dice"),
    "cosine_qgrams": _on_sets(_grams, "cosine"),
    "longest_common_substring": lambda a, b: _common(a, b, contiguous=True) / max(len(a), len(b)),
    "longest_common_subsequence": lambda a, b: _common(a, b, contiguous=False) / max(len(a), len(b)),
    "monge_elkan": _monge_elkan,
    "sorted_words_ratio": _sorted_words,
}


def _initial(one, other):
    short = len(one.rstrip(".")) == 1 or len(other.rstrip(".")) == 1
    return float(one == other or (one[0] == other[0] and short))


def _records(columns, engine):
    frame = pd.DataFrame(columns).assign(id=range(len(next(iter(columns.values())))))
    return Records([lk.Dataset(frame, id="id", fields={name: name for name in columns}, engine=engine)])


def _every_pair(size):
    left, right = (side.astype(np.uint32) for side in np.triu_indices(size, 1))
    return left, right


def _measured(records, measure, size):
    return records.engine.similarities(records, measure, *_every_pair(size))


def _levels(records, measure, bounds, size):
    """The level of each pair on one measure: 0 missing, 1 for the strictest bound ..."""
    listed = tuple(Level(f"level {number}", Threshold(measure, bound)) for number, bound in enumerate(bounds))
    compiled = compile_comparisons([Comparison("one", listed)])
    return compiled.levels(records.engine.grade(records, compiled, *_every_pair(size)))[:, 0].tolist()


def _expected_levels(values, bounds, is_distance):
    """The first bound that each value reaches."""
    found = []
    for value in values:
        reached = [(value <= bound) if is_distance else (value >= bound) for bound in bounds]
        found.append(0 if math.isnan(value) else reached.index(True) + 1 if any(reached) else len(bounds) + 1)
    return found


def _check(records, measure, values, bounds, size, *, exact=False):
    found = _measured(records, measure, size)
    assert np.isnan(found).tolist() == np.isnan(values).tolist()
    if exact:
        assert found[~np.isnan(found)].tolist() == values[~np.isnan(values)].tolist()
    else:
        assert np.allclose(found, values, rtol=1e-12, atol=1e-12, equal_nan=True)
    if exact or not any(abs(value - bound) < 1e-9 for value in values for bound in bounds):
        assert _levels(records, measure, bounds, size) == _expected_levels(values, bounds, measure.is_distance)


def _pairwise(values, measure, is_known=_known):
    return np.array(
        [
            measure(one, other) if is_known(one) and is_known(other) else math.nan
            for one, other in itertools.combinations(values, 2)
        ],
        float,
    )


# --- each measure -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("metric", sorted(TEXT))
@settings(deadline=None, max_examples=25)
@given(values=st.lists(texts, min_size=2, max_size=7), cut=st.floats(0.05, 0.95))
def test_text_metrics(engine, metric, values, cut):
    records = _records({"surname": values}, engine)
    measure = specs.TextSimilarity("surname", metric)
    bounds = (0.0, 1.0, 2.0, 5.0) if measure.is_distance else (1.0, max(cut, 0.9), cut)
    kernels = metric in ("jaro_winkler", "jaro", "levenshtein", "osa", "levenshtein_similarity", "osa_similarity")
    _check(records, measure, _pairwise(values, TEXT[metric]), bounds, len(values), exact=kernels)


def test_every_metric_has_an_oracle(engine):
    from linkkit.specs._measures import DISTANCES, SIMILARITIES

    assert {*DISTANCES, *SIMILARITIES} == set(TEXT)


@settings(deadline=None, max_examples=40)
@given(values=st.lists(texts, min_size=2, max_size=8))
def test_equality_and_initials(engine, values):
    records = _records({"given_name": values}, engine)
    _check(records, specs.Equal("given_name"), _pairwise(values, lambda a, b: float(a == b)), (1.0,), len(values))
    _check(records, specs.Initial("given_name"), _pairwise(values, _initial), (1.0,), len(values))


@settings(deadline=None, max_examples=40)
@given(pairs=st.lists(st.tuples(texts, texts), min_size=2, max_size=7))
@pytest.mark.parametrize("metric", ["jaro_winkler", "levenshtein_similarity"])
def test_swapped_takes_the_lesser_of_both_ways_across(engine, metric, pairs):
    first, second = map(list, zip(*pairs, strict=True))
    records = _records({"given_name": first, "surname": second}, engine)
    values = _pairwise(
        pairs,
        lambda a, b: min(TEXT[metric](a[0], b[1]), TEXT[metric](a[1], b[0])),
        lambda pair: _known(pair[0]) and _known(pair[1]),
    )
    _check(records, specs.Swapped("given_name", "surname", metric), values, (1.0, 0.8, 0.5), len(pairs), exact=True)


dates = st.one_of(
    st.none(),
    st.dates(datetime.date(1890, 1, 1), datetime.date(2100, 1, 1)).map(str),
    st.dates(datetime.date(2001, 1, 1), datetime.date(2001, 3, 1)).map(str),
    st.sampled_from(["2001-XX-01", "XXXX-02-03", "not a date", "2001-02-30"]),
)


@settings(deadline=None, max_examples=40)
@given(values=st.lists(dates, min_size=2, max_size=8))
def test_days_between_dates(engine, values):
    def read(text):
        try:
            return datetime.date.fromisoformat(text)
        except (TypeError, ValueError):
            return None

    expected = _pairwise([read(v) for v in values], lambda a, b: abs((a - b).days), lambda date: date is not None)
    records = _records({"date_of_birth": values}, engine)
    _check(records, specs.DateGap("date_of_birth"), expected, (0.0, 30.0, 365.25), len(values), exact=True)


numbers = st.one_of(
    st.none(), st.integers(-20, 20).map(str), st.sampled_from(["0", "1.5", "-1.5", "1e3", "x", "nan", "inf"])
)


@settings(deadline=None, max_examples=60)
@given(values=st.lists(numbers, min_size=2, max_size=8))
def test_gaps_between_numbers(engine, values):
    def read(text):
        try:
            return float(text) if math.isfinite(float(text)) else None
        except (TypeError, ValueError):
            return None

    def relative(a, b):
        return abs(a - b) / max(abs(a), abs(b)) if a != b else 0.0

    parsed, records = [read(value) for value in values], _records({"age": values}, engine)
    gaps = _pairwise(parsed, lambda a, b: abs(a - b), lambda value: value is not None)
    _check(records, specs.NumberGap("age"), gaps, (0.0, 1.0, 10.0), len(values), exact=True)
    shares = _pairwise(parsed, relative, lambda value: value is not None)
    _check(records, specs.NumberGap("age", relative=True), shares, (0.0, 0.1, 0.5), len(values), exact=True)


places = st.tuples(
    st.one_of(st.none(), st.floats(-89.9, 89.9).map(lambda value: f"{value:.4f}"), st.just("53.8")),
    st.one_of(st.none(), st.floats(-180, 180).map(lambda value: f"{value:.4f}"), st.just("-1.55")),
)


@settings(deadline=None, max_examples=40)
@given(values=st.lists(places, min_size=2, max_size=7))
def test_kilometres_between_places(engine, values):
    def haversine(one, other):
        (a, b), (c, d) = (map(math.radians, map(float, place)) for place in (one, other))
        inside = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
        return 2 * 6371.0088 * math.asin(min(1.0, math.sqrt(inside)))

    latitude, longitude = map(list, zip(*values, strict=True))
    records = _records({"latitude": latitude, "longitude": longitude}, engine)
    expected = _pairwise(values, haversine, lambda place: None not in place)
    found = _measured(records, specs.DistanceKm(), len(values))
    assert np.allclose(found, expected, rtol=1e-9, atol=1e-6, equal_nan=True)
    bounds = (0.1, 100.0, 5000.0)
    if not any(abs(value - bound) < 1e-3 for value in expected for bound in bounds):
        levels = _levels(records, specs.DistanceKm(), bounds, len(values))
        assert levels == _expected_levels(expected, bounds, is_distance=True)


@settings(deadline=None, max_examples=40)
@given(values=st.lists(st.one_of(st.none(), st.lists(st.sampled_from("pqrstu"), max_size=5)), min_size=2, max_size=8))
@pytest.mark.parametrize("metric", ["shared", "overlap", "jaccard"])
def test_overlap_of_sets(engine, metric, values):
    ways = {
        "shared": lambda a, b: len(a & b),
        "overlap": lambda a, b: len(a & b) / min(len(a), len(b)),
        "jaccard": lambda a, b: len(a & b) / len(a | b),
    }
    held = [["p"], *values]  # so that the column is one of lists
    expected = _pairwise(
        [None if not value else set(value) for value in held], ways[metric], lambda value: value is not None
    )
    bounds = (3.0, 1.0) if metric == "shared" else (1.0, 0.45, 0.01)
    _check(_records({"tags": held}, engine), specs.SetOverlap("tags", metric), expected, bounds, len(held))


@settings(deadline=None, max_examples=25)
@given(values=st.lists(texts, min_size=2, max_size=7))
def test_functions_by_import_path(engine, values):
    records = _records({"surname": values}, engine)
    one = specs.Function("surname", "jellyfish:jaro_similarity")
    _check(records, one, _pairwise(values, jellyfish.jaro_similarity), (1.0, 0.7), len(values))
    length = specs.SeriesFunction(
        ("surname",), ("surname",), lambda a, b: (a.str.len() - b.str.len()).abs(), "text", True
    )
    _check(records, length, _pairwise(values, lambda a, b: abs(len(a) - len(b))), (0.0, 2.0), len(values))


# --- levels made of conditions, in three-valued logic -----------------------------------------------------------------

LEAVES = {
    Threshold(specs.Equal("surname")): ("surname", lambda a, b: a == b),
    Threshold(specs.TextSimilarity("surname", "jaro_winkler"), 0.8): (
        "surname",
        lambda a, b: TEXT["jaro_winkler"](a, b) >= 0.8,
    ),
    Threshold(specs.TextSimilarity("surname", "osa"), 1.0): ("surname", lambda a, b: TEXT["osa"](a, b) <= 1),
    Threshold(specs.Equal("given_name")): ("given_name", lambda a, b: a == b),
    Threshold(specs.TextSimilarity("given_name", "levenshtein"), 2.0): (
        "given_name",
        lambda a, b: TEXT["levenshtein"](a, b) <= 2,
    ),
    Threshold(specs.Initial("given_name")): ("given_name", lambda a, b: _initial(a, b) == 1),
}
conditions = st.recursive(
    st.sampled_from(list(LEAVES)),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda found: specs.all_of(*found)),
        st.lists(inner, min_size=2, max_size=3).map(lambda found: specs.either(*found)),
        inner.map(specs.negated),
    ),
    max_leaves=5,
)


def _truth(condition, one, other):
    """Kleene's logic: True, False, or None for unknown."""
    if condition in LEAVES:
        field, holds = LEAVES[condition]
        return holds(one[field], other[field]) if _known(one[field]) and _known(other[field]) else None
    parts = [_truth(inner, one, other) for inner in condition.conditions]
    if condition.operator == "not":
        return None if parts[0] is None else not parts[0]
    deciding = condition.operator == "or"
    return deciding if deciding in parts else None if None in parts else not deciding


def _level(comparison, one, other):
    truths = [_truth(level.condition, one, other) for level in comparison.levels]
    if True in truths:
        return truths.index(True) + 1
    absent = any(not (_known(one[field]) and _known(other[field])) for field in comparison.fields)
    return 0 if absent or all(truth is None for truth in truths) else len(truths) + 1


names = st.one_of(st.none(), st.sampled_from(["ann", "anne", "a", "bob", "bobby", "lee"]))
people = st.lists(st.fixed_dictionaries({"surname": names, "given_name": names}), min_size=2, max_size=8)
comparisons = st.lists(conditions, min_size=1, max_size=3).map(
    lambda found: Comparison("made", tuple(Level(f"level {number}", each) for number, each in enumerate(found)))
)


@settings(deadline=None, max_examples=150)
@given(rows=people, first=comparisons, second=comparisons)
def test_levels_are_the_first_condition_that_holds(engine, rows, first, second):
    records = _records({name: [row[name] for row in rows] for name in rows[0]}, engine)
    both = (first, Comparison("other one", second.levels))
    compiled = compile_comparisons(both)
    levels = compiled.levels(records.engine.grade(records, compiled, *_every_pair(len(rows))))
    expected = [[_level(each, one, other) for each in both] for one, other in itertools.combinations(rows, 2)]
    assert levels.tolist() == expected
    assert compiled.levels(compiled.codes(levels)).tolist() == expected
