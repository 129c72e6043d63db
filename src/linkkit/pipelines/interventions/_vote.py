"""Which register record a person is, by the links of the person's records: pure functions of arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

__all__ = ["Voted", "vote", "vote_in_groups"]

Numbers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Voted:
    """What the links of records say of persons; every array has shape (persons,).

    Parameters
    ----------
    right
        The row (of the register) that most of a person's linked records are linked to; -1 where none is.
    linked
        How many of the person's records are linked.
    agreeing
        How many of these to that row.
    weight
        The largest match weight of these, in bits; NaN where there are none.
    shared
        Whether another person has the same row.
    """

    right: Numbers
    linked: Numbers
    agreeing: Numbers
    weight: NDArray[np.float64]
    shared: NDArray[np.bool_]


def vote(person: Numbers, right: Numbers, weight: NDArray[np.float64], persons: int) -> Voted:
    """Let the linked records of each person say which row the person is: the most, then the heaviest, then the first.

    Parameters
    ----------
    person, right, weight
        Shape (links,): whose record, its row on the other side, and the match weight of the link in bits.
    persons
        How many persons there are.

    Examples
    --------
    >>> found = vote(np.array([0, 0, 0, 1]), np.array([7, 7, 8, 7]), np.array([9.0, 5.0, 20.0, 3.0]), 3)
    >>> found.right.tolist(), found.agreeing.tolist(), found.linked.tolist(), found.shared.tolist()
    ([7, 7, -1], [2, 1, 0], [3, 1, 0], [True, True, False])
    """
    order = np.lexsort((right, person))
    person, right, weight = person[order], right[order], weight[order]
    is_first = np.ones(len(person), bool)
    is_first[1:] = (person[1:] != person[:-1]) | (right[1:] != right[:-1])
    starts = np.flatnonzero(is_first)
    whose, where = person[starts], right[starts]
    votes = np.diff(np.append(starts, len(person)))
    total, best = _reduced(np.add, weight, starts), _reduced(np.maximum, weight, starts)
    ranked = np.lexsort((where, -total, -votes, whose))
    is_winner = np.ones(len(ranked), bool)
    is_winner[1:] = whose[ranked][1:] != whose[ranked][:-1]
    won = ranked[is_winner]
    found = Voted(
        np.full(persons, -1, np.int64), np.bincount(person, minlength=persons), np.zeros(persons, np.int64),
        np.full(persons, np.nan), np.zeros(persons, bool),
    )  # fmt: skip
    found.right[whose[won]], found.agreeing[whose[won]] = where[won], votes[won]
    found.weight[whose[won]] = best[won]
    found.shared[whose[won]] = np.isin(where[won], _repeated(where[won]))
    return found


def vote_in_groups(person: Numbers, right: Numbers, weight: NDArray[np.float64], persons: int, group: Numbers) -> Voted:
    """Vote where several rows of the other side are one person's: for a group of rows, then for a row of it.

    Parameters
    ----------
    person, right, weight, persons
        As of :func:`vote`.
    group
        Shape (rows of the other side,): whose each of them is.

    Examples
    --------
    >>> links = np.array([0, 0, 0]), np.array([7, 8, 9]), np.array([9.0, 5.0, 20.0])
    >>> found = vote_in_groups(*links, 1, np.array([0, 0, 0, 0, 0, 0, 0, 4, 4, 5]))
    >>> found.right.tolist(), found.agreeing.tolist(), found.linked.tolist()
    ([7], [2], [3])
    """
    among = vote(person, group[right], weight, persons)
    is_won = group[right] == among.right[person]
    return replace(among, right=vote(person[is_won], right[is_won], weight[is_won], persons).right)


def _reduced(function: np.ufunc, values: NDArray[np.float64], starts: Numbers) -> NDArray[np.float64]:
    return np.asarray(function.reduceat(values, starts)) if len(starts) else np.empty(0)


def _repeated(rows: Numbers) -> Numbers:
    distinct, counts = np.unique(rows, return_counts=True)
    return np.asarray(distinct[counts > 1])
