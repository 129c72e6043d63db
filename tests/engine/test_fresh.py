from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import linkkit as lk
from linkkit.dataset import Dataset
from linkkit.records import Records

RULES = {
    "on": lk.block.on("sex"),
    "two": lk.block.on("sex", "town"),
    "sets": lk.block.on("qgrams(surname, 2)"),
    "window": lk.block.sorted_neighbourhood("surname", window=4),
    "every": lk.block.every_pair(),
    "minhash": lk.block.minhash("surname"),
}
COMPARE = [lk.compare.exact("sex"), lk.compare.name("surname")]


def pairs_of(pairs):
    found = [np.column_stack([chunk.left, chunk.right]) for chunk in pairs]
    return np.concatenate(found).tolist() if found else []


def datasets(seed, sizes):
    rng = np.random.default_rng(seed)
    names = np.array(["Lee", "Leigh", "Li", "Poe", "Po", "Pole", None], object)
    return [
        Dataset(
            pd.DataFrame(
                {
                    "id": [f"{number}{row:03}" for row in range(size)],
                    "sex": rng.choice(["f", "m", None], size),
                    "town": rng.choice(["x", "y"], size),
                    "surname": rng.choice(names, size),
                }
            ),
            name="ABC"[number],
            fields={"sex": "sex", "town": "town", "surname": "surname"},
        )
        for number, size in enumerate(sizes)
    ]


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("link_type", ["link_only", "dedupe", "link_and_dedupe"])
@settings(max_examples=15)
@given(st.integers(0, 1000), st.lists(st.booleans(), min_size=30, max_size=30))
def test_just_the_pairs_with_a_fresh_record_are_made(name, link_type, seed, fresh):
    tables = datasets(seed, [30] if link_type == "dedupe" else [12, 10, 8])
    is_fresh = np.array(fresh)
    whole, some = Records(tables, link_type), Records(tables, link_type, is_fresh)
    rules = [RULES["two"], RULES[name]] if name != "two" else [RULES["two"]]
    expected = [pair for pair in pairs_of(lk.block.candidate_pairs(whole, rules)) if is_fresh[pair].any()]
    pairs = lk.block.candidate_pairs(some, rules)
    found = pairs_of(pairs)
    assert sorted(found) == sorted(expected)
    levels = lk.compare.compare_pairs(pairs, COMPARE)
    assert levels.code_counts()[1].sum() == len(expected)
    if name in ("on", "two", "every"):
        alone = lk.block.candidate_pairs(some, [RULES[name]])
        assert alone.counts()[0].pairs == len(pairs_of(alone))


def test_every_pair_alone_leaves_out_what_was_compared():
    tables = datasets(1, [6, 5])
    is_fresh = np.arange(11) >= 9
    records = Records(tables, fresh=is_fresh)
    levels = lk.compare.compare_pairs(lk.block.candidate_pairs(records, [lk.block.every_pair()]), COMPARE)
    assert levels.patterns().counts.sum() == 6 * 2
    assert sum(len(chunk.left) for chunk in levels.graded(levels.code_counts()[0])) == 6 * 2
