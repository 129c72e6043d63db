"""Spells for tests: drawn by hypothesis, and what brute force says of them."""

from __future__ import annotations

import datetime

import pandas as pd
import pyarrow as pa
from hypothesis import strategies as st

from linkkit.spells import Spells

FIRST = datetime.date(2023, 12, 20)
FAR = 10**6
# Few entities and days, so that spells meet, touch, repeat and lie within each other.
day = st.integers(0, 24)
spell = st.tuples(
    st.sampled_from("abc"), day, st.one_of(st.none(), st.integers(0, 12)), st.sampled_from(["x", "y", None])
)
tables = st.lists(spell, max_size=12)


def iso(number):
    return None if number is None else (FIRST + datetime.timedelta(days=number)).isoformat()


def frame_of(rows):
    ends = [None if length is None else start + length for _, start, length, _ in rows]
    return pd.DataFrame(
        {
            "who": pd.Series([row[0] for row in rows], dtype="string"),
            "start": pd.Series([iso(row[1]) for row in rows], dtype="string"),
            "end": pd.Series([iso(end) for end in ends], dtype="string"),
            "place": pd.Series([row[3] for row in rows], dtype="string"),
        }
    )


def spells_of(rows, name="spells"):
    # An Arrow table, which is made much faster than a frame.
    ends = [None if length is None else start + length for _, start, length, _ in rows]
    columns = {
        "who": [row[0] for row in rows],
        "start": [iso(row[1]) for row in rows],
        "end": [iso(end) for end in ends],
        "place": [row[3] for row in rows],
    }
    table = pa.table({column: pa.array(values, pa.string()) for column, values in columns.items()})
    return Spells.of(table, entity="who", place="place", name=name)


def plain(rows):
    """Each row as (entity, first day, last day, place), an open end very far away."""
    return [(who, start, FAR if length is None else start + length, place) for who, start, length, place in rows]


def found(pairs):
    left, right = pairs.positions()
    assert len(left) == pairs.count == len(pairs)
    return list(zip(pairs.left.rows[left].tolist(), pairs.right.rows[right].tolist(), strict=True))
