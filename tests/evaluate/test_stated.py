from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import linkkit as lk
from linkkit import decide, evaluate
from linkkit.evaluate._all_matches import FoundMatches, all_matches
from linkkit.evaluate._belonging import cluster_pairs
from linkkit.evaluate._bootstrap import pattern_interval
from linkkit.evaluate._matching import matching_probability
from linkkit.score import expectation_maximisation
from linkkit.specs import Made

# --- one match at most ------------------------------------------------------------------------------------------------


def by_enumeration(left, right, weight):
    """The share of all matchings that holds each pair, each weighed by the product of its odds."""
    total, share = 0.0, np.zeros(len(weight))
    for size in range(len(weight) + 1):
        for chosen in combinations(range(len(weight)), size):
            ends = [("left", left[at]) for at in chosen] + [("right", right[at]) for at in chosen]
            if len(set(ends)) == len(ends):
                odds = float(np.exp2(sum(weight[at] for at in chosen)))
                total += odds
                share[list(chosen)] += odds
    return share / total


@given(
    parents=st.lists(st.integers(0, 5), min_size=1, max_size=6),
    bits=st.lists(st.floats(-8, 12), min_size=6, max_size=6),
)
@example(parents=[0, 0, 0], bits=[0.0, 12.0, 12.0, 0.0, 0.0, 0.0])  # two likely pairs of one record settle slowly
@settings(max_examples=150, deadline=None)
def test_matching_probability_is_exact_on_trees(parents, bits):
    """Node k hangs on an earlier one, and sides take turns: pairs that form no cycle."""
    side, pairs = [0], []
    for node, parent in enumerate(parents, 1):
        above = parent % node
        side.append(1 - side[above])
        pairs.append((above, node) if side[above] == 0 else (node, above))
    left, right = (np.array(rows) for rows in zip(*pairs, strict=True))
    weight = np.array(bits[: len(pairs)])
    np.testing.assert_allclose(
        matching_probability(left, right, weight), by_enumeration(left, right, weight), atol=2e-5
    )


def test_two_siblings_with_a_record_each_in_both_files_do_not_make_each_other_doubtful():
    left, right = np.array([0, 0, 1, 1]), np.array([2, 3, 2, 3])
    weight = np.array([20.0, 5.0, 5.0, 20.0])
    found = matching_probability(left, right, weight)
    np.testing.assert_allclose(found, by_enumeration(left, right, weight), atol=1e-6)
    assert found[0] > 0.999999


# --- within clusters --------------------------------------------------------------------------------------------------


def test_pairs_that_a_cluster_joins_through_others_are_as_sure_as_the_chain(make):
    records = make.records(list("abcd"))
    clusters = decide.clusters(make.scores(records, [(0, 1, 3.0), (1, 2, 4.0), (2, 3, -9.0)]), at_least=0.5)
    left, right, probability = cluster_pairs(clusters)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 1), (0, 2), (1, 2)]
    first, second = 8 / 9, 16 / 17
    np.testing.assert_allclose(probability, [first, first * second, second])


@pytest.mark.parametrize("link_type", ["link_only", "link_and_dedupe"])
def test_clusters_of_two_datasets_count_the_pairs_that_the_linkage_could_make(make, link_type):
    records = make.records(list("ab"), list("xy"), link_type=link_type)
    clusters = decide.clusters(make.scores(records, [(0, 2, 9.0), (1, 2, 9.0)]), at_least=0.5)
    left, right, _ = cluster_pairs(clusters)
    expected = {"link_only": [(0, 2), (1, 2)], "link_and_dedupe": [(0, 1), (0, 2), (1, 2)]}[link_type]
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == expected


# --- all matches ------------------------------------------------------------------------------------------------------


def captured(counts, made):
    """Found matches of fields that agree (0) or not (1), where every pattern is drawn once."""
    every = np.array(list(product((0, 1), repeat=counts.ndim)))
    is_made = np.array([made(row) for row in every])
    errors = (np.array([False, True]),) * counts.ndim
    found = every[is_made]
    return FoundMatches(found, counts[tuple(found.T)], errors, every, np.zeros(len(every)), is_made, is_made)


@given(first=st.floats(0.5, 0.95), second=st.floats(0.5, 0.95))
@settings(max_examples=25, deadline=None)
def test_two_rules_of_a_field_each_give_the_estimate_of_lincoln_and_petersen(first, second):
    counts = 1e6 * np.outer([first, 1 - first], [second, 1 - second])
    fitted = all_matches(captured(counts, lambda row: not row.all()))
    both, one, other = counts[0, 0], counts[0, 1], counts[1, 0]
    assert fitted.total == pytest.approx((both + one) * (both + other) / both, rel=0.02)


@pytest.mark.parametrize("spread", [0.0, 1.0])
def test_matches_that_no_rule_made_are_counted_also_where_some_pairs_are_written_worse(spread):
    """Five fields, of which three must agree; carefulness differs from match to match."""
    node, share = np.polynomial.hermite_e.hermegauss(40)
    share = share / share.sum()
    odds = np.exp(spread * node)[:, None] * np.array([0.05, 0.1, 0.2, 0.3, 0.4])
    error = odds / (1 + odds)
    every = np.array(list(product((0, 1), repeat=5)))
    shape = np.array([float(share @ np.where(row, error, 1 - error).prod(axis=1)) for row in every]).reshape((2,) * 5)
    fitted = all_matches(captured(1e5 * shape, lambda row: row.sum() <= 2))
    assert fitted.total == pytest.approx(1e5, rel=0.02)
    assert fitted.found_share < 0.99
    assert fitted.best.spread == spread


# --- intervals --------------------------------------------------------------------------------------------------------

SIZES = (3, 3, 2, 3)
M = ([0.85, 0.1, 0.05], [0.8, 0.1, 0.1], [0.95, 0.05], [0.7, 0.1, 0.2])
U = ([0.02, 0.03, 0.95], [0.01, 0.04, 0.95], [0.5, 0.5], [0.05, 0.1, 0.85])


def test_intervals_hold_what_is_true_about_95_times_in_100():
    """Pattern counts drawn from a known model; m and the prior learned from each draw."""
    from linkkit.score._layout import Layout

    random, layout, flat_u = np.random.default_rng(5), Layout(SIZES), np.concatenate(U)
    levels = np.array(list(product(*(range(1, size + 1) for size in SIZES))), np.uint8)
    shares = [np.prod([np.array(p)[levels[:, at] - 1] for at, p in enumerate(table)], axis=0) for table in (M, U)]
    trials, held = 100, np.zeros(2)
    for trial in range(trials):
        matches = random.binomial(20_000, 0.02)
        true = random.multinomial(matches, shares[0])
        counts = true + random.multinomial(20_000 - matches, shares[1])
        seen = counts > 0
        true, counts, places = true[seen], counts[seen], layout.places(levels[seen])
        found = expectation_maximisation(
            levels[seen], counts, layout, u_probability=flat_u, prior=0.02, max_iterations=1000, tolerance=1e-8
        )
        weight = np.log2(found.prior / (1 - found.prior)) + np.log2(found.m_probability / flat_u)[places].sum(axis=1)
        stated = pattern_interval(levels[seen], counts, weight, seed=trial)
        linked = weight >= 0
        actual = true[linked].sum() / counts[linked].sum(), true[linked].sum() / matches
        held += [stated[name][1] <= value <= stated[name][2] for name, value in zip(stated, actual, strict=True)]
    # Three standard errors of a share of 95 in 100, either way.
    assert (np.abs(held / trials - 0.95) <= 3 * np.sqrt(0.95 * 0.05 / trials)).all()


# --- runs -------------------------------------------------------------------------------------------------------------


def settled(recorded):
    """A dataset without the numbers that settle everything."""
    dataset = recorded.dataset()
    numbers = [column for field in ("nhs_number", "upn") if field in dataset.fields for column in
               dataset.fields[field].columns]  # fmt: skip
    frame = recorded.frame.drop(columns=[*numbers, *recorded.blinded])
    return lk.Dataset(frame, name=recorded.name, id=recorded.id)


def truth_of(*recorded):
    return {one.name: one.truth.set_index("record_id")["person_id"] for one in recorded}


@pytest.fixture(scope="module")
def linked():
    population = lk.synth.people(5_000, seed=11, sibling_share=0.8, twin_share=0.03)
    trial, register = population.trial(families=1_200), population.register(coverage=0.9)
    run = lk.link(settled(trial), settled(register), progress=False)
    return run, truth_of(trial, register)


def test_stated_figures_of_a_link_of_siblings_turn_out_true(linked):
    run, truth = linked
    stated, true = evaluate.expected_of_run(run), evaluate.pair_quality(run.decision, truth)
    assert stated.scope == "all pairs"
    assert stated.precision == pytest.approx(true.precision, abs=0.01)
    assert stated.recall == pytest.approx(true.recall, abs=0.01)
    assert stated.expected_matches == pytest.approx(true.true_pairs, rel=0.01)
    assert stated.precision_interval[0] <= stated.precision <= stated.precision_interval[1]


def test_what_blocking_loses_is_stated_before_the_truth_is_seen():
    """Two rules that lose one match in six between them: without the estimate recall would be overstated by as much."""
    population = lk.synth.people(6_000, seed=12)
    bad = lk.synth.Errors().scaled(4)
    first, second = (population.register(coverage=0.9, name=name, errors=bad) for name in ("first", "second"))
    plan = lk.Plan(block=[lk.block.on("surname", "given_name"), lk.block.on("date_of_birth", "postcode")])
    run = lk.link(settled(first), settled(second), plan=plan, progress=False)
    true = evaluate.pair_quality(run.decision, truth_of(first, second), candidates=run.pairs)
    assert true.blocking_loss > 0.05
    stated = evaluate.expected_of_run(run)
    assert 1 - stated.made_share == pytest.approx(true.blocking_loss, abs=0.02)
    assert stated.recall == pytest.approx(true.recall, abs=0.03)
    assert stated.precision == pytest.approx(true.precision, abs=0.01)


def test_stated_figures_of_large_clusters_turn_out_true():
    spells = lk.synth.people(5_000, seed=13).intervention(coverage=0.4, spells=6)
    run = lk.dedupe(lk.Dataset(settled(spells).to_pandas().drop(columns="client_ref", errors="ignore"),
                               id=spells.id, name=spells.name), progress=False)  # fmt: skip
    stated, true = evaluate.expected_of_run(run), evaluate.pair_quality(run.decision, truth_of(spells)[spells.name])
    assert stated.links == true.links
    assert stated.precision == pytest.approx(true.precision, abs=0.02)
    assert stated.recall == pytest.approx(true.recall, abs=0.02)


def test_stated_figures_are_the_same_each_time(linked):
    run, _ = linked
    assert evaluate.expected_of_run(run) == evaluate.expected_of_run(run)


def test_columns_that_every_rule_asks_for_are_named(linked):
    run, _ = linked
    plan = lk.Plan(block=[lk.block.on("date_of_birth", "sex"), lk.block.on("date_of_birth", "surname")])
    again = lk.link(*run.datasets, plan=plan, progress=False)
    limits = " ".join(evaluate.expected_of_run(again).limits)
    assert "Every blocking rule asks for date_of_birth" in limits


def test_rules_that_cannot_be_told_from_fields_are_asked_about_planted_records():
    """The same pairs, made by a function of one's own: what it loses is stated as of the rule that it stands for."""

    def by_name(records):
        """All pairs between two datasets that agree on forename and surname."""
        key = records.encoded("given_name").codes.astype(np.int64) << 32 | records.encoded("surname").codes
        start = int(records.starts[1])
        frames = [
            pd.DataFrame({"row": np.arange(len(part)) + first, "key": part})[part > 0]
            for part, first in ((key[:start], 0), (key[start:], start))
        ]
        both = frames[0].merge(frames[1], on="key")
        return both["row_x"].to_numpy(), both["row_y"].to_numpy()

    population = lk.synth.people(5_000, seed=12)
    bad = lk.synth.Errors().scaled(4)
    first, second = (settled(population.register(coverage=0.9, name=name, errors=bad)) for name in ("first", "second"))
    rest = lk.block.on("date_of_birth", "postcode")
    model = lk.link(first, second, progress=False).model
    stated = []
    for rule in (lk.block.on("given_name", "surname"), Made(by_name)):
        plan = lk.Plan(block=[rest, rule], compare=model.comparisons)
        stated.append(evaluate.expected_of_run(lk.link(first, second, plan=plan, progress=False)))
    assert stated[1].made_share == pytest.approx(stated[0].made_share, abs=0.02)
    assert stated[1].recall == pytest.approx(stated[0].recall, abs=0.02)
    assert stated[1].recall < 0.97
