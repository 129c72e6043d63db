"""Patterns split by how rare their values are, and pairs that compete for a record."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import linkkit as lk
from linkkit.errors import SpecError
from linkkit.score._cells import Rivals, cells_of, competed_for, competing_sides, whole_patterns
from linkkit.score._frequencies import TermFrequency

SURNAMES = ["smith"] * 8 + ["poe", "lee"]
odds_of_pairs = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.floats(1e-6, 1e6)),
    min_size=1, max_size=10, unique_by=lambda pair: pair[:2],
)  # fmt: skip


def test_each_pair_of_two_equal_rivals_is_a_match_once_in_three_times():
    """None, the one or the other: three cases of equal odds."""
    rivals = Rivals((np.array([0, 0]),), np.array([0, 0]), np.array([2.0]))
    assert rivals.expected(np.array([0.5]), np.array([2.0])) == pytest.approx([2 / 3])


@given(odds_of_pairs)
def test_where_one_side_competes_the_shares_are_exact(pairs):
    """Against every way to give each right record one left record at most."""
    right, odds = np.array([pair[1] for pair in pairs]), np.array([pair[2] for pair in pairs])
    rivals = Rivals((right,), np.arange(len(pairs)), np.ones(len(pairs)))
    found = rivals.expected(odds / (1 + odds), np.ones(len(pairs)))
    for place, (record, own) in enumerate(zip(right, odds, strict=True)):
        assert found[place] == pytest.approx(own / (1 + odds[right == record].sum()), rel=1e-6)


@given(odds_of_pairs)
def test_no_record_has_more_than_one_match(pairs):
    left, right = np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])
    odds = np.array([pair[2] for pair in pairs])
    rivals = Rivals((left, right), np.arange(len(pairs)), np.ones(len(pairs)))
    found = rivals.expected(odds / (1 + odds), np.ones(len(pairs)))
    assert (np.bincount(left, found) <= 1 + 1e-9).all()
    assert (np.bincount(right, found) <= 1 + 1e-9).all()
    assert (found <= odds / (1 + odds) + 1e-9).all()


@pytest.fixture(scope="module")
def levels():
    frames = [pd.DataFrame({"id": range(10), "surname": SURNAMES, "town": list("aabbccddee")}) for _ in range(2)]
    datasets = [lk.Dataset(frame, name=name) for frame, name in zip(frames, ("one", "other"), strict=True)]
    pairs = lk.block.candidate_pairs(*datasets, lk.block.every_pair())
    return lk.compare.compare_pairs(pairs, [lk.compare.exact("surname"), lk.compare.exact("town")])


STEP = TermFrequency("surname", "surname", reference=0.5)


def test_a_pattern_is_split_by_the_bits_of_its_values(levels):
    patterns = levels.patterns()
    cells = cells_of(levels, patterns, np.full(len(patterns.counts), 5.0), [STEP], None, ())
    assert cells.counts.sum() == patterns.counts.sum()
    assert cells.rivals is None
    common, rare = (float(STEP.table(np.array([(count + 1) / 23]))[0]) for count in (16, 2))
    agreeing = (cells.levels == [1, 1]).all(axis=1)
    assert sorted(cells.match_bits[agreeing]) == [round(common * 2) / 2, round(rare * 2) / 2]
    assert cells.counts[agreeing][np.argsort(cells.match_bits[agreeing])].tolist() == [16, 2]
    assert not cells.match_bits[cells.levels[:, 0] == 2].any()


def test_patterns_that_cannot_match_stay_whole(levels):
    patterns = levels.patterns()
    bits = np.where(patterns.levels[:, 0] == 1, 5.0, -40.0)
    cells = cells_of(levels, patterns, bits, [STEP], None, ("one", "other"))
    assert cells.counts.sum() == patterns.counts.sum()
    assert cells.rivals is not None
    assert cells.rivals.counts.sum() == patterns.counts[bits > 0].sum() == len(cells.rivals.place)
    assert cells_of(levels, patterns, np.full(len(bits), -40.0), [STEP], None, ()).rivals is None


def test_nothing_to_look_at_leaves_the_patterns(levels):
    patterns = levels.patterns()
    np.testing.assert_array_equal(whole_patterns(patterns).counts, patterns.counts)
    same = cells_of(levels, patterns, np.zeros(len(patterns.counts)), [], None, ())
    np.testing.assert_array_equal(same.levels, patterns.levels)


def test_records_compete_where_the_other_dataset_is_unique(levels):
    for unique in itertools.chain.from_iterable(itertools.combinations(("one", "other"), size) for size in range(3)):
        assert competing_sides(levels.records, unique) == ("other" in unique, "one" in unique)
    with pytest.raises(SpecError, match="names the dataset 'twoo', which is not there"):
        competing_sides(levels.records, ("twoo",))


def test_a_unique_file_is_told_from_its_families():
    """Brothers and sisters at one address: with competition the model expects one match a child, not three."""
    children, register = lk.synth.sample()
    plan = lk.Plan(score=lk.score.FellegiSunter(learn_from="candidates", unique=("trial", "register")))
    run = lk.link(children.dataset(), register.dataset(), plan=plan, progress=False)
    assert run.model.expected_matches <= len(children.frame) * 1.02
    assert run.evaluate(children.matches(register)).pairs.f1 > 0.95


def test_of_several_datasets_only_those_that_are_unique_are_competed_for():
    frames = [pd.DataFrame({"id": range(4), "surname": list("aabb")}) for _ in range(3)]
    datasets = [lk.Dataset(frame, name=name) for frame, name in zip(frames, ("one", "many", "other"), strict=True)]
    pairs = lk.block.candidate_pairs(*datasets, lk.block.every_pair(), link_type="link_and_dedupe")
    levels = lk.compare.compare_pairs(pairs, [lk.compare.exact("surname")])
    records = levels.records
    left, right = (side.astype(np.uint32) for side in np.triu_indices(len(records), 1))
    keys = competed_for(records, np.array([True, False, True]), left, right)
    dataset = records.dataset_of(np.arange(len(records)))
    pairs_of = list(zip(left.tolist(), right.tolist(), strict=True))
    for own, across in ((0, 1), (1, 0)):
        for first, second in itertools.combinations(range(len(pairs_of)), 2):
            one, two = pairs_of[first], pairs_of[second]
            compete = one[own] == two[own] and dataset[one[across]] == dataset[two[across]] != 1
            assert (keys[own][first] == keys[own][second]) == compete


def test_two_records_of_a_unique_dataset_are_no_match():
    frames = [pd.DataFrame({"id": range(10), "surname": SURNAMES, "town": list("aabbccddee")}) for _ in range(2)]
    datasets = [lk.Dataset(frame, name=name) for frame, name in zip(frames, ("one", "other"), strict=True)]
    pairs = lk.block.candidate_pairs(*datasets, lk.block.every_pair(), link_type="link_and_dedupe")
    both = lk.compare.compare_pairs(pairs, [lk.compare.exact("surname"), lk.compare.exact("town")])
    patterns = both.patterns()
    cells = cells_of(both, patterns, np.full(len(patterns.counts), 5.0), [], None, ("one",))
    assert cells.counts[cells.match_bits == -30.0].sum() == 45  # the pairs of ten
    assert cells.counts[cells.match_bits == 0.0].sum() == 145
