"""How many records are near a value, and what that adds to the weight of a near agreement."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import JaroWinkler

from linkkit import Dataset, Records, compare
from linkkit.score._frequencies import TermFrequency
from linkkit.score._neighbours import neighbour_bits, neighbour_counts

SURNAMES = ["smith"] * 30 + ["smyth"] * 5 + ["smithe"] * 3 + ["featherstone"] * 4 + ["fetherstone"] * 2 + ["poe"] * 6
SURNAME = compare.text("surname", (0.92, 0.8), term_frequency=True)


@pytest.fixture(scope="module")
def records():
    frame = pd.DataFrame({"id": range(len(SURNAMES) + 2), "surname": [*SURNAMES, None, "lonely"]})
    return Records([Dataset(frame)])


def test_neighbours_are_those_that_rapidfuzz_counts(records):
    column = records.encoded("surname")
    values, counts = neighbour_counts(records, SURNAME, "surname", seed=1)
    names = np.array(column.texts(), object)[values].tolist()
    assert sorted(names) == sorted(set(SURNAMES))  # not the one that a single record holds
    for name, (missing, exact, near, alike, _) in zip(names, counts.tolist(), strict=True):
        others = [JaroWinkler.similarity(name, other) for other in [*SURNAMES, "lonely"]]
        assert missing == 0
        assert exact == SURNAMES.count(name)
        assert near == sum(0.92 <= value < 1 for value in others)
        assert alike == sum(0.8 <= value < 0.92 for value in others)


def test_a_near_agreement_on_a_common_name_says_less(records):
    step = TermFrequency("surname", "surname", reference=0.2, near=((">= 0.92", 0.05),))
    prepared = step.prepare(records, [SURNAME])
    rows = {name: np.array([SURNAMES.index(name)], np.uint32) for name in ("smith", "smithe", "featherstone")}
    near = np.array([[2]], np.uint8)

    def bits(one, other):
        return float(prepared.bits(rows[one], rows[other], near)[0])

    assert bits("smith", "smithe") < 0 < bits("smith", "smithe") + 4
    assert bits("smith", "smithe") == bits("smithe", "smith")
    # The commoner of the two decides: 30 records are smith, with three neighbours.
    compared = len(SURNAMES) + 1
    expected = -np.log2((3 + 2) / (compared * 0.05 + 2))
    assert bits("smith", "smithe") == pytest.approx(expected)
    assert bits("featherstone", "smithe") <= float(prepared.bound(near)[0])


def test_where_there_are_too_many_records_a_seeded_sample_stands_for_them(records, monkeypatch):
    from linkkit.score import _neighbours

    monkeypatch.setattr(_neighbours, "MOST_PAIRS", 60)
    values, counts = neighbour_counts(records, SURNAME, "surname", seed=2)
    again = neighbour_counts(Records(records.datasets), SURNAME, "surname", seed=2)[1]
    assert (counts.sum(axis=1) == 60 // len(values)).all()
    np.testing.assert_array_equal(counts, again)


@given(st.integers(1, 10_000), st.data(), st.floats(1e-6, 0.5), st.floats(0.1, 50))
def test_bits_are_shrunken_and_fall_with_more_neighbours(size, data, share, prior):
    near = data.draw(st.lists(st.integers(0, size), min_size=2, max_size=5).map(sorted))
    counts = np.array([[size, count] for count in near])
    bits = neighbour_bits(counts, share, prior)
    assert (np.diff(bits) <= 1e-12).all()
    plain = -np.log2(np.maximum(counts[:, 1], 1e-9) / (size * share))
    assert (np.abs(bits) <= np.abs(plain) + 1e-9).all()
    assert bits.max() <= 4
