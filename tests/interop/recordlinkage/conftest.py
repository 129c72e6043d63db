"""A few people with duplicates, as a DataFrame and as a Dataset; a second file of them."""

from __future__ import annotations

import pandas as pd
import pytest

import linkkit as lk

PEOPLE = pd.DataFrame(
    {
        "rec_id": ["d", "a", "c", "b", "e", "f"],
        "given_name": ["ann", "ann", "bo", "bob", None, "cy"],
        "surname": ["lee", "leigh", "poe", "poe", "poe", "fox"],
        "dob": ["2001-02-03", "2001-02-03", "1999-01-01", "1999-01-01", "1999-01-01", None],
        "age": ["20", "20", "22", "23", "x", None],
    }
)
OTHERS = pd.DataFrame(
    {
        "rec_id": [3, 1, 2],
        "given_name": ["ann", "bo", "dee"],
        "surname": ["lee", "poe", None],
        "dob": ["2001-02-03", "1999-01-01", "2002-02-02"],
        "age": ["20", "22", "30"],
    }
)


def _dataset(frame, name):
    return lk.Dataset(frame, name=name, id="rec_id", fields={"age": "age"})


@pytest.fixture
def people():
    return _dataset(PEOPLE, "people")


@pytest.fixture
def others():
    return _dataset(OTHERS, "others")
