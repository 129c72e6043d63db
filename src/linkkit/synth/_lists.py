"""The lists that names and places are drawn from, read once from the package."""

from __future__ import annotations

import csv
import gzip
import io
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from linkkit.synth._random import Floats, Integers, cumulative

Objects = npt.NDArray[np.object_]
FIRST_DECADE, DECADES = 1940, 9


@dataclass(frozen=True, eq=False)
class Names:
    """One list of names: codes into a vocabulary, with running shares for each decade of birth."""

    codes: Integers
    running: tuple[Floats, ...]


@dataclass(frozen=True, eq=False)
class Lists:
    """All names: two vocabularies, and the list of each (kind, group, sex)."""

    given: Objects
    surnames: Objects
    lists: dict[tuple[str, str, str], Names]
    feminine: Integers

    def of(self, kind: str, group: str, sex: str) -> Names:
        """Return the list of a group; a group with none of its own borrows the British one."""
        for key in ((kind, group, sex), (kind, group, ""), (kind, "british", sex), (kind, "british", "")):
            if key in self.lists:
                return self.lists[key]
        raise KeyError((kind, group, sex))


def _text(name: str) -> str:
    raw = files("linkkit.synth").joinpath("data", name).read_bytes()
    return (gzip.decompress(raw) if name.endswith(".gz") else raw).decode("utf-8")


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(_text(name))))


@lru_cache(maxsize=1)
def names() -> Lists:
    """Return the given names and surnames of every group."""
    found: dict[tuple[str, str, str], list[tuple[str, str]]] = defaultdict(list)
    for row in _rows("names.csv.gz"):
        found[row["kind"], row["group"], row["sex"]].append((row["name"], row["weight"]))
    given = sorted({name for key, rows in found.items() if key[0] == "given" for name, _ in rows})
    surnames = sorted(
        {form for key, rows in found.items() if key[0] == "surname" for n, _ in rows for form in _both(n)}
    )
    vocabulary = {"given": {n: i for i, n in enumerate(given)}, "surname": {n: i for i, n in enumerate(surnames)}}
    lists = {key: _names(rows, vocabulary[key[0]]) for key, rows in found.items()}
    feminine = np.array([vocabulary["surname"][_both(name)[1]] for name in surnames], dtype=np.int64)
    return Lists(np.array(given, dtype=object), np.array(surnames, dtype=object), lists, feminine)


def _names(rows: list[tuple[str, str]], vocabulary: dict[str, int]) -> Names:
    weights = np.array([[int(number) for number in weight.split()] for _, weight in rows], dtype=np.float64)
    codes = np.array([vocabulary[name] for name, _ in rows], dtype=np.int64)
    return Names(codes, tuple(cumulative(weights[:, column]) for column in range(weights.shape[1])))


def _both(name: str) -> tuple[str, str]:
    """Return a surname and the form that women of the family bear."""
    if name == "Singh":
        return name, "Kaur"
    return name, name[:-1] + "a" if name.endswith(("ski", "cki", "dzki")) else name


@lru_cache(maxsize=1)
def nicknames() -> dict[str, tuple[str, ...]]:
    """Return the short forms and spelling variants of each given name."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in _rows("nicknames.csv"):
        found[row["name"]].append(row["short"])
    return {name: tuple(shorts) for name, shorts in found.items()}


@dataclass(frozen=True)
class Place:
    """A town with its postcode area and the districts it uses."""

    town: str
    area: str
    first_district: int
    last_district: int
    weight: int


@lru_cache(maxsize=1)
def places() -> tuple[Place, ...]:
    """Return the towns that families live in."""
    out = []
    for row in _rows("places.csv"):
        first, _, last = row["districts"].partition("-")
        out.append(Place(row["town"], row["area"], int(first), int(last), int(row["weight"])))
    return tuple(out)


@lru_cache(maxsize=1)
def street_names() -> tuple[str, ...]:
    """Return what streets are called, without Road or Lane, the commonest first."""
    return tuple(_text("streets.txt").split("\n")[:-1])
