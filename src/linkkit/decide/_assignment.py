"""Optimal one-to-one assignment, solved per connected component. Pure functions of arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._components import component_starts, connected_components
from ._rivals import DIGITS, best_of_each, top_two

__all__ = ["Assignment", "assign"]

Rows = NDArray[np.uint32]
Numbers = NDArray[np.int64]
Gains = NDArray[np.float64]
# A component is solved as a dense matrix up to so many cells (lefts x rights), then as a sparse one up to so many,
# where the solver takes half a minute, and beyond that greedily.
DENSE_CELLS = 40_000
SPARSE_CELLS = 1_000_000_000
# Weights beyond this many bits are equal to it, so that sums stay exact to 1e-9.
_LARGEST_GAIN = 1e5
# Settling stops when a round takes less than this share of the open pairs: the solver does the rest.
_WORTH_A_ROUND = 0.05


@dataclass(frozen=True, eq=False)
class Assignment:
    """Which pairs are taken, and how surely they are the best.

    Parameters
    ----------
    chosen
        Shape (pairs,), bool.
    hard_components
        Components that needed a solver.
    greedy_components, greedy_pairs
        Components too large for an exact solution, which were assigned greedily, and their pairs.
    """

    chosen: NDArray[np.bool_]
    hard_components: int = 0
    greedy_components: int = 0
    greedy_pairs: int = 0


def assign(
    left: Rows, right: Rows, gain: Gains, *, dense_cells: int = DENSE_CELLS, sparse_cells: int = SPARSE_CELLS
) -> Assignment:
    """Choose pairs so that each left and each right is in one at most, and the gains sum to the most possible.

    Parameters
    ----------
    left, right
        Pairs sorted by left, then right; each once.
    gain
        What each pair is worth, 0 or more; leaving a pair out is worth 0. A pair worth 0 is taken where it hinders
        no other.
    dense_cells, sparse_cells
        Up to how many cells (lefts x rights) a component is solved exactly, as a dense and as a sparse matrix.

    Notes
    -----
    Among choices of equal sum (to 1e-9), records pair up in the order of their rows.

    Examples
    --------
    >>> pairs = np.array([[0, 0, 1, 1], [2, 3, 2, 3]], np.uint32)
    >>> assign(*pairs, np.array([4.2, 4.0, 3.7, 0.1])).chosen.tolist()
    [False, True, True, False]
    """
    worth: Gains = np.round(np.clip(gain, 0, _LARGEST_GAIN), DIGITS).astype(np.float64)
    lefts, rights = _numbered(left), _numbered(right)
    chosen, open_pairs = _settle(lefts, rights, worth)
    hard = np.flatnonzero(open_pairs)
    label = _labels(lefts[hard], rights[hard])
    order = np.argsort(label, kind="stable")
    starts = component_starts(label[order])
    greedy_components = greedy_pairs = 0
    for start, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        pairs = hard[order[start:end]]
        found, is_exact = _solve(lefts[pairs], rights[pairs], worth[pairs], dense_cells, sparse_cells)
        chosen[pairs[found]] = True
        greedy_components += not is_exact
        greedy_pairs += 0 if is_exact else len(pairs)
    return Assignment(chosen, len(starts) - 1, greedy_components, greedy_pairs)


def _numbered(names: NDArray[np.integer[Any]]) -> Numbers:
    """Number names from 0, in their order."""
    numbers: Numbers = np.unique(names, return_inverse=True)[1].astype(np.int64)
    return numbers


def _settle(left: Numbers, right: Numbers, gain: Gains) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Take the pairs that every best choice holds, again and again; return them, and those still open.

    A pair worth more than the best rivals of both its records together is in every best choice: whatever choice leaves
    it out gains by dropping these rivals for it. A pair without rivals is taken.
    """
    chosen, is_open = np.zeros(len(left), np.bool_), np.ones(len(left), np.bool_)
    sizes = int(left.max(initial=-1)) + 1, int(right.max(initial=-1)) + 1
    while is_open.any():
        pairs = np.flatnonzero(is_open)
        own = gain[pairs]
        rivals = []
        for side, size in zip((left[pairs], right[pairs]), sizes, strict=True):
            first, second = top_two([side], own, size)
            rivals.append(np.where(own == first[side], second[side], first[side]))
        alone = np.isneginf(rivals[0]) & np.isneginf(rivals[1])
        sure = alone | (own > np.maximum(rivals[0], 0) + np.maximum(rivals[1], 0))
        if not sure.any():
            break
        taken = pairs[sure]
        chosen[taken] = True
        used_left, used_right = np.zeros(sizes[0], np.bool_), np.zeros(sizes[1], np.bool_)
        used_left[left[taken]] = True
        used_right[right[taken]] = True
        is_open[pairs] = ~(used_left[left[pairs]] | used_right[right[pairs]])
        if len(taken) < _WORTH_A_ROUND * len(pairs):
            break
    return chosen, is_open


def _labels(left: Numbers, right: Numbers) -> Rows:
    """The connected component of each pair of a bipartite graph."""
    if not len(left):
        return np.empty(0, np.uint32)
    shift = int(left.max()) + 1
    nodes = connected_components(
        left.astype(np.uint32), (right + shift).astype(np.uint32), shift + int(right.max()) + 1
    )
    return nodes[left]


def _solve(left: Numbers, right: Numbers, gain: Gains, dense_cells: int, sparse_cells: int) -> tuple[Numbers, bool]:
    """Return the positions of the best choice within one component, and whether it surely is the best."""
    left, right = _numbered(left), _numbered(right)
    shape = int(left.max()) + 1, int(right.max()) + 1
    gain = gain + _in_order(left, right, shape)
    if shape[0] * shape[1] <= dense_cells:
        return _solve_dense(left, right, gain, shape), True
    if shape[0] * shape[1] <= sparse_cells:
        return _solve_sparse(left, right, gain, shape), True
    return _solve_greedily(left, right, gain), False


def _in_order(left: Numbers, right: Numbers, shape: tuple[int, int]) -> Gains:
    """A bonus below the resolution of weights that settles ties: the first left with the first right.

    By the rearrangement inequality the sum of products is largest where both sides are in the same order.
    """
    return 0.25 * 10.0**-DIGITS / min(shape) * (1 - left / shape[0]) * (1 - right / shape[1])


def _solve_dense(left: Numbers, right: Numbers, gain: Gains, shape: tuple[int, int]) -> Numbers:
    from scipy.optimize import linear_sum_assignment

    matrix = np.zeros(shape)
    position = np.full(shape, -1, np.int64)
    matrix[left, right] = gain
    position[left, right] = np.arange(len(left))
    found: Numbers = position[linear_sum_assignment(matrix, maximize=True)]
    return found[found >= 0]


def _solve_sparse(left: Numbers, right: Numbers, gain: Gains, shape: tuple[int, int]) -> Numbers:
    """Sparse Jonker-Volgenant; each left may take a dummy of its own, worth nothing, so that all can be matched."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    own = np.arange(shape[0])
    rows = np.concatenate([left, own])
    columns = np.concatenate([right, own + shape[1]])
    # Costs must not be 0, which a sparse matrix leaves out; a constant for each left changes no choice.
    costs = (gain.max() + 1) - np.concatenate([gain, np.zeros(shape[0])])
    matrix = csr_array((costs, (rows, columns)), shape=(shape[0], shape[0] + shape[1]))
    matched_left, matched_right = min_weight_full_bipartite_matching(matrix)
    position = csr_array((np.arange(1, len(left) + 1), (left, right)), shape=(shape[0], shape[0] + shape[1]))
    found = np.asarray(position[matched_left, matched_right]).reshape(-1) - 1
    return found[found >= 0].astype(np.int64)


def _solve_greedily(left: Numbers, right: Numbers, gain: Gains) -> Numbers:
    """Take the best pair, then the best of what is left, and so on; rounds of mutual best pairs come to the same."""
    keys = [left, right + int(left.max()) + 1]
    remaining = np.arange(len(left))
    taken: list[Numbers] = []
    while len(remaining):
        best = best_of_each([key[remaining] for key in keys], gain[remaining])
        taken.append(remaining[best])
        free = np.ones(len(remaining), np.bool_)
        for key in keys:
            free &= ~np.isin(key[remaining], key[remaining[best]])
        remaining = remaining[free]
    return np.sort(np.concatenate(taken))
