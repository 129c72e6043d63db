"""Whether relatives are a class: the comparison of both fits, where it is kept, and what it does to a linkage."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import linkkit as lk
from linkkit.score import ClassFit, FellegiSunter, Layout, load_model
from linkkit.score._cells import Cells
from linkkit.score._classes import MOST_OF_GIVEN, family_probability, learn_classes
from linkkit.score._family_evidence import bic, compare_fits

TWO_CLASSES = lk.Plan(score=FellegiSunter(learn_from="candidates", families=False, accept="all"))
likelihoods = st.floats(-1e6, -1.0)


def linked(siblings, plan=None, **options):
    left, right = lk.synth.families(500, seed=8, siblings=siblings, **options)
    return lk.link(left.dataset(), right.dataset(), plan=plan, progress=False), left.matches(right)


@pytest.fixture(scope="module")
def families():
    return linked(1.0)


@pytest.fixture(scope="module")
def control():
    return linked(0.0)


def f1(run, matches):
    return run.evaluate(matches).pairs.f1


def fit_of(likelihood, parameters, pairs):
    return ClassFit(likelihood, parameters, bic(likelihood, parameters, pairs), 10.0, 5.0)


@given(likelihoods, likelihoods, st.integers(2, 10**12))
def test_the_class_is_used_where_twice_the_gain_exceeds_the_price_of_a_parameter(without, within, pairs):
    evidence = compare_fits(fit_of(without, 1, pairs), fit_of(within, 2, pairs), pairs)
    excess = 2 * (within - without) - np.log(pairs)
    assert evidence.likelihood_ratio == pytest.approx(2 * evidence.gain)
    if abs(excess) > 1e-6:
        assert evidence.is_used == (excess > 0)


def test_a_class_that_nobody_is_in_is_not_used_however_much_it_gains():
    assert not compare_fits(fit_of(-100.0, 1, 50), fit_of(-10.0, 2, 50), 50, is_found=False).is_used


def test_families_are_found_where_there_are_some(families):
    run, matches = families
    evidence = run.model.family_evidence
    assert evidence.is_used
    assert evidence.pairs == run.records.pair_count
    assert evidence.three_classes.parameters == evidence.two_classes.parameters + 1
    assert evidence.three_classes.bic < evidence.two_classes.bic
    assert evidence.three_classes.expected_relatives == pytest.approx(run.model.expected_relatives, rel=0.01)
    assert run.model.expected_matches == pytest.approx(len(matches), rel=0.06)


def test_they_make_the_linkage_better_than_two_classes_do(families):
    run, matches = families
    assert f1(run, matches) > f1(linked(1.0, TWO_CLASSES)[0], matches) + 0.02


def test_nothing_is_lost_where_there_are_none(control):
    run, matches = control
    assert not run.model.family_evidence.is_used
    assert run.model.family is None
    assert run.model.expected_relatives == 0
    assert f1(run, matches) >= f1(linked(0.0, TWO_CLASSES)[0], matches)


def test_the_evidence_is_saved_and_printed(families, tmp_path):
    model = families[0].model
    path = model.save(tmp_path / "model.json")
    assert load_model(path).family_evidence == model.family_evidence
    assert f"Relatives are a class of their own: {model.family_evidence.reason}." in str(model)
    assert model.family_evidence.reason in model._repr_html_()
    old = json.loads(path.read_text("utf-8"))
    del old["family_evidence"]  # a model of before
    path.write_text(json.dumps(old), "utf-8")
    assert load_model(path).family_evidence is None


@pytest.mark.parametrize("learn_from", ["candidates", "passes"])
def test_a_model_from_labels_has_the_evidence_too(learn_from):
    left, right = lk.synth.families(500, seed=8)
    plan = lk.Plan(score=FellegiSunter(learn_from=learn_from, families=True, accept="all"))
    run = lk.link(left.dataset(), right.dataset(), plan=plan, labels=left.matches(right), progress=False)
    assert run.model.family_evidence is not None
    assert run.model.family_evidence.is_used == (run.model.family is not None)


def test_a_model_without_the_class_says_so(control):
    assert "Relatives are no class of their own" in str(control[0].model)


def test_twins_are_told_where_the_files_have_few_people_in_common():
    run, matches = linked(1.0, overlap=0.3)
    twins = dict(run.model.family.ties)["date_of_birth"]
    assert 0.01 < twins <= MOST_TWINS
    assert run.evaluate(matches).pairs.precision > 0.93


MOST_TWINS = MOST_OF_GIVEN * 0.01
LAYOUT = Layout((2, 2, 2))  # surname, given name, birth
LEVELS = np.array([(a, b, c) for a in (1, 2) for b in (1, 2) for c in (1, 2)], np.uint8)
M = np.array([0.9, 0.1, 0.92, 0.08, 0.95, 0.05])
U = np.array([0.01, 0.99, 0.02, 0.98, 0.003, 0.997])


@pytest.mark.parametrize(("twins", "learned"), [(0.0, 0.0), (0.03, 0.03), (0.3, MOST_TWINS)])
def test_the_share_of_twins_is_learned_as_far_as_it_can_be_one(twins, learned):
    usual = np.array([0.8, 0.0, 0.01])
    true = np.array([0.8, 0.8, 0.0, 0.0, twins, twins])
    places = LAYOUT.places(LEVELS)
    classes = [(0.001, M), (0.004, family_probability(M, U, true)), (0.995, U)]
    counts = 1e8 * sum(share * np.prod(flat[places], axis=1) for share, flat in classes)
    found = learn_classes(
        Cells(LEVELS, counts, np.zeros(8), np.zeros(8)), LAYOUT, u_probability=U, m_probability=M, prior=1e-3,
        ties=usual, others=0.0, pseudo=np.zeros(6), fixed_m=M, tie_strength=np.array([np.inf, np.inf, 50.0]),
        max_iterations=5000, tolerance=1e-10,
    )  # fmt: skip
    assert found.ties[-1] == pytest.approx(learned, abs=0.003)
    assert found.ties[:2].tolist() == [0.8, 0.0]
