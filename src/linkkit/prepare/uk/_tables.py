"""The tables and rules of UK identifiers: data with their source and date, read once."""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from importlib import resources

__all__ = ["Rule", "rules", "table"]


@dataclass(frozen=True)
class Rule:
    """A rule of UK identifiers and conventions: what it says, who says so, and when.

    Parameters
    ----------
    identifier
        Which identifier or convention.
    rule
        Its short name.
    says
        What it says.
    source
        Where it was read.
    dated
        The date of the source.
    checked
        Whether it was checked in its source. What was not comes from common use and is said here, to be checked.
    """

    identifier: str
    rule: str
    says: str
    source: str
    dated: str
    checked: bool


def rules(identifier: str | None = None) -> tuple[Rule, ...]:
    """Return the rules that linkkit follows for UK identifiers, each with its source and date.

    Parameters
    ----------
    identifier
        Those of one identifier (``"upn"``); by default all.

    Examples
    --------
    >>> [(rule.rule, rule.dated) for rule in rules("chi")][:3]
    [('form', '2026-07'), ('check digit', '2024'), ('leading zero', '2024')]
    """
    return tuple(
        Rule(row["identifier"], row["rule"], row["says"], row["source"], row["dated"], row["checked"] == "yes")
        for row in table("rules")
        if identifier in (None, row["identifier"])
    )


@functools.cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a table: ``rules``, ``nhs_number_ranges``, ``upn_authorities``, ``pseudo_postcodes``,
    ``sex_codes``, ``ethnicity_codes`` or ``default_dates``.

    Examples
    --------
    >>> table("pseudo_postcodes")[0]
    {'postcode': 'ZZ99 3VZ', 'meaning': 'no fixed abode'}
    """
    with (resources.files("linkkit.prepare.uk") / "data" / f"{name}.csv").open(encoding="utf-8") as file:
        return tuple(csv.DictReader(file))
