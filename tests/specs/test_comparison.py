"""Comparisons, conditions and rules as specs: they check themselves, print as code, and hold no data."""

from __future__ import annotations

import dataclasses

import pytest

from linkkit import block, compare
from linkkit.errors import SpecError
from linkkit.specs import (
    Comparison,
    EveryPair,
    Level,
    Listed,
    Made,
    MinHash,
    Neighbourhood,
    On,
    SeriesFunction,
    TextSimilarity,
    flatten,
)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Comparison("sex", ()), "needs at least one level"),
        (lambda: Comparison("sex", (Level("a", compare.equal("sex")),) * 2), "two levels of the same label"),
        (lambda: Comparison("sex", (Level("missing", compare.equal("sex")),)), "two levels of the same label"),
        (
            lambda: TextSimilarity("surname", "jaro_winkle"),
            r"no text metric 'jaro_winkle'. Did you mean 'jaro_winkler'",
        ),
        (lambda: On(()), "needs at least one column"),
        (lambda: On(("surname",), cap=1), "at least 2 records"),
        (lambda: Neighbourhood("surname", 1), "at least 2"),
        (lambda: MinHash("address", bands=0), r"minhash\(bands=\) must be at least 1; got 0"),
        (lambda: Listed([1], [1, 2]), "as many left as right ids; got 1 and 2"),
        (lambda: Made("surname"), "needs a function"),
        (lambda: SeriesFunction((), ("town",), "my.module:alike"), "at least one left column"),
        (lambda: SeriesFunction("town", "town", "alike"), "named by import path"),
        (lambda: flatten("surname"), "must be made by a function of linkkit.block"),
    ],
)
def test_a_wrong_spec_says_so_when_it_is_made(make, message):
    with pytest.raises(SpecError, match=message):
        make()


@pytest.mark.parametrize(
    "rule", [On(("surname", "soundex(given_name)"), cap=9), Neighbourhood("surname", 4), EveryPair(),
             MinHash("address", 5, 2, characters=2, cap=7, seed=3)]
)  # fmt: skip
def test_a_rule_prints_as_the_code_that_makes_it(rule):
    assert eval(repr(rule), vars(block)) == rule


def test_specs_are_frozen_and_equal_by_what_they_say():
    rule = block.on("surname")
    with pytest.raises(dataclasses.FrozenInstanceError):
        rule.cap = 3
    assert rule == block.on("surname")
    assert compare.date() == compare.date()
    assert hash(compare.date()) == hash(compare.date())


def test_conditions_combine_and_print():
    condition = (compare.equal("surname") & ~compare.equal("sex")) | compare.similar("given_name", 0.9)
    assert str(condition) == "((surname equal) and (not (sex equal))) or (jaro_winkler of given_name >= 0.9)"


def test_equal_rules_come_once_in_order():
    assert flatten([block.on("a"), [block.on("b"), (block.on("a"),)]]) == (block.on("a"), block.on("b"))
