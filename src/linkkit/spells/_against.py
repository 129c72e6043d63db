"""Which links contradictions speak against, and how many links must be false for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkkit._arrow import positions

from ._contradictions import Contradictions
from ._facts import Nodes, joined

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Found", "id_texts", "links_against"]

Numbers = NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Found:
    """Contradictions of all kinds, one behind the other.

    Parameters
    ----------
    kind, person
        Shape (contradictions,): of which kind, and of whom.
    table, row, node
        Shape (2, contradictions): where their two facts stand, and under which id.
    is_linked
        Shape (contradictions,): whether their two ids are the two of one link.
    """

    kind: Numbers
    person: Numbers
    table: Numbers
    row: Numbers
    node: Numbers
    is_linked: NDArray[np.bool_]

    @classmethod
    def of(cls, kinds: Sequence[Contradictions], nodes: Nodes) -> Found:
        """Put contradictions of several kinds together."""

        def both(what: str) -> Numbers:
            parts = [[getattr(k.one, what)[k.first], getattr(k.other, what)[k.second]] for k in kinds]
            return np.concatenate([np.empty((2, 0), np.int64), *map(np.stack, parts)], axis=1)

        node = both("node")
        kind = np.repeat(np.arange(len(kinds)), [len(k.first) for k in kinds])
        is_linked = np.isin(_packed(node[0], node[1], len(nodes.ids)), _packed(nodes.left, nodes.right, len(nodes.ids)))
        return cls(kind, nodes.person[node[0]], both("table"), both("row"), node, is_linked)


def links_against(found: Found, nodes: Nodes, kinds: Sequence[str]) -> tuple[pd.DataFrame, int]:
    """Return the links that contradictions speak against, and how many must be false at the least."""
    import pandas as pd

    size = len(nodes.ids)
    keys, of_pair = _packed(nodes.left, nodes.right, size), _packed(found.node[0], found.node[1], size)
    contradicted = np.isin(keys, of_pair[found.is_linked])
    # What still hangs together without these links and contradicts itself holds at least one false link more.
    rest = joined(nodes.left[~contradicted], nodes.right[~contradicted], size)
    one, other = rest[found.node]
    left_over = (one == other) & (found.node[0] != found.node[1])
    doubtful = np.unique(one[left_over])
    in_doubt = ~contradicted & np.isin(rest[nodes.left], doubtful)
    direct = _kinds_of(of_pair[found.is_linked], found.kind[found.is_linked], kinds)
    chained = _kinds_of(one[left_over], found.kind[left_over], kinds)
    chosen = np.flatnonzero(contradicted | in_doubt)
    reasons = [
        direct[keys[link]] if contradicted[link] else chained[rest[nodes.left[link]]] for link in chosen.tolist()
    ]
    data = {
        "left_id": id_texts(nodes.ids, nodes.left[chosen]),
        "right_id": id_texts(nodes.ids, nodes.right[chosen]),
        "kinds": np.array(reasons, dtype=object),
        "status": np.where(contradicted[chosen], "contradicted", "one_of_several").astype(object),
    }
    return pd.DataFrame(data), int(contradicted.sum()) + len(doubtful)


def id_texts(ids: pa.Array, nodes: Numbers) -> NDArray[Any]:
    """Return the ids of some nodes as Python texts."""
    return np.array(ids.take(positions(nodes)).to_pylist(), dtype=object)


def _kinds_of(keys: Numbers, kind: Numbers, kinds: Sequence[str]) -> dict[int, str]:
    """Return for each key the names of the kinds that stand with it."""
    named: dict[int, list[str]] = {}
    for key, number in np.unique(np.stack([keys, kind]), axis=1).T.tolist():
        named.setdefault(key, []).append(kinds[number])
    return {key: ", ".join(names) for key, names in named.items()}


def _packed(one: Numbers, other: Numbers, size: int) -> Numbers:
    """Return a number for each pair of nodes, whichever comes first."""
    return np.asarray(np.minimum(one, other) * max(size, 1) + np.maximum(one, other))
