"""Graphs of who is like whom, matched: pure functions of arrays."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["Matching", "match_graphs", "similarities", "structure"]

Floats = NDArray[np.float32]
Places = NDArray[np.int64]

# Ways to describe a node, all tried: the share of pairs that count as edges, and how many steps its surroundings reach.
_DESCRIPTIONS = ((0.05, 2), (0.1, 2), (0.02, 3))
_PROFILE = 60  # similarities of a node to others that describe it, dense at the most alike
_NEAREST = 0.002  # the first of them: the share of other nodes that are more alike
_ROUNDS = 18
_FIRST_SEEDS, _MORE_SEEDS, _MOST_SEEDS = (
    0.2,
    0.03,
    0.7,
)  # shares of nodes trusted in the first round, more each, at last
_FEWEST_SEEDS = 10
_CLEAR = 0.7  # an agreement that wrong matches did not come near (0.6 at most): no other description is tried
_DIGITS = 5  # of what is compared: beyond them, the number of threads decides


@dataclass(frozen=True, eq=False)
class Matching:
    """Nodes of one graph, each with the node of another that it was matched to.

    Parameters
    ----------
    left, right
        Shape (matched,): places of nodes.
    agreement
        How alike the two graphs are where they were matched, -1 to 1. Needs no truth: an attacker sees it.
    """

    left: Places = field(repr=False)
    right: Places = field(repr=False)
    agreement: float


def similarities(filters: NDArray[np.uint8]) -> Floats:
    """Return the Dice coefficients of every two filters, 0 with itself; shape (filters, filters).

    Examples
    --------
    >>> similarities(np.array([[0b1100], [0b0110]], np.uint8)).tolist()
    [[0.0, 0.5], [0.5, 0.0]]
    """
    bits = np.unpackbits(filters, axis=1).astype(np.float32)
    common, counts = bits @ bits.T, bits.sum(axis=1)
    found: Floats = 2 * common / np.maximum(counts[:, None] + counts, 1)
    np.fill_diagonal(found, 0)
    return found


def structure(graph: Floats, share: float, steps: int) -> Floats:
    """Describe each node by how alike it is to others, and by the same of those around it; shape (nodes, features).

    Parameters
    ----------
    graph
        Similarities; shape (nodes, nodes).
    share
        The share of pairs, the most alike, that are edges.
    steps
        How far along edges the surroundings reach.
    """
    from scipy.sparse import csr_array

    others = graph.shape[0] - 1
    ranked = -np.sort(-graph, axis=1)[:, :others]
    places = np.round(np.geomspace(_NEAREST, 1, _PROFILE) * others).astype(np.int64) - 1
    profile = np.column_stack([ranked[:, places.clip(0, others - 1)], ranked.mean(axis=1), ranked.std(axis=1)])
    edges = np.where(graph >= np.quantile(graph, 1 - share), graph, np.float32(0))
    degree = (edges > 0).sum(axis=1)
    strength = edges.sum(axis=1)
    walk = csr_array(edges / np.maximum(strength, 1e-9)[:, None])
    found = [_standard(np.column_stack([profile, degree, strength]).astype(np.float32))]
    for _ in range(steps):
        found.append(_standard(walk @ found[-1]))
    return np.column_stack(found)


def match_graphs(left: Floats, right: Floats) -> Matching:
    """Match the nodes of two graphs of similarities by their place in them, knowing none beforehand.

    Nodes are described by :func:`structure` and assigned so that the cosines of their descriptions are greatest in sum.
    The matches that stand out most become seeds, by their similarities to which all nodes are described anew, and so
    on with more seeds. Of several first descriptions, tried until the matched nodes agree clearly, the best is kept.
    """
    best: Matching | None = None
    for share, steps in _DESCRIPTIONS:
        cosines = _cosines(structure(left, share, steps), structure(right, share, steps))
        found = _refined(left, right, cosines)
        if best is None or found.agreement > best.agreement:
            best = found
        if best.agreement >= _CLEAR:
            break
    assert best is not None
    return best


def _refined(left: Floats, right: Floats, cosines: Floats) -> Matching:
    for round_number in range(_ROUNDS):
        one, other = _assigned(cosines)
        share = min(_FIRST_SEEDS + _MORE_SEEDS * round_number, _MOST_SEEDS)
        count = max(_FEWEST_SEEDS, int(share * len(one)))
        seeds = np.argsort(-_margins(cosines, one, other), kind="stable")[:count]
        cosines = _cosines(_seen_from(left, one[seeds]), _seen_from(right, other[seeds]))
    one, other = _assigned(cosines)
    return Matching(one, other, float(cosines[one, other].mean()))


def _assigned(cosines: Floats) -> tuple[Places, Places]:
    from scipy.optimize import linear_sum_assignment

    one, other = linear_sum_assignment(cosines, maximize=True)
    return one.astype(np.int64), other.astype(np.int64)


def _margins(cosines: Floats, one: Places, other: Places) -> Floats:
    """By how much each match is better than the best other of either node."""
    rest = cosines.copy()
    rest[one, other] = -2
    found: Floats = cosines[one, other] - np.maximum(rest[one].max(axis=1), rest[:, other].max(axis=0))
    return found


def _seen_from(graph: Floats, seeds: Places) -> Floats:
    """How alike each node is to each seed, less what is usual of the seed and of the node."""
    found: Floats = graph[:, seeds] - graph[:, seeds].mean(axis=0)
    found -= found.mean(axis=1, keepdims=True)
    return found


def _standard(features: Floats) -> Floats:
    found: Floats = (features - features.mean(axis=0)) / np.maximum(features.std(axis=0), 1e-6)
    return found


def _cosines(left: Floats, right: Floats) -> Floats:
    found: Floats = np.round(_unit(left) @ _unit(right).T, _DIGITS)
    return found


def _unit(rows: Floats) -> Floats:
    found: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return found
