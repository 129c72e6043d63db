"""Find pairs of facts of one person that contradict each other. Functions of arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkkit._days import UNKNOWN
from linkkit.errors import DataError

from ._checks import Checks
from ._facts import Facts
from ._ranges import DayIndex, Stretches, sharing_within

__all__ = ["Contradictions", "find_contradictions"]

Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]
_CHUNK = 1 << 20
# More than these are no findings but a wrong column of entities or places, or links that join everybody.
MOST_COMPARED, MOST_FOUND = 5_000_000_000, 10_000_000


@dataclass(frozen=True, eq=False, repr=False)
class Contradictions:
    """Pairs of facts of one kind that contradict each other.

    Parameters
    ----------
    kind
        One of ``KINDS``.
    one, other
        The facts they are of.
    first, second
        Shape (contradictions,): positions in them.
    seen
        Persons of whom it could have been seen, rising.
    """

    kind: str
    one: Facts
    other: Facts
    first: Numbers
    second: Numbers
    seen: Numbers


def find_contradictions(spells: Facts, people: Facts, person: Numbers, checks: Checks) -> Iterator[Contradictions]:
    """Yield what was found of each kind that is looked for.

    Parameters
    ----------
    person
        Shape (nodes,): who each id is.
    """
    if checks.place is not None:
        yield _two_places(spells, person, checks.least_days)
    start, (birth, death) = spells.days[0], people.days
    born, dead = birth != UNKNOWN, death != UNKNOWN
    if checks.before_birth is not None:
        most = checks.before_birth
        yield _between("before_birth", spells, people, person, born, lambda s, p: start[s] < birth[p] - most)
    if checks.after_death is not None:
        lag = checks.after_death
        yield _between("after_death", spells, people, person, dead, lambda s, p: start[s] > death[p] + lag)
    if checks.ages != (None, None):
        outside = _outside_ages(start, birth, *checks.ages)
        yield _between("outside_ages", spells, people, person, born, outside)
    yield _death_before_birth(people, person, born, dead)
    for kind, days in (("several_births", birth), ("several_deaths", death)):
        yield _several(kind, people, person, days, checks.dates_apart)


def birthday(birth: Numbers, years: int) -> Numbers:
    """Return the day on which so many years are completed; those born on 29 February complete them on 1 March.

    Examples
    --------
    >>> leap = np.array(["2024-02-29"], "M8[D]").astype(np.int64)
    >>> birthday(leap, 1).astype("M8[D]").tolist()
    [datetime.date(2025, 3, 1)]
    """
    day = np.where(birth == UNKNOWN, 0, birth).astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    later = (month + 12 * years).astype("datetime64[D]").astype(np.int64)
    return np.asarray(later + (day - month.astype("datetime64[D]")).astype(np.int64))


def _two_places(spells: Facts, person: Numbers, least_days: int) -> Contradictions:
    (start, end), place = spells.days, spells.place
    tables = int(spells.table.max(initial=0)) + 1
    group = np.where(place > 0, person[spells.node] * tables + spells.table, -1)
    several = np.bincount(group[group >= 0], minlength=len(person) * tables) > 1
    seen = np.flatnonzero(several.reshape(len(person), tables).any(axis=1))
    group = np.where(end - start + 1 >= least_days, group, -1)
    stretches = sharing_within(group, start, end, 1 - least_days)
    first, second = _kept("two_places", stretches, lambda one, other: place[one] != place[other])
    return Contradictions("two_places", spells, spells, first, second, seen)


def _between(
    kind: str,
    spells: Facts,
    people: Facts,
    person: Numbers,
    is_known: Mask,
    is_wrong: Callable[[Numbers, Numbers], Mask],
) -> Contradictions:
    """Compare every spell with every date of the same person."""
    who, known = person[spells.node], np.where(is_known, person[people.node], -1)
    first, second = _kept(kind, _every(who, known), is_wrong)
    seen = np.flatnonzero(_holds(who, len(person)) & _holds(known, len(person)))
    return Contradictions(kind, spells, people, first, second, seen)


def _outside_ages(
    start: Numbers, birth: Numbers, youngest: int | None, oldest: int | None
) -> Callable[[Numbers, Numbers], Mask]:
    from_day = birth if youngest is None else birthday(birth, youngest)
    # A spell before birth is a contradiction of its own.
    too_old = None if oldest is None else birthday(birth, oldest + 1)

    def is_wrong(spell: Numbers, one: Numbers) -> Mask:
        wrong: Mask = (start[spell] >= birth[one]) & (start[spell] < from_day[one])
        return wrong if too_old is None else wrong | (start[spell] >= too_old[one])

    return is_wrong


def _death_before_birth(people: Facts, person: Numbers, born: Mask, dead: Mask) -> Contradictions:
    birth, death = people.days
    who_died, who_was_born = (np.where(known, person[people.node], -1) for known in (dead, born))
    pairs = _every(who_died, who_was_born)
    first, second = _kept("death_before_birth", pairs, lambda one, other: death[one] < birth[other])
    seen = np.flatnonzero(_holds(who_died, len(person)) & _holds(who_was_born, len(person)))
    return Contradictions("death_before_birth", people, people, first, second, seen)


def _several(kind: str, people: Facts, person: Numbers, days: Numbers, apart: int) -> Contradictions:
    """Compare the dates of one person with each other."""
    who = np.where(days != UNKNOWN, person[people.node], -1)
    seen = np.flatnonzero(np.bincount(who[who >= 0], minlength=len(person)) > 1)
    nought = np.zeros(len(who), np.int64)
    stretches = sharing_within(who, nought, nought, 0)
    first, second = _kept(kind, stretches, lambda one, other: np.abs(days[one] - days[other]) > apart)
    return Contradictions(kind, people, people, first, second, seen)


def _holds(who: Numbers, size: int) -> Mask:
    """Return which persons are among these; a negative one is nobody."""
    found = np.zeros(size, np.bool_)
    found[who[who >= 0]] = True
    return found


def _every(one: Numbers, other: Numbers) -> Stretches:
    """Return every pair of rows of one group; those of a negative group are in none."""
    index = DayIndex(other, np.zeros(len(other), np.int64))
    nought = np.zeros(len(one), np.int64)
    return Stretches(*index.between(one, nought, nought), index.order)


def _kept(kind: str, stretches: Stretches, is_wrong: Callable[[Numbers, Numbers], Mask]) -> tuple[Numbers, Numbers]:
    if stretches.total > MOST_COMPARED:
        raise _too_many(kind, f"{stretches.total:,} pairs of rows to compare")
    found, count = [(np.empty(0, np.int64), np.empty(0, np.int64))], 0
    for one, other in stretches.chunks(_CHUNK):
        wrong = is_wrong(one, other)
        found.append((one[wrong], other[wrong]))
        count += len(found[-1][0])
        if count > MOST_FOUND:
            raise _too_many(kind, f"more than {MOST_FOUND:,} contradictions")
    return np.concatenate([one for one, _ in found]), np.concatenate([other for _, other in found])


def _too_many(kind: str, what: str) -> DataError:
    return DataError(
        f"{kind}: {what}. Are the columns of entities and places the right ones, and do links join few ids each? Check "
        "them, or leave this kind out with Checks(...)."
    )
