"""The join by keys of what edits leave, against rapidfuzz on every pair."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, Levenshtein

from linkkit.engine.local._edit_join import edit_hits, is_worth_keys
from linkkit.engine.local.kernels import TextTable

TEXTS = st.lists(st.text("abč1", min_size=1, max_size=9), min_size=1, max_size=40, unique=True)
ORACLE = {"osa": OSA.distance, "levenshtein": Levenshtein.distance}


def pairs_of(found):
    listed = list(zip(found[0].tolist(), found[1].tolist(), strict=True))
    assert len(set(listed)) == len(listed)
    return set(listed)


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.sampled_from(sorted(ORACLE)), st.sampled_from([1, 1.5, 2]), st.integers(0, 40), st.integers(1, 2))
def test_every_near_pair_of_two_sides_is_found_once(texts, metric, bound, cut, workers):
    table = TextTable.build(["", *texts])
    rows = np.arange(1, min(cut, len(texts)) + 1, dtype=np.uint32)
    columns = np.arange(max(min(cut, len(texts)) - 3, 1), len(texts) + 1, dtype=np.uint32)
    expected = {
        (row, column)
        for row in rows.tolist()
        for column in columns.tolist()
        if ORACLE[metric](texts[row - 1], texts[column - 1]) <= bound
    }
    assert pairs_of(edit_hits(metric, bound, table, rows, columns, workers)) == expected


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.sampled_from(sorted(ORACLE)), st.sampled_from([1, 2]))
def test_every_near_pair_within_one_side_is_found_one_way(texts, metric, bound):
    table = TextTable.build(["", *texts])
    rows = np.arange(1, len(texts) + 1, dtype=np.uint32)
    found = {frozenset(pair) for pair in pairs_of(edit_hits(metric, bound, table, rows, rows, 2))}
    expected = {
        frozenset((one + 1, other + 1))
        for one in range(len(texts))
        for other in range(one)
        if ORACLE[metric](texts[one], texts[other]) <= bound
    }
    assert found == expected


@pytest.mark.parametrize("length", [63, 64])
def test_the_longest_texts_have_keys_too(length):
    long = "ab" * 32
    texts = [long[:length], "b" + long[1:length], long[1:length], long[: length // 2] + long[length // 2 + 2 : length]]
    table = TextTable.build(["", *texts])
    rows = np.arange(1, 5, dtype=np.uint32)
    found = {frozenset(pair) for pair in pairs_of(edit_hits("osa", 2, table, rows, rows, 1))}
    expected = {frozenset((i + 1, j + 1)) for i in range(4) for j in range(i) if OSA.distance(texts[i], texts[j]) <= 2}
    assert found == expected


def test_keys_serve_many_values_of_few_edits_only():
    lengths, few = np.full(200_000, 10, np.int64), np.arange(1, 100, dtype=np.uint32)
    many = np.arange(1, 100_000, dtype=np.uint32)
    assert is_worth_keys("osa", 2, lengths, many, many)
    assert not is_worth_keys("osa", 2, lengths, few, few)
    assert not is_worth_keys("osa", 3, lengths, many, many)
    assert not is_worth_keys("osa", 0, lengths, many, many)
    assert not is_worth_keys("jaro_winkler", 0.92, lengths, many, many)
    slow = lengths.copy()
    slow[50_000] = 0  # left to rapidfuzz
    assert not is_worth_keys("osa", 2, slow, many, many)
