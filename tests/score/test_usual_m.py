"""Few fields that many people share: what pairs tell is refused, and the model is learned with m as it usually is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import linkkit as lk
from linkkit.errors import DiagnosisError, SpecError
from linkkit.plan._recommend import RECOMMENDED_SCORE
from linkkit.score import FellegiSunter

GIVEN = [f"{a}{b}" for a in ("al", "be", "ca", "do", "el", "fa", "gi", "ha") for b in ("na", "rek", "mi", "son", "xy")]
SURNAMES = [
    f"{a}{b}{c}" for a in ("Ab", "Bro", "Cam", "Ek", "Fen") for b in ("a", "en", "il") for c in ("by", "ham", "ton")
]
INITIALS = list("ABCDEFGHIJKLM")


def namesakes(count=3_000, seed=1):
    """People whose middle initial often goes with their given name, as fashion and family have it."""
    random = np.random.default_rng(seed)
    given = random.choice(len(GIVEN), count, p=np.arange(len(GIVEN), 0, -1) / (len(GIVEN) * (len(GIVEN) + 1) / 2))
    with_name = np.array(INITIALS)[given % len(INITIALS)]
    day = np.datetime64("1940-01-01") + random.integers(0, 365 * 60, count)
    return pd.DataFrame(
        {
            "person": range(count),
            "first_name": np.array(GIVEN)[given],
            "middle_name": np.where(random.random(count) < 0.4, with_name, random.choice(INITIALS, count)),
            "last_name": random.choice(SURNAMES, count),
            "date_of_birth": day.astype(str),
            "sex": np.where(given % 2, "F", "M"),
        }
    )


def seen(people, share, seed):
    """Some of them, with slips."""
    random = np.random.default_rng(seed)
    frame = people[random.random(len(people)) < share].reset_index(drop=True)
    for column, rate in (("first_name", 0.04), ("last_name", 0.05), ("date_of_birth", 0.06)):
        hit = random.random(len(frame)) < rate
        frame.loc[hit, column] = random.permutation(frame[column].to_numpy())[: hit.sum()]
    return frame


@pytest.fixture(scope="module")
def pool():
    people = namesakes()
    frame = pd.concat([seen(people, share, seed) for share, seed in ((0.6, 2), (0.5, 3))], ignore_index=True)
    frame.insert(0, "id", [f"r{row}" for row in range(len(frame))])
    return lk.Dataset(frame, name="pool", blinded=["person"])


def test_namesakes_are_not_taken_for_matches(pool):
    stop = lk.Plan(score=replace(RECOMMENDED_SCORE, if_refused="stop"))
    with pytest.raises(DiagnosisError) as refusal:
        lk.dedupe(pool, plan=stop, progress=False)
    run = lk.dedupe(pool, progress=False)
    said = [finding for finding in run.diagnosis if finding.name == "usual_m"]
    assert len(said) == 1
    assert said[0].severity == "warning"
    assert all(finding.name in said[0].explanation for finding in refusal.value.diagnosis.serious)
    assert "rests_on_assumptions" not in run.diagnosis
    found = run.evaluate("person").clusters
    assert found.precision > 0.95
    assert found.recall > 0.8


def test_what_is_not_refused_is_learned_from_the_pairs():
    trial, register = lk.synth.sample()
    runs = [
        lk.link(trial.dataset(), register.dataset(), plan=lk.Plan(score=score), progress=False)
        for score in (FellegiSunter(learn_from="candidates", if_refused=what) for what in ("stop", "usual_m"))
    ]
    assert runs[0].links.equals(runs[1].links)
    assert "usual_m" not in runs[1].diagnosis


def test_a_word_that_is_none_is_refused():
    with pytest.raises(SpecError, match="if_refused must be 'stop' or 'usual_m'"):
        FellegiSunter(if_refused="go on")
