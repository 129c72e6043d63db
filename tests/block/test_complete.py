"""Complete blocking finds every pair above a threshold: proved against the comparison of all pairs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import linkkit as lk
from linkkit import block, compare
from linkkit.dataset import Dataset
from linkkit.errors import SpecError
from linkkit.records import Records
from linkkit.score import by_hand
from linkkit.score._family import FamilyAlternative
from linkkit.specs import EveryPair

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


def test_the_rules_are_fewer_pairs_than_every_pair():
    """The proof above would hold of every_pair() as well: here the rules must be worth having."""
    rng = np.random.default_rng(5)
    comparisons = (compare.exact("surname"), compare.exact("given_name"), compare.exact("postcode"))
    m, u = {c.name: (0.9, 0.1) for c in comparisons}, {c.name: (0.02, 0.98) for c in comparisons}
    records = Records([people(rng, 3000)])
    rules = block.complete(by_hand(comparisons, m, u, 0.001), records)
    two_of_three = [{"given_name", "surname"}, {"surname", "postcode"}, {"given_name", "postcode"}]
    assert sorted(map(sorted, two_of_three)) == sorted(sorted(rule.columns) for rule in rules)
    assert len(repr(rules).splitlines()) == 5


@pytest.fixture(scope="module")
def sample_model(sample_run):
    return sample_run.records, sample_run.model


@pytest.mark.parametrize("floor", [-6.0, 0.0, 6.0])
def test_made_up_people_lose_no_pair(sample_model, floor):
    records, model = sample_model
    rules = assert_complete(records, model, floor)
    assert not any(isinstance(rule, EveryPair) for rule in rules)
    assert rules.pair_count < 0.3 * records.pair_count


@pytest.mark.parametrize("floor", [-6.0, 0.0])
def test_families_of_made_up_children_lose_no_pair(floor):
    left, right = lk.synth.families(130, seed=3)
    run = lk.link(left.dataset(), right.dataset(), progress=False)
    assert_complete(run.records, run.model, floor)


@pytest.mark.parametrize("floor", [-6.0, 0.0])
def test_real_people_lose_no_pair(shared_data, floor):
    people = lk.Dataset(shared_data / "fake_1000" / "fake_1000.csv", id="unique_id", blinded=["cluster"])
    run = lk.dedupe(people, progress=False)
    assert_complete(run.records, run.model, floor)


def test_frequent_values_are_left_out_where_only_rare_ones_can_reach_the_threshold():
    """A rare surname alone reaches the threshold by its frequency; a common one does not: the rule has a cap."""
    surnames = ["common"] * 2000 + [f"rare{number // 2}" for number in range(200)]
    frame = pd.DataFrame({"id": np.arange(2200), "surname": surnames})
    records = Records([Dataset(frame, id="id", fields={"surname": "surname"})])
    exact = compare.exact("surname", term_frequency=True)
    model = by_hand([exact], {"surname": (0.95, 0.05)}, {"surname": (0.8, 0.2)}, 0.01, term_frequencies=True)
    rules = assert_complete(records, model, 0.0)
    assert [rule.cap for rule in rules] == [2]


def test_frequencies_from_elsewhere_bound_the_pairs_too(sample_model):
    rng = np.random.default_rng(2)
    records = Records([people(rng, 400)])
    model = model_of(rng, prior=1e-3)
    known = {name: dict.fromkeys(values, 1e-6) for name, values in (("surname", NAMES), ("given_name", GIVEN))}
    known["postcode"] = {"ls1 1aa": 0.5}
    known["whole_date(date_of_birth)"] = {"2001-02-03": 1e-3}
    rules = block.complete(model, records, at_least=None, weight=2.0, frequencies=known)

    def kept(of):
        levels = compare.compare_pairs(block.candidate_pairs(records, of), model.comparisons)
        scores = model.score(levels, weight=2.0, frequencies=known)
        return list(zip(scores.left.tolist(), scores.right.tolist(), strict=True))

    assert kept(rules) == kept(block.every_pair())
    assert kept(rules)


def test_a_threshold_that_needs_no_agreement_is_told():
    rng = np.random.default_rng(4)
    records = Records([people(rng, 50)])
    rules = block.complete(model_of(rng, prior=0.9), records, at_least=1e-9)
    assert list(rules) == [block.every_pair()]
    assert "every_pair() is complete" in rules.findings[0]


def test_a_threshold_beyond_every_pair_needs_no_rule():
    rng = np.random.default_rng(4)
    records = Records([people(rng, 50)])
    rules = block.complete(model_of(rng), records, at_least=None, weight=500.0)
    assert list(rules) == []
    assert block.candidate_pairs(records, rules).count() == 0


def test_what_is_no_model_or_threshold_is_refused():
    rng = np.random.default_rng(4)
    records = Records([people(rng, 50)])
    with pytest.raises(SpecError, match="weights add up"):
        block.complete(object(), records)
    with pytest.raises(SpecError, match="needs a threshold"):
        block.complete(model_of(rng), records, at_least=0.0)
    with pytest.raises(SpecError, match="takes a model"):
        block.complete(model_of(rng))
