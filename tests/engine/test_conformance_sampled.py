"""What every engine must do about near() with a completeness: most pairs of the exact rule, always the same ones."""

from __future__ import annotations

import base64
from collections import Counter

import numpy as np
import pandas as pd
import pytest

import linkkit as lk
from linkkit.engine import ENGINES
from linkkit.fields import Field
from linkkit.records import Records
from linkkit.specs import Near, On, TextSimilarity

pytestmark = [pytest.mark.parametrize("engine", ENGINES), pytest.mark.thorough]

BITS = 8192  # long filters, so that few of them are enough for tables to be less work


def _frame(random, base, name, masked, size=4500):
    """Filters that resemble those of some people more or less, a few of them twice, empty or missing."""
    people = base[random.integers(0, len(base), size)]
    noise = np.array([0.001, 0.004, 0.01, 0.03], np.float32)[random.integers(0, 4, (len(people), 1))]
    rows = people ^ (random.random(people.shape, np.float32) < noise)
    rows[:20] = rows[20:40]
    rows[40:45] = False
    texts = [base64.b64encode(row.tobytes()).decode() for row in np.packbits(rows, axis=1)]
    if masked:
        masks = [base64.b64encode(bytes([mask])).decode() for mask in (0b111111, 0b111110, 0b000011)]
        texts = [
            f"{masks[which]}.{text}"
            for which, text in zip(random.choice(3, len(texts), p=[0.92, 0.06, 0.02]), texts, strict=True)
        ]
    held = pd.array(texts, "string")
    held[50:60] = pd.NA
    ids = [f"{name}{number:05}" for number in range(len(texts))]
    return pd.DataFrame({"id": ids, "held": held, "half": random.choice(["1", "2"], len(texts))})


def _records(frames, engine, link_type):
    fields = {"held": Field("held", "clk"), "half": "half"}
    datasets = [
        lk.Dataset(frame, name=f"d{number}", id="id", fields=fields, engine=engine)
        for number, frame in enumerate(frames)
    ]
    return Records(datasets, link_type)


def _made(records, *rules):
    source = records.engine.pairs(records, list(rules))
    chunks = list(source.chunks())
    return source, Counter(
        (int(a), int(b), chunk.rule) for chunk in chunks for a, b in zip(chunk.left, chunk.right, strict=True)
    )


def _pairs(made):
    return {(left, right) for left, right, _ in made}


def _sides(pairs):
    return tuple(np.array(side, np.uint32) for side in zip(*sorted(pairs), strict=True))


@pytest.mark.parametrize(
    ("link_type", "seed", "masked", "metric"),
    [
        ("link_only", 2, True, "dice_bits"),
        ("dedupe", 1, False, "jaccard_bits"),
        ("link_and_dedupe", 1, False, "jaccard_bits"),
        ("dedupe", 2, True, "dice_bits"),
    ],
)
def test_the_pairs_are_those_it_says_it_makes_once_each_and_all_near(engine, link_type, seed, masked, metric):
    random = np.random.default_rng(seed)
    base = random.random((4500, BITS), np.float32) < 0.3
    names = {"link_only": "bca", "dedupe": "a", "link_and_dedupe": "ab"}[link_type]
    frames = [_frame(random, base, name, masked, 7500 if len(names) == 1 else 4500) for name in names]
    records = _records(frames, engine, link_type)
    bound = {"dice_bits": 0.95, "jaccard_bits": 0.9}[metric]
    rule = Near("held", metric, bound, completeness=0.8)
    (counted,) = records.engine.pairs(records, [rule]).counts()
    assert counted.sampled.tables > 0, "the data are meant to be blocked by tables"

    _, every = _made(records, Near("held", metric, bound))
    source, made = _made(records, rule)
    assert set(made.values()) == {1}
    assert _pairs(made) <= _pairs(every)
    assert counted.pairs == len(made)
    asked = _sides(_pairs(every))
    said = source.makes(0, *asked)
    assert {pair for pair, is_made in zip(sorted(_pairs(every)), said.tolist(), strict=True) if is_made} == _pairs(made)
    similar = records.engine.similarities(records, TextSimilarity("held", metric), *_sides(_pairs(made)))
    assert similar.min() >= bound
    rows = np.arange(len(records), dtype=np.uint32)
    others = random.permutation(rows)
    low, high = np.minimum(rows, others), np.maximum(rows, others)
    apart = records.dataset_of(low) != records.dataset_of(high)
    kept = (low < high) & (apart if link_type == "link_only" else np.ones(len(low), bool))
    told = source.makes(0, low[kept], high[kept]).tolist()
    assert told == [pair in _pairs(made) for pair in zip(low[kept].tolist(), high[kept].tolist(), strict=True)]

    # of three rules each pair is the first's that makes it, and all pairs of the exact rule come
    _, joint = _made(records, On(("held",)), rule, Near("held", metric, bound, on=("half",)))
    assert set(joint.values()) == {1}
    agreeing = _pairs(_made(records, On(("held",)))[1])
    assert {(a, b) for a, b, first in joint if first == 1} == _pairs(made) - agreeing
    with_half = _pairs(_made(records, Near("held", metric, bound, on=("half",)))[1])
    assert {(a, b) for a, b, first in joint if first == 2} == with_half - _pairs(made) - agreeing
    _, with_both = _made(records, Near("held", metric, bound, on=("half",), completeness=0.8))
    assert _pairs(with_both) == with_half & _pairs(made)


def test_the_order_of_rows_threads_and_other_rules_change_nothing(engine):
    random = np.random.default_rng(5)
    base = random.random((4500, BITS), np.float32) < 0.3
    frames = [_frame(random, base, name, True) for name in "ab"]
    rule = Near("held", "dice_bits", 0.95, completeness=0.7)
    found = []
    for shuffled, workers in ((False, 1), (True, 3)):
        given_frames = [frame.sample(frac=1, random_state=1) if shuffled else frame for frame in frames]
        records = _records(given_frames, engine, "link_only")
        records.engine.workers = workers
        looser = records.engine.pairs(records, [Near("held", "dice_bits", 0.9), Near("held", "dice_bits", 0.92,
                                                completeness=0.99)]) if shuffled else None  # fmt: skip
        assert looser is None or looser.counts()
        source, made = _made(records, rule)
        found.append((source.counts(), _pairs(made)))
    assert found[0] == found[1]
    assert found[0][0][0].sampled.tables > 0
    (another,) = records.engine.pairs(records, [Near("held", "dice_bits", 0.95, completeness=0.7, seed=2)]).counts()
    assert another.sampled.candidates != found[0][0][0].sampled.candidates
    assert another.sampled.tables == found[0][0][0].sampled.tables


def test_few_filters_are_compared_two_by_two(engine):
    random = np.random.default_rng(6)
    frames = [_frame(random, random.random((60, 256)) < 0.3, name, False).head(300) for name in "ab"]
    records = _records(frames, engine, "link_only")
    source, made = _made(records, Near("held", "hamming_bits", 0.9, completeness=0.5))
    assert _pairs(made) == _pairs(_made(records, Near("held", "hamming_bits", 0.9))[1])
    (counted,) = source.counts()
    assert (counted.sampled.tables, counted.sampled.completeness) == (0, 1.0)
    assert source.makes(0, *_sides(_pairs(made))).all()
