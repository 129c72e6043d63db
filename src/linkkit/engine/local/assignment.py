"""Optimal assignment on a sparse bipartite graph, where leaving a node out is worth nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkkit.engine.local.kernels.jit import compiled, inlined

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
    first: Any, last: Any, starts: Any, left: Any, right: Any, gain: Any, edge_of_left: Any, edge_of_right: Any,
    price: Any, distance: Any, came: Any, reached: Any, is_done: Any, heap: Any, heap_rights: Any,
) -> None:  # fmt: skip
    """Place some more lefts, one by one, each by a shortest augmenting path (Jonker and Volgenant 1987) over prices.

    A path costs the prices paid and earns the gains; it ends at a free right, or by leaving one left out. It never goes
    where it costs more than the best end known, so that it stays near its start.
    """
    graph = starts, left, right, gain
    choice = edge_of_left, edge_of_right, price
    search = distance, came, reached, is_done
    for start in range(first, last):
        best, end_left, end_right, count = shortest_path(start, graph, choice, search, heap, heap_rights)
        for place in range(count):
            near = reached[place]
            if is_done[near]:
                price[near] += best - distance[near]
            distance[near], is_done[near] = np.inf, False
        if end_right < 0 and end_left != start:
            end_right = right[edge_of_left[end_left]]
            edge_of_left[end_left] = -1
        while end_right >= 0:  # back to the start: each right goes to the left it was reached from
            edge = came[end_right]
            given_up = edge_of_left[left[edge]]
            edge_of_left[left[edge]] = edge_of_right[end_right] = edge
            end_right = right[given_up] if left[edge] != start else -1


@inlined
def shortest_path(start: Any, graph: Any, choice: Any, search: Any, heap: Any, heap_rights: Any) -> Any:
    """Search from a left (Dijkstra); return its cost, the left left out, the free right or -1, how many reached."""
    starts, left, right, gain = graph
    _, edge_of_right, price = choice
    distance, came, reached, is_done = search
    here, base, best, end_left, end_right = start, 0.0, 0.0, start, -1
    size = count = 0
    while True:
        for edge in range(starts[here], starts[here + 1]):
            near = right[edge]
            cost = base + price[near] - gain[edge]
            if is_done[near] or cost >= best or cost >= distance[near]:
                continue
            if distance[near] == np.inf:
                reached[count] = near
                count += 1
            distance[near], came[near] = cost, edge
            if edge_of_right[near] < 0:
                best, end_right = cost, near
            else:
                size = push(heap, heap_rights, size, cost, near)
        near = -1
        while size > 0 and near < 0:
            key, near = heap[0], heap_rights[0]
            size = drop_first(heap, heap_rights, size)
            if is_done[near] or key > distance[near]:
                near = -1
        if near < 0 or distance[near] >= best:
            return best, end_left, end_right, count
        is_done[near] = True
        here = left[edge_of_right[near]]
        base = distance[near] - price[near] + gain[edge_of_right[near]]
        if base < best:
            best, end_left, end_right = base, here, -1


@inlined
def push(heap: Any, heap_rights: Any, size: Any, cost: Any, near: Any) -> Any:
    """Put a right on the heap; return its new size."""
    place = size
    while place > 0 and heap[(place - 1) // 2] > cost:
        heap[place], heap_rights[place] = heap[(place - 1) // 2], heap_rights[(place - 1) // 2]
        place = (place - 1) // 2
    heap[place], heap_rights[place] = cost, near
    return size + 1


@inlined
def drop_first(heap: Any, heap_rights: Any, size: Any) -> Any:
    """Take the cheapest right off the heap; return its new size."""
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
    return size
