import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkkit.pipelines.case_studies._bands import band_categories, band_dates, band_numbers, fifths

SOME = st.lists(st.one_of(st.floats(-1e6, 1e6), st.just(float("nan"))), min_size=1, max_size=60)


@given(SOME, st.lists(st.integers(-100, 100), min_size=1, max_size=6, unique=True).map(sorted))
def test_bands_by_edges_hold_the_numbers_that_they_say(values, edges):
    numbers = np.array(values)
    made = band_numbers(numbers, edges)
    for value, code in zip(values, made.codes.tolist(), strict=True):
        if np.isnan(value):
            assert code == 0
        else:
            assert code == 1 + sum(value >= edge for edge in edges)
    assert len(made.words[0]) == len(edges) + 2


@given(SOME)
def test_fifths_are_in_order_and_equal_numbers_stand_together(values):
    numbers = np.array(values)
    codes = fifths(numbers).codes
    assert ((codes == 0) == np.isnan(numbers)).all()
    known = np.flatnonzero(codes)
    order = known[np.argsort(numbers[known], kind="stable")]
    assert (np.diff(codes[order]) >= 0).all()
    same = numbers[order][1:] == numbers[order][:-1]
    assert (codes[order][1:][same] == codes[order][:-1][same]).all()


@given(st.lists(st.integers(0, 6), min_size=1, max_size=80))
def test_each_rung_joins_bands_and_splits_none(drawn):
    codes = np.array(drawn)
    for made in (band_categories(codes, list("abcdef")), band_numbers(np.where(codes, codes, np.nan).astype(float)),
                 band_dates(np.where(codes, 1990 + 3 * codes, 0))):  # fmt: skip
        before = np.arange(len(made.words[0]))
        for words, step in zip(made.words[1:], made.ladder, strict=True):
            assert step[0] == 0
            assert len(words) == step.max() + 1
            assert (step[1:] > 0).all()
            for band in np.unique(before):  # what was together stays together
                assert len(np.unique(step[before == band])) == 1
            before = step


def test_words_of_joined_edges_say_what_they_hold():
    made = band_numbers(np.array([1.0, 6, 12, 17]), (5, 11, 16))
    assert made.words[1] == ("not recorded", "below 11", "11 or more")
    assert made.ladder[0].tolist() == [0, 1, 1, 2, 2]


def test_no_date_is_kept_but_the_five_years_it_is_in():
    made = band_dates(np.array([2011, 2014, 2015, 0]))
    assert [made.words[0][code] for code in made.codes] == ["2010 to 2014", "2010 to 2014", "2015 to 2019",
                                                            "not recorded"]  # fmt: skip
    assert made.words[1] == ("not recorded", "2010 to 2019")


@pytest.mark.parametrize(("counts", "rungs"), [((500, 300, 3, 2), 3), ((5,), 1), ((5, 5), 1)])
def test_rare_categories_are_joined_but_never_one_alone(counts, rungs):
    codes = np.repeat(np.arange(1, len(counts) + 1), counts)
    made = band_categories(codes, [f"value {number}" for number in range(len(counts))])
    assert len(made.words) == rungs
    if rungs > 1:
        assert made.words[1][-1] == "another"
        assert np.bincount(made.ladder[0][codes])[-1] == 5
