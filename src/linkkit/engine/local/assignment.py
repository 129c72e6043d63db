"""Optimal assignment on a sparse bipartite graph, where leaving a node out is worth nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkkit.engine.local.kernels.jit import compiled

__all__ = ["assignment"]

Numbers = NDArray[np.int64]
# Lefts between two looks at the clock of the caller: a compiled loop cannot be cancelled.
_STEP = 2000


def assignment(left: Numbers, right: Numbers, gain: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Choose edges so that no two share a node and their gains sum to the most possible.

    Parameters
    ----------
    left, right
        The ends of each edge, numbered from 0 on either side; sorted by left.
    gain
        What each edge is worth; one that is worth 0 or less is never chosen.

    Returns
    -------
    Which edges are chosen.
    """
    left, right = np.require(left, np.int64, ["C", "W"]), np.require(right, np.int64, ["C", "W"])
    lefts, rights = int(left.max(initial=-1)) + 1, int(right.max(initial=-1)) + 1
    starts = np.zeros(lefts + 1, np.int64)
    np.cumsum(np.bincount(left, minlength=lefts), out=starts[1:])
    edge_of_left, edge_of_right = np.full(lefts, -1, np.int64), np.full(rights, -1, np.int64)
    price, distance = np.zeros(rights), np.full(rights, np.inf)
    came, columns, is_done = np.zeros(rights, np.int64), np.zeros(rights, np.int64), np.zeros(rights, np.bool_)
    heap, heap_rights = np.zeros(len(left) + 1), np.zeros(len(left) + 1, np.int64)
    gains = np.require(gain, np.float64, ["C", "W"])
    for first in range(0, lefts, _STEP):
        place_lefts(
            first, min(first + _STEP, lefts), starts, left, right, gains, edge_of_left, edge_of_right, price, distance,
            came, columns, is_done, heap, heap_rights,
        )  # fmt: skip
    chosen = np.zeros(len(left), np.bool_)
    chosen[edge_of_left[edge_of_left >= 0]] = True
    return chosen


@compiled(
    "void(int64, int64, int64[::1], int64[::1], int64[::1], float64[::1], int64[::1], int64[::1], float64[::1], "
    "float64[::1], int64[::1], int64[::1], boolean[::1], float64[::1], int64[::1])"
)
def place_lefts(
    first: Any, last: Any, starts: Any, left: Any, right: Any, gain: Any, edge_of_left: Any, edge_of_right: Any, price: Any,
    distance: Any, came: Any, reached: Any, is_done: Any, heap: Any, heap_rights: Any,
) -> None:  # fmt: skip
    """Place some more lefts, one by one, each by a shortest augmenting path (Jonker and Volgenant 1987) over prices.

    A path costs the prices paid and earns the gains; it ends at a free right, or by leaving one left out. It never goes
    where it costs more than the best end known, so that it stays near its start.
    """
    for start in range(first, last):
        here, base, best, end_left, end_right = start, 0.0, 0.0, start, -1
        size = reached_count = 0
        while True:
            for edge in range(starts[here], starts[here + 1]):
                near = right[edge]
                cost = base + price[near] - gain[edge]
                if is_done[near] or cost >= best or cost >= distance[near]:
                    continue
                if distance[near] == np.inf:
                    reached[reached_count] = near
                    reached_count += 1
                distance[near], came[near] = cost, edge
                if edge_of_right[near] < 0:
                    best, end_right = cost, near
                    continue
                place = size
                size += 1
                while place > 0 and heap[(place - 1) // 2] > cost:  # push
                    heap[place], heap_rights[place] = heap[(place - 1) // 2], heap_rights[(place - 1) // 2]
                    place = (place - 1) // 2
                heap[place], heap_rights[place] = cost, near
            near = -1
            while size > 0 and near < 0:  # pop, until a right that is still to be done
                key, top = heap[0], heap_rights[0]
                size -= 1
                moved, moved_right = heap[size], heap_rights[size]
                place = 0
                while 2 * place + 1 < size:
                    child = 2 * place + 1
                    if child + 1 < size and heap[child + 1] < heap[child]:
                        child += 1
                    if heap[child] >= moved:
                        break
                    heap[place], heap_rights[place] = heap[child], heap_rights[child]
                    place = child
                heap[place], heap_rights[place] = moved, moved_right
                if not is_done[top] and key == distance[top]:
                    near = top
            if near < 0 or distance[near] >= best:
                break
            is_done[near] = True
            taken = edge_of_right[near]
            here = left[taken]
            base = distance[near] - price[near] + gain[taken]
            if base < best:
                best, end_left, end_right = base, here, -1
        for place in range(reached_count):
            near = reached[place]
            if is_done[near]:
                price[near] += best - distance[near]
        if end_right < 0 and end_left != start:
            end_right = right[edge_of_left[end_left]]
            edge_of_left[end_left] = -1
        while end_right >= 0:  # walk back to the start, giving each right to the left it was reached from
            edge = came[end_right]
            owner = left[edge]
            given_up = edge_of_left[owner]
            edge_of_left[owner] = edge_of_right[end_right] = edge
            end_right = right[given_up] if owner != start else -1
        for place in range(reached_count):
            distance[reached[place]], is_done[reached[place]] = np.inf, False
