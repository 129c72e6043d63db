"""Between Arrow and numpy without pandas; pyarrow's own conversions are the oracle."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkkit._arrow import as_integers, as_mask, as_texts, is_blank, positions

KINDS = [pa.int8(), pa.uint8(), pa.int32(), pa.uint32(), pa.int64(), pa.uint64()]


@given(st.lists(st.none() | st.integers(0, 100)), st.sampled_from(KINDS), st.integers(0, 3))
def test_integers(values, kind, start):
    array = pa.array(values, kind).slice(start)
    assert as_integers(array, missing=7).tolist() == [7 if value is None else value for value in values[start:]]


@given(st.lists(st.none() | st.booleans()), st.integers(0, 9))
def test_masks(values, start):
    assert as_mask(pa.array(values, pa.bool_()).slice(start)).tolist() == [bool(value) for value in values[start:]]


@given(st.lists(st.text()))
def test_texts(values):
    assert as_texts(values).to_pylist() == values
    assert as_texts(values).type == pa.string()


@given(st.lists(st.integers(0, 2**40)))
def test_positions(values):
    assert positions(np.array(values, np.int64)).to_pylist() == values


@given(st.lists(st.none() | st.text(alphabet=" \t\nab")))
def test_blanks(values):
    expected = [value is None or not value.strip() for value in values]
    assert is_blank(pa.array(values, pa.string())).tolist() == expected


@pytest.mark.parametrize("statement", ["as_texts(['a'])", "as_integers(as_texts(['a']).dictionary_encode().indices)"])
def test_pandas_is_not_loaded(statement):
    code = f"import sys; from linkkit._arrow import *; {statement}; assert 'pandas' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
