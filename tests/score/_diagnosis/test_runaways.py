"""Files on which plain expectation-maximisation runs away: fields that repeat each other, few people in both files.

Whatever the plan, a linkage ends in a right answer or is refused; never in a wrong one without a word.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import linkkit as lk
from linkkit import block, compare
from linkkit.decide import OneToOne
from linkkit.errors import DiagnosisError
from linkkit.score import FellegiSunter

RIGHT = 0.9
FIELDS = {name: name for name in ("given_name", "surname", "town", "postcode", "label")}
PARTS = [compare.name("given_name"), compare.surname("surname")]
COLUMNS = {
    "a town that the postcode tells": [*PARTS, compare.exact("town"), compare.exact("postcode")],
    "a whole name beside its parts": [*PARTS, compare.text("label"), compare.exact("postcode")],
}
TRAINING = {
    "passes on names": (
        [block.on("surname"), block.on("given_name", "postcode")], FellegiSunter(),
    ),
    "one loose pass": ([block.on("postcode")], FellegiSunter()),
    "one pass on forenames": ([block.on("given_name")], FellegiSunter()),
    "all candidates": ((), FellegiSunter(learn_from="candidates")),
    "all candidates, with families": ((), FellegiSunter(learn_from="candidates", families=True)),
    "all candidates, no prior on m": ((), FellegiSunter(learn_from="candidates", m_prior_share=0.0)),
}  # fmt: skip


def voters(size: int, share: float, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two files of voters, a share of them in both.

    Names are common, the postcode tells the town, and the whole name stands under a heading that says nothing.
    """
    rng = np.random.default_rng(seed)
    in_both = int(share * size)
    total = 2 * size - in_both
    given, family = _names(rng, 600), _names(rng, 3_000)
    towns = _names(rng, 120)
    postcode = rng.choice(400, total, p=_zipf(400, 20))
    people = pd.DataFrame(
        {
            "id": np.arange(total),
            "given_name": rng.choice(given, total, p=_zipf(600, 8)),
            "surname": rng.choice(family, total, p=_zipf(3_000, 30)),
            "town": towns[postcode % 120],
            "postcode": (27_000 + postcode * 3).astype(str),
        }
    )
    left, right = people.iloc[:size].copy(), people.iloc[size - in_both :].copy()
    right = mistyped(right, ["given_name", "surname"], 0.08, rng)
    for frame in (left, right):
        frame["label"] = frame["given_name"] + " " + frame["surname"]
    return left, right


def mistyped(frame: pd.DataFrame, columns: list[str], share: float, rng: np.random.Generator) -> pd.DataFrame:
    """Change a letter of a share of the values of some columns."""
    for column in columns:
        rows = np.flatnonzero(rng.random(len(frame)) < share)
        values = frame[column].to_numpy(object).copy()
        for row in rows.tolist():
            place = int(rng.integers(1, len(values[row])))
            values[row] = (
                values[row][:place] + "abcdefghijklmnopqrstuvwxyz"[int(rng.integers(26))] + values[row][place + 1 :]
            )
        frame[column] = values
    return frame


def _names(rng: np.random.Generator, count: int) -> np.ndarray:
    consonants, vowels = list("bcdfghklmnprstvw"), list("aeiou")
    return np.array(
        [
            "".join(rng.choice(consonants) + rng.choice(vowels) for _ in range(int(rng.integers(2, 5))))
            for _ in range(count)
        ]
    )


def _zipf(count: int, flat: int) -> np.ndarray:
    share = 1.0 / np.arange(flat, count + flat)
    return share / share.sum()


def linked(files, plan):
    left, right = (
        lk.Dataset(frame, id="id", name=name, fields=FIELDS) for frame, name in zip(files, "ab", strict=True)
    )
    return lk.link(left, right, plan=plan, progress=False)


def precision_and_recall(run, files):
    right = int((run.links["left_id"] == run.links["right_id"]).sum())
    return right / max(len(run.links), 1), right / len(set(files[0]["id"]) & set(files[1]["id"]))


@pytest.mark.parametrize("training", TRAINING)
@pytest.mark.parametrize("columns", COLUMNS)
@pytest.mark.parametrize(("share", "seed"), [(0.05, 1), (0.05, 3), (0.3, 2)])
def test_a_linkage_on_fields_that_repeat_each_other_is_right_or_refused(share, seed, columns, training):
    files = voters(2_500, share, seed)
    rules, score = TRAINING[training]
    plan = lk.Plan(block=rules, compare=COLUMNS[columns], score=score, decide=OneToOne(leftovers=True))
    run, refusal = None, None
    try:
        run = linked(files, plan)
    except DiagnosisError as error:
        refusal = error
    if run is not None:
        assert min(precision_and_recall(run, files)) > RIGHT, run.diagnosis
    if refusal is not None:
        assert refusal.diagnosis.serious
        assert "accept" in str(refusal)


@pytest.mark.parametrize("seed", range(1, 5))
def test_without_a_plan_it_is_right_and_the_columns_that_repeat_others_are_left_out(seed):
    files = voters(3_000, 0.05, seed)
    run = linked(files, lk.Plan(decide=OneToOne(leftovers=True)))
    assert min(precision_and_recall(run, files)) > RIGHT
    assert [comparison.name for comparison in run.levels.comparisons] == ["given_name", "surname", "postcode"]
    assert not run.diagnosis.serious
    found = [finding for finding in run.diagnosis if finding.name == "contained_columns"]
    assert sorted(finding.comparisons[0] for finding in found) == ["label", "town"]
    assert {finding.severity for finding in found} == {"note"}


def test_the_same_plan_on_plain_counts_would_have_run_away():
    """What is refused is wrong: accepted, hardly a link in three is true, and the model is sure of them."""
    files = voters(2_500, 0.05, 1)
    rules, score = TRAINING["passes on names"]
    columns = COLUMNS["a town that the postcode tells"]
    plan = lk.Plan(block=rules, compare=columns, score=score, decide=OneToOne(leftovers=True))
    with pytest.raises(DiagnosisError) as refusal:
        linked(files, plan)
    names = {finding.name for finding in refusal.value.diagnosis.serious}
    run = linked(files, plan.change(accept=tuple(names | {"matches_exceed_links"})))
    assert precision_and_recall(run, files)[0] < 0.6
    assert run.links["match_probability"].mean() > 0.9
    assert "inflated_by_dependence" in run.diagnosis


@pytest.mark.parametrize(
    ("siblings", "overlap", "seed"), [(1.0, 0.85, 1), (1.25, 0.85, 2), (0.0, 0.85, 3), (1.0, 0.3, 4)]
)
def test_families_without_a_plan_are_right_and_nothing_serious_is_said(siblings, overlap, seed):
    left, right = lk.synth.families(siblings=siblings, overlap=overlap, seed=seed)
    run = lk.link(left.dataset(), right.dataset(), progress=False)
    true = left.matches(right)
    found = run.links.merge(true, on=["left_id", "right_id"])
    assert len(found) > RIGHT * len(run.links)
    assert len(found) > RIGHT * len(true)
    assert not run.diagnosis.serious
