"""The layout of a column holds for lists and Arrow arrays, and its masks never overstate a difference."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkkit.engine.local.kernels import TextTable

VALUES = st.lists(st.text(max_size=70), max_size=20).map(lambda texts: ["", *dict.fromkeys(filter(None, texts))])
ENCODABLE = st.characters(exclude_categories=["Cs"])
ARROW_VALUES = st.lists(st.text(ENCODABLE, max_size=70), max_size=20).map(
    lambda texts: ["", *dict.fromkeys(filter(None, texts))]
)


@given(values=VALUES)
@settings(max_examples=150, deadline=None)
def test_rows_spell_the_values_in_one_alphabet(values):
    table = TextTable.build(values)
    letters = {}
    for code, value in enumerate(values):
        if not table.slow[code]:
            row = table.rows[code].tolist()
            assert 0 not in row[: len(value)]
            assert set(row[len(value) :]) <= {0}
            assert table.lengths[code] == len(value)
            for character, number in zip(value, row, strict=False):
                assert letters.setdefault(character, number) == number
    assert len(set(letters.values())) == len(letters)


@given(values=VALUES)
@settings(max_examples=150, deadline=None)
def test_bits_of_one_mask_alone_never_outnumber_the_surplus_of_characters(values):
    table = TextTable.build(values)
    for one in range(len(values)):
        for other in range(len(values)):
            if not table.slow[one] and not table.slow[other]:
                alone = int(table.masks[one]) & ~int(table.masks[other])
                surplus = Counter(values[one]) - Counter(values[other])
                assert alone.bit_count() <= surplus.total()


@pytest.mark.parametrize(("longest", "width"), [(1, 16), (16, 16), (17, 32), (32, 32), (33, 64), (64, 64), (65, 16)])
def test_the_width_follows_the_longest_value(longest, width):
    table = TextTable.build(["", "ab", "x" * longest])
    assert table.rows.shape == (3, width)
    assert table.slow.tolist() == [False, False, longest > 64]


@given(values=ARROW_VALUES, kind=st.sampled_from([pa.string(), pa.large_string(), "chunked", "sliced", "missing"]))
@settings(max_examples=100, deadline=None)
def test_an_arrow_array_gives_the_same_table_as_a_list(values, kind):
    if kind == "chunked":
        array = pa.chunked_array([values[:2], values[2:]], pa.string())
    elif kind == "sliced":
        array = pa.array(["å", "bc", *values, "z"], pa.string()).slice(2, len(values))
    elif kind == "missing":
        array = pa.array([None, *values[1:]], pa.large_string())
    else:
        array = pa.array(values, kind)
    from_arrow, from_list = TextTable.build(array), TextTable.build(values)
    for name in ("rows", "heads", "masks", "slow"):
        assert (getattr(from_arrow, name) == getattr(from_list, name)).all()
    assert [from_arrow.text(code) for code in range(len(values))] == values


def test_the_rarest_characters_beyond_the_alphabet_make_values_slow():
    frequent = [chr(0x400 + number) for number in range(255)]
    joined = ["".join(frequent[start : start + 51]) for start in range(0, 255, 51)]
    table = TextTable.build(["", *frequent, *joined, "漢", "aé"])
    assert np.flatnonzero(table.slow).tolist() == [261, 262]


def test_a_repr_holds_no_value():
    assert repr(TextTable.build(["", "wilhelmina", "y" * 99])) == "TextTable(3 values, width 16, 1 slow)"


def test_a_nul_character_is_a_character():
    table = TextTable.build(["", "a\0", "a"])
    assert table.lengths.tolist() == [0, 2, 1]
    assert (table.rows[1] != 0).sum() == 2
