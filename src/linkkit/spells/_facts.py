"""What tables say of persons, under one numbering of ids; persons are ids that links join."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkkit.errors import DataError, SpecError

from ._people import People
from ._spells import Spells
from ._table import number_ids, read_columns

__all__ = ["Facts", "Nodes", "Table", "gather", "number_nodes", "tables_of"]

Numbers = NDArray[np.int64]
Table = Spells | People


@dataclass(frozen=True, eq=False, repr=False)
class Nodes:
    """The ids of one or two sides under one numbering, and the links between them.

    Parameters
    ----------
    ids
        The id of each node, as text.
    of_table
        For each table the node of each of its entities.
    left, right
        Shape (links,): the nodes of each link, each pair once.
    person
        Shape (nodes,): nodes that links join have one number.
    without_facts
        How many links have an id that no table of its side holds.
    """

    ids: pa.Array
    of_table: tuple[Numbers, ...]
    left: Numbers
    right: Numbers
    person: Numbers
    without_facts: int


@dataclass(frozen=True, eq=False, repr=False)
class Facts:
    """Rows of several tables of one kind, one behind the other.

    Parameters
    ----------
    table, row, node
        Shape (facts,): which table, which row of it (from 0), and whose.
    days
        Two arrays of shape (facts,): start and end, or birth and death.
    place
        Shape (facts,): the place of a spell as a number, 0 where not known.
    """

    table: Numbers
    row: Numbers
    node: Numbers
    days: tuple[Numbers, Numbers]
    place: Numbers


def tables_of(left: Table | Sequence[Table], right: Table | Sequence[Table] | None) -> list[tuple[int, Table]]:
    """Return all tables with their sides, 0 or 1; refuse what is none, and names that stand twice."""
    sides = [left, () if right is None else right]
    several = [side if isinstance(side, Sequence) else (side,) for side in sides]
    tables = [(number, table) for number, side in enumerate(several) for table in side]
    for _, table in tables:
        if not isinstance(table, Spells | People):
            raise SpecError(f"Give tables of Spells and People; got {type(table).__name__}.")
        if isinstance(table, Spells) and table.entities is None:
            raise SpecError(f"{table.name} has no entities: name them in Spells.of(entity=...).")
    names = [table.name for _, table in tables]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise SpecError(f"{len(names)} tables must have names of their own, name=...; {repeated[0]!r} stands twice.")
    return tables


def number_nodes(tables: Sequence[tuple[int, Table]], links: Any, is_within: bool) -> Nodes:
    """Put the ids of all tables and links under one numbering, and join those that are linked.

    Parameters
    ----------
    links
        A table with ``left_id`` and ``right_id``, or None: then the ids of all tables are of the same persons.
    is_within
        Whether both ids of a link are of the left side.
    """
    left_ids, right_ids = _link_ids(links)
    right_side = 0 if links is None or is_within else 1
    parts = [(side * right_side, _texts(table.entities)) for side, table in tables]
    parts += [(0, left_ids), (right_side, right_ids)]
    sides = np.concatenate([np.full(len(ids), side, np.int64) for side, ids in parts])
    numbers, distinct = number_ids(pa.chunked_array([ids for _, ids in parts], pa.large_string()))
    keys, node = np.unique(numbers * 2 + sides, return_inverse=True)
    bounds = np.cumsum([0, *(len(ids) for _, ids in parts)])
    of_part = [node[begin:end] for begin, end in itertools.pairwise(bounds.tolist())]
    ids = distinct.take(pa.array(keys // 2))
    pairs = np.unique(np.stack([of_part[-2], of_part[-1]]), axis=1) if len(left_ids) else np.zeros((2, 0), np.int64)
    left, right = pairs[:, pairs[0] != pairs[1]]
    without = _without_facts(tables, of_part[:-2], left, right, right_side)
    return Nodes(ids, tuple(of_part[:-2]), left, right, joined(left, right, len(keys)), without)


def _without_facts(
    tables: Sequence[tuple[int, Table]], of_table: Sequence[Numbers], left: Numbers, right: Numbers, right_side: int
) -> int:
    """Return how many links have an id that no table of its side holds; a side without tables has no say."""
    is_without = np.zeros(len(left), np.bool_)
    for side, ends in ((0, left), (right_side, right)):
        held = [nodes for (number, _), nodes in zip(tables, of_table, strict=True) if number == side]
        if held:
            is_without |= ~np.isin(ends, np.concatenate(held))
    return int(is_without.sum())


def joined(left: Numbers, right: Numbers, size: int) -> Numbers:
    """Return for each node the smallest that links join it with."""
    if not len(left):
        return np.arange(size)
    from linkkit.engine.local.components import components

    return components(left.astype(np.uint32), right.astype(np.uint32), size).astype(np.int64)


def gather(tables: Sequence[tuple[int, Table]], nodes: Nodes, kind: type, place: str | None = None) -> Facts:
    """Return the rows of all tables of a kind."""
    chosen = [(number, table) for number, (_, table) in enumerate(tables) if isinstance(table, kind)]

    def together(parts: list[Numbers]) -> Numbers:
        return np.concatenate([np.empty(0, np.int64), *parts])

    firsts = [table.start if isinstance(table, Spells) else table.birth for _, table in chosen]
    seconds = [table.end if isinstance(table, Spells) else table.death for _, table in chosen]
    places = [
        table.codes(place)
        if isinstance(table, Spells) and place is not None and place in table.column_names
        else np.zeros(len(table), np.int64)
        for _, table in chosen
    ]
    return Facts(
        together([np.full(len(table), number, np.int64) for number, table in chosen]),
        together([table.rows for _, table in chosen]),
        together([nodes.of_table[number][table.entity] for number, table in chosen]),
        (together(firsts), together(seconds)),
        together(places),
    )


def _link_ids(links: Any) -> tuple[pa.Array, pa.Array]:
    """Return the ids of links as texts; refuse links that miss one."""
    if links is None:
        return _texts(pa.array([], pa.string())), _texts(pa.array([], pa.string()))
    read = read_columns(links, "links", "links", {"left_id": "left_id", "right_id": "right_id"})
    found = []
    for side in ("left_id", "right_id"):
        numbers, ids = number_ids(read.table[side])
        if (numbers < 0).any():
            raise DataError(
                f"{read.where(side)} is missing in {(numbers < 0).sum():,} of {len(read):,} links "
                f"({read.row_list(numbers < 0)})."
            )
        found.append(_texts(ids).take(pa.array(numbers)))
    return found[0], found[1]


def _texts(ids: pa.Array | None) -> pa.Array:
    assert ids is not None
    return ids.cast(pa.large_string())
