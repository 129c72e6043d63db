"""Levels that no match was seen at: their weight is drawn towards their neighbours', never left to a default.

What m of such a level is, nothing seen tells: pseudo-matches spread evenly give it whatever ratio to u two small
numbers happen to have. Levels are in order, though, from strict to loose: the ratio of m to u of a level should lie
between those of its neighbours. Their geometric mean r gives m a prior of mean ``u r`` (an exponential one, the widest
of that mean); n matches of which x were at the level turn it into ``(1 + x) / (1 / (u r) + n)``. So a rare level keeps
what its neighbours say, and a common one that no match is at speaks against a match.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ._layout import Floats, Layout

__all__ = ["BORROWED", "borrow"]

# What the source of such an m is called.
BORROWED = "neighbouring levels"
# A level is seen where at least one match is expected at it; fewer matches in all than these leave all to the prior.
SEEN, LEAST_MATCHES = 1.0, 30.0
TINY = 1e-300


def borrow(
    m: Floats, u: Floats, matches: Floats, layout: Layout, in_order: NDArray[np.bool_], held: NDArray[np.bool_]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return m with the unseen levels drawn towards their neighbours, and which they are.

    Parameters
    ----------
    m, u
        Flat, by :class:`Layout`.
    matches
        Flat: expected matches seen at each level.
    layout
        Where each level stands.
    in_order
        Flat: levels whose ratio of m to u lies between those of the levels before and after.
    held
        Flat: m that stay as they are.

    Examples
    --------
    Of a hundred matches none is at the second level, whose neighbours weigh +9.8 and -3.4 bits:

    >>> m, u = np.array([0.9, 0.005, 0.095]), np.array([0.001, 0.0001, 0.9989])
    >>> none = np.zeros(3, bool)
    >>> found, is_borrowed = borrow(m, u, np.array([90.0, 0.0, 10.0]), Layout((3,)), ~none, none)
    >>> is_borrowed.tolist(), np.log2(found / u).round(1).tolist()
    ([False, True, False], [9.8, 3.1, -3.4])
    """
    total = layout.sums(matches)[layout.owner]
    is_borrowed = (matches < SEEN) & (total >= LEAST_MATCHES) & ~held & in_order
    found = m.copy()
    for place in np.flatnonzero(is_borrowed).tolist():
        seen = np.flatnonzero((layout.owner == layout.owner[place]) & in_order & ~is_borrowed)
        near = [*seen[seen < place][-1:].tolist(), *seen[seen > place][:1].tolist()]
        ratios = [np.log(max(m[at], TINY) / max(u[at], TINY)) for at in near]
        mean = max(u[place] * float(np.exp(np.mean(ratios))) if ratios else u[place], TINY)
        found[place] = (1.0 + matches[place]) / (1.0 / mean + total[place])
    stays = is_borrowed | held
    left = 1.0 - layout.sums(np.where(stays, found, 0.0))[layout.owner]
    rest = layout.sums(np.where(stays, 0.0, found))[layout.owner]
    is_usable = (left > 0) & (rest > 0)
    scaled = np.where(stays, found, found * left / np.maximum(rest, TINY))
    return np.where(is_usable, scaled, m), is_borrowed & is_usable
