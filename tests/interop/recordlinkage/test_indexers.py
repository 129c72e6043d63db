"""Indexers by duck type: any object with index(x, x_link=None)."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

import linkkit as lk
from linkkit.errors import SpecError
from linkkit.interop import recordlinkage as interop


class SameSurname:
    """All pairs of a surname, the later row first, as recordlinkage does; remembers what it was given."""

    def __init__(self):
        self.seen = []

    def index(self, x, x_link=None):
        self.seen.append((x, x_link))
        if x_link is None:
            rows = itertools.combinations(x.index, 2)
            pairs = [(two, one) for one, two in rows if x["surname"][one] == x["surname"][two]]
        else:
            rows = itertools.product(x.index, x_link.index)
            pairs = [(one, two) for one, two in rows if x["surname"][one] == x_link["surname"][two]]
        return pd.MultiIndex.from_tuples(pairs) if pairs else pd.MultiIndex.from_arrays([[], []])


def _ids(pairs):
    return set(pairs.to_pandas().drop(columns="rule").itertuples(index=False, name=None))


def _both(*inputs, **options):
    theirs = lk.block.candidate_pairs(*inputs, interop.indexer(SameSurname()), **options)
    ours = lk.block.candidate_pairs(*inputs, lk.block.on("surname"), **options)
    return theirs, ours


def test_an_indexer_makes_the_pairs_of_the_rule_it_mirrors(people, others):
    for inputs in ((people,), (people, others)):
        theirs, ours = _both(*inputs)
        assert _ids(theirs) == _ids(ours)
        assert theirs.count() == ours.count() > 0


def test_an_indexer_serves_every_link_type(people, others):
    third = lk.Dataset(people.to_pandas(), name="third", id="rec_id")
    for link_type in ("link_only", "dedupe", "link_and_dedupe"):
        theirs, ours = _both(people, others, third, link_type=link_type)
        assert _ids(theirs) == _ids(ours)


def test_an_indexer_is_asked_once_for_the_same_records(people):
    indexer = SameSurname()
    pairs = lk.block.candidate_pairs(people, interop.indexer(indexer))
    pairs.counts(), pairs.count(), pairs.count()
    levels = lk.compare.compare_pairs(pairs, lk.compare.exact("surname"))
    levels.of_rule(pairs.rules[0]).patterns()
    assert len(indexer.seen) == 1


def test_an_indexer_sees_fields_and_their_columns_by_id(people):
    indexer = SameSurname()
    lk.block.candidate_pairs(people, interop.indexer(indexer)).count()
    frame, other = indexer.seen[0]
    assert other is None
    assert frame.index.tolist() == ["a", "b", "c", "d", "e", "f"]
    assert frame["dob"].equals(frame["date_of_birth"].rename("dob"))
    assert frame["given_name"].isna().tolist() == [False, False, False, False, True, False]


def test_an_indexer_works_among_rules_and_counts_itself(people):
    rules = lk.block.any_of(lk.block.on("date_of_birth"), interop.indexer(SameSurname(), "by surname"))
    pairs = lk.block.candidate_pairs(people, rules)
    by_rule = pairs.to_pandas().groupby("rule").size().to_dict()
    assert by_rule == {"on('date_of_birth')": 4}
    counts = lk.block.count_pairs(pairs).set_index("rule")["pairs"].to_dict()
    assert counts == {"on('date_of_birth')": 4, "made(<by surname>)": 3}
    assert pairs.source.made_by(np.array([0], np.uint32), np.array([3], np.uint32)).tolist() == [[True, False]]


def test_an_indexer_links_from_end_to_end(people, others):
    plan = lk.Plan(
        prepare=(),
        block=interop.indexer(SameSurname()),
        compare=[lk.compare.exact("surname"), lk.compare.exact("age")],
        score=lk.score.RuleList(({"surname": "exact", "age": "exact"},), (0.99,)),
        decide=lk.decide.OneToOne(),
    )
    run = lk.link(people, others, plan=plan, progress=False)
    assert run.links[["left_id", "right_id"]].values.tolist() == [["c", 1], ["d", 3]]


def test_an_indexer_without_the_method_is_refused():
    with pytest.raises(SpecError, match="has a method index"):
        interop.indexer(lambda frame: frame)


def test_an_indexer_that_makes_ids_of_its_own_is_refused(people):
    class Wrong:
        def index(self, x, x_link=None):
            return pd.MultiIndex.from_tuples([("a", "nobody")])

    with pytest.raises(SpecError, match="1 pairs with ids that people lacks"):
        lk.block.candidate_pairs(people, interop.indexer(Wrong())).count()
