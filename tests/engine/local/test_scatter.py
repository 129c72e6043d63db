"""Filters of values, against one bit at a time."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from linkkit.engine.local.scatter import scattered


@given(st.data())
def test_each_value_sets_the_first_positions_of_its_tokens(data):
    width = data.draw(st.integers(1, 9))
    positions = data.draw(
        st.lists(st.lists(st.integers(0, 8 * width - 1), min_size=4, max_size=6), min_size=1, max_size=5)
    )
    values = data.draw(st.lists(st.lists(st.integers(0, len(positions) - 1), max_size=5), max_size=5))
    each = data.draw(st.lists(st.integers(0, 3), min_size=len(values), max_size=len(values)))
    one_more = data.draw(st.lists(st.integers(0, 5), min_size=len(values), max_size=len(values)))
    sizes = [data.draw(st.integers(0, len(tokens))) for tokens in values]
    expected = np.zeros((len(values), 8 * width), np.uint8)
    for value, tokens in enumerate(values):
        for place, token in enumerate(tokens[: sizes[value]]):
            expected[value, positions[token][: each[value] + (place < one_more[value])]] = 1
    made = scattered(
        np.cumsum([0, *map(len, values)]),
        np.array(sizes, np.int64),
        np.array([token for tokens in values for token in tokens], np.uint32),
        np.array(each, np.int64),
        np.array(one_more, np.int64),
        np.cumsum([0, *map(len, positions)])[:-1],
        np.array([position for listed in positions for position in listed], np.uint32),
        width,
    )
    np.testing.assert_array_equal(made, np.packbits(expected, axis=1))
