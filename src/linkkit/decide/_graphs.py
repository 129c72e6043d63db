"""The door to the engine's graph functions; numba is loaded on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from linkkit.engine.local.profiles import PairTable, Profiles

__all__ = [
    "assignment",
    "bridges",
    "connected_components",
    "merged_apart",
    "merged_by_mean",
    "merged_by_profile",
    "merged_kept_apart",
    "pair_table",
    "profiles",
]

Rows = NDArray[np.uint32]


def connected_components(left: Rows, right: Rows, size: int) -> Rows:
    """Return for each of ``size`` nodes the smallest node of its connected component.

    Examples
    --------
    >>> connected_components(np.array([0, 3], np.uint32), np.array([2, 2], np.uint32), 5).tolist()
    [0, 1, 0, 0, 4]
    """
    from linkkit.engine.local.components import components as run

    return run(left, right, size)


def merged_apart(left: Rows, right: Rows, held: NDArray[np.uint64]) -> Rows:
    """Merge nodes along edges, in the order given, but never two that hold a bit in common; return cluster labels."""
    from linkkit.engine.local.components import merged_apart as run

    return run(left, right, held)


def merged_kept_apart(
    left: Rows, right: Rows, start: Rows, held: NDArray[np.uint64], apart_left: Rows, apart_right: Rows
) -> Rows:
    """Merge clusters along edges, in the order given, but never two that must be apart; return cluster labels."""
    from linkkit.engine.local.kept_apart import merged_kept_apart as run

    return run(left, right, start, held, apart_left, apart_right)


def bridges(left: Rows, right: Rows, size: int) -> NDArray[np.bool_]:
    """Return which edges are bridges of their component."""
    from linkkit.engine.local.components import bridges as run

    return run(left, right, size)


def assignment(left: NDArray[np.int64], right: NDArray[np.int64], gain: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Choose edges (sorted by left) so that no two share a node and their gains sum to the most possible."""
    from linkkit.engine.local.assignment import assignment as run

    return run(left, right, gain)


def merged_by_mean(
    left: Rows,
    right: Rows,
    weight: NDArray[np.float64],
    tried: NDArray[np.int64],
    held: NDArray[np.uint64],
    floor: float,
    unscored: float,
    *,
    start: Rows | None = None,
) -> Rows:
    """Merge nodes along the edges tried where the mean weight between clusters reaches a floor; return labels."""
    from linkkit.engine.local.linkage import merged_by_mean as run

    return run(left, right, weight, tried, held, floor, unscored, start=start)


def profiles(**known: Any) -> Profiles:
    """Return what the engine has to know of nodes and their values."""
    from linkkit.engine.local.profiles import Profiles

    return Profiles(**known)


def pair_table() -> PairTable:
    """Return an empty table of what pairs of values say."""
    from linkkit.engine.local.profiles import PairTable

    return PairTable()


def merged_by_profile(
    left: Rows, right: Rows, profiles: Profiles, table: PairTable, held: NDArray[np.uint64], floor: float
) -> tuple[Rows, NDArray[np.uint64]]:
    """Merge nodes along edges where one person explains their values so many bits better; return labels.

    The second array holds the pairs of values that were needed but stand in no table.
    """
    from linkkit.engine.local.profiles import merged_by_profile as run

    return run(left, right, profiles, table, held, floor)
