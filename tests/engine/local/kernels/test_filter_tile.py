"""Eight filters against eight: the vector instruction marks what plain loops mark."""

import numba
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from linkkit.engine.local.kernels import filter_tile

may_reach = filter_tile.may_reach


@numba.njit
def marked(left, left_rests, left_block, right, right_rests, right_ranks, right_block, needs, head):
    return may_reach(left, left_rests, left_block, right, right_rests, right_ranks, right_block, needs, head)


@given(seed=st.integers(0, 2**32 - 1), words=st.integers(1, 5), rank_count=st.integers(1, 4), data=st.data())
@settings(max_examples=60, deadline=None)
def test_marks_are_those_of_plain_loops(seed, words, rank_count, data):
    random = np.random.default_rng(seed)
    head = data.draw(st.integers(1, words))
    left = random.integers(0, 2**64, (2, words, 8), dtype=np.uint64)
    right = random.integers(0, 2**64, (3, words, 8), dtype=np.uint64)
    left_rests, right_rests = random.integers(0, 9, 16), random.integers(0, 9, 24)
    ranks, needs = random.integers(0, rank_count, 24), random.integers(14 * head, 18 * head + 9, (rank_count, 8))
    for left_block in range(2):
        for right_block in range(3):
            given_ = (left, left_rests, np.uint64(left_block), right, right_rests, ranks, np.uint64(right_block), needs)
            expected = filter_tile.plain_may_reach(
                left, left_rests, left_block, right, right_rests, ranks, right_block, needs, head
            )
            assert marked(*given_, np.uint64(head)) == expected
