"""Levels that no match was seen at."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkkit.block import candidate_pairs, on
from linkkit.compare import compare_pairs, edits, exact, text
from linkkit.score import Layout, fit
from linkkit.score._unseen import borrow

NONE = np.zeros(4, bool)


@given(st.floats(1e-8, 0.01), st.floats(1000, 1e6), st.floats(0.5, 0.99))
def test_a_rare_level_weighs_between_its_neighbours_and_less_the_more_matches_are_not_at_it(u, matches, strict):
    m = np.array([strict, 1e-5, 0.6 * (1 - strict), 0.4 * (1 - strict)])
    random = np.array([0.001, u, 0.01, 0.989 - u])
    seen = matches * np.array([strict, 0.0, 0.6 * (1 - strict), 0.4 * (1 - strict)])
    found, is_borrowed = borrow(m, random, seen, Layout((4,)), ~NONE, NONE)
    assert is_borrowed.tolist() == [False, True, False, False]
    assert found.sum() == pytest.approx(1.0)
    weights = np.log2(found / random)
    assert weights[1] <= weights[0] + 1e-9
    more, _ = borrow(m, random, 10 * seen, Layout((4,)), ~NONE, NONE)
    assert more[1] <= found[1] * (1 + 1e-9)


def test_a_common_level_that_no_match_is_at_speaks_against_a_match():
    m, u = np.array([0.99, 0.01]), np.array([0.001, 0.999])
    found, is_borrowed = borrow(m, u, np.array([1000.0, 0.0]), Layout((2,)), np.ones(2, bool), np.zeros(2, bool))
    assert is_borrowed.tolist() == [False, True]
    assert found[1] == pytest.approx(1 / 1001, rel=0.01)


def test_seen_held_and_disordered_levels_stay():
    m, u = np.array([0.5, 0.2, 0.2, 0.1]), np.array([0.1, 0.1, 0.1, 0.7])
    seen = np.array([50.0, 20.0, 0.0, 0.0])
    held, in_order = np.array([False, False, True, False]), np.array([True, True, True, False])
    found, is_borrowed = borrow(m, u, seen, Layout((4,)), in_order, held)
    assert not is_borrowed.any()
    assert found == pytest.approx(m)


def test_a_fitted_model_says_which_levels_are_borrowed(two_files):
    columns = [text("given_name", (0.999, 0.92)), exact("surname"), edits("date_of_birth", (1,))]
    rules = [on("given_name", "surname"), on("surname", "date_of_birth"), on("given_name", "date_of_birth")]
    model = fit(compare_pairs(candidate_pairs(*two_files, rules), columns))
    table = model.to_pandas().set_index(["comparison", "level"])
    unseen = table.loc[("given_name", ">= 0.999")]
    assert unseen["m_source"] == "neighbouring levels"
    assert unseen["weight"] < table.loc[("given_name", "exact"), "weight"]
    assert "level_never_seen" in model.diagnosis
    assert model.diagnosis["level_never_seen"].severity == "note"
