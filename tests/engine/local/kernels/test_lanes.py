"""Bounds added in lanes find the pairs that a plain sum finds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkkit.engine.local.kernels.lanes import LANES, MARK, reaching_lanes


def in_pieces(tables, places, head, rest, room):
    """All pairs the kernel finds, with room for so many at a time."""
    found, column = [], 0
    while column < len(places):
        lanes, columns = np.empty(room, np.uint32), np.empty(room, np.uint32)
        column, count = reaching_lanes(
            tables.view(np.uint64), places, head, rest.view(np.uint64), column, lanes, columns
        )
        found += zip(lanes[:count].tolist(), columns[:count].tolist(), strict=True)
    return found


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    widths=st.lists(st.integers(1, 9), min_size=1, max_size=6),
    others=st.integers(0, 200),
    start=st.integers(0, MARK),
    data=st.data(),
)
def test_pairs_whose_bounds_reach_the_mark(seed, widths, others, start, data):
    rng = np.random.default_rng(seed)
    most = (2 * MARK - 1 - start) // len(widths)  # a lane never runs over
    tables = rng.integers(0, most + 1, (sum(widths), LANES)).astype(np.uint16)
    tables[: widths[0]] += np.uint16(start)
    ends = np.cumsum(widths)
    places = np.column_stack([rng.integers(end - width, end, others) for width, end in zip(widths, ends, strict=True)])
    head = data.draw(st.integers(1, len(widths)))
    rest = np.zeros(LANES, np.uint16)
    for width, end in zip(widths[head:], ends[head:], strict=True):
        rest += tables[end - width : end].max(axis=0)
    total = tables[places].astype(np.int64).sum(axis=1)
    columns, lanes = np.nonzero(total >= MARK)
    found = in_pieces(tables, places.astype(np.uint32), head, rest, data.draw(st.sampled_from([LANES, 40, 4000])))
    assert found == list(zip(lanes.tolist(), columns.tolist(), strict=True))


@pytest.mark.parametrize("lane", range(LANES))
def test_one_lane_alone_is_found(lane):
    tables = np.zeros((1, LANES), np.uint16)
    tables[0, lane] = MARK
    assert in_pieces(tables, np.zeros((3, 1), np.uint32), 1, np.zeros(LANES, np.uint16), LANES) == [
        (lane, 0), (lane, 1), (lane, 2)
    ]  # fmt: skip
