"""near(): a similarity join, against rapidfuzz on every pair."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, Jaro, JaroWinkler, Levenshtein

from linkkit import block
from linkkit.dataset import Dataset
from linkkit.errors import SpecError
from linkkit.records import Records

METRICS = {
    "jaro_winkler": (JaroWinkler.normalized_similarity, 0.9), "jaro": (Jaro.normalized_similarity, 0.85),
    "osa": (OSA.distance, 1), "levenshtein": (Levenshtein.distance, 2),
    "osa_similarity": (OSA.normalized_similarity, 0.7),
    "levenshtein_similarity": (Levenshtein.normalized_similarity, 0.7),
}  # fmt: skip
# Values that the kernels compare, one too long for them, and some that sound alike.
VALUES = [
    "smith",
    "smyth",
    "smithe",
    "jones",
    "jonas",
    "li",
    "lee",
    "x",
    "o'neil",
    "oneill",
    "émile",
    "a" * 70,
    "a" * 71,
]
SHAPES = [("dedupe", (150,)), ("link_only", (20, 130)), ("link_only", (90, 30)), ("link_and_dedupe", (60, 70)),
          ("link_only", (30, 20, 40)), ("dedupe", (30, 50))]  # fmt: skip


def records_of(seed, shape):
    rng = np.random.default_rng(seed)
    link_type, sizes = shape
    datasets = []
    for name, size in zip("ABC", sizes, strict=False):
        frame = pd.DataFrame({"id": [f"{name}{number:04d}" for number in range(size)]})
        for column, values in (("first", VALUES), ("second", VALUES), ("block", ["1", "2"])):
            frame[column] = rng.choice(np.array([*values, None], object), size)
        fields = {column: column for column in frame.columns[1:]}
        datasets.append(Dataset(frame, id="id", name=name, fields=fields))
    return Records(datasets, link_type)


def texts(records, column):
    held = records.encoded(column)
    return np.array(held.texts(), object)[held.codes]


def pairs_of(records, rules):
    chunks = list(block.candidate_pairs(records, rules))
    return [pair for chunk in chunks for pair in zip(chunk.left.tolist(), chunk.right.tolist(), strict=True)]


def expected(records, rule):
    measure, _ = METRICS[rule.metric]
    first, second = texts(records, rule.column), texts(records, rule.crossed_with or rule.column)
    agreed = [texts(records, column) for column in rule.on]
    held = pd.Series(first).value_counts()

    def near(one, other):
        if not one or not other:
            return False
        value = measure(one, other)
        return value <= rule.bound if rule.is_distance else value >= rule.bound

    def made(left, right):
        if any(column[left] != column[right] or not column[left] for column in agreed):
            return False
        if rule.crossed_with is not None and not near(second[left], first[right]):
            return False
        if rule.cap is not None and max(held[first[left]], held[first[right]]) > rule.cap:
            return False
        return near(first[left], second[right])

    return {pair for pair in pairs_of(records, block.every_pair()) if made(*pair)}


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    shape=st.sampled_from(SHAPES),
    metric=st.sampled_from(list(METRICS)),
    on=st.sampled_from([(), ("block",), ("block", "second")]),
    crossed=st.booleans(),
    cap=st.sampled_from([None, 1, 12]),
)
def test_it_makes_every_near_pair_once_and_no_other(seed, shape, metric, on, crossed, cap):
    crossed = crossed and cap is None and metric not in ("osa", "levenshtein") and "second" not in on
    records = records_of(seed, shape)
    rule = block.near("first", metric, METRICS[metric][1], on=on, crossed_with="second" if crossed else None, cap=cap)
    wanted, found = expected(records, rule), pairs_of(records, rule)
    assert len(found) == len(set(found))
    assert set(found) == wanted
    pairs = block.candidate_pairs(records, rule)
    every = pairs_of(records, block.every_pair())
    left, right = np.array(every, np.uint32).reshape(-1, 2).T
    assert {pair for pair, made in zip(every, pairs.source.makes(0, left, right), strict=True) if made} == wanted
    if not crossed:
        assert pairs.counts()[0].pairs == len(wanted)


def test_equal_values_are_found_without_a_join():
    records = records_of(1, ("dedupe", (200,)))
    assert set(pairs_of(records, block.near("first", "jaro_winkler", 1.0))) == set(pairs_of(records, block.on("first")))
    assert set(pairs_of(records, block.near("first", "osa", 0))) == set(pairs_of(records, block.on("first")))


def test_a_pair_of_two_rules_comes_once():
    records = records_of(2, ("link_only", (40, 90)))
    rules = [block.on("block"), block.near("first"), block.near("first", "osa", 1), block.on("second")]
    found = pairs_of(records, rules)
    assert len(found) == len(set(found))
    assert set(found) == set().union(*(pairs_of(records, rule) for rule in rules))


def test_a_value_of_many_records_is_paired_in_parts():
    frame = pd.DataFrame({"id": np.arange(900), "surname": ["smith"] * 700 + ["smyth"] * 200})
    records = Records([Dataset(frame, id="id", fields={"surname": "surname"})])
    pairs = block.candidate_pairs(records, block.near("surname", "osa", 1))
    found = pairs_of(records, block.near("surname", "osa", 1))
    assert len(found) == len(set(found)) == 900 * 899 // 2 == pairs.counts()[0].pairs
    assert all(left < right for left, right in found)


def test_what_a_cap_leaves_out_is_counted():
    frame = pd.DataFrame({"id": np.arange(10), "surname": ["smith"] * 6 + ["smyth"] * 2 + ["jones"] * 2})
    records = Records([Dataset(frame, id="id", fields={"surname": "surname"})])
    count = block.candidate_pairs(records, block.near("surname", "osa", 1, cap=2)).counts()[0]
    assert (count.pairs, count.skipped_blocks, count.skipped_pairs) == (2, 1, 15)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("surname", "jaro_winklr"), "cannot join values by 'jaro_winklr'"),
        (("surname", "jaro_winkler", 1.2), "must be above 0 and at most 1; got 1.2"),
        (("surname", "osa", -1), "a number of edits, 0 or more; got -1"),
    ],
)
def test_a_wrong_rule_says_what_is_wrong(arguments, message):
    with pytest.raises(SpecError, match=message):
        block.near(*arguments)


def test_it_prints_as_code_and_saves_in_a_plan(tmp_path):
    from linkkit.plan import Plan

    rule = block.near("surname", "osa", 2, on=["postcode"], cap=50)
    assert repr(rule) == "near('surname', 'osa', 2, on=('postcode',), cap=50)"
    assert eval(repr(rule), {"near": block.near}) == rule
    plan = Plan(block=[rule, block.near("given_name", crossed_with="surname")])
    assert Plan.load(plan.save(tmp_path / "plan.toml")).block == plan.block


@pytest.mark.parametrize(("metric", "bounds"), [("osa", (1, 2, 3)), ("jaro_winkler", (0.92, 0.85, 0.7))])
def test_rules_made_together_find_what_each_finds_alone(metric, bounds):
    rng = np.random.default_rng(4)
    letters = np.array(list("abcdef"))
    names = ["".join(rng.choice(letters, rng.integers(3, 9))) for _ in range(400)]
    frame = pd.DataFrame({"id": range(1200), "surname": rng.choice(names, 1200)})
    records = Records([Dataset(frame, id="id")])
    rules = [block.near("surname", metric, bound) for bound in bounds]
    together = block.candidate_pairs(records, rules)
    left, right = (
        np.concatenate(side) for side in zip(*((c.left, c.right) for c in together.source.chunks()), strict=True)
    )
    for number, rule in enumerate(rules):
        alone = block.candidate_pairs(Records([Dataset(frame, id="id")]), rule)
        pairs = {pair for c in alone.source.chunks() for pair in zip(c.left.tolist(), c.right.tolist(), strict=True)}
        made = together.source.makes(number, left, right)
        assert set(zip(left[made].tolist(), right[made].tolist(), strict=True)) == pairs
        assert together.counts()[number].pairs == len(pairs) > 0
