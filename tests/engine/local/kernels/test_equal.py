"""Equality of codes keeps missing apart."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from linkkit.engine.local.kernels import grade_equal

CODES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=100)


@given(pairs=CODES)
@settings(deadline=None)
def test_missing_is_neither_equal_nor_different(pairs):
    left, right = np.array(pairs, np.uint32).reshape(-1, 2).T.copy()
    grades = np.empty(len(pairs), np.uint8)
    grade_equal(left, right, grades)
    assert grades.tolist() == [0 if 0 in pair else 1 if pair[0] == pair[1] else 2 for pair in pairs]
