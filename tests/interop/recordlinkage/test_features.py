"""Levels as a feature DataFrame."""

from __future__ import annotations

import pytest

import linkkit as lk
from linkkit.errors import SpecError
from linkkit.interop import recordlinkage as interop


@pytest.fixture
def levels(people):
    pairs = lk.block.candidate_pairs(people, lk.block.every_pair())
    return lk.compare.compare_pairs(pairs, [lk.compare.text("surname", (0.8, 0.65)), lk.compare.exact("given_name")])


def test_agreement_falls_from_one_to_nought_and_missing_has_a_column(levels):
    found = interop.features(levels)
    assert list(found.columns) == ["surname", "surname missing", "given_name", "given_name missing"]
    assert found.loc[("b", "c")].tolist() == [1.0, 0.0, 0.0, 0.0]
    assert found.loc[("c", "e")].tolist() == [1.0, 0.0, 0.0, 1.0]
    assert found.loc[("a", "d")].tolist() == [pytest.approx(1 / 3), 0.0, 1.0, 0.0]


def test_categories_are_level_numbers_and_binary_is_half(levels):
    categories, binary = interop.features(levels, "categories"), interop.features(levels, "binary")
    assert categories.loc[("a", "d")].tolist() == [3.0, 1.0]
    assert categories.loc[("c", "e")].tolist() == [1.0, 0.0]
    assert binary.loc[("a", "d")].tolist() == [0.0, 1.0]
    assert binary.loc[("c", "e")].tolist() == [1.0, 0.0]


def test_features_stand_on_the_pairs_in_order(levels):
    found = interop.features(levels)
    assert found.index.equals(interop.to_multiindex(levels.pairs))
    assert len(found) == 15


def test_too_many_pairs_and_unknown_codings_are_refused(levels):
    with pytest.raises(SpecError, match="more than 14 pairs"):
        interop.features(levels, most=14)
    with pytest.raises(SpecError, match="coding must be one of"):
        interop.features(levels, "ordinal")
