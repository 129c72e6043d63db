"""Made-up files on which plain expectation-maximisation fails: redundant fields, and few people in both."""

from __future__ import annotations

import numpy as np
import pandas as pd

import linkkit as lk

Pairs = set[tuple[int, int]]


def voters(size: int, share: float, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two files of a register's voters, a share of them in both: common names, and a suburb that the postcode tells."""
    rng = np.random.default_rng(seed)
    in_both = int(share * size)
    total = 2 * size - in_both
    given, family = _names(rng, 600), _names(rng, 3_000)
    suburb_names = _names(rng, 120)
    postcode = rng.choice(400, total, p=_zipf(400, 20))
    people = pd.DataFrame(
        {
            "id": np.arange(total),
            "given_name": rng.choice(given, total, p=_zipf(600, 8)),
            "surname": rng.choice(family, total, p=_zipf(3_000, 30)),
            "year_of_birth": rng.integers(1930, 2003, total).astype(str),
            "suburb": suburb_names[postcode % 120],
            "postcode": (27_000 + postcode * 3).astype(str),
        }
    )
    left, right = people.iloc[:size], people.iloc[size - in_both :]
    return left.copy(), mistyped(right.copy(), ["given_name", "surname"], 0.08, rng)


def whole_beside_parts(size: int, share: float, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The same people with their whole name in a column of a name that says nothing, beside its parts."""
    left, right = voters(size, share, seed)
    for frame in (left, right):
        frame["label"] = frame["given_name"] + " " + frame["surname"]
    return left, right


def families(size: int, share: float, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Brothers and sisters in two files, a share of them in both; the town is told by the postcode."""
    both = lk.synth.families(size, overlap=share, seed=seed)
    frames = []
    for file in both:
        frame = file.dataset().table.to_pandas() if hasattr(file.dataset(), "table") else file.frame
        frames.append(frame)
    return frames[0], frames[1]


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
