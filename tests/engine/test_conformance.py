"""What every engine must do about pairs, against a brute-force oracle over all pairs of small random datasets."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import linkkit as lk
from linkkit.engine import ENGINES
from linkkit.records import Records
from linkkit.specs import EveryPair, Evidence, Listed, Made, MinHash, Neighbourhood, On, SharedEvidence

pytestmark = pytest.mark.parametrize("engine", ENGINES)

NAMES = [None, "", " ", "ann", "anne", "bob", "bo", "o'neil", "Ångström", "李", "ann bo", "bo ann"]
DATES = [None, "1999-01-01", "1999-02-01", "2001-01-XX", "XXXX-01-01"]
TAGS = ["x", "y", "z", "w"]
LINK_TYPES = ("link_only", "dedupe", "link_and_dedupe")

# --- small random datasets ------------------------------------------------------------------------------------------

record = st.fixed_dictionaries(
    {
        "surname": st.sampled_from(NAMES),
        "given_name": st.sampled_from(NAMES[:7]),
        "date_of_birth": st.sampled_from(DATES),
        "tags": st.one_of(st.none(), st.lists(st.sampled_from(TAGS), max_size=3)),
    }
)
tables = st.lists(st.lists(record, min_size=1, max_size=9), min_size=1, max_size=3)
linkages = tables.flatmap(
    lambda found: st.tuples(st.just(found), st.sampled_from(LINK_TYPES if len(found) > 1 else ("dedupe",)))
)


def _records(found, link_type, engine):
    datasets = []
    for number, rows in enumerate(found):
        frame = pd.DataFrame(rows).assign(id=[f"{number}-{row:03}" for row in range(len(rows))])
        fields = {name: name for name in ("surname", "given_name", "date_of_birth", "tags")}
        datasets.append(lk.Dataset(frame, name=f"d{number}", id="id", fields=fields, engine=engine))
    return Records(datasets, link_type)


def _pairs_allowed(found, link_type):
    """Every pair of rows that the link type allows, over all rows in order."""
    owner = [number for number, rows in enumerate(found) for _ in rows]
    for left, right in itertools.combinations(range(len(owner)), 2):
        same = owner[left] == owner[right]
        if link_type == "link_and_dedupe" or same == (link_type == "dedupe"):
            yield left, right


# --- the oracle: which pairs each rule makes ------------------------------------------------------------------------


def _qgrams(text, size):
    return {text} if len(text) <= size else {text[at : at + size] for at in range(len(text) - size + 1)}


def _year(text):
    return set() if text.startswith("X") else {text[:4]}


COLUMNS = {
    "surname": lambda row: {row["surname"]},
    "given_name": lambda row: {row["given_name"]},
    "first(surname, 1)": lambda row: {(row["surname"] or "")[:1]},
    "year(date_of_birth)": lambda row: _year(row["date_of_birth"] or "X"),
    "words(surname)": lambda row: set((row["surname"] or "").split()),
    "qgrams(surname, 2)": lambda row: _qgrams(row["surname"], 2) if (row["surname"] or "").strip() else set(),
    "tags": lambda row: set(row["tags"] or []),
}


def _keys(row, columns):
    """Every combination of one value from each column; none where a column is missing."""
    parts = [{value for value in COLUMNS[column](row) if value and value.strip()} for column in columns]
    return set(itertools.product(*parts))


def _blocks(rule, found, link_type):
    """The blocks of an ``on`` rule: the rows of each key; with dedupe, of each dataset by itself."""
    rows, blocks = [row for table in found for row in table], defaultdict(list)
    owner = [number for number, table in enumerate(found) for _ in table]
    for place, row in enumerate(rows):
        for key in _keys(row, rule.columns):
            blocks[(owner[place] if link_type == "dedupe" else 0, key)].append(place)
    allowed = set(_pairs_allowed(found, link_type))
    pairs = {key: set(itertools.combinations(members, 2)) & allowed for key, members in blocks.items()}
    return {key: (len(blocks[key]), made) for key, made in pairs.items() if made}


def _sharing(rule, found, allowed):
    """The pairs that share enough bits, and a key that no more than 20 records have (the cap at these sizes)."""
    rows = [row for table in found for row in table]
    keys = [{(one, *key) for one in rule.columns for key in _keys(row, (one,))} for row in rows]
    counts = Counter(key for held in keys for key in held)
    weights = {key: math.log2(len(rows) / count) if count > 1 else 0.0 for key, count in counts.items()}
    bits = {key: round(64 * weight) if weight >= 0.25 else 0 for key, weight in weights.items()}

    def is_kept(left, right):
        shared = [key for key in keys[left] & keys[right] if bits[key]]
        return sum(map(bits.get, shared)) >= 64 * rule.least_bits and min(map(counts.get, shared)) <= 20

    return {pair for pair in allowed if is_kept(*pair)}


def _made(rule, found, link_type):
    """The pairs that a rule makes."""
    allowed = set(_pairs_allowed(found, link_type))
    if isinstance(rule, SharedEvidence):
        return _sharing(rule, found, allowed)
    if isinstance(rule, On):
        blocks = _blocks(rule, found, link_type).values()
        return set().union(*(made for size, made in blocks if rule.cap is None or size <= rule.cap))
    if isinstance(rule, Neighbourhood):
        rows = [row["surname"] for table in found for row in table]
        order = sorted(
            (place for place, value in enumerate(rows) if value and value.strip()),
            key=lambda place: (rows[place].encode(), place),
        )
        near = itertools.combinations(range(len(order)), 2)
        return {tuple(sorted((order[a], order[b]))) for a, b in near if b - a < rule.window} & allowed
    if isinstance(rule, Made):
        return {(min(pair), max(pair)) for pair in zip(*rule.make(None), strict=True) if pair[0] != pair[1]}
    assert isinstance(rule, EveryPair)
    return allowed


simple = st.builds(
    On,
    st.lists(
        st.sampled_from(["surname", "given_name", "first(surname, 1)", "year(date_of_birth)"]), min_size=1, max_size=2
    ),
    st.sampled_from([None, None, 2, 3]),
)
of_sets = st.builds(
    On,
    st.lists(st.sampled_from(list(COLUMNS)), min_size=1, max_size=3, unique=True),
    st.sampled_from([None, None, 2, 4]),
)
near = st.builds(Neighbourhood, st.just("surname"), st.integers(2, 5))
sharing = st.builds(
    lambda columns, least: SharedEvidence(tuple(Evidence((column,)) for column in columns), least_bits=least),
    st.lists(st.sampled_from(["given_name", "first(surname, 1)", "tags"]), min_size=1, max_size=3, unique=True),
    st.sampled_from([0.25, 1.0, 2.0]),
)
rules_of = st.lists(
    st.one_of(simple, of_sets, near, sharing, st.just(EveryPair())), min_size=1, max_size=4, unique_by=repr
)


def _chunks(source):
    return [
        (left, right, chunk.rule)
        for chunk in source.chunks()
        for left, right in zip(chunk.left.tolist(), chunk.right.tolist(), strict=True)
    ]


def _rows(pairs):
    table = np.array(sorted(pairs), np.uint32).reshape(-1, 2)
    return np.ascontiguousarray(table[:, 0]), np.ascontiguousarray(table[:, 1])


@settings(deadline=None, max_examples=60)
@given(linkage=linkages, rules=rules_of)
def test_each_pair_comes_once_by_the_first_rule_that_makes_it(engine, linkage, rules):
    found, link_type = linkage
    records = _records(found, link_type, engine)
    source = records.engine.pairs(records, rules)
    made = [_made(rule, found, link_type) for rule in rules]
    expected = {}
    for number in reversed(range(len(rules))):
        expected.update(dict.fromkeys(made[number], number))
    chunks = _chunks(source)
    assert len(chunks) == len(expected)
    assert {(left, right): rule for left, right, rule in chunks} == expected
    assert all(left < right for left, right, _ in chunks)
    assert _chunks(source) == chunks


@settings(deadline=None, max_examples=60)
@given(linkage=linkages, rules=rules_of)
def test_every_rule_that_makes_a_pair_is_known(engine, linkage, rules):
    found, link_type = linkage
    records = _records(found, link_type, engine)
    allowed = sorted(_pairs_allowed(found, link_type))
    told = records.engine.pairs(records, rules).made_by(*_rows(allowed))
    assert told.shape == (len(allowed), len(rules))
    made = [_made(rule, found, link_type) for rule in rules]
    assert told.tolist() == [[pair in those for those in made] for pair in allowed]


@settings(deadline=None, max_examples=60)
@given(linkage=linkages, rules=rules_of)
def test_counts_are_exact_and_caps_report_what_they_skip(engine, linkage, rules):
    found, link_type = linkage
    records = _records(found, link_type, engine)
    for rule, count in zip(rules, records.engine.pairs(records, rules).counts(), strict=True):
        assert count.rule == rule
        if not isinstance(rule, On):
            assert count.pairs == len(_made(rule, found, link_type))
            assert (count.skipped_blocks, count.skipped_pairs) == (0, 0)
            continue
        blocks = _blocks(rule, found, link_type)
        kept = {key: block for key, block in blocks.items() if rule.cap is None or block[0] <= rule.cap}
        assert count.blocks == len(kept)
        assert count.pairs == sum(len(made) for _, made in kept.values())
        assert list(count.largest) == sorted((size for size, _ in kept.values()), reverse=True)[: len(count.largest)]
        assert len(count.largest) == min(len(kept), 5)
        assert count.skipped_blocks == len(blocks) - len(kept)
        assert count.skipped_pairs == sum(len(made) for key, (_, made) in blocks.items() if key not in kept)
        assert count.records == sum(bool(_keys(row, rule.columns)) for rows in found for row in rows)


@settings(deadline=None, max_examples=40)
@given(
    linkage=linkages, listed=st.lists(st.tuples(st.integers(0, 26), st.integers(0, 26)), max_size=12), rules=rules_of
)
def test_pairs_made_elsewhere_stand_among_rules(engine, linkage, listed, rules):
    found, link_type = linkage
    records = _records(found, link_type, engine)
    allowed = sorted(_pairs_allowed(found, link_type))
    chosen = [allowed[one % len(allowed)][:: 1 if other % 2 else -1] for one, other in listed] if allowed else []
    made = Made(lambda _: ([one for one, _ in chosen], [other for _, other in chosen]))
    source = records.engine.pairs(records, [made, *rules])
    expected = set(_made(made, found, link_type)).union(*(_made(rule, found, link_type) for rule in rules))
    chunks = _chunks(source)
    assert Counter((left, right) for left, right, _ in chunks) == Counter(expected)
    assert {(left, right) for left, right, rule in chunks if rule == 0} == _made(made, found, link_type)
    assert source.counts()[0].pairs == len(_made(made, found, link_type))
    if len(found) == 1 or (len(found) == 2 and link_type == "link_only"):
        names = [f"{number}-{row:03}" for number, rows in enumerate(found) for row in range(len(rows))]
        sides = [sorted(pair) for pair in chosen] if len(found) == 2 else chosen
        by_id = Listed([names[one] for one, _ in sides], [names[other] for _, other in sides])
        assert {pair[:2] for pair in _chunks(records.engine.pairs(records, [by_id]))} == _made(made, found, link_type)


@settings(deadline=None, max_examples=30)
@given(linkage=linkages, rules=rules_of, seed=st.integers(0, 99))
def test_the_order_of_rows_changes_nothing(engine, linkage, rules, seed):
    found, link_type = linkage
    shuffled = []
    for number, rows in enumerate(found):
        frame = pd.DataFrame(rows).assign(id=[f"{number}-{row:03}" for row in range(len(rows))])
        fields = {name: name for name in rows[0]}
        shuffled.append(
            lk.Dataset(
                frame.sample(frac=1, random_state=seed), name=f"d{number}", id="id", fields=fields, engine=engine
            )
        )
    one, other = _records(found, link_type, engine), Records(shuffled, link_type)
    assert sorted(_chunks(one.engine.pairs(one, rules))) == sorted(_chunks(other.engine.pairs(other, rules)))
    assert one.engine.pairs(one, rules).counts() == other.engine.pairs(other, rules).counts()


# --- MinHash, random pairs, and more pairs than a chunk -------------------------------------------------------------

STREETS = [
    "12 mill lane",
    "12 mil lane",
    "12 mill lane leeds",
    "9 high street",
    "9 high st",
    "high street 9",
    "zzz",
    None,
]


def _streets(values, engine):
    frame = pd.DataFrame({"id": range(len(values)), "address": values})
    return Records([lk.Dataset(frame, engine=engine)])


def test_minhash_judges_a_pair_by_itself(engine):
    rule = MinHash("address", bands=8, rows=2)
    records = _streets(STREETS, engine)
    together = {pair[:2] for pair in _chunks(records.engine.pairs(records, [rule]))}
    alone = set()
    for one, other in itertools.combinations(range(len(STREETS)), 2):
        two = _streets([STREETS[one], STREETS[other]], engine)
        if _chunks(two.engine.pairs(two, [rule])):
            alone.add((one, other))
    assert together == alone
    assert (0, 1) in together


def test_minhash_finds_the_like_and_never_the_unlike(engine):
    records = _streets([*STREETS, "12 mill lane"], engine)
    source = records.engine.pairs(records, [MinHash("address", bands=60, rows=1)])
    chunks = _chunks(source)
    grams = [set() if text is None else _qgrams(text, 3) for text in [*STREETS, "12 mill lane"]]
    found = {pair[:2] for pair in chunks}
    assert len(found) == len(chunks)
    for one, other in itertools.combinations(range(len(grams)), 2):
        shared = len(grams[one] & grams[other]) / max(len(grams[one] | grams[other]), 1)
        if shared == 0 or not grams[one] or not grams[other]:
            assert (one, other) not in found
        elif shared > 0.5:
            assert (one, other) in found
    pairs = list(itertools.combinations(range(len(grams)), 2))
    assert source.made_by(*_rows(pairs))[:, 0].tolist() == [pair in found for pair in pairs]


@settings(deadline=None, max_examples=40)
@given(linkage=linkages, size=st.integers(1, 60), seed=st.integers(0, 9))
def test_random_pairs_are_of_the_product(engine, linkage, size, seed):
    found, link_type = linkage
    records = _records(found, link_type, engine)
    allowed = set(_pairs_allowed(found, link_type))
    drawn = [pair[:2] for pair in _chunks(records.engine.random_pairs(records, size, seed))]
    assert set(drawn) <= allowed
    if len(allowed) <= size:
        assert Counter(drawn) == Counter(allowed)
    else:
        assert abs(len(drawn) - size) <= 6
        assert drawn == [pair[:2] for pair in _chunks(records.engine.random_pairs(records, size, seed))]


def test_random_pairs_are_even_over_the_product(engine):
    found = [[{"surname": "a", "given_name": "b", "date_of_birth": None, "tags": None}] * size for size in (4, 6)]
    records = _records(found, "link_and_dedupe", engine)
    drawn = Counter(pair[:2] for pair in _chunks(records.engine.random_pairs(records, 44, 5)))
    assert len(drawn) < 45
    many = Counter()
    for seed in range(200):
        many.update(pair[:2] for pair in _chunks(records.engine.random_pairs(records, 44, seed)))
    assert len(many) == 45
    assert min(many.values()) > 0.6 * 200 * 44 / 45
    assert max(many.values()) < 1.5 * 200 * 44 / 45


@pytest.mark.parametrize("workers", ["1", "3"])
def test_more_pairs_than_a_chunk_come_once_whatever_the_workers(engine, workers, monkeypatch):
    monkeypatch.setenv("LINKKIT_WORKERS", workers)
    rng = np.random.default_rng(3)
    size = 1_100
    frame = pd.DataFrame(
        {
            "id": range(size),
            "surname": rng.choice(["ann", "bob", "cy", None], size, p=[0.7, 0.1, 0.1, 0.1]),
            "given_name": rng.choice(["x", "y", "z"], size),
            "address": rng.choice(["mill lane", "high street", "mill street", "lane"], size),
        }
    )
    records = Records([lk.Dataset(frame, engine=engine)])
    rules = [
        On(("surname",)),
        On(("words(address)", "given_name")),
        Neighbourhood("given_name", 3),
        On(("given_name",)),
    ]
    chunks = list(records.engine.pairs(records, rules).chunks())
    left, right = (np.concatenate([getattr(chunk, side) for chunk in chunks]) for side in ("left", "right"))
    rule = np.repeat([chunk.rule for chunk in chunks], [len(chunk.left) for chunk in chunks])
    assert max(len(chunk.left) for chunk in chunks) < len(left) / 3
    one, other = np.triu_indices(size, 1)
    surname, given = frame["surname"].to_numpy(), frame["given_name"].to_numpy()
    words = frame["address"].str.split().map(set).to_numpy()
    known = frame["surname"].notna().to_numpy()
    place = np.empty(size, int)
    place[np.argsort(given.astype(str), kind="stable")] = np.arange(size)
    shared = np.array([bool(words[a] & words[b]) for a, b in zip(one.tolist(), other.tolist(), strict=True)])
    same_given = given[one] == given[other]
    made = np.column_stack(
        [
            (surname[one] == surname[other]) & known[one] & known[other],
            shared & same_given,
            np.abs(place[one] - place[other]) < 3,
            same_given,
        ]
    )
    wanted = made.any(axis=1)
    expected = np.column_stack([one[wanted], other[wanted], made[wanted].argmax(axis=1)])
    got = np.column_stack([left, right, rule])
    assert np.array_equal(got[np.lexsort((got[:, 1], got[:, 0]))], expected)
