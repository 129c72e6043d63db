"""How often random records agree: exact counts and samples."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkkit.block import candidate_pairs, on
from linkkit.compare import compare_pairs, edits, exact, text
from linkkit.dataset import Dataset
from linkkit.records import Records
from linkkit.score import random_agreement
from linkkit.specs import Comparison, Equal, Level, Threshold
from linkkit.values import first


def compared(columns, comparison, link_type=None):
    """Levels of one comparison on a dataset for each list of names."""
    frames = [pd.DataFrame({"id": range(len(values)), "name": values}) for values in columns]
    datasets = [Dataset(frame, name=f"d{n}", id="id", fields={"name": "name"}) for n, frame in enumerate(frames)]
    return compare_pairs(candidate_pairs(Records(datasets, link_type), on("name")), [comparison])


def test_splinks_u_train():
    names = ["Amanda", "Robin", "Robyn", "David", "Eve", "Amanda"]
    found = random_agreement(compared([names], edits("name", (2,), metric="levenshtein")))
    np.testing.assert_allclose(found.probability[0], [1 / 15, 1 / 15, 13 / 15])
    assert found.source[0] == ("value counts", "random pairs", "random pairs")


def test_splinks_u_train_link_only_pairs_nobody_within_a_dataset():
    left = ["Amanda", "Robin", "Robyn", "David", "Eve", "Amanda", "Stuart"]
    right = ["Eva", "David", "Sophie", "Jimmy", "Stuart", "Jimmy"]
    found = random_agreement(compared([left, right], edits("name", (2,), metric="levenshtein")))
    np.testing.assert_allclose(found.probability[0], [2 / 42, 1 / 42, 39 / 42])


@pytest.mark.parametrize(
    ("link_type", "expected"),
    [("link_only", (3 / 89, 1 / 89, 85 / 89)), ("link_and_dedupe", (9 / 120, 1 / 120, 110 / 120))],
)
def test_splinks_u_train_of_four_datasets(link_type, expected):
    files = [
        ["John", "Robin"],
        ["Jon", "David", "Sophie"],
        ["Eva", "David", "Alex", "Chris"],
        ["Andy", "David", "Reece", *["Adil"] * 4],
    ]
    found = random_agreement(compared(files, edits("name", (2,), metric="levenshtein"), link_type))
    np.testing.assert_allclose(found.probability[0], expected)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(["aa", "ab", "b", "bc", None]), min_size=1, max_size=6), min_size=2, max_size=3),
    st.sampled_from(["link_only", "dedupe", "link_and_dedupe"]),
)
def test_exact_shares_are_those_of_every_pair_counted_one_by_one(files, link_type):
    comparison = Comparison(
        "name", (Level("exact", Threshold(Equal("name"))), Level("initial", Threshold(Equal(first("name", 1)))))
    )
    people = [(number, value) for number, values in enumerate(files) for value in values]
    tally = np.zeros(3)
    for (file, value), (other_file, other) in itertools.combinations(people, 2):
        allowed = {"link_only": file != other_file, "dedupe": file == other_file, "link_and_dedupe": True}[link_type]
        if allowed and value and other:
            tally[0 if value == other else 1 if value[0] == other[0] else 2] += 1
    if not all(any(values) for values in files) or not tally.all():
        return
    found = random_agreement(compared(files, comparison, link_type))
    np.testing.assert_allclose(found.probability[0], tally / tally.sum(), rtol=1e-9)
    assert set(found.source[0]) == {"value counts"}


def test_levels_never_seen_are_rare_and_not_zero():
    names = [f"{letter}{number:05d}" for letter in "abcdefgh" for number in range(250)]
    found = random_agreement(compared([names], text("name", (0.999, 0.9))), random_pairs=20_000)
    shares = found.probability[0]
    assert shares.sum() == pytest.approx(1)
    assert 0 < shares[1] < 1e-3  # nobody is so alike
    assert 0 < shares[0] < 1e-5  # and nobody is the same


def test_the_sample_depends_on_the_seed_alone():
    names = [f"{chr(97 + n % 26)}{n * 7919 % 1000}" for n in range(3000)]
    levels = compared([names], text("name", (0.9, 0.7)))
    one, same, other = (random_agreement(levels, random_pairs=5000, seed=seed).probability[0] for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_where_all_levels_are_equality_no_pair_is_sampled():
    found = random_agreement(compared([["a", "a", "b", None]], exact("name")), random_pairs=1)
    np.testing.assert_allclose(found.probability[0], [1 / 3, 2 / 3])
    assert found.source[0] == ("value counts", "value counts")
