"""Hardening taken back by the key: what went in comes out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkkit.pseudonymise.attacks import MadeUpKey
from linkkit.pseudonymise.attacks._undo import undone
from linkkit.pseudonymise.bloom import Balance, Blip, Diffuse, Rule90, XorFold, harden

pytestmark = pytest.mark.thorough

KEY = MadeUpKey(1)
REVERSIBLE = st.sampled_from([Balance(), Rule90(), Diffuse(5), Diffuse(6), Diffuse(7)])


@settings(max_examples=40)
@given(steps=st.lists(REVERSIBLE, min_size=0, max_size=2), seed=st.integers(0, 1000))
def test_sparse_filters_come_back_as_they_were(steps, seed):
    rows = np.packbits(np.random.default_rng(seed).random((4, 192)) < 0.2, axis=1)
    found = undone(harden(rows, steps, KEY, "clk"), 192, steps, KEY, "clk")
    # Two steps that each lose a bit or more may lose more than is worth trying; that must then be said.
    if found is None:
        assert len(steps) == 2
    else:
        again = harden(found, steps, KEY, "clk")
        assert (again == harden(rows, steps, KEY, "clk")).all()
        assert (np.unpackbits(found, axis=1).sum(axis=1) <= np.unpackbits(rows, axis=1).sum(axis=1)).all()


@pytest.mark.parametrize("step", [Balance(), Rule90(), Diffuse(5), Diffuse(6)], ids=str)
@pytest.mark.parametrize("length", [256, 1000, 1024])
def test_each_step_alone_is_undone_exactly(step, length):
    rows = np.packbits(np.random.default_rng(length).random((20, length)) < 0.3, axis=1)
    assert (undone(harden(rows, [step], KEY, "clk"), length, [step], KEY, "clk") == rows).all()


def test_with_another_key_something_else_comes_out():
    rows = np.packbits(np.random.default_rng(0).random((5, 256)) < 0.2, axis=1)
    found = undone(harden(rows, [Diffuse()], KEY, "clk"), 256, [Diffuse()], MadeUpKey(2), "clk")
    assert found is None or not (found == rows).all(axis=1).any()


@pytest.mark.parametrize("steps", [[XorFold()], [Blip(0.01, seed=1)], [Balance(), XorFold(2)]], ids=str)
def test_what_loses_bits_is_not_undone(steps):
    rows = np.packbits(np.random.default_rng(0).random((5, 256)) < 0.2, axis=1)
    assert undone(harden(rows, steps, KEY, "clk"), 256, steps, KEY, "clk") is None
