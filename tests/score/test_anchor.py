"""m anchored on a strong identifier, by a spec and by itself."""

from __future__ import annotations

import numpy as np
import pytest

import linkkit as lk
from linkkit.block import candidate_pairs, on
from linkkit.compare import compare_pairs, exact, identifier, text
from linkkit.dataset import Dataset
from linkkit.errors import ModelError, SpecError
from linkkit.score import FellegiSunter, fit

TRUE_M = (0.90, 0.95, 0.97)
RULES = [on("given_name", "surname"), on("date_of_birth")]


def numbered(make_people, held=0.8, size=4_000, seed=4, worse=0.0):
    """Two files with NHS numbers for a share; records without one are mistyped more often by ``worse``."""
    first, second = make_people(size, seed)
    rng = np.random.default_rng(seed)
    for frame in (first, second):
        frame["nhs_number"] = frame["id"].map(lambda number: nhs_number(400_000_000 + 7 * number))
        frame.loc[rng.random(len(frame)) >= held, "nhs_number"] = None
    lacks = np.flatnonzero(second["nhs_number"].isna() & (rng.random(len(second)) < worse))
    second.loc[lacks, "given_name"] = second["given_name"].to_numpy()[rng.permutation(len(second))[: len(lacks)]]
    return Dataset(first, name="a", id="id"), Dataset(second, name="b", id="id")


def nhs_number(nine):
    """Nine digits and the check digit, by modulus 11; of the numbers that have none the next is taken."""
    check = 11 - sum(int(digit) * (10 - place) for place, digit in enumerate(str(nine))) % 11
    return nhs_number(nine + 1) if check == 10 else f"{nine}{check % 11}"


def compared(datasets):
    columns = [text("given_name"), text("surname"), exact("date_of_birth"), identifier("nhs_number")]
    return compare_pairs(candidate_pairs(*datasets, RULES), columns)


@pytest.mark.parametrize("learn_from", ["passes", "candidates"])
def test_m_comes_from_pairs_that_agree_on_the_number(make_people, learn_from):
    model = fit(compared(numbered(make_people)), anchor="nhs_number", learn_from=learn_from, families=True)
    assert [m[0] for m in model.m_probability[:3]] == pytest.approx(TRUE_M, abs=0.03)
    assert model.m_source[0][0] == "agreement on nhs_number"
    assert model.m_source[3][0] != "agreement on nhs_number"
    assert model.expected_matches == pytest.approx(2_000, rel=0.06)
    pairs = 0.8 * 0.8 * 2_000
    assert model.m_standard_error[0][0] == pytest.approx(np.sqrt(0.9 * 0.1 / pairs), rel=0.2)
    assert not model.diagnosis.serious


def test_holders_who_differ_from_the_others_are_found(make_people):
    alike = fit(compared(numbered(make_people)), anchor="nhs_number")
    assert "anchor_used" in alike.diagnosis
    assert "anchor_not_representative" not in alike.diagnosis
    other = fit(compared(numbered(make_people, held=0.6, worse=0.5)), anchor="nhs_number")
    found = other.diagnosis["anchor_not_representative"]
    assert found.comparisons == ("given_name",)
    assert found.measured > 0.1


def test_where_all_hold_it_there_is_nothing_to_say(make_people):
    model = fit(compared(numbered(make_people, held=1.1)), anchor="nhs_number")
    assert "anchor_used" not in model.diagnosis


def test_a_number_of_nobodys_own_is_refused(make_people):
    """A code that many share teaches an m of strangers."""
    first, second = make_people(2_000, 5)
    rng = np.random.default_rng(5)
    for frame in (first, second):
        frame["nhs_number"] = [nhs_number(400_000_000 + 7 * int(code)) for code in rng.integers(0, 200, len(frame))]
    levels = compared([Dataset(frame, name=name, id="id") for frame, name in ((first, "a"), (second, "b"))])
    with pytest.raises(ModelError, match="implausible_disagreement"):
        fit(levels, anchor="nhs_number")


def test_the_recommended_plan_uses_it_where_it_is_there(make_people):
    datasets = numbered(make_people)
    run = lk.link(*datasets, progress=False)
    assert run.plan.score.anchor == "nhs_number"
    assert run.model.m_source[0][0] == "agreement on nhs_number"
    right = (run.links["left_id"] == run.links["right_id"]).mean()
    assert right > 0.98
    assert len(run.links) > 0.97 * 2_000


@pytest.mark.parametrize("held", [0.0, 0.05])
def test_the_recommended_plan_leaves_it_alone_where_few_hold_it(make_people, held):
    assert lk.link(*numbered(make_people, held=held), progress=False).plan.score.anchor is None


def test_the_recommended_plan_leaves_a_code_that_many_share_alone(make_people):
    first, second = make_people(2_000, 5)
    rng = np.random.default_rng(5)
    for frame in (first, second):
        frame["nhs_number"] = [nhs_number(400_000_000 + 7 * int(code)) for code in rng.integers(0, 1_500, len(frame))]
    datasets = [Dataset(frame, name=name, id="id") for frame, name in ((first, "a"), (second, "b"))]
    assert lk.link(*datasets, progress=False).plan.score.anchor is None


def test_an_anchor_and_passes_contradict_each_other():
    with pytest.raises(SpecError, match="not both"):
        FellegiSunter(anchor="nhs_number", passes=[on("surname")])


def test_an_anchor_that_nobody_agrees_on_says_so(make_people):
    with pytest.raises(ModelError, match="No two records agree on nhs_number"):
        fit(compared(numbered(make_people, held=0.002, size=400)), anchor="nhs_number")
