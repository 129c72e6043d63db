"""Each machine instruction does what its plain loop does."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkkit.engine.local.kernels import intrinsics

PLACES = {16: intrinsics.places_16, 32: intrinsics.places_32, 64: intrinsics.places_64}
WORDS = st.one_of(st.integers(0, 2**64 - 1), st.integers(0, 63).map(lambda place: 1 << place), st.just(0))
count_bits, count_trailing_zeros = intrinsics.count_bits, intrinsics.count_trailing_zeros


@numba.njit
def bits_and_zeros(word):
    return count_bits(word), count_trailing_zeros(word)


@pytest.fixture(scope="module", params=PLACES)
def width_and_places(request):
    places = PLACES[request.param]
    return request.param, numba.njit(lambda rows, row, character: places(rows, row, character))


@given(word=WORDS)
@settings(deadline=None)
def test_bit_counts_of_words_of_64_bits(word):
    found = bits_and_zeros(np.uint64(word))
    assert found == (intrinsics.plain_count_bits(word), intrinsics.plain_count_trailing_zeros(word))


@given(word=st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_bit_counts_of_words_of_32_bits(word):
    found = bits_and_zeros(np.uint32(word))
    assert found == (intrinsics.plain_count_bits(word), intrinsics.plain_count_trailing_zeros(word, 32))


@given(seed=st.integers(0, 2**32 - 1), character=st.integers(0, 4))
@settings(max_examples=50, deadline=None)
def test_places_of_a_character_in_every_row(width_and_places, seed, character):
    width, places = width_and_places
    rows = np.random.default_rng(seed).integers(0, 4, (5, width)).astype(np.uint8)
    for row in range(5):
        assert places(rows, np.uint64(row), np.uint8(character)) == intrinsics.plain_places(rows, row, character)
