"""The exception tree, and the helpers that messages are written with."""

from __future__ import annotations

import pytest

import linkkit as lk
from linkkit import errors
from linkkit.errors import did_you_mean, row_list


@pytest.mark.parametrize("name", ["DataError", "ModelError", "PlanError", "SpecError"])
def test_what_linkkit_raises_can_be_caught_as_one_and_as_what_python_would_raise(name):
    kind = getattr(lk, name)
    assert issubclass(kind, lk.LinkkitError)
    assert issubclass(kind, ValueError)


def test_an_absent_package_is_an_import_error():
    assert issubclass(errors.DependencyError, ImportError)


def test_a_plan_error_lists_every_mistake():
    error = lk.PlanError(["block[0]: no field 'town'."])
    assert str(error) == "The plan has 1 mistake:\n  1. block[0]: no field 'town'."
    assert error.mistakes == ("block[0]: no field 'town'.",)
    assert str(lk.PlanError(["a", "b"])).startswith("The plan has 2 mistakes:")


def test_the_nearest_words_are_offered_and_nothing_far():
    assert did_you_mean("postcod", ["postcode", "surname"]) == " Did you mean 'postcode'?"
    assert did_you_mean("zzz", ["postcode", "surname"]) == ""


def test_rows_are_listed_up_to_a_few():
    assert row_list([7]) == "row 7"
    assert row_list([1, 2]) == "rows 1, 2"
    assert row_list(range(1, 1_008)) == "rows 1, 2, 3, 4, 5 and 1,002 more"
