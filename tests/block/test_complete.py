"""Complete blocking finds every pair above a threshold: proved against the comparison of all pairs."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from linkkit import block, compare
from linkkit.dataset import Dataset
from linkkit.records import Records
from linkkit.score import by_hand
from linkkit.score._family import FamilyAlternative

NAMES = ["smith", "smyth", "smithe", "jones", "jonas", "smith jones", "jones smith", "o neil", "oneil", "li", "lee"]
GIVEN = ["william", "bill", "will", "w", "smith", "jane", "jayne", "john", "jon", "jones", "lee"]
DATES = ["2001-02-03", "2001-03-02", "2001-02-04", "2001-02", "2001", "1999-12-31", "2001-12-03", "2010-02-03"]
POSTCODES = ["bd1 1aa", "bd1 1ab", "bd1 2aa", "bd11 1aa", "ls1 1aa", "ls2 9jt"]


def scored(records, model, rules, floor):
    """The pairs that rules make and a model scores at a floor or above, with their weights."""
    levels = compare.compare_pairs(block.candidate_pairs(records, rules), model.comparisons)
    scores = model.score(levels, weight=floor)
    return list(zip(scores.left.tolist(), scores.right.tolist(), scores.weight.round(9).tolist(), strict=True))


def assert_complete(records, model, floor):
    rules = block.complete(model, records, at_least=None, weight=floor)
    assert scored(records, model, rules, floor) == scored(records, model, block.every_pair(), floor), rules
    return rules


def people(rng, size, prefix="P", gaps=0.15):
    columns = {"given_name": GIVEN, "surname": NAMES, "date_of_birth": DATES, "postcode": POSTCODES}
    frame = pd.DataFrame({"id": [f"{prefix}{number:05d}" for number in range(size)]})
    for name, values in columns.items():
        share = 1.0 / np.arange(1, len(values) + 1)
        drawn = rng.choice(np.array(values, object), size, p=share / share.sum())
        frame[name] = np.where(rng.random(size) < gaps, None, drawn)
    return Dataset(frame, id="id", name=prefix, fields={name: name for name in columns})


def model_of(rng, *, family=True, term_frequencies=True, learned_gaps=False, prior=0.01):
    comparisons = (
        compare.name("given_name", swapped_with="surname"),
        compare.surname("surname"),
        compare.date("date_of_birth"),
        compare.postcode("postcode"),
    )
    m, u = {}, {}
    for one in comparisons:
        size = len(one.levels) + 1
        m[one.name] = tuple(np.sort(rng.dirichlet(np.full(size, 0.5)))[::-1] * 0.99 + 0.01 / size)
        u[one.name] = tuple(np.sort(rng.dirichlet(np.full(size, 0.5))) * 0.99 + 0.01 / size)
    model = by_hand(comparisons, m, u, prior, term_frequencies=term_frequencies)
    from dataclasses import replace

    if learned_gaps:
        shares = tuple((float(a), float(b)) for a, b in rng.uniform(0.01, 0.5, (len(comparisons), 2)))
        model = replace(model, missing_shares=shares)
    if family:
        tied = ("surname", "date_of_birth", "postcode")
        weights = dict(zip(model.names, model.weights, strict=True))
        kin = FamilyAlternative(
            0.02, tuple(zip(tied, (0.8, 0.01, 0.9), strict=True)), tuple(tuple(weights[name].tolist()) for name in tied)
        )
        model = replace(model, family=kin)
    return model


@settings(max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1),
    family=st.booleans(),
    term_frequencies=st.booleans(),
    learned_gaps=st.booleans(),
    prior=st.sampled_from([0.3, 0.01, 1e-4, 1e-6]),
    floor=st.sampled_from([-12.0, -6.0, -1.0, 0.0, 3.0, 8.0]),
    shape=st.sampled_from(["dedupe", "link_only", "link_and_dedupe", "three"]),
)
def test_no_pair_above_the_floor_is_lost(seed, family, term_frequencies, learned_gaps, prior, floor, shape):
    rng = np.random.default_rng(seed)
    model = model_of(rng, family=family, term_frequencies=term_frequencies, learned_gaps=learned_gaps, prior=prior)
    if shape == "dedupe":
        records = Records([people(rng, 120)])
    elif shape == "three":
        records = Records([people(rng, 40, "A"), people(rng, 60, "B"), people(rng, 30, "C")])
    else:
        records = Records([people(rng, 40, "A"), people(rng, 90, "B")], shape)
    assert_complete(records, model, floor)
