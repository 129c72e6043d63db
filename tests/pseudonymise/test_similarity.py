"""Pairs of encodings are those of plain arithmetic on every pair."""

import base64
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkkit.errors import DataError, SpecError
from linkkit.pseudonymise.similarity import SimilarPairs, Tversky, similar, similar_chunks

METRICS = ["dice", "jaccard", "overlap", "hamming", Tversky(0.3, 0.9), Tversky(0, 1), Tversky(2, 2)]


def plain(left, right, metric):
    """The similarity of every pair, from bits in numpy."""
    one, other = (np.unpackbits(side, axis=1).astype(np.int64) for side in (left, right))
    shared = one @ other.T
    a, b = one.sum(axis=1)[:, None], other.sum(axis=1)[None, :]
    bits = one.shape[1]
    with np.errstate(invalid="ignore"):
        if metric == "dice":
            found = 2.0 * shared / (a + b)
        elif metric == "jaccard":
            found = shared / (a + b - shared)
        elif metric == "overlap":
            found = shared / np.minimum(a, b)
        elif metric == "hamming":
            found = (one[:, None, :] == other[None, :, :]).sum(axis=2) / bits
        else:
            found = shared / (shared + metric.alpha * (a - shared) + metric.beta * (b - shared))
    return np.where(np.isnan(found), 0.0, found)


def made(random, rows, size, like=None):
    """Filters of all fills, empty and full ones among them, some near those of another set."""
    bits = random.random((rows, 8 * size)) < random.random((rows, 1))
    if like is not None:
        near = random.integers(0, 2, rows).astype(bool)
        source = np.unpackbits(like, axis=1)[random.integers(0, len(like), rows)]
        bits[near] = (source ^ (random.random(source.shape) < 0.05))[near]
    filters = np.packbits(bits, axis=1)
    filters[:: max(1, rows // 3)] = 0
    filters[1 :: max(1, rows // 2)] = 255
    return filters


def chosen(similarity, at_least, within, top=None):
    """The pairs kept, in order."""
    keep = similarity >= at_least
    if within and top is None:
        keep = np.triu(keep, 1)
    if within and top is not None:
        np.fill_diagonal(keep, False)
    if top is not None:
        for row in range(len(keep)):
            order = np.lexsort((np.arange(keep.shape[1]), -similarity[row]))
            keep[row, [column for column in order if keep[row, column]][top:]] = False
    left, right = np.nonzero(keep)
    return left.tolist(), right.tolist(), similarity[left, right].tolist()


def as_lists(pairs):
    return pairs.left.tolist(), pairs.right.tolist(), pairs.similarity.tolist()


@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.integers(1, 40),
    rows=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    metric=st.sampled_from(METRICS),
    within=st.booleans(),
    top=st.one_of(st.none(), st.integers(1, 5)),
    floor=st.one_of(st.sampled_from([0.0, 0.5, 2 / 3, 0.8, 1.0]), st.integers(0, 2**32 - 1)),
)
@settings(max_examples=150, deadline=None)
def test_pairs_are_those_of_plain_arithmetic(seed, size, rows, metric, within, top, floor):
    random = np.random.default_rng(seed)
    left = made(random, rows[0], size)
    right = left if within else made(random, rows[1], size, left)
    similarity = plain(left, right, metric)
    # a floor that some pair reaches exactly
    at_least = floor if isinstance(floor, float) else float(similarity.ravel()[floor % similarity.size])
    found = similar(left, None if within else right, metric=metric, at_least=at_least, top=top, workers=1)
    assert as_lists(found) == chosen(similarity, at_least, within, top)


@pytest.mark.parametrize("size", range(1, 257))
def test_every_length_in_bytes_up_to_2048_bits(size):
    random = np.random.default_rng(size)
    left = made(random, 20, size)
    right = made(random, 30, size, left)
    assert as_lists(similar(left, right, workers=1)) == chosen(plain(left, right, "dice"), 0.8, False)


@pytest.mark.parametrize("metric", METRICS, ids=str)
@pytest.mark.parametrize("top", [None, 3])
@pytest.mark.parametrize("within", [False, True])
def test_many_blocks_tiles_and_threads(metric, top, within):
    random = np.random.default_rng(5)
    left = made(random, 2600, 8)
    right = left if within else made(random, 1300, 8, left)
    similarity = plain(left, right, metric)
    found = [similar(left, None if within else right, metric=metric, top=top, workers=count) for count in (1, 3)]
    assert as_lists(found[0]) == chosen(similarity, 0.8, within, top)
    for name in ("left", "right", "similarity"):
        assert getattr(found[0], name).tobytes() == getattr(found[1], name).tobytes()


@pytest.mark.parametrize("workers", [1, 3])
def test_chunks_are_bounded_and_hold_each_pair_once(workers):
    filters = np.full((2000, 4), 255, np.uint8)
    chunks = list(similar_chunks(filters, workers=workers))
    assert max(map(len, chunks)) <= 2**18
    assert sum(map(len, chunks)) == 2000 * 1999 // 2
    joined = SimilarPairs.joined(chunks)
    assert len(joined.to_pandas().drop_duplicates()) == len(joined)
    assert (joined.left < joined.right).all()


def test_all_forms_of_encodings_are_the_same():
    filters = made(np.random.default_rng(2), 40, 9)
    rows = [bytes(row) for row in filters]
    rows[3] = None
    missing = np.arange(40) == 3
    texts = [None if row is None else base64.b64encode(row).decode() for row in rows]
    expected = plain(filters, filters, "dice")
    expected[3], expected[:, 3] = -1, -1
    expected = chosen(expected, 0.6, True)
    forms = [rows, texts, pd.Series(rows), pd.Series(texts), np.array(rows, object), list(map(np.array, [[]]))[:0]]
    forms[-1] = [None if gone else row for row, gone in zip(filters, missing, strict=True)]
    arrow = pa.array(rows, pa.binary(9))
    forms += [arrow, pa.chunked_array([arrow[:11], arrow[11:]]), pa.array(rows), pa.array(texts)]
    for form in forms:
        assert as_lists(similar(form, at_least=0.6)) == expected
    assert as_lists(similar(pa.array([None, *rows], pa.binary(9))[1:], at_least=0.6)) == expected
    assert len(similar(arrow, [None, None])) == len(similar([None])) == len(similar(filters[:0])) == 0


def test_no_rows_and_missing_rows_pair_with_nothing_in_top():
    filters = made(np.random.default_rng(3), 12, 4)
    rows = [None, *map(bytes, filters)]
    found = similar(rows, [None, *rows], at_least=0.0, top=2)
    assert 0 not in found.left.tolist()
    assert not {0, 1} & set(found.right.tolist())
    assert (np.bincount(found.left)[1:] == 2).all()


def test_progress_ends_with_all_rows():
    seen = []
    similar(made(np.random.default_rng(4), 2100, 4), workers=2, progress=lambda done, of: seen.append((done, of)))
    assert seen == sorted(seen)
    assert seen[-1] == (2100, 2100)


@pytest.mark.parametrize(
    ("left", "right", "message"),
    [
        ([b"ab", b"abc", None, b"cd", b"c"], None, r"left: .*rows 1, 4 .*16 bits"),
        ([b"ab"], [b"abc"], r"left has encodings of 16 bits, right of 24"),
        ([b"ab", "not base64!", 7], None, r"left: rows 1, 2 hold no filter"),
        ([b"ab"], [b"", b""], r"right: rows 0, 1 hold an empty filter"),
        (np.zeros((2, 8)), None, r"left: .*uint8.*float64"),
        (np.zeros((2, 0), np.uint8), None, r"left: the filters have no bits"),
        (b"abcd", None, r"left must be a list of filters"),
        (7, None, r"left must be a uint8 matrix"),
    ],
)
def test_what_is_no_encoding_is_refused(left, right, message):
    with pytest.raises(DataError, match=message):
        similar_chunks(left, right)


def test_a_refused_value_is_not_shown():
    with pytest.raises(DataError) as raised:
        similar([b"ab", "Marker Person"])
    assert "Marker" not in str(raised.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"metric": "dise"}, "Did you mean 'dice'"),
        ({"at_least": 1.2}, "at_least must be a similarity from 0 to 1"),
        ({"at_least": float("nan")}, "at_least must be"),
        ({"top": 0}, "top must be a whole number from 1 on"),
        ({"workers": 1.5}, "workers must be"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(SpecError, match=message):
        similar_chunks([b"ab"], **arguments)


def test_weights_of_tversky_are_checked():
    with pytest.raises(SpecError, match=r"Tversky\.beta"):
        Tversky(1, -1)


def test_a_processor_without_vector_bit_counts_finds_the_same(tmp_path):
    code = """
import numpy as np
from linkkit.pseudonymise.similarity import similar
filters = np.packbits(np.random.default_rng(0).random((400, 200)) < .6, axis=1)
found = similar(filters, at_least=.65, workers=1)
print(len(found), found.left.sum(), found.right.sum(), found.similarity.sum())
"""
    plain_processor = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "NUMBA_CACHE_DIR": str(tmp_path)}
    outputs = [
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, **extra}, capture_output=True, text=True, check=True
        ).stdout
        for extra in ({}, plain_processor)
    ]
    assert outputs[0] == outputs[1]
    assert int(outputs[0].split()[0]) > 100
