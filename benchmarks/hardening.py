"""What each hardening of a record-level filter costs in accuracy: best F1 of one-to-one links by a Dice threshold.

People are made up and recorded twice by linkkit.synth, with three times its usual mistakes; every pair is compared.
Prints a Markdown table.

python benchmarks/hardening.py [PEOPLE] [REPEATS]
"""

from __future__ import annotations

import hashlib
import sys

import numpy as np
from numpy.typing import NDArray

from linkkit import synth
from linkkit.dataset import Dataset
from linkkit.prepare import prepare
from linkkit.pseudonymise.bloom import (
    Balance,
    Blip,
    BloomField,
    Clk,
    Diffuse,
    Rule90,
    XorFold,
    encode,
    sized_for,
)

FIELDS = (
    BloomField("given_name"),
    BloomField("surname"),
    BloomField("date_of_birth", "date"),
    BloomField("sex", "exact"),
    BloomField("postcode", q=1, padded=False, positional=True),
    BloomField("address"),
)
SALTED = tuple(BloomField(f.column, f.kind, q=f.q, padded=f.padded, positional=f.positional,
                          salt="year(date_of_birth)") for f in FIELDS)  # fmt: skip
SCHEMES = (
    ("none", Clk(FIELDS), 0.4),
    ("none, longer", Clk(FIELDS, 2048), 0.4),
    ("none, sparse", Clk(FIELDS, 2048), 0.15),
    ("Balance", Clk(FIELDS, hardening=[Balance()]), 0.4),
    ("XorFold of 2048", Clk(FIELDS, 2048, [XorFold()]), 0.3),
    ("XorFold of 1024", Clk(FIELDS, 1024, [XorFold()]), 0.3),
    ("Rule90", Clk(FIELDS, hardening=[Rule90()]), 0.3),
    ("salt: year of birth", Clk(SALTED), 0.4),
    ("Blip, flip 0.01", Clk(FIELDS, hardening=[Blip(0.01, seed=1)]), 0.4),
    ("Blip, flip 0.05", Clk(FIELDS, hardening=[Blip(0.05, seed=1)]), 0.4),
    ("Blip, flip 0.15", Clk(FIELDS, hardening=[Blip(0.15, seed=1)]), 0.4),
    ("Diffuse(5), fill 0.4", Clk(FIELDS, hardening=[Diffuse(5)]), 0.4),
    ("Diffuse(5), sparse", Clk(FIELDS, 2048, [Diffuse(5)]), 0.15),
    ("Diffuse(5), sparser", Clk(FIELDS, 4096, [Diffuse(5)]), 0.08),
    ("Diffuse(10), sparse", Clk(FIELDS, 2048, [Diffuse(10)]), 0.15),
)


class BenchmarkKey:
    """A key of made-up data."""

    def subkey(self, purpose: str, field: str = "", size: int = 32) -> bytes:
        return hashlib.blake2b(f"{purpose}|{field}".encode(), key=b"made-up people", digest_size=size).digest()


def filters(dataset: Dataset, clk: Clk) -> NDArray[np.float32]:
    """The bits of each record, a row each, as numbers to multiply; a missing filter is empty."""
    column = encode(dataset, BenchmarkKey(), clk).table_column(clk.name).to_pylist()
    size = next(len(value) for value in column if value is not None)
    rows = np.frombuffer(b"".join(value or bytes(size) for value in column), np.uint8).reshape(len(column), size)
    return np.unpackbits(rows, axis=1).astype(np.float32)


def best_f1(left: NDArray[np.float32], right: NDArray[np.float32], truth: set[tuple[int, int]]) -> tuple[float, float]:
    """Link greedily one to one from the most alike pair down; return the best F1 and its threshold."""
    dice = 2 * left @ right.T / np.maximum(left.sum(axis=1)[:, None] + right.sum(axis=1), 1)
    # Only the nearest thirty of a record can become its link before one below them does.
    near = np.argpartition(-dice, 30, axis=1)[:, :30]
    rows = np.repeat(np.arange(len(left)), 30)
    scores = dice[rows, near.ravel()]
    used_left, used_right = set(), set()
    right_links, best, threshold, count = 0, 0.0, 1.0, 0
    for at in np.argsort(-scores, kind="stable").tolist():
        one, other = int(rows[at]), int(near.ravel()[at])
        if one in used_left or other in used_right:
            continue
        used_left.add(one)
        used_right.add(other)
        count += 1
        right_links += (one, other) in truth
        f1 = 2 * right_links / (count + len(truth))
        if f1 > best:
            best, threshold = f1, float(scores[at])
    return best, threshold


def two_registers(people: int, seed: int) -> tuple[Dataset, Dataset, set[tuple[int, int]]]:
    """Two registers of some of the same people, and the pairs of rows that are the same person."""
    population, errors = synth.people(people, seed=seed), synth.Errors().scaled(3)
    first, second = (
        population.register(who="everyone", coverage=0.7, name=name, errors=errors) for name in ("first", "second")
    )
    left, right = prepare(first.dataset()), prepare(second.dataset())
    rows = [{record: row for row, record in enumerate(one.ids.to_pylist())} for one in (left, right)]
    pairs = first.matches(second).itertuples(index=False)
    return left, right, {(rows[0][pair[0]], rows[1][pair[1]]) for pair in pairs}


def main(people: int = 4_000, repeats: int = 3) -> None:
    found: dict[str, list[tuple[float, ...]]] = {name: [] for name, _, _ in SCHEMES}
    for seed in range(1, repeats + 1):
        left, right, truth = two_registers(people, seed)
        for name, clk, fill in SCHEMES:
            sized = sized_for(left, clk, fill=fill)  # a length too short for long values is doubled
            one, other = filters(left, sized), filters(right, sized)
            found[name].append((one.shape[1], float(one.mean()), *best_f1(one, other, truth)))
    print("| hardening | bits | fill | best F1 | at Dice |\n|---|---|---|---|---|")
    for name, results in found.items():
        bits, fill, f1, threshold = np.mean(results, axis=0)
        print(f"| {name} | {bits:.0f} | {fill:.2f} | {f1:.4f} | {threshold:.2f} |")


if __name__ == "__main__":
    main(*(int(argument.replace("_", "")) for argument in sys.argv[1:]))
