"""Two providers' split files and a linkage unit's key, as tests of release and attach need them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from linkkit.pseudonymise import Key
from linkkit.pseudonymise.handover import Linked, Split, split

SECRET = bytes.fromhex("8f3c11d29a705be604c7e81b62fa3d95ae50f2197c46bd08e3a1d45976cb20af")


@dataclass(frozen=True)
class World:
    """What the parties hold."""

    trial: Split
    register: Split
    linked: Linked
    folder: Path
    pairs: list[tuple[str, str]]


def people(name, size):
    return pd.DataFrame({
        "own_id": [f"{name}-{number}" for number in range(size)],
        "surname": [f"Featherstone{number}" for number in range(size)],
        "score": range(100, 100 + size),
    })  # fmt: skip


@pytest.fixture
def unit():
    return Key.from_bytes(SECRET, project="linkage-unit")


@pytest.fixture
def world(tmp_path):
    """A trial of 30 and a register of 80; trial-n is register-n for the first 20, with falling probability."""
    parts = {}
    for name, size in (("trial", 30), ("register", 80)):
        made = split(people(name, size), id="own_id", identifiers=["surname"], payload=["score"])
        made.write(tmp_path / name)
        parts[name] = made
    key_of = {
        own: key
        for part in parts.values()
        for key, own in zip(part.index["record_key"].to_pylist(), part.index["own_id"].to_pylist(), strict=True)
    }
    pairs = [(key_of[f"trial-{number}"], key_of[f"register-{number}"]) for number in range(20)]
    links = pd.DataFrame({
        "left_id": [left for left, _ in pairs],
        "right_id": [right for _, right in pairs],
        "match_weight": [30.0 - number for number in range(20)],
        "match_probability": [0.999] * 15 + [0.96] * 4 + [0.6],
    })  # fmt: skip
    keys = {name: part.index["record_key"] for name, part in parts.items()}
    return World(parts["trial"], parts["register"], Linked.of(keys, links), tmp_path, pairs)
