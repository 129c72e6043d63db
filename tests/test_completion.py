"""Two-stage linkage: candidates to learn from, then every pair above the threshold."""

from __future__ import annotations

import numpy as np
import pytest

import linkkit as lk
from linkkit import block, compare
from linkkit.completion import floor_of, most_seconds
from linkkit.errors import PlanError, SpecError
from linkkit.plan import Plan


@pytest.fixture(scope="module")
def files():
    trial, register = lk.synth.sample()
    return trial.dataset(), register.dataset()


POOR = (block.on("postcode"),)  # whoever moved is lost


@pytest.fixture(scope="module")
def poor(files):
    return {
        linking: lk.link(*files, plan=Plan(block=POOR, linking=linking), progress=False)
        for linking in ("candidates", "complete")
    }


def test_complete_finds_what_the_rules_of_the_plan_missed(poor):
    first, both = poor["candidates"], poor["complete"]
    assert len(both.linked) > len(first.linked)
    assert both.model.weights[0].tolist() == first.model.weights[0].tolist()
    assert "Complete blocking" in both.notes[0]
    assert first.notes == ()


def test_no_pair_above_the_floor_is_missed_and_none_comes_twice(poor, files):
    run = poor["complete"]
    floor = floor_of(run.plan.decide, run.records, run.model)
    everything = compare.compare_pairs(block.candidate_pairs(run.records, block.every_pair()), run.plan.compare)
    wanted = run.model.score(everything, weight=floor)
    found = run.scores.at_least(weight=floor)
    assert np.array_equal(found.left, wanted.left)
    assert np.array_equal(found.right, wanted.right)
    np.testing.assert_allclose(found.weight, wanted.weight)


def test_scores_name_the_rule_that_made_them(poor):
    run = poor["complete"]
    made = run.pairs.source.made_by(run.scores.left, run.scores.right)
    assert np.array_equal(made.argmax(axis=1), run.scores.rule)
    assert run.scores.rule.max() >= len(POOR)


def test_the_pairs_reported_are_the_pairs_made(poor):
    run = poor["complete"]
    assert int(run.levels.code_counts()[1].sum()) == run.pairs.count()


def test_many_pairs_are_counted_and_not_graded_again(files, poor, monkeypatch):
    monkeypatch.setattr("linkkit.completion._GRADED_AGAIN", 0)
    run = lk.link(*files, plan=Plan(block=POOR, linking="complete"), progress=False)
    assert sum(run.completed) > 0
    rules, by_rule = run.pairs.rules, run.levels.code_counts()[1]
    counts = [block.candidate_pairs(run.records, rule).count() for rule in rules]
    kept = by_rule.sum(axis=0)[len(POOR) :]
    assert (np.array(run.completed) + kept).tolist() == counts[len(POOR) :]
    rows = lk.report.summarise(run)["blocking"]
    assert rows["candidates"] == sum(counts)
    assert [row["pairs_new"] for row in rows["rules"]] == [*counts[: len(POOR)], *[None] * len(run.completed)]
    assert len(run.scores) == len(poor["complete"].scores)


def test_named_rules_are_kept_to_unless_asked_and_recommended_ones_are_not(files, sample_run):
    named = lk.link(*files, plan=Plan(block=POOR), progress=False)
    assert named.plan.linking == "candidates"
    assert sample_run.plan.linking == "automatic"
    assert "Complete blocking" in sample_run.notes[0]


def test_what_costs_too_much_is_said_and_left(files, monkeypatch):
    monkeypatch.setattr("linkkit.completion._SECONDS", 0.0)
    monkeypatch.setattr("linkkit.completion._SECONDS_A_RECORD", 0.0)
    run = lk.link(*files, plan=Plan(block=POOR, linking="automatic"), progress=False)
    assert "more than the 0 s" in run.notes[0]
    assert run.pairs.rules == POOR
    forced = lk.link(*files, plan=Plan(block=POOR, linking="complete"), progress=False)
    assert "Complete blocking: Every pair" in forced.notes[0]


def test_the_bound_grows_with_the_records(sample_run):
    assert most_seconds(sample_run.records) == pytest.approx(10 + 60e-6 * len(sample_run.records))


def test_records_left_over_count_from_further_below(sample_run):
    plain = lk.decide.OneToOne(at_least=0.5)
    late = lk.decide.OneToOne(at_least=0.5, leftovers=True)
    assert floor_of(plain, sample_run.records, sample_run.model) == 0.0
    assert floor_of(late, sample_run.records, sample_run.model) < -2.0
    banded = lk.decide.Threshold(at_least=0.9, review=(0.25, 0.9))
    assert floor_of(banded, sample_run.records, sample_run.model) == pytest.approx(np.log2(1 / 3))


def test_a_plan_says_what_linking_may_be():
    with pytest.raises(SpecError, match="linking is one of 'automatic', 'candidates', 'complete'"):
        Plan(linking="all")


def test_a_plan_file_holds_it(tmp_path):
    plan = Plan(linking="complete")
    assert Plan.load(plan.save(tmp_path / "plan.toml")) == plan
    (tmp_path / "wrong.toml").write_text('linkkit_plan = 1\nlinking = "all"\n', "utf-8")
    with pytest.raises(PlanError, match="linking must be"):
        Plan.load(tmp_path / "wrong.toml")
