"""Put spells under the ids that links lead to."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkkit._arrow import positions
from linkkit.errors import DataError, SpecError

from ._joins import places
from ._spells import Spells, require_spells
from ._table import number_ids, read_columns

__all__ = ["follow_links"]

Numbers = NDArray[np.int64]


def follow_links(
    spells: Spells,
    links: Any,
    *,
    by: Literal["entity", "id"] = "entity",
    known: str = "left_id",
    to: str = "right_id",
) -> Spells:
    """Return the spells under the ids that links lead to, such as attendance under the ids of a register.

    Spells without a link are left out and counted in ``changes``.

    Parameters
    ----------
    spells
        The spells.
    links
        A table of links, such as ``run.links``. One id may lead to one other only; several may lead to the same.
    by
        Whether links know the entities of the spells, or the spells themselves by their ``id``.
    known, to
        The columns of links with the ids that are known, and with those they lead to.

    Raises
    ------
    DataError
        Where links lack a column or an id, or an id leads to several.
    SpecError
        Where spells have no entities or no ids.

    Examples
    --------
    >>> import pandas as pd
    >>> visits = pd.DataFrame({"client": ["C1", "C2"], "start": ["2024-01-01"] * 2})
    >>> stays = Spells.of(visits, entity="client", end=None)
    >>> links = pd.DataFrame({"left_id": ["C2"], "right_id": ["P9"]})
    >>> found = follow_links(stays, links)
    >>> found.to_pandas()[["row", "entity"]].values.tolist(), found.changes
    ([[1, 'P9']], {'entity not linked, left out': 1})
    """
    if by not in ("entity", "id"):
        raise SpecError(f"by must be 'entity' or 'id'; got {by!r}.")
    require_spells(spells)
    own = spells.entities if by == "entity" else spells.ids
    if own is None:
        raise SpecError(f"{spells.name} has no {by}: name it in Spells.of({by}=...).")
    known_ids, target, targets = _links(links, known, to)
    link = places(known_ids, own)
    if by == "entity":
        link = link[spells.entity]
    kept = np.flatnonzero(link >= 0)
    entity = target[link[kept]]
    kept, entity = _in_order(spells, kept, entity)
    left_out = len(spells) - len(kept)
    more = {f"{by} not linked, left out": left_out} if left_out else {}
    taken = positions(kept)
    return Spells(
        spells.name,
        spells.start[kept],
        spells.end[kept],
        entity,
        targets,
        spells.rows[kept],
        None if spells.ids is None else spells.ids.take(taken),
        None if spells.columns is None else spells.columns.take(taken),
        {**spells.changes, **more},
    )


def _links(links: Any, known: str, to: str) -> tuple[pa.Array, Numbers, pa.Array]:
    """Return the distinct known ids, for each the number of the id it leads to, and these ids."""
    read = read_columns(links, "links", "links", {"known": known, "to": to})
    numbers, ids = number_ids(read.table["known"])
    target, targets = number_ids(read.table["to"])
    for column, found in (("known", numbers), ("to", target)):
        if (found < 0).any():
            missing = found < 0
            raise DataError(
                f"{read.where(column)} is missing in {missing.sum():,} of {len(read):,} links "
                f"({read.row_list(missing)})."
            )
    leads_to = np.zeros(len(ids), np.int64)
    leads_to[numbers] = target
    is_other = leads_to[numbers] != target
    if is_other.any():
        several = np.isin(numbers, numbers[is_other])
        raise DataError(
            f"{read.where('known')}: {len(np.unique(numbers[is_other])):,} ids lead to more than one other "
            f"({read.row_list(several)}). Take links that give each id one, such as those of a one-to-one decision, or "
            "the clusters of the run."
        )
    return ids, leads_to, targets


def _in_order(spells: Spells, kept: Numbers, entity: Numbers) -> tuple[Numbers, Numbers]:
    """Return the spells in the order of their new entities; ties by id, else as they stood."""
    tie = kept if spells.ids is None else number_ids(pa.chunked_array([spells.ids]))[0][kept]
    order = np.lexsort((tie, spells.end[kept], spells.start[kept], entity))
    return kept[order], entity[order]
