"""What every engine must do about streams: the same pairs graded alike, whatever their origin and the workers."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest

import linkkit as lk
from linkkit import specs
from linkkit.engine import ENGINES
from linkkit.records import Records
from linkkit.specs import Comparison, compile_comparisons

pytestmark = pytest.mark.parametrize("engine", ENGINES)

PLAIN = (
    lk.compare.text("surname", (0.92, 0.8)),
    lk.compare.edits("given_name"),
    lk.compare.exact("date_of_birth"),
)
MIXED = (*PLAIN, lk.compare.sets("tags", (2, 1)), Comparison("dates", lk.compare.date().levels))


def _people(engine, size=300, seed=2, offset=0):
    rng = np.random.default_rng(seed)
    names = ["ann", "anne", "hannah", "bob", "bobby", "rob", "lee", "leigh", None]
    frame = pd.DataFrame(
        {
            "id": np.arange(size) + offset,
            "surname": rng.choice(names, size),
            "given_name": rng.choice(names, size),
            "date_of_birth": rng.choice(["1999-01-01", "1999-01-02", "2001-02-03", None], size),
            "tags": [list(rng.choice(list("pqr"), rng.integers(0, 3))) for _ in range(size)],
        }
    )
    return lk.Dataset(frame, name=f"d{offset}", id="id", fields={"tags": "tags"}, engine=engine)


def _graded(source, compiled, keep=None):
    return {
        (left, right): (code, rule)
        for chunk in source.graded(compiled, keep)
        for left, right, code, rule in zip(
            chunk.left.tolist(), chunk.right.tolist(), chunk.code.tolist(), chunk.rule.tolist(), strict=True
        )
    }


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("graded_by", [PLAIN, MIXED], ids=["plain", "mixed"])
@pytest.mark.parametrize("workers", ["1", "3"])
def test_every_pair_is_graded_as_listed_pairs_are(engine, many, graded_by, workers, monkeypatch):
    monkeypatch.setenv("LINKKIT_WORKERS", workers)
    records = Records([_people(engine), _people(engine, 200, 5, 1000)] if many else [_people(engine)])
    compiled = compile_comparisons(graded_by)
    allowed = (records.dataset_of(np.arange(len(records)))[:, None] != records.dataset_of(np.arange(len(records)))) | (
        not many
    )
    left, right = (side.astype(np.uint32) for side in np.nonzero(np.triu(allowed, 1)))
    codes = records.engine.grade(records, compiled, left, right)
    source = records.engine.pairs(records, [specs.EveryPair()])
    found = _graded(source, compiled)
    expected = dict(
        zip(zip(left.tolist(), right.tolist(), strict=True), ((code, 0) for code in codes.tolist()), strict=True)
    )
    assert found == expected
    counted, counts = source.grade_counts(compiled)
    assert dict(zip(counted.tolist(), counts[:, 0].tolist(), strict=True)) == Counter(codes.tolist())
    assert np.all(np.diff(counted) > 0)
    keep = counted[:: max(len(counted) // 7, 1)]
    kept = _graded(source, compiled, keep)
    assert kept == {pair: graded for pair, graded in expected.items() if graded[0] in set(keep.tolist())}


@pytest.mark.parametrize("workers", ["1", "3"])
def test_pattern_counts_are_those_of_the_graded_pairs_by_first_rule(engine, workers, monkeypatch):
    monkeypatch.setenv("LINKKIT_WORKERS", workers)
    records = Records([_people(engine, 700)])
    compiled = compile_comparisons(MIXED)
    rules = [
        specs.On(("surname",)),
        specs.On(("tags",), cap=300),
        specs.Neighbourhood("given_name", 6),
        specs.On(("given_name",)),
    ]
    source = records.engine.pairs(records, rules)
    graded = _graded(source, compiled)
    codes, counts = source.grade_counts(compiled)
    expected = Counter(graded.values())
    found = {(code, rule): int(counts[place, rule]) for place, code in enumerate(codes.tolist()) for rule in range(4)}
    assert {key: count for key, count in found.items() if count} == expected
    assert len(graded) == sum(len(chunk.left) for chunk in source.chunks())


def test_results_do_not_depend_on_the_order_of_rows_nor_on_the_workers(engine, monkeypatch):
    tables = []
    for workers, seed in (("1", None), ("4", 9), ("2", 4)):
        monkeypatch.setenv("LINKKIT_WORKERS", workers)
        dataset = _people(engine, 400)
        frame = dataset.to_pandas()
        frame = frame if seed is None else frame.sample(frac=1, random_state=seed)
        again = lk.Dataset(frame, name="people", id="id", fields={"tags": "tags"}, engine=engine)
        pairs = lk.block.candidate_pairs(again, [lk.block.on("surname"), lk.block.on("given_name")])
        levels = lk.compare.compare_pairs(pairs, list(MIXED))
        scores = lk.score.fit(levels, random_pairs=20_000, accept="all").score(levels)
        tables.append((levels.patterns().to_pandas(), scores.to_pandas(), lk.decide.clusters(scores).to_pandas()))
    for other in tables[1:]:
        for one, same in zip(tables[0], other, strict=True):
            pd.testing.assert_frame_equal(one, same, check_exact=True)


def test_a_sieve_lets_through_exactly_what_reaches_the_floor(engine):
    from linkkit.engine import Sieve

    records = Records([_people(engine, 200), _people(engine, 150, seed=3, offset=1000)], "link_only")
    compiled = compile_comparisons(MIXED)
    rules = [lk.block.on("given_name"), lk.block.near("surname", "osa", 1), lk.block.on("date_of_birth")]
    rng = np.random.default_rng(1)
    most = tuple(rng.normal(0, 4, len(comparison.labels)) for comparison in compiled.comparisons)
    source = records.engine.pairs(records, rules)
    graded = list(source.graded(compiled))
    left, right = (np.concatenate([getattr(chunk, side) for chunk in graded]) for side in ("left", "right"))
    code, rule = (np.concatenate([getattr(chunk, part) for chunk in graded]) for part in ("code", "rule"))
    levels = compiled.levels(code)
    total = sum(values[levels[:, place]] for place, values in enumerate(most))
    for floor in (-np.inf, -3.0, 2.0, 9.0, 100.0):
        for first_rule in (0, 1, 2):
            wanted = (total >= floor) & (rule >= first_rule)
            kept = list(source.reaching(compiled, Sieve(most, floor), first_rule))
            found = sorted(
                row
                for chunk in kept
                for row in zip(
                    chunk.left.tolist(), chunk.right.tolist(), chunk.code.tolist(), chunk.rule.tolist(), strict=True
                )
            )
            columns = (left[wanted], right[wanted], code[wanted], rule[wanted])
            assert found == sorted(zip(*(column.tolist() for column in columns), strict=True))
            made = [chunk.made for chunk in kept if chunk.made is not None]
            looked_at = sum(count.pairs for count in source.counts()[first_rule:])  # however many rules make a pair
            assert sum(pairs for _, pairs in made) == looked_at
