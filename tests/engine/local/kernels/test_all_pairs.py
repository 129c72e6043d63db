"""Every pair, graded by rows, gets the grades that it gets one by one."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkkit.engine.local.kernels import (
    AllPairs,
    Gauge,
    TextTable,
    all_pairs_block,
    grade_equal,
    grade_text,
)

NAMES = ["", "ann", "anna", "anne", "hannah", "peter", "petra", "p" * 40, "q" * 70, "q" * 71, "李", "øyvind"]
DATES = ["", *(f"{year}-{month:02}-{day:02}" for year in (1999, 1989, 2001) for month in (1, 2, 12) for day in (1, 21))]
GAUGES = [
    Gauge("jaro_winkler", (0.92, 0.8), TextTable.build(NAMES)),
    Gauge(),
    Gauge("osa", (1, 2), TextTable.build(DATES)),
    Gauge("levenshtein", (1,), TextTable.build(NAMES)),
]
VALUE_COUNTS = [len(NAMES), 4, len(DATES), len(NAMES)]


def strides_of(gauges):
    return np.cumprod([1, *(gauge.grade_count for gauge in gauges)])[:-1].tolist()


def random_codes(rng, gauge_numbers, count):
    return np.array([rng.integers(0, VALUE_COUNTS[number], count) for number in gauge_numbers], np.uint32)


def grade_one_by_one(gauges, left_codes, right_codes, left, right):
    code = np.zeros(len(left), np.int64)
    for gauge, stride, lefts, rights in zip(gauges, strides_of(gauges), left_codes, right_codes, strict=True):
        grades = np.empty(len(left), np.uint8)
        if gauge.metric == "equal":
            grade_equal(lefts[left], rights[right], grades)
        else:
            grade_text(gauge.metric, gauge.table, lefts[left], rights[right], gauge.bounds, grades)
        code += grades.astype(np.int64) * stride
    return code


def run(job, rows_a_block):
    histogram = np.zeros(job.code_count, np.int64)
    found = []
    for first in range(0, job.row_count, rows_a_block):
        counts, *kept = all_pairs_block(job, first, min(first + rows_a_block, job.row_count))
        histogram += counts
        found.append(kept)
    left, right, code = (np.concatenate(part) for part in zip(*found, strict=True))
    order = np.lexsort((right, left))
    return histogram, left[order], right[order], code[order]


@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(1, 60),
    rows_a_block=st.integers(1, 70),
    numbers=st.lists(st.integers(0, 3), min_size=1, max_size=4),
    keep_share=st.sampled_from([0.0, 0.3, 1.0]),
)
@settings(max_examples=60, deadline=None)
def test_pairs_within_a_file(seed, count, rows_a_block, numbers, keep_share):
    rng = np.random.default_rng(seed)
    gauges, codes = [GAUGES[number] for number in numbers], random_codes(rng, numbers, count)
    keep = rng.random(np.prod([gauge.grade_count for gauge in gauges])) < keep_share
    job = AllPairs.within(gauges, codes, strides_of(gauges), keep)
    histogram, left, right, code = run(job, rows_a_block)
    lefts, rights = np.triu_indices(count, 1)
    expected = grade_one_by_one(gauges, codes, codes, lefts, rights)
    assert histogram.tolist() == np.bincount(expected, minlength=len(keep)).tolist()
    wanted = keep[expected]
    assert left.tolist() == lefts[wanted].tolist()
    assert right.tolist() == rights[wanted].tolist()
    assert code.tolist() == expected[wanted].tolist()


@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(1, 40),
    right_count=st.integers(1, 40),
    numbers=st.lists(st.integers(0, 3), min_size=1, max_size=4),
)
@settings(max_examples=60, deadline=None)
def test_pairs_between_two_files(seed, count, right_count, numbers):
    rng = np.random.default_rng(seed)
    gauges = [GAUGES[number] for number in numbers]
    left_codes, right_codes = random_codes(rng, numbers, count), random_codes(rng, numbers, right_count)
    keep = rng.random(np.prod([gauge.grade_count for gauge in gauges])) < 0.5
    job = AllPairs.between(gauges, left_codes, right_codes, strides_of(gauges), keep)
    assert job.pair_count == count * right_count
    histogram, left, right, code = run(job, 7)
    lefts, rights = np.repeat(np.arange(count), right_count), np.tile(np.arange(right_count), count)
    expected = grade_one_by_one(gauges, left_codes, right_codes, lefts, rights)
    assert histogram.tolist() == np.bincount(expected, minlength=len(keep)).tolist()
    wanted = keep[expected]
    assert left.tolist() == lefts[wanted].tolist()
    assert right.tolist() == rights[wanted].tolist()
    assert code.tolist() == expected[wanted].tolist()


def test_more_kept_pairs_than_fit_at_once_and_several_threads():
    rng = np.random.default_rng(5)
    codes = random_codes(rng, [0, 1, 2, 3], 700)
    job = AllPairs.within(GAUGES, codes, strides_of(GAUGES), np.ones(4 * 3 * 4 * 3, np.uint8))
    blocks = list(job.blocks(pairs=40_000))
    assert blocks[0][0] == 0
    assert blocks[-1][1] == job.row_count
    assert all(before[1] == after[0] for before, after in pairwise(blocks))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda block: all_pairs_block(job, *block), blocks))
    pairs = {
        (int(left), int(right)) for _, lefts, rights, _ in found for left, right in zip(lefts, rights, strict=True)
    }
    assert len(pairs) == sum(len(lefts) for _, lefts, _, _ in found) == job.pair_count == 700 * 699 // 2
    left, right = np.array(sorted(pairs)).T
    expected = np.bincount(grade_one_by_one(GAUGES, codes, codes, left, right), minlength=job.code_count)
    assert sum(histogram for histogram, *_ in found).tolist() == expected.tolist()


def test_wide_rows_without_any_text():
    codes = np.random.default_rng(2).integers(0, 50, (2, 5000)).astype(np.uint32)
    job = AllPairs.within([Gauge(), Gauge()], codes, [1, 3])
    histogram = sum(all_pairs_block(job, *block)[0] for block in job.blocks(1_000_000))
    assert histogram.sum() == 5000 * 4999 // 2
    present = codes[0] != 0
    counts = np.bincount(codes[0][present])
    assert histogram.reshape(3, 3)[:, 1].sum() == (counts * (counts - 1) // 2).sum()


@pytest.mark.parametrize(
    ("gauges", "strides", "keep", "message"),
    [
        ([Gauge()] * 13, [3**place for place in range(13)], None, "at most 1,048,576 grade codes"),
        ([Gauge()], [1, 3], None, "must be as many"),
        ([], [], None, "must be as many"),
        ([Gauge()], [2], None, "strides must number"),
        ([Gauge()], [0], None, "strides must number"),
        ([Gauge()], [1], np.ones(2, np.bool_), "keep must have one entry"),
    ],
)
def test_a_job_that_cannot_be_is_refused(gauges, strides, keep, message):
    with pytest.raises(ValueError, match=message):
        AllPairs.within(gauges, np.ones((len(gauges), 3), np.uint32), strides, keep)


def test_a_gauge_of_texts_needs_their_table():
    with pytest.raises(ValueError, match="needs a table"):
        Gauge("osa", (1,))
