"""Spells under the ids that links lead to."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.spells.helpers_spells import frame_of, spells_of, tables

from linkkit.errors import DataError, SpecError
from linkkit.spells import Spells, follow_links

targets = st.dictionaries(st.sampled_from("abcd"), st.sampled_from("PQ"))


@given(tables, targets)
def test_each_spell_goes_to_the_id_that_its_own_is_linked_with(rows, leads_to):
    links = pd.DataFrame({"left_id": list(leads_to), "right_id": list(leads_to.values())}, dtype="string")
    spells = spells_of(rows)
    found = follow_links(spells, links)
    expected = sorted((leads_to[row[0]], number) for number, row in enumerate(rows) if row[0] in leads_to)
    frame = found.to_pandas()
    assert sorted(zip(frame["entity"], frame["row"], strict=True)) == expected
    assert sum(found.changes.values()) == len(rows) - len(expected)
    before = spells.to_pandas().set_index("row").drop(columns="entity")
    pd.testing.assert_frame_equal(frame.set_index("row").drop(columns="entity"), before.loc[frame["row"]])


def test_links_of_spells_themselves_go_by_their_ids():
    frame = frame_of([("a", 0, 4, "x"), ("a", 1, 2, "x")]).assign(visit=[11, 12])
    spells = Spells.of(frame, entity="who", id="visit", place="place")
    links = pd.DataFrame({"right_id": ["12", "11"], "left_id": ["P2", "P1"]})
    found = follow_links(spells, links, by="id", known="right_id", to="left_id")
    assert found.to_pandas()[["entity", "row", "id", "place"]].values.tolist() == [
        ["P1", 0, 11, "x"],
        ["P2", 1, 12, "x"],
    ]
    assert found.changes == {}


def test_an_id_that_leads_to_several_or_to_none_is_refused():
    spells = spells_of([("a", 0, 4, "x")])
    with pytest.raises(DataError, match=r"links: known .* 1 ids lead to more than one other \(rows 1, 3\)"):
        follow_links(spells, pd.DataFrame({"left_id": ["a", "b", "a"], "right_id": ["P", "P", "Q"]}))
    twice = pd.DataFrame({"left_id": ["a", "a"], "right_id": ["P", "P"]})
    assert len(follow_links(spells, twice)) == 1
    with pytest.raises(DataError, match=r"to \(column 'right_id'\) is missing in 1 of 2 links \(row 2\)"):
        follow_links(spells, pd.DataFrame({"left_id": ["a", "b"], "right_id": ["P", None]}))
    with pytest.raises(SpecError, match="spells has no id: name it in"):
        follow_links(spells, twice, by="id")
    with pytest.raises(SpecError, match="by must be 'entity' or 'id'"):
        follow_links(spells, twice, by="row")
