"""What one comparison gains when two clusters become one: parts of the kernel that merges by profile.

A cluster's distinct values of a comparison are a linked list of nodes. Values that count as the same make a group.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .jit import inlined
from .pair_table import key_of, look_up

__all__ = ["MOST_VALUES", "append", "together", "work_space"]

# So many distinct values of a cluster are weighed; a person who has more of one field is not told better by them.
MOST_VALUES = 64


@inlined
def work_space() -> Any:
    """Return room for the values of two clusters, their groups, what groups say together, and who has them."""
    size = MOST_VALUES
    return (
        np.empty(size, np.uint32),
        np.empty(size, np.int64),
        np.empty((size, size)),
        np.empty((2, size), np.bool_),
        np.zeros(2, np.int64),
    )


@inlined
def together(one: Any, other: Any, apart: Any, lists: Any, guess: Any, table: Any, space: Any) -> Any:
    """Return what one comparison gains by merging two clusters, and how well all their distinct values go together.

    ``apart`` is how well the values of each by itself go together.
    """
    value, own, same, first, after = lists
    _, _, agreed, holds, counts = space
    counts[0] = counts[1] = 0
    collect(0, first[one], value, own, after, space)
    collect(1, first[other], value, own, after, space)
    compare(guess, table, space)
    groups = counts[1]
    shared = 0.0
    for row in range(groups):
        if holds[0, row] and holds[1, row]:
            agreed[row, row] = same[leader(row, own, space)]
            shared += agreed[row, row]
    best, summed, pairs = -np.inf, 0.0, 0
    for row in range(groups):
        for column in range(groups):
            if holds[0, row] and holds[1, column]:
                best = max(best, agreed[row, column])
                summed += agreed[row, column]
                pairs += 1
    joint = spread_of(agreed, groups)
    if pairs == 0:  # the first has as many values as are weighed
        return 0.0, joint
    return min(shared + joint - apart, 0.5 * (best + summed / pairs)), joint


@inlined
def collect(side: Any, start: Any, value: Any, own: Any, after: Any, space: Any) -> None:
    """Add a cluster's values to those collected, in groups, and note which groups it has."""
    found, group, _, holds, counts = space
    node = start
    while node >= 0:
        at, is_held = -1, False
        for place in range(counts[0]):
            is_held = is_held or found[place] == value[node]
            if own[found[place]] == own[value[node]]:
                at = group[place]
        if at < 0 and counts[0] < MOST_VALUES:
            at = counts[1]
            holds[0, at] = holds[1, at] = False
            counts[1] += 1
        if at >= 0:
            holds[side, at] = True
            if not is_held and counts[0] < MOST_VALUES:
                found[counts[0]], group[counts[0]] = value[node], at
                counts[0] += 1
        node = after[node]


@inlined
def leader(row: Any, own: Any, space: Any) -> Any:
    """Return the value that stands for a group."""
    found, group, _, _, counts = space
    for place in range(counts[0]):
        if group[place] == row:
            return own[found[place]]
    return np.uint32(0)


@inlined
def compare(guess: Any, table: Any, space: Any) -> None:
    """Find what each two groups say together: the most that any two of their values do."""
    found, group, agreed, _, counts = space
    keys, bits, asked, clock = table
    for row in range(counts[1]):
        for column in range(counts[1]):
            agreed[row, column] = -np.inf
    for one in range(counts[0]):
        for other in range(one):
            row, column = group[one], group[other]
            if row == column:
                continue
            said = look_up(key_of(found[one], found[other]), guess, keys, bits, asked, clock)
            if said > agreed[row, column]:
                agreed[row, column] = said
                agreed[column, row] = said


@inlined
def spread_of(agreed: Any, groups: Any) -> Any:
    """Return log2 of the mean, over each value as the true one, of the product of the odds of the others with it."""
    if groups == 1:
        return 0.0
    most = -np.inf
    for row in range(groups):
        summed = 0.0
        for column in range(groups):
            if column != row:
                summed += agreed[row, column]
        agreed[row, row] = summed
        most = max(most, summed)
    total = 0.0
    for row in range(groups):
        total += np.exp2(agreed[row, row] - most)
    return most + np.log2(total / groups)


@inlined
def append(one: Any, other: Any, value: Any, first: Any, after: Any) -> None:
    """Append the distinct values of one cluster to those of another, which has its own first."""
    if first[one] < 0:
        first[one] = first[other]
        return
    count, end, node = 0, first[one], first[one]
    while node >= 0:
        count += 1
        end = node
        node = after[node]
    node = first[other]
    while node >= 0:
        following = after[node]
        is_held, at = False, first[one]
        while at >= 0 and not is_held:
            is_held = value[at] == value[node]
            at = after[at]
        after[node] = -1
        if not is_held and count < MOST_VALUES:
            after[end] = node
            end = node
            count += 1
        node = following
