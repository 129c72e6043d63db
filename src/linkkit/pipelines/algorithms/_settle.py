"""Which pairs become links where a record may have one partner only: pure functions of arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["BEATEN", "LIMITS", "LINK", "OUTRANKED", "REVIEW", "TIED", "moved_together", "settle"]

Rows = NDArray[np.uint32]
LINK, REVIEW, TIED, OUTRANKED = 1, 2, 3, 4
# Of which dataset a record may have one link only: left, right.
LIMITS = {
    "one_to_one": (True, True), "many_to_one": (True, False), "one_to_many": (False, True),
    "many_to_many": (False, False),
}  # fmt: skip
BEATEN = 6  # 5 is of persons


def settle(
    left: Rows,
    right: Rows,
    rank: NDArray[np.int64],
    *,
    size: int,
    limits: Sequence[tuple[bool, bool]],
    for_review: NDArray[np.bool_],
    hold: bool,
    is_best: NDArray[np.bool_] | None = None,
    is_beaten: NDArray[np.bool_] | None = None,
    is_held: NDArray[np.bool_] | None = None,
) -> NDArray[np.uint8]:
    """Settle pairs pass by pass, whatever their order.

    Parameters
    ----------
    left, right
        Shape (pairs,): rows of the records, each pair once a pass.
    rank
        Shape (pairs,): the pass of each pair, from 0.
    size
        How many records there are.
    limits
        For each pass whether a left record, and a right record, may be in one link only.
    for_review
        Shape (passes,): whether a pass only proposes pairs to people.
    hold
        Whether tied records are kept out of later passes.
    is_best
        Shape (pairs,): whether a pair may be linked at all; others are TIED or worse. None: all may.
    is_beaten
        Shape (pairs,): which of the others fall behind the best of their record by so much that they are no tie.
    is_held
        Shape (pairs,): whether a pair that would be a link is for people. It takes part in ties, and uses up no record.

    Returns
    -------
    Array
        Shape (pairs,), uint8: LINK, REVIEW (a pass for people), TIED, OUTRANKED (a record was linked
        before), BEATEN.

    Examples
    --------
    >>> left, right = np.array([0, 0, 1], np.uint32), np.array([2, 3, 3], np.uint32)
    >>> one, both = np.zeros(2, bool), [(True, True)] * 2
    >>> settle(left, right, np.array([0, 1, 1]), size=4, limits=both, for_review=one, hold=True)
    array([1, 4, 1], dtype=uint8)
    """
    status = np.zeros(len(left), np.uint8)
    used, held = np.zeros(size, bool), np.zeros(size, bool)
    for number in range(len(for_review)):
        sides = [rows for rows, limited in zip((left, right), limits[number], strict=True) if limited]
        pairs = np.flatnonzero(rank == number)
        status[pairs] = LINK
        status[pairs[_any(sides, pairs, held)]] = TIED
        status[pairs[_any(sides, pairs, used)]] = OUTRANKED
        free = pairs[status[pairs] == LINK]
        if for_review[number]:
            status[free] = REVIEW
            continue
        if is_best is not None:
            status[free[~is_best[free]]] = TIED
            if is_beaten is not None:
                status[free[is_beaten[free]]] = BEATEN
            free = free[is_best[free]]
        status[free[_any(sides, free, _repeated(sides, free, size))]] = TIED
        if is_held is not None:
            status[free[is_held[free] & (status[free] == LINK)]] = REVIEW
        linked, tied = free[status[free] == LINK], free[status[free] == TIED]
        for rows in (left, right):
            used[rows[linked]] = True
            held[rows[tied]] |= hold
    return status


def _any(sides: list[Rows], pairs: NDArray[np.int64], marked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    found = np.zeros(len(pairs), bool)
    for rows in sides:
        found |= marked[rows[pairs]]
    return found


def _repeated(sides: list[Rows], pairs: NDArray[np.int64], size: int) -> NDArray[np.bool_]:
    counts = np.zeros(size, np.int64)
    for rows in sides:
        counts += np.bincount(rows[pairs], minlength=size)
    return counts > 1


def moved_together(left: Rows, right: Rows, addresses: list[list[NDArray[np.uint32]]], size: int) -> NDArray[np.bool_]:
    """Tell which pairs are of people who moved together between the same two addresses.

    Parameters
    ----------
    left, right
        Shape (pairs,): rows of the records.
    addresses
        For each kind of address its columns of codes, shape (records,); the first must be known on both sides.
    size
        How many records there are.

    Returns
    -------
    Array
        Shape (pairs,), bool: at least two pairs between the same two addresses, and each record in one such pair only.

    Examples
    --------
    >>> home = np.array([1, 1, 2, 2, 3], np.uint32)
    >>> moved_together(np.array([0, 1, 0], np.uint32), np.array([2, 3, 4], np.uint32), [[home]], 5).tolist()
    [True, True, False]
    """
    kept = np.zeros(len(left), bool)
    for columns in addresses:
        known = np.flatnonzero((columns[0][left] > 0) & (columns[0][right] > 0))
        if not len(known):
            continue
        both = np.column_stack([column[rows[known]] for rows in (left, right) for column in columns])
        _, place, counts = np.unique(both, axis=0, return_inverse=True, return_counts=True)
        kept[known] |= counts[place.reshape(-1)] > 1
    chosen = np.flatnonzero(kept)
    for rows in (left, right):
        kept[chosen] &= np.bincount(rows[chosen], minlength=size)[rows[chosen]] == 1
    return kept
