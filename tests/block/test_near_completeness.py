"""near() with a completeness: what it takes and refuses, how many pairs of encoded people it finds, what is told."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
import pytest

import linkkit as lk
from linkkit import block
from linkkit.errors import SpecError
from linkkit.fields import Field
from linkkit.prepare import prepare
from linkkit.pseudonymise import Encoding, Key, encode
from linkkit.pseudonymise.bloom import BloomField, Clk
from linkkit.records import Records
from linkkit.report import load_schema, summarise
from linkkit.specs import Near, TextSimilarity

CLK = Clk([
    BloomField("given_name"), BloomField("surname"), BloomField("date_of_birth", "date"),
    BloomField("postcode", q=1, padded=False, positional=True),
])  # fmt: skip
KEY = Key.from_bytes(hashlib.sha256(b"of the tests of near").digest(), project="near")


def test_it_is_shown_as_it_is_written():
    rule = block.near("clk", "dice_bits", 0.8, completeness=0.95, seed=3)
    assert rule == Near("clk", "dice_bits", 0.8, completeness=0.95, seed=3)
    assert repr(rule) == "near('clk', 'dice_bits', 0.8, completeness=0.95, seed=3)"
    assert eval(repr(rule), {"near": block.near}) == rule
    assert "completeness" not in repr(block.near("clk", "dice_bits", 0.8))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("surname", "jaro_winkler", 0.9, 0.95), r"bound in how many bits .*: dice_bits, jaccard_bits, hamming_bits; "),
        (("surname", "osa", 1, 0.95), "got 'osa'. Leave it out to join every pair"),
        (("clk", "overlap_bits", 0.9, 0.95), "got 'overlap_bits'"),
        (("clk", "dice_bits", 0.8, 1), "above 0 and below 1; got 1. Leave it out to find every pair"),
        (("clk", "dice_bits", 0.8, 0), "above 0 and below 1; got 0"),
        (("clk", "dice_bits", 0.8, "most"), "got 'most'"),
    ],
)
def test_what_cannot_be_is_refused(arguments, message):
    column, metric, bound, completeness = arguments
    with pytest.raises(SpecError, match=message):
        block.near(column, metric, bound, completeness=completeness)


@pytest.mark.parametrize(("seed", "message"), [(-1, "from 0 on; got -1"), (0.5, "got 0.5"), (2**63, "whole number")])
def test_a_seed_is_a_whole_number(seed, message):
    with pytest.raises(SpecError, match=message):
        block.near("clk", "dice_bits", 0.8, completeness=0.9, seed=seed)


def test_a_seed_without_completeness_is_refused():
    with pytest.raises(SpecError, match=r"near\(seed=\) draws the sampled bits of near\(completeness=\)"):
        block.near("clk", "dice_bits", 0.8, seed=2)


@pytest.fixture(scope="module")
def encoded():
    people = lk.synth.people(20_000, seed=3)
    return Records(
        [
            encode(prepare(people.register(name=name, who="everyone", coverage=0.8).dataset()), KEY, Encoding([CLK]))
            for name in ("one", "other")
        ]
    )


@pytest.mark.parametrize(("bound", "completeness"), [(0.9, 0.95), (0.85, 0.9), (0.8, 0.6)])
def test_as_many_pairs_of_people_are_found_as_were_asked_for(encoded, bound, completeness):
    every = block.candidate_pairs(encoded, block.near("clk", "dice_bits", bound))
    left, right = (np.concatenate(side) for side in zip(*((one.left, one.right) for one in every), strict=True))
    similar = encoded.engine.similarities(encoded, TextSimilarity("clk", "dice_bits"), left, right)
    found = []
    for seed in range(1, 6):
        rule = block.near("clk", "dice_bits", bound, completeness=completeness, seed=seed)
        pairs = block.candidate_pairs(encoded, rule)
        told = block.sampled_blocks(pairs).iloc[0]
        assert told["tables"] > 0, "the data are meant to be blocked by tables"
        assert told["completeness"] >= completeness
        assert told["candidates"] >= len(pairs.to_pandas())
        found.append(pairs.source.makes(0, left, right))
    shares = np.mean(found, axis=0)
    just = similar < bound + 0.02
    assert just.sum() > 200
    assert shares[just].mean() >= completeness  # of the least similar pairs
    assert shares.mean() >= completeness
    assert shares[similar == 1].min(initial=1) == 1.0  # the same filter is in the same block
    assert shares.min() < 1  # some are lost


def _small(texts):
    frame = pd.DataFrame({"id": range(len(texts)), "clk": pd.array(texts, "string")})
    return lk.Dataset(frame, name="few", id="id", fields={"clk": Field("clk", "clk")})


def test_pairs_near_by_sampled_bits_are_never_taken_for_all_near_pairs():
    from linkkit.engine.local._made_before import made_before
    from linkkit.specs import compile_comparisons

    records = Records([_small(["AAAA", "qqqq", "qqqr"])])
    compiled = compile_comparisons([lk.compare.text("clk", (0.9, 0.8, 0.7), metric="dice_bits")])
    similarity = next(n for n, gauge in enumerate(compiled.gauges) if isinstance(gauge.measure, TextSimilarity))
    exact, sampled = (block.near("clk", "dice_bits", 0.8, completeness=share) for share in (None, 0.99))
    rule = block.every_pair()
    # equal filters are no exception: of two that are empty no pair is made
    assert [(one.gauge, one.grades) for one in made_before(records, compiled, rule, [exact])] == [(similarity, 2)]
    assert not made_before(records, compiled, rule, [sampled])


def test_what_the_tables_made_is_in_the_report():
    people = lk.synth.people(400, seed=4)
    datasets = [
        encode(prepare(people.register(name=name, who="everyone").dataset()), KEY, Encoding([CLK]))
        for name in ("one", "other")
    ]
    rule = block.near("clk", "dice_bits", 0.8, completeness=0.9)
    run = lk.link(*datasets, plan=lk.Plan(block=[rule]), progress=False)
    summary = summarise(run)
    assert summary["blocking"]["sampled"] == [
        {"rule": repr(rule), "tables": 0, "completeness": 1.0, "blocks": 0, "candidates": 0, "largest_left": 0,
         "largest_right": 0}
    ]  # fmt: skip
    assert set(load_schema()["properties"]["blocking"]["required"]) == set(summary["blocking"])
    assert "Blocks of sampled bits" in lk.report.render(summary)


def test_a_lost_pair_is_told_from_one_that_is_not_near():
    from linkkit.explain._why_not import _why_not_near

    records = Records([_small(["AAAA", "qqqq", "qqqr"])])
    rule = block.near("clk", "dice_bits", 0.8, completeness=0.9)
    why = [_why_not_near(records, rule, np.uint32([one]), np.uint32([other])) for one, other in ((0, 1), (1, 2))]
    assert why == ["clk not near enough", "clk near enough, but the sampled bits of no table agree"]
