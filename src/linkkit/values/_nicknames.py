"""Which names a given name may stand for."""

from __future__ import annotations

import csv
import functools
from importlib import resources

__all__ = ["groups_of", "spelling_of"]


def groups_of(name: str) -> set[str]:
    """Return the names that a given name is a short form or a spelling of, and itself; of several words the first
    counts.

    Examples
    --------
    >>> sorted(groups_of("bill") & groups_of("will"))
    ['will', 'william']
    """
    word = name.casefold().split()[0] if name.split() else ""
    return {word} | _full_names().get(word, set())


def spelling_of(name: str) -> str:
    """Return the spelling that stands for all spellings of a given name (one word); the word itself where it has one.

    Examples
    --------
    >>> spelling_of("mohammed"), spelling_of("ann")
    ('muhammad', 'ann')
    """
    return _spellings().get(name, name)


@functools.cache
def _spellings() -> dict[str, str]:
    data = resources.files("linkkit.values") / "data"
    with (data / "name_variants.csv").open(encoding="utf-8") as file:
        return {variant: row[0] for row in csv.reader(file) for variant in row}


@functools.cache
def _full_names() -> dict[str, set[str]]:
    data = resources.files("linkkit.values") / "data"
    found: dict[str, set[str]] = {}
    with (data / "nicknames.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["name2"], set()).add(row["name1"])
    with (data / "name_variants.csv").open(encoding="utf-8") as file:
        for variants in csv.reader(file):
            for variant in variants:
                found.setdefault(variant, set()).add(variants[0])
    return found
