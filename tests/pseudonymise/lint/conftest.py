"""What tests of the linter share: made-up people, a key, and what a linter says."""

from __future__ import annotations

import pytest

import linkkit as lk
from linkkit.prepare import prepare
from linkkit.pseudonymise import Key
from linkkit.pseudonymise.bloom import BloomField

SECRET = bytes.fromhex("8f3c11d29a705be604c7e81b62fa3d95ae50f2197c46bd08e3a1d45976cb20af")


@pytest.fixture(scope="session")
def people():
    """A prepared register of made-up people."""
    return prepare(lk.synth.people(900, seed=21).register(who="everyone").dataset())


@pytest.fixture(scope="session")
def key():
    return Key.from_bytes(SECRET, project="cohort")


@pytest.fixture(scope="session")
def fields():
    """Fields of a usual encoding."""
    return (BloomField("given_name"), BloomField("surname"), BloomField("date_of_birth", "date"))


@pytest.fixture(scope="session")
def names_of():
    """The names of findings, those of a severity or all."""

    def names(found, severity=None):
        return {one.name for one in found if severity in (None, one.severity)}

    return names
