"""Passes that put records together as persons: pure functions of arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from linkkit.decide import connected_components

from ._settle import LINK, OUTRANKED, TIED
from ._steps import Persons

__all__ = ["NO_PERSON", "settle_persons"]

Rows = NDArray[np.uint32]
NO_PERSON = 5


def settle_persons(
    left: Rows,
    right: Rows,
    rank: NDArray[np.int64],
    *,
    size: int,
    kinds: Sequence[Persons],
    found: Sequence[NDArray[np.bool_]],
) -> NDArray[np.uint8]:
    """Put records together as persons, pass by pass, whatever their order.

    Parameters
    ----------
    left, right
        Shape (pairs,): rows of the records, each pair once a pass.
    rank
        Shape (pairs,): the pass of each pair, from 0.
    size
        How many records there are.
    kinds
        Of each pass: ``"found"``, ``"join"`` or ``"gather"``.
    found
        Of each pass, shape (records,): which records are a person by it, alone or with others.

    Returns
    -------
    Array
        Shape (pairs,), uint8: LINK; TIED, of a record that agrees with several persons; OUTRANKED, of records that are
        of different persons by an earlier pass; NO_PERSON, of records that wait for a later pass.

    Examples
    --------
    Records 0 and 1 are persons; 2 agrees with both, 3 with one of them.

    >>> left, right = np.array([0, 1, 1], np.uint32), np.array([2, 2, 3], np.uint32)
    >>> persons = [np.array([True, True, False, False]), np.zeros(4, bool)]
    >>> settle_persons(left, right, np.array([1, 1, 1]), size=4, kinds=["found", "join"], found=persons)
    array([3, 3, 1], dtype=uint8)
    """
    status = np.zeros(len(left), np.uint8)
    has, person = np.zeros(size, bool), np.arange(size, dtype=np.uint32)
    for number, kind in enumerate(kinds):
        pairs = np.flatnonzero(rank == number)
        known = np.column_stack([has[left[pairs]], has[right[pairs]]])
        # Whoever is of a person already is not asked again: two persons stay two.
        status[pairs] = np.where(known.all(1), OUTRANKED, NO_PERSON)
        if kind == "join":
            one = pairs[known.sum(1) == 1]
            record = np.where(has[left[one]], right[one], left[one])
            other = person[np.where(has[left[one]], left[one], right[one])]
            is_one = _one_each(record, other, size)
            status[one] = np.where(is_one, LINK, TIED)
            has[record[is_one]] = True
        else:
            status[pairs[~known.any(1)]] = LINK
            status[pairs[known.sum(1) == 1]] = OUTRANKED
            made = pairs[status[pairs] == LINK]
            has[left[made]], has[right[made]] = True, True
            has |= found[number]
        linked = status == LINK
        person = connected_components(left[linked], right[linked], size)
        # A pair that agrees, of records that are one person by now, says the same as the links.
        same = has[left[pairs]] & (person[left[pairs]] == person[right[pairs]])
        status[pairs[same]] = LINK
    return status


def _one_each(record: Rows, person: Rows, size: int) -> NDArray[np.bool_]:
    """Tell for each entry whether its record stands with one person only."""
    least, most = np.full(size, np.iinfo(np.uint32).max, np.uint32), np.zeros(size, np.uint32)
    np.minimum.at(least, record, person)
    np.maximum.at(most, record, person)
    return np.asarray(least[record] == most[record])
