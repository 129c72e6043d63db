"""Term frequencies: the numbers of Splink's test_term_frequencies, shrinking, bounds, tables of values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkkit.block import candidate_pairs, on
from linkkit.compare import compare_pairs
from linkkit.dataset import Dataset
from linkkit.errors import ModelError
from linkkit.score import TermFrequency, fit, load_frequencies, read_splink, value_frequencies

TOWNS = ["London"] * 40 + ["Birmingham"] * 8 + ["Truro"] * 2


def splink(**options):
    exact = {
        "sql_condition": "city_l = city_r",
        "label_for_charts": "Exact match",
        "tf_adjustment_column": "city",
        "m_probability": 1.0,
        "u_probability": 0.2,
    }
    null = {"sql_condition": "city_l IS NULL OR city_r IS NULL", "label_for_charts": "Null", "is_null_level": True}
    other = {"sql_condition": "ELSE", "label_for_charts": "All other", "m_probability": 0.01, "u_probability": 0.8}
    levels = [null, {**exact, **options}, other]
    settings = {
        "comparisons": [{"output_column_name": "city", "comparison_levels": levels}],
        "probability_two_random_records_match": 0.5,
    }
    return read_splink(settings)


def bayes_factors(model, towns=TOWNS, frequencies=None):
    """Bayes factor of agreement on each town; the prior is even, so odds are Bayes factors."""
    data = Dataset(pd.DataFrame({"id": range(len(towns)), "city": towns}), id="id")
    scores = model.score(
        compare_pairs(candidate_pairs(data, on("town")), model.comparisons), at_least=0, frequencies=frequencies
    )
    return {towns[row]: 2**weight for row, weight in zip(scores.left.tolist(), scores.weight.tolist(), strict=True)}


def test_splinks_numbers():
    assert bayes_factors(splink(tf_adjustment_weight=0.0)) == pytest.approx(dict.fromkeys(TOWNS, 5.0))
    assert bayes_factors(splink()) == pytest.approx({"London": 50 / 40, "Birmingham": 50 / 8, "Truro": 50 / 2})
    clamped = bayes_factors(splink(tf_minimum_u_value=0.1))
    assert clamped == pytest.approx({"London": 50 / 40, "Birmingham": 50 / 8, "Truro": 10})
    weighted = bayes_factors(splink(tf_adjustment_weight=0.5))
    assert weighted == pytest.approx({"London": 5 * 0.25**0.5, "Birmingham": 5 * 1.25**0.5, "Truro": 5 * 5**0.5})
    assert bayes_factors(splink(tf_adjustment_weight=0.5, tf_minimum_u_value=0.1))["Truro"] == pytest.approx(5 * 2**0.5)


def test_a_value_that_the_table_lacks_is_not_adjusted():
    found = bayes_factors(splink(), ["London", "London", "Paris", "Paris"], frequencies={"town": {"London": 0.1}})
    assert found == pytest.approx({"London": 10.0, "Paris": 5.0})
    with pytest.raises(ModelError, match="does not hold the column 'town'"):
        bayes_factors(splink(), frequencies={"surname": {}})


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=50), st.floats(0.01, 10))
def test_shrinking_keeps_shares_and_their_order_and_favours_rare_values(counts, shrink):
    counts = np.array([7, *counts])
    plain, shrunken = value_frequencies(counts, 0.0), value_frequencies(counts, shrink)
    assert np.isnan(shrunken[0])
    assert shrunken[1:].sum() == pytest.approx(1)
    assert (np.diff(shrunken[1:][np.argsort(counts[1:], kind="stable")]) >= -1e-15).all()
    assert shrunken[1:].min() >= plain[1:].min() - 1e-15


def test_a_rare_value_adds_no_more_than_the_bound():
    adjustment = TermFrequency("surname", "surname", reference=0.01, most=3.0)
    np.testing.assert_allclose(adjustment.table(np.array([0.01, 0.04, 1e-9])), [0.0, -2.0, 3.0])


def test_two_unequal_values_count_as_the_commoner(levels):
    model = fit(levels)
    near = replace(model.adjustments[1], powers=(("exact", 1.0), (">= 0.92", 1.0)), near=())
    prepared = near.prepare(levels.records, levels.comparisons)
    column = levels.records.encoded("surname")
    share = value_frequencies(column.counts())
    left, right = np.array([1, 2, 3], np.uint32), np.array([8001, 8002, 8003], np.uint32)
    graded = np.full((3, 4), 2, np.uint8)
    commoner = np.fmax(share[column.codes[left]], share[column.codes[right]])
    expected = np.minimum(np.log2(near.reference / commoner), near.most)
    missing = (column.codes[left] == 0) | (column.codes[right] == 0)
    np.testing.assert_allclose(prepared.bits(left, right, graded), np.where(missing, 0.0, expected))
    assert (prepared.bits(left, right, graded) <= prepared.bound(graded)).all()


def test_on_average_over_random_agreeing_pairs_the_reference_is_the_frequency(levels):
    """The weight of the level is right on average: sum of f over random agreements is the reference."""
    model = fit(levels)
    column = levels.records.encoded("surname")
    bounds = levels.records.starts
    first, second = (
        np.bincount(column.codes[a:b], minlength=len(column.values))[1:]
        for a, b in ((bounds[0], bounds[1]), (bounds[1], bounds[2]))
    )
    present = first.sum() * second.sum()
    assert model.adjustments[1].reference == pytest.approx((first * second).sum() / present)


def test_frequencies_are_saved_apart_and_marked_as_values(levels, tmp_path):
    import pyarrow.parquet as pq

    model = fit(levels)
    path = model.save_frequencies(tmp_path / "frequencies.parquet", levels.records)
    assert b"values of people" in pq.read_schema(path).metadata[b"holds"]
    assert list(tmp_path.iterdir()) == [path]
    table = load_frequencies(path)
    assert set(table) == {"given_name", "surname", "given_name: >= 0.92, bits", "surname: >= 0.92, bits"}
    own, given_table = model.score(levels, at_least=0.1), model.score(levels, at_least=0.1, frequencies=table)
    np.testing.assert_allclose(own.weight, given_table.weight)


def test_other_files_are_no_table_of_frequencies(tmp_path):
    (tmp_path / "a.txt").write_text("hello")
    with pytest.raises(ModelError, match="not a Parquet file"):
        load_frequencies(tmp_path / "a.txt")
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "b.parquet")
    with pytest.raises(ModelError, match="no table of frequencies"):
        load_frequencies(tmp_path / "b.parquet")


def test_term_frequencies_can_be_left_out(levels):
    assert fit(levels, term_frequencies=False).adjustments == ()
    assert fit(levels).without_term_frequencies().adjustments == ()
