"""Blocking on sampled bits finds similar pairs only, each once, and as many as it says."""

import hashlib
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkkit.errors import DataError, SpecError
from linkkit.pseudonymise.lsh import LshPlan, lsh_pairs
from linkkit.pseudonymise.similarity import similar


class Key:
    def __init__(self, secret=b"of the tests"):
        self.secret = secret

    def subkey(self, purpose, field="", size=32):
        return hashlib.blake2b(f"{purpose}/{field}".encode(), key=self.secret, digest_size=size).digest()


def filters_and_near_ones(random, rows, bits, noise):
    filters = random.random((rows, bits)) < 0.3
    near = filters ^ (random.random(filters.shape) < noise)
    return np.packbits(filters, axis=1), np.packbits(near, axis=1)


def plainly_blocked(left, right, positions):
    """Which pairs agree on all bits of some table."""
    one, other = (np.unpackbits(side.view(np.uint8), axis=1, bitorder="little") for side in (left, right))
    found = np.zeros((len(left), len(right)), bool)
    for table in positions.astype(int):
        found |= (one[:, None, table] == other[None, :, table]).all(axis=2)
    return found


@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.integers(1, 20),
    rows=st.tuples(st.integers(1, 60), st.integers(1, 60)),
    metric=st.sampled_from(["dice", "jaccard", "hamming"]),
    at_least=st.sampled_from([0.3, 0.6, 0.8]),
    tables=st.integers(1, 4),
    key_bits=st.integers(1, 8),
    within=st.booleans(),
)
@settings(max_examples=80, deadline=None)
def test_pairs_are_the_similar_ones_of_some_block(seed, size, rows, metric, at_least, tables, key_bits, within):
    random = np.random.default_rng(seed)
    left = np.packbits(random.random((rows[0], 8 * size)) < random.random((rows[0], 1)), axis=1)
    right = np.packbits(random.random((rows[1], 8 * size)) < random.random((rows[1], 1)), axis=1)
    right[::2] = left[random.integers(0, len(left), len(right[::2]))]
    plan = LshPlan(8 * size, tables, key_bits, metric, at_least)
    other = None if within else right
    found = lsh_pairs(left, other, keys=Key(), plan=plan, workers=1)
    every = similar(left, other, metric=metric, at_least=at_least).to_pandas()
    blocked = plainly_blocked(left, left if within else right, plan.positions(Key()))
    has_bits = left.any(axis=1), (left if within else right).any(axis=1)
    blocked &= has_bits[0][:, None] & has_bits[1][None, :]
    expected = every[blocked[every["left"], every["right"]]].reset_index(drop=True)
    assert found.pairs.to_pandas().equals(expected)
    three = lsh_pairs(left, other, keys=Key(), plan=plan, workers=3)
    assert three.pairs.to_pandas().equals(expected)
    assert (three.candidates, three.blocks, three.largest) == (found.candidates, found.blocks, found.largest)


def test_candidates_and_blocks_are_counted():
    filters = np.array([[1, 0], [1, 0], [1, 0], [1, 1], [255, 255]], np.uint8)
    found = lsh_pairs(filters, keys=Key(), plan=LshPlan(16, 1, 16))
    assert (found.blocks, found.candidates, found.largest, len(found.pairs)) == ((1,), (3,), (3, 3), 3)
    found = lsh_pairs(filters, filters[2:], keys=Key(), plan=LshPlan(16, 2, 16))
    assert (found.blocks, found.candidates, found.largest, len(found.pairs)) == ((3, 3), (5, 5), (3, 1), 5)
    assert "10 candidates in 6 blocks, the largest of 3 by 1 rows" in str(found)


@pytest.mark.parametrize("workers", [1, 3])
def test_a_block_of_many_pairs_is_handed_out_in_pieces(workers):
    filters = np.full((1500, 8), 7, np.uint8)
    found = lsh_pairs(filters, keys=Key(), plan=LshPlan(64, 3, 8), workers=workers)
    assert len(found.pairs) == 1500 * 1499 // 2
    assert found.candidates == (1500 * 1499 // 2,) * 3


def test_the_worked_example():
    agree = comb(904, 20) / comb(1024, 20)
    plan = LshPlan.of_popcount(1024, 300, at_least=0.8, completeness=0.95, bits_per_key=20)
    assert plan.tables == 36
    assert plan.completeness == pytest.approx(1 - (1 - agree) ** 36)
    jaccard = LshPlan.of_popcount(1024, 300, metric="jaccard", at_least=2 / 3, bits_per_key=20)
    assert (jaccard.tables, jaccard.completeness) == (36, pytest.approx(plan.completeness))  # Dice .8 is Jaccard 2/3
    hamming = LshPlan.of_popcount(1024, 1, metric="hamming", at_least=1 - 120 / 1024, bits_per_key=20)
    assert (hamming.tables, hamming.completeness) == (36, pytest.approx(plan.completeness))


@pytest.mark.parametrize("completeness", [0.5, 0.9, 0.99])
def test_pairs_at_the_floor_are_found_as_often_as_planned(completeness):
    random = np.random.default_rng(1)
    filters = np.zeros((6000, 512), bool)
    for row in filters:
        row[random.permutation(512)[:150]] = True
    near = filters.copy()
    for row in near:  # 30 bits moved: each pair shares 120 of 150 bits, a Dice of exactly .8
        row[random.choice(np.flatnonzero(row), 30, replace=False)] = False
    for row, before in zip(near, filters, strict=True):
        row[random.choice(np.flatnonzero(~before), 30, replace=False)] = True
    left, right = np.packbits(filters, axis=1), np.packbits(near, axis=1)
    plan = LshPlan.choose(left, right, at_least=0.8, completeness=completeness)
    found = lsh_pairs(left, right, keys=Key(), plan=plan)
    share = (found.pairs.left == found.pairs.right).sum() / len(left)
    # pairs are random and the key is one, so the share scatters a little more than by chance of 6,000 pairs
    assert share == pytest.approx(plan.completeness, abs=0.03)
    assert plan.completeness >= completeness
    assert sum(found.candidates) == pytest.approx(plan.candidates, rel=0.2)


def test_the_key_says_which_bits_and_nothing_else_does():
    plan = LshPlan(256, 5, 12)
    one, same, other = plan.positions(Key()), plan.positions(Key()), plan.positions(Key(b"another"))
    assert (one == same).all()
    assert (one != other).any()
    assert one.shape == (5, 12)
    assert all(len(set(table)) == 12 and max(table) < 256 for table in one.tolist())
    assert len({tuple(table) for table in one.tolist()}) == 5


def test_missing_and_empty_sides_pair_with_nothing():
    assert len(lsh_pairs([None, None], [b"ab"], keys=Key()).pairs) == 0
    found = lsh_pairs([b"ab", None, b"ab", b"\0\0"], keys=Key(), plan=LshPlan(16, 2, 4))
    assert found.pairs.to_pandas().to_numpy().tolist() == [[0, 2, 1.0]]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: LshPlan(64, 0, 4), SpecError, r"LshPlan\.tables"),
        (lambda: LshPlan(64, 2.5, 4), SpecError, "whole numbers"),
        (lambda: LshPlan(64, 3, 65), SpecError, r"LshPlan\.bits_per_key must be from 1 to 64"),
        (lambda: LshPlan(64, 3, 4, "overlap"), SpecError, r"LshPlan\.metric must be one of"),
        (lambda: LshPlan(64, 3, 4, at_least=0), SpecError, r"LshPlan\.at_least"),
        (lambda: lsh_pairs([b"ab"], keys=Key(), completeness=1), SpecError, "completeness must be"),
        (lambda: LshPlan.of_popcount(1024, 500, at_least=0.1, bits_per_key=60), SpecError, "more than 1,000 tables"),
        (lambda: lsh_pairs([b"abc"], keys=Key(), plan=LshPlan(16, 1, 4)), DataError, "16 bits; these have 24"),
        (lambda: LshPlan.choose([None]), DataError, "left holds no encoding"),
    ],
)
def test_what_cannot_be_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_nothing_of_the_key_is_shown():
    found = lsh_pairs([b"ab", b"ab"], keys=Key(b"MARKER"), plan=LshPlan(16, 1, 4))
    assert "MARKER" not in repr(found) + str(found) + repr(found.plan)
