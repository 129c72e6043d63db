"""Values that no record holds any more leave their columns, and what records hold stays."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import given

from linkkit._in_use import in_use
from linkkit.dataset import Dataset
from linkkit.encoded import encode, encode_sets
from linkkit.prepare import prepare

WORDS = st.sampled_from([None, "a", "b", "c", "d", "e"])


@given(st.lists(st.tuples(WORDS, st.booleans()), min_size=1))
def test_texts_stay_and_values_without_a_record_go(rows):
    kept = np.flatnonzero([keep for _, keep in rows])
    found = in_use(encode(pa.array([word for word, _ in rows], pa.string())).reordered(kept))
    texts = [rows[row][0] for row in kept]
    assert [found.texts()[code] or None for code in found.codes] == texts
    assert sorted(found.texts()) == sorted({"", *filter(None, texts)})
    assert (found.counts()[1:] > 0).all()


@given(st.lists(st.tuples(st.one_of(st.none(), st.lists(WORDS, max_size=3)), st.booleans()), min_size=1))
def test_sets_stay_and_sets_and_members_without_a_record_go(rows):
    kept = np.flatnonzero([keep for _, keep in rows])
    found = in_use(encode_sets(pa.array([words for words, _ in rows], pa.list_(pa.string()))).reordered(kept))
    sets = [sorted({word for word in rows[row][0] or () if word}) or None for row in kept]
    assert found.lists(np.arange(len(kept))) == sets
    assert sorted(found.values.to_pylist()) == sorted({"", *(word for words in sets for word in words or ())})
    assert len(found.starts) - 2 == len({tuple(words) for words in sets if words})


def test_a_prepared_dataset_that_loses_records_loses_their_values():
    people = prepare(Dataset(pd.DataFrame({"id": [1, 2, 3], "surname": ["Lee", "Featherstone", "Hay"]})))
    left = people.restricted(people.ids.to_pandas().to_numpy() != 2, "test")
    assert "featherstone" in people.encoded("surname").texts()
    assert sorted(left.encoded("surname").texts()) == ["", "hay", "lee"]
