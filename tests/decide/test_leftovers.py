"""Records that are left over once the others are linked, and the prior they have for each other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from linkkit.dataset import Dataset
from linkkit.decide import OneToOne, decide, leftover_bits
from linkkit.records import Records
from linkkit.specs import Comparison, Equal, Level, Threshold
from linkkit.tables import Scores
from linkkit.weights import probability

SEX = Comparison("sex", (Level("exact", Threshold(Equal("sex"))),))


def scores(size, pairs):
    frame = pd.DataFrame({"id": range(size), "sex": "m"})
    records = Records([Dataset(frame, name="left"), Dataset(frame.assign(id=frame["id"] + 100), name="right")])
    left, right, weight = (np.array(column) for column in zip(*pairs, strict=True))
    weight = weight.astype(float)
    return Scores(
        records, left.astype(np.uint32), (right + size).astype(np.uint32), weight, probability(weight),
        np.ones((len(pairs), 1), np.uint8), (SEX,), np.zeros(len(pairs), np.uint8),
    )  # fmt: skip


def linked(found):
    return found.to_pandas()[["left_id", "right_id"]].values.tolist()


SURE = [(row, row, 20.0) for row in range(8)]  # 8 of 10 linked: 10 * 10 / (2 * 2) = 25 times the prior, 4.6 bits


def test_the_bits_are_those_of_the_records_left():
    assert leftover_bits(scores(10, SURE).records, 8.0) == pytest.approx(np.log2(25))


def test_some_records_are_always_taken_to_be_left():
    assert leftover_bits(scores(10, SURE).records, 10.0) == pytest.approx(2 * np.log2(100))


def test_a_pair_of_records_left_over_is_linked_where_its_better_prior_is_enough():
    found = decide(scores(10, [*SURE, (8, 8, -4.0), (9, 9, -5.0)]), OneToOne(leftovers=True))
    assert [8, 108] in linked(found)
    assert [9, 109] not in linked(found)
    late = found.to_pandas().set_index("left_id").loc[8]
    assert late["left over"] == pytest.approx(np.log2(25), abs=1e-3)
    assert late["match_weight"] == pytest.approx(-4.0 + np.log2(25), abs=1e-3)
    assert "1 links are of records left over" in found.notes[0]


def test_links_that_stand_by_themselves_are_as_without():
    pairs = [*SURE, (0, 8, 3.0), (8, 0, 3.0), (8, 9, -3.0)]
    without, with_leftovers = (linked(decide(scores(10, pairs), OneToOne(leftovers=own))) for own in (False, True))
    assert all(pair in with_leftovers for pair in without)
    assert [8, 109] in with_leftovers


def test_each_record_has_one_link_at_most():
    pairs = [*SURE, (8, 8, -1.0), (8, 9, -1.5), (9, 8, -1.5)]
    found = linked(decide(scores(10, pairs), OneToOne(leftovers=True)))
    assert len({left for left, _ in found}) == len({right for _, right in found}) == len(found)
    assert sorted(found)[8:] == [[8, 109], [9, 108]]  # two links together are worth more than the best alone
