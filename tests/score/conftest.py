"""Made-up people, compared."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from linkkit.block import candidate_pairs, on
from linkkit.compare import compare_pairs, edits, exact, text
from linkkit.dataset import Dataset

ERROR_RATES = {"given_name": 0.10, "surname": 0.05, "date_of_birth": 0.03}


def people(size: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """People, and half of them again with known error rates; ``id`` is the truth."""
    rng = np.random.default_rng(seed)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    names = np.array(["".join(rng.choice(letters, 7)) for _ in range(400)])
    share = 1 / np.arange(20, 420)
    days = pd.Timestamp("1990-01-01") + pd.to_timedelta(rng.integers(0, 9000, size), "D")
    first = pd.DataFrame(
        {
            "id": np.arange(size),
            "given_name": rng.choice(names, size, p=share / share.sum()),
            "surname": rng.choice(names, size, p=share / share.sum()),
            "date_of_birth": pd.Series(days).dt.strftime("%Y-%m-%d").to_numpy(),
            "town": rng.choice(names[:50], size),
        }
    )
    second = first.sample(size // 2, random_state=seed).reset_index(drop=True)
    for column, rate in ERROR_RATES.items():
        wrong = np.flatnonzero(rng.random(len(second)) < rate)
        second.loc[wrong, column] = second[column].to_numpy()[rng.permutation(len(second))[: len(wrong)]]
        second.loc[rng.random(len(second)) < 0.03, column] = None
    return first, second


@pytest.fixture(scope="session")
def make_people():
    return people


@pytest.fixture(scope="session")
def two_files():
    first, second = people(8_000, seed=5)
    return Dataset(first, name="first", id="id"), Dataset(second, name="second", id="id")


@pytest.fixture(scope="session")
def comparisons():
    return [
        text("given_name", (0.92,), term_frequency=True),
        text("surname", (0.92,), term_frequency=True),
        edits("date_of_birth", (1,)),
        exact("town"),
    ]


@pytest.fixture(scope="session")
def levels(two_files, comparisons):
    rules = [on("given_name", "surname"), on("surname", "date_of_birth"), on("given_name", "date_of_birth")]
    return compare_pairs(candidate_pairs(*two_files, rules), comparisons)


@pytest.fixture(scope="session")
def fake_1000():
    folder = Path(os.environ.get("LINKKIT_DATA", Path(__file__).parents[3] / "shared" / "data"))
    path = folder / "fake_1000" / "fake_1000.csv"
    if not path.exists():
        assert not os.environ.get("CI"), "the people data are needed in CI; set LINKKIT_DATA"
        pytest.skip("the people data are not here; set LINKKIT_DATA")
    return pd.read_csv(path)
