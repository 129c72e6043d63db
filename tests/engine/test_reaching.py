"""The pairs that reach a floor, of the whole product or of rules, are those that scoring every pair keeps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkkit import block, compare
from linkkit.dataset import Dataset
from linkkit.engine import Sieve
from linkkit.engine.local import _bounds, _reaching, _ruled_pairs
from linkkit.records import Records
from linkkit.score import by_hand, score_reaching
from linkkit.score._family import FamilyAlternative

SURNAMES = ["smith", "smyth", "smithe", "jones", "jonas", "smith jones", "jones smith", "o neil", "oneil", "li", "lee"]
# Longer than the kernels compare: rapidfuzz does.
SURNAMES += ["of " + "the long house " * 5, "of " + "the long hause " * 5]
GIVEN = ["william", "bill", "will", "w", "smith", "jane", "jayne", "john", "jon", "jones", "lee", "smythe"]
DATES = ["2001-02-03", "2001-03-02", "2001-02-04", "2001-02", "2001", "1999-12-31", "2001-12-03", "2010-02-03"]
POSTCODES = ["bd1 1aa", "bd1 1ab", "bd1 2aa", "bd11 1aa", "ls1 1aa", "ls2 9jt"]
NUMBERS = ["4857773456", "4857773457", "4857773465", "9434765919", "9434765870"]
HEIGHTS = ["1.62", "1.63", "1.7", "1.81"]
TAGS_OF = {"all": [["a", "b"], ["b", "c"], ["c"], ["a", "b", "c"]]}
COLUMNS = {
    "given_name": GIVEN, "surname": SURNAMES, "date_of_birth": DATES, "postcode": POSTCODES, "number": NUMBERS,
    "height": HEIGHTS,
}  # fmt: skip
COMPARISONS = {
    "given_name": compare.name("given_name", swapped_with="surname"),
    "surname": compare.surname("surname"),
    "date_of_birth": compare.date("date_of_birth"),
    "postcode": compare.postcode("postcode"),
    "number": compare.identifier("number"),
    "height": compare.number("height", (0.02, 0.1)),
    "tags": compare.sets("tags"),
    "near": compare.comparison("near", compare.level("near", compare.similar("surname", 0.85))),
    "function": compare.function("jellyfish:jaro_similarity", "postcode", at_least=(0.9, 0.8)),
    "pieces": compare.text("surname", (0.9, 0.7), metric="longest_common_subsequence"),
}


@pytest.fixture(autouse=True, scope="module")
def _however_few_pairs():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_reaching, "_FEW_PAIRS", 1)
        yield


def people(rng, size, name="P", gaps=0.15):
    frame = pd.DataFrame({"id": [f"{name}{number:05d}" for number in range(size)]})
    for column, values in COLUMNS.items():
        share = 1.0 / np.arange(1, len(values) + 1)
        drawn = rng.choice(np.array(values, object), size, p=share / share.sum())
        frame[column] = np.where(rng.random(size) < gaps, None, drawn)
    swapped = rng.random(size) < 0.2
    frame.loc[swapped, ["given_name", "surname"]] = frame.loc[swapped, ["surname", "given_name"]].to_numpy()
    tags = [*TAGS_OF["all"], None]
    frame["tags"] = [tags[number] for number in rng.integers(0, 5, size)]
    fields = {column: column for column in (*COLUMNS, "tags")}
    return Dataset(frame, id="id", name=name, fields=fields)


def records_of(rng, shape):
    if shape == "dedupe":
        return Records([people(rng, 120)])
    if shape in ("three", "dedupe_each"):
        datasets = [people(rng, size, name) for size, name in ((40, "A"), (60, "B"), (33, "C"))]
        return Records(datasets, "dedupe" if shape == "dedupe_each" else "link_only")
    if shape == "larger_first":
        return Records([people(rng, 90, "A"), people(rng, 40, "B")])
    return Records([people(rng, 40, "A"), people(rng, 90, "B")], shape)


def model_of(rng, names, *, family=False, term_frequencies=True, prior=0.01):
    comparisons = [replace(COMPARISONS[name], name=name) for name in names]
    m, u = {}, {}
    for one in comparisons:
        size = len(one.levels) + 1
        m[one.name] = tuple(np.sort(rng.dirichlet(np.full(size, 0.5)))[::-1] * 0.99 + 0.01 / size)
        u[one.name] = tuple(np.sort(rng.dirichlet(np.full(size, 0.5))) * 0.99 + 0.01 / size)
    model = by_hand(comparisons, m, u, prior, term_frequencies=term_frequencies)
    tied = [name for name in ("surname", "date_of_birth", "postcode") if name in names]
    if family and tied:
        weights = dict(zip(model.names, model.weights, strict=True))
        shares = tuple((name, 0.6) for name in tied)
        model = replace(model, family=FamilyAlternative(0.02, shares, tuple(tuple(weights[n].tolist()) for n in tied)))
    return model


def every(records, model, rules=()):
    return compare.compare_pairs(block.candidate_pairs(records, [*rules, block.every_pair()]), model.comparisons)


def listed(scores):
    return list(zip(scores.left.tolist(), scores.right.tolist(), scores.weight.tolist(), strict=True))


shapes = st.sampled_from(
    ["dedupe", "link_only", "link_and_dedupe", "larger_first", "three", "dedupe_each"]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    names=st.lists(st.sampled_from(sorted(COMPARISONS)), min_size=1, max_size=5, unique=True),
    family=st.booleans(),
    term_frequencies=st.booleans(),
    prior=st.sampled_from([0.3, 0.01, 1e-4, 1e-6]),
    floor=st.sampled_from([-30.0, -12.0, -6.0, -1.0, 0.0, 3.0, 8.0]),
    shape=shapes,
    cells=st.sampled_from([0, 110, 400, 2**20]),
)
def test_the_same_pairs_and_weights(seed, names, family, term_frequencies, prior, floor, shape, cells):
    """However much of each comparison is read beforehand: all of it, a half of a swap, equality, or nothing."""
    rng = np.random.default_rng(seed)
    records = records_of(rng, shape)
    model = model_of(rng, names, family=family, term_frequencies=term_frequencies, prior=prior)
    levels = every(records, model)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_bounds, "_FREE_CELLS", cells)
        patch.setattr(_bounds, "_CELL_COST", 10**9)
        found, made = score_reaching(model, levels, floor)
    assert listed(found) == listed(model.score(levels, weight=floor))
    assert made.tolist() == [records.pair_count]


@pytest.mark.parametrize("cells", [0, 400, 2**20])
@pytest.mark.parametrize("name", COMPARISONS)
def test_every_level_alone_is_found(name, cells, monkeypatch):
    monkeypatch.setattr(_bounds, "_FREE_CELLS", cells)
    monkeypatch.setattr(_bounds, "_CELL_COST", 10**9)
    rng = np.random.default_rng(11)
    records = records_of(rng, "link_only")
    levels = every(records, model_of(rng, [name]))
    chunks = list(levels.graded())
    left, right, code = (np.concatenate([getattr(chunk, one) for chunk in chunks]) for one in ("left", "right", "code"))
    for number in range(len(levels.comparisons[0].labels)):
        most = np.zeros(len(levels.comparisons[0].labels))
        most[number] = 1.0
        found = [chunk for chunk in levels.reaching(Sieve((most,), 1.0)) if len(chunk.left)]
        pairs = {pair for chunk in found for pair in zip(chunk.left.tolist(), chunk.right.tolist(), strict=True)}
        expected = code == number
        assert pairs == set(zip(left[expected].tolist(), right[expected].tolist(), strict=True))


@pytest.mark.parametrize("first", ["exact", "near", "shared"])
def test_pairs_of_earlier_rules_are_left_out(first):
    rng = np.random.default_rng(3)
    records = records_of(rng, "dedupe")
    model = model_of(rng, ["given_name", "surname", "postcode"], prior=0.05)
    rule = {"exact": block.on("surname"), "near": block.near("surname", bound=0.8), "shared": block.on("tags")}[first]
    levels = every(records, model, [rule])
    found, made = score_reaching(model, levels, 0.0, first_rule=1)
    everything = model.score(levels, weight=0.0)
    later = everything.rule == 1
    kept = zip(everything.left[later], everything.right[later], everything.weight[later], strict=True)
    assert listed(found) == [tuple(value.item() for value in pair) for pair in kept]
    assert 0 < len(found) < len(everything)
    assert set(found.rule.tolist()) == {1}
    assert made.tolist() == [0, records.pair_count]


@pytest.mark.parametrize("shape", ["dedupe", "link_only"])
def test_workers_change_nothing(shape, monkeypatch):
    found = []
    for workers in ("1", "3"):
        monkeypatch.setenv("LINKKIT_WORKERS", workers)
        rng = np.random.default_rng(8)
        records, model = records_of(rng, shape), model_of(rng, ["given_name", "surname", "date_of_birth"])
        scores, _ = score_reaching(model, every(records, model), -3.0)
        found.append([column.tobytes() for column in (scores.left, scores.right, scores.weight, scores.rule)])
    assert found[0] == found[1]


@pytest.mark.parametrize("cells", [2**20, 400])
def test_few_pairs_are_graded(cells, monkeypatch):
    """Bounds that let everything through would give the same pairs: here they must be worth having."""
    rng = np.random.default_rng(5)
    records = records_of(rng, "link_only")
    levels = every(records, model_of(rng, ["given_name", "surname", "number"]))
    most = tuple(np.where(np.arange(len(c.levels) + 2) == 1, 8.0, -4.0) for c in levels.comparisons)
    sieve = Sieve(most, 24.0)  # all three exactly equal
    graded = []
    ordinary = _reaching.sifted
    monkeypatch.setattr(_bounds, "_FREE_CELLS", cells)
    monkeypatch.setattr(_bounds, "_CELL_COST", 10**9)
    monkeypatch.setattr(_reaching, "sifted", lambda *given: graded.append(len(given[3])) or ordinary(*given))
    found = sum(len(chunk.left) for chunk in levels.reaching(sieve))
    assert 0 < found <= sum(graded) < 0.1 * records.pair_count


def test_few_pairs_are_taken_one_by_one(monkeypatch):
    monkeypatch.setattr(_reaching, "_FEW_PAIRS", 2**20)
    rng = np.random.default_rng(5)
    records, model = records_of(rng, "link_only"), model_of(rng, ["surname", "given_name"])
    levels = every(records, model)
    found, made = score_reaching(model, levels, -1.0)
    assert listed(found) == listed(model.score(levels, weight=-1.0))
    assert made.tolist() == [records.pair_count]


def test_a_floor_beyond_every_pair_is_told_at_once():
    rng = np.random.default_rng(5)
    records, model = records_of(rng, "link_only"), model_of(rng, ["surname"])
    found, made = score_reaching(model, every(records, model), 500.0)
    assert len(found) == 0
    assert made.tolist() == [records.pair_count]


RULES = [
    block.on("surname"),
    block.on("surname", cap=9),
    block.on("given_name", cap=6),
    block.on("postcode"),
    block.on("year(date_of_birth)"),
    block.on("whole_date(date_of_birth)"),
    block.on("soundex(surname)"),
    block.on("surname", "postcode"),
    block.on("soundex(surname)", "soundex(given_name)"),
    block.on("tags"),
    block.on("words(surname)"),
    block.on("postcode", "words(surname)"),
    block.near("surname", bound=0.85),
    block.near("surname", bound=0.92, on="postcode"),
    block.near("surname", bound=0.85, on="postcode"),
    block.near("given_name", bound=0.9, cap=9),
    block.near("whole_date(date_of_birth)", "osa", 1),
    block.near("number", "osa", 2),
    block.near("given_name", bound=0.9, crossed_with="surname"),
    block.sorted_neighbourhood("postcode", 5),
]


def scored(records, model, rules, floor, first_rule=0):
    levels = compare.compare_pairs(block.candidate_pairs(records, rules), model.comparisons)
    found, made = score_reaching(model, levels, floor, first_rule=first_rule)
    everything = model.score(levels, weight=floor)
    later = everything.rule >= first_rule
    kept = zip(everything.left[later], everything.right[later], everything.weight[later], strict=True)
    return levels, found, made, [tuple(value.item() for value in pair) for pair in kept], everything.rule[later]


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10_000),
    names=st.lists(st.sampled_from(sorted(COMPARISONS)), min_size=1, max_size=5, unique=True),
    rules=st.lists(st.sampled_from(RULES), min_size=1, max_size=5, unique=True),
    first=st.integers(0, 2),
    family=st.booleans(),
    term_frequencies=st.booleans(),
    prior=st.sampled_from([0.3, 0.01, 1e-4, 1e-6]),
    floor=st.sampled_from([-30.0, -12.0, -6.0, -1.0, 0.0, 3.0, 8.0]),
    shape=shapes,
)
def test_the_same_pairs_and_weights_of_rules(seed, names, rules, first, family, term_frequencies, prior, floor, shape):
    rng = np.random.default_rng(seed)
    records = records_of(rng, shape)
    model = model_of(rng, names, family=family, term_frequencies=term_frequencies, prior=prior)
    first = min(first, len(rules) - 1)
    _, found, made, expected, by_rule = scored(records, model, rules, floor, first)
    assert listed(found) == expected
    assert found.rule.tolist() == by_rule.tolist()
    # A pair of several rules is looked at for each of them.
    counts = [block.candidate_pairs(records, rule).count() for rule in rules]
    assert made.tolist() == [0] * first + counts[first:]


@pytest.mark.parametrize("first", [
    block.on("tags", cap=60),
    block.on("words(surname)", cap=25),
    block.near("given_name", bound=0.9, crossed_with="surname", cap=9),
    block.on("tags"),
], ids=repr)  # fmt: skip
@pytest.mark.parametrize("name", ["tags", "same tags", "surname", "given_name"])
def test_rules_that_make_less_than_their_column_says(first, name, monkeypatch):
    """A cap on members of sets or on crossed columns, and sets without a member: what is left is found later."""
    monkeypatch.setitem(TAGS_OF, "all", [["a", "b"], ["b", "c"], [], ["a", "b", "c"]])
    monkeypatch.setitem(COMPARISONS, "same tags", compare.exact("tags"))
    for seed in range(4):
        rng = np.random.default_rng(seed)
        records = records_of(rng, "dedupe")
        model = model_of(rng, [name, "number"], prior=0.3)
        rules = [
            first,
            block.on("soundex(surname)"),
            block.on("year(date_of_birth)"),
            block.near("given_name", bound=0.8),
        ]
        _, found, _, expected, _ = scored(records, model, rules, -6.0)
        assert listed(found) == expected


@pytest.mark.parametrize("floor", [0.0, -40.0, 1e9, -1e9])
def test_levels_that_never_happen_and_floors_out_of_reach(floor):
    rng = np.random.default_rng(8)
    records = records_of(rng, "link_only")
    levels = compare.compare_pairs(
        block.candidate_pairs(records, [block.near("surname", bound=0.7)]),
        [COMPARISONS["surname"], COMPARISONS["number"]],
    )
    most = tuple(rng.normal(0, 6, len(one.levels) + 2) for one in levels.comparisons)
    most[0][3], most[1][-1] = -np.inf, -np.inf
    sieve = Sieve(most, floor)
    found = [chunk for chunk in levels.reaching(sieve) if len(chunk.left)]
    pairs = {pair for chunk in found for pair in zip(chunk.left.tolist(), chunk.right.tolist(), strict=True)}
    expected = set()
    for chunk in levels.graded():
        held = levels.compiled.levels(chunk.code)
        kept = most[0][held[:, 0]] + most[1][held[:, 1]] >= floor
        expected |= set(zip(chunk.left[kept].tolist(), chunk.right[kept].tolist(), strict=True))
    assert pairs == expected


def graded_of_rules(monkeypatch, rules, first_rule, floor):
    """Return how many pairs were graded, made and found."""
    rng = np.random.default_rng(5)
    records = records_of(rng, "dedupe")
    model = model_of(rng, ["given_name", "surname", "date_of_birth", "number"], prior=0.01)
    graded = []
    ordinary = _ruled_pairs.sifted
    with monkeypatch.context() as patch:
        patch.setattr(_ruled_pairs, "sifted", lambda *given: graded.append(len(given[3])) or ordinary(*given))
        _, found, made, expected, _ = scored(records, model, rules, floor, first_rule)
    assert listed(found) == expected
    return sum(graded), int(made.sum()), len(found)


@pytest.mark.parametrize("rule", ["surname", "postcode"])
def test_few_pairs_of_rules_are_graded(rule, monkeypatch):
    """A screen that let everything through would give the same pairs: it must be worth having."""
    graded, made, found = graded_of_rules(monkeypatch, [block.near(rule, "osa", 3)], 0, 3.0)
    assert 0 < found <= graded < 0.25 * made


def test_what_an_earlier_rule_makes_is_screened(monkeypatch):
    date = "whole_date(date_of_birth)"
    alone, _, _ = graded_of_rules(monkeypatch, [block.near(date, "osa", 2)], 0, 0.0)
    later, _, found = graded_of_rules(monkeypatch, [block.on(date), block.near(date, "osa", 2)], 1, 0.0)
    assert 0 < found <= later < 0.6 * alone
