"""Pairs as a MultiIndex, there and back."""

from __future__ import annotations

import pandas as pd
import pytest

import linkkit as lk
from linkkit.errors import DataError, SpecError
from linkkit.interop import recordlinkage as interop


def test_pairs_come_in_whichever_record_is_first(people):
    index = pd.MultiIndex.from_tuples([("d", "a"), ("b", "c"), ("c", "b")])
    pairs = lk.block.candidate_pairs(people, interop.from_multiindex(index))
    assert interop.to_multiindex(pairs).tolist() == [("a", "d"), ("b", "c")]


def test_pairs_go_out_named_as_recordlinkage_names_them(people, others):
    within = lk.block.candidate_pairs(people, lk.block.on("surname"))
    between = lk.block.candidate_pairs(people, others, lk.block.on("surname"))
    assert interop.to_multiindex(within).names == ["rec_id_1", "rec_id_2"]
    index = interop.to_multiindex(between)
    assert index.names == ["rec_id_1", "rec_id_2"]
    assert index.tolist() == [("b", 1), ("c", 1), ("d", 3), ("e", 1)]


def test_ids_keep_their_type_across(people, others):
    index = pd.MultiIndex.from_tuples([("d", 3), ("c", 1)])
    pairs = lk.block.candidate_pairs(people, others, interop.from_multiindex(index))
    out = interop.to_multiindex(pairs)
    assert sorted(out.tolist()) == sorted(index.tolist())
    assert out.levels[1].dtype == "int64"


def test_pairs_are_turned_like_another_index(people):
    pairs = lk.block.candidate_pairs(people, lk.block.on("surname"))
    truth = pd.MultiIndex.from_tuples([("c", "b"), ("b", "e"), ("f", "a")])
    found = interop.to_multiindex(pairs, like=truth)
    assert set(found.tolist()) == {("c", "b"), ("b", "e"), ("c", "e")}
    assert len(found.intersection(truth)) == 2


def test_no_pairs_make_an_empty_index(people):
    pairs = lk.block.candidate_pairs(people, interop.from_multiindex(pd.MultiIndex.from_arrays([[], []])))
    assert len(interop.to_multiindex(pairs)) == 0
    assert pairs.count() == 0


def test_links_go_out_without_the_pairs_for_review(people):
    levels = lk.compare.compare_pairs(
        lk.block.candidate_pairs(people, lk.block.every_pair()),
        [lk.compare.exact("surname"), lk.compare.exact("date_of_birth")],
    )
    rules = lk.score.RuleList(({"surname": "exact", "date_of_birth": "exact"}, {"date_of_birth": "exact"}), (0.99, 0.7))
    scores = lk.score.fit(levels, rules).score(levels, at_least=0.5)
    links = lk.decide.threshold(scores, at_least=0.9, review=(0.5, 0.9))
    assert interop.to_multiindex(scores).tolist() == [("a", "d"), ("b", "c"), ("b", "e"), ("c", "e")]
    assert interop.to_multiindex(links).tolist() == [("b", "c"), ("b", "e"), ("c", "e")]


def test_ids_that_are_not_there_are_counted_and_not_named(people):
    index = pd.MultiIndex.from_tuples([("d", "zebra"), ("b", "c")])
    with pytest.raises(DataError, match="1 of 2 right ids") as caught:
        lk.block.candidate_pairs(people, interop.from_multiindex(index)).count()
    assert "zebra" not in str(caught.value)


@pytest.mark.parametrize("wrong", [pd.Index(["a"]), pd.MultiIndex.from_tuples([(1, 2, 3)]), [("a", "b")]])
def test_something_else_than_two_levels_is_refused(wrong):
    with pytest.raises(SpecError, match="MultiIndex of two levels"):
        interop.from_multiindex(wrong)


def test_many_datasets_have_no_such_form(people, others):
    pairs = lk.block.candidate_pairs(people, others, lk.block.on("surname"), link_type="link_and_dedupe")
    with pytest.raises(SpecError, match="one dataset, or between two"):
        interop.to_multiindex(pairs)
    with pytest.raises(SpecError, match="takes pairs"):
        interop.to_multiindex(people)
