"""What is no plan: each call says what it was given, and which call takes that."""

from __future__ import annotations

import pathlib

import pytest

import linkkit as lk
from linkkit.errors import SpecError
from linkkit.pipelines import algorithm, trial_to_admin


@pytest.fixture(scope="module")
def datasets():
    trial, register = lk.synth.sample()
    return trial.dataset(), register.dataset()


SUI = algorithm("sui_4")
NO_PLANS = [
    (SUI, f"got the algorithm {SUI.name!r}"),
    ("study.toml", r"got a text \(str\).*lk\.Plan\.load\(path\)"),
    ("", r"got a text \(str\)"),
    (pathlib.Path("study.toml"), r"got a path \(\w*Path\).*lk\.Plan\.load\(path\)"),
    ({"compare": []}, r"got a mapping \(dict\).*lk\.Plan\(compare="),
    ({}, r"got a mapping \(dict\)"),
    (lk.Plan, r"got the class Plan itself\. Make one: Plan\(\.\.\.\)"),
    (3, "got a value of type int"),
]


@pytest.mark.parametrize(("given", "told"), NO_PLANS)
def test_what_is_no_plan_is_told_for_what_it_is(datasets, given, told):
    with pytest.raises(SpecError, match=rf"^link\(plan=\) takes a linkkit\.Plan, or a pipeline; {told}"):
        lk.link(*datasets, plan=given, progress=False)
    with pytest.raises(SpecError, match=rf"^dedupe\(plan=\) takes a linkkit\.Plan; {told}"):
        lk.dedupe(datasets[0], plan=given, progress=False)
    with pytest.raises(SpecError, match=rf"^rehearse\(plan=\) takes a linkkit\.Plan; {told}"):
        lk.rehearse(people=50, plan=given, progress=False)


def test_the_call_that_takes_an_algorithm_is_the_one_that_is_named(datasets):
    with pytest.raises(SpecError, match=r"algorithm\.link\(left, right\)"):
        lk.link(*datasets, plan=SUI)
    with pytest.raises(SpecError, match=r"algorithm\.dedupe\(dataset\)"):
        lk.dedupe(datasets[0], plan=SUI)
    assert callable(SUI.link)
    assert callable(SUI.dedupe)


def test_a_pipeline_links_and_finds_no_duplicates(datasets):
    with pytest.raises(SpecError, match=r"dedupe\(plan=\).* got the pipeline 'trial_to_admin'\..*lk\.link"):
        lk.dedupe(datasets[0], plan=trial_to_admin())


def test_a_run_has_a_plan_and_is_none(datasets, sample_run):
    with pytest.raises(SpecError, match=r"got a Run\. It has one: give its \.plan"):
        lk.link(*datasets, plan=sample_run)
