"""Names of clusters that stay: an id belongs to its records as they are joined by others, and is never given again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.records import Records

from ._ids import record_names
from ._rivals import best_of_each

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Renamed", "stable_ids"]

Rows = NDArray[np.uint32]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Renamed:
    """The ids of clusters, and what became of earlier ones.

    Parameters
    ----------
    ids
        The id of each record's cluster, as text.
    log
        For each earlier id whose records are elsewhere now: old id, new id (None: all its records are gone), why
        (``"merged"``, ``"split"``, ``"removed"``) and how many records went.
    """

    ids: pa.Array
    log: list[tuple[str, str | None, str, int]]


def stable_ids(records: Records, label: Rows, earlier: pa.Array, gone: pa.Array, used: pa.Array) -> Renamed:
    """Name clusters so that those that did not change keep their ids.

    A cluster takes over the id that most of its records had, if more of that id's records are here than elsewhere;
    among equals the smallest row decides. A cluster without an earlier id is called by its smallest record, as in a
    first run, or where that name was ever used by the next record's, at last with a number behind it (``#2``).

    Parameters
    ----------
    records
        The records.
    label
        Shape (records,): the smallest row of each record's cluster.
    earlier
        The earlier id of each record, None of new ones.
    gone
        The earlier ids of records that are not there any more.
    used
        All ids that were ever given, the earlier ones among them.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    known = pc.unique(pc.drop_null(earlier)) if earlier.null_count < len(earlier) else pa.array([], pa.string())
    code = np.asarray(pc.fill_null(pc.index_in(earlier, value_set=known), -1)).astype(np.int64)
    rows = np.flatnonzero(code >= 0)
    size = max(len(known), 1)
    entries, counts = np.unique(label[rows].astype(np.int64) * size + code[rows], return_counts=True)
    places, codes = np.divmod(entries, size)
    owner = _matched(places, codes, counts)
    holder = np.full(len(known), -1, np.int64)  # the cluster that takes each earlier id over
    holder[codes[owner]] = places[owner]
    kept = np.full(len(label), -1, np.int64)
    kept[places[owner]] = codes[owner]
    ids = _named(records, label, kept, known, used)
    final = ids.to_pylist() if not owner.all() else []
    log = _log(known, places, codes, counts, owner, holder, final)
    lost, count = np.unique(np.array(pc.drop_null(gone).to_pylist(), object).astype(str), return_counts=True)
    there = set(known.to_pylist()) if len(lost) else set()
    log += [(str(one), None, "removed", int(n)) for one, n in zip(lost, count, strict=True) if str(one) not in there]
    return Renamed(ids.take(label.astype(np.int64)), sorted(log, key=lambda row: (row[0], row[1] or "")))


def _matched(places: Numbers, codes: Numbers, counts: Numbers) -> NDArray[np.bool_]:
    """Which cluster takes which id over: the most records first, each once."""
    chosen = np.zeros(len(places), np.bool_)
    open_ = np.arange(len(places))
    while len(open_):
        best = open_[best_of_each([places[open_], codes[open_]], counts[open_].astype(np.float64))]
        chosen[best] = True
        open_ = open_[~(np.isin(places[open_], places[best]) | np.isin(codes[open_], codes[best]))]
    return chosen


def _named(records: Records, label: Rows, kept: Numbers, known: pa.Array, used: pa.Array) -> pa.Array:
    """Return an id for each row that is the smallest of its cluster (of other rows anything)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    names = record_names(records)
    roots = label == np.arange(len(label))
    is_taken = np.asarray(pc.is_in(names, value_set=used)) & (kept < 0) & roots
    old = known.take(pa.array(np.where(kept >= 0, kept, 0), mask=kept < 0))
    found = pc.coalesce(old, names)
    if not is_taken.any():
        return found
    listed: list[Any] = found.to_pylist()
    never = set(used.to_pylist())
    order = np.argsort(label, kind="stable")
    begin = np.searchsorted(label[order], np.flatnonzero(is_taken), side="left")
    end = np.searchsorted(label[order], np.flatnonzero(is_taken), side="right")
    for root, first, last in zip(np.flatnonzero(is_taken).tolist(), begin.tolist(), end.tolist(), strict=True):
        members = names.take(pa.array(order[first:last])).to_pylist()
        free = next((name for name in members if name not in never), None)
        number = 2
        while free is None:
            free = f"{members[0]}#{number}" if f"{members[0]}#{number}" not in never else None
            number += 1
        listed[root] = free
        never.add(free)
    return pa.array(listed, pa.string())


def _log(
    known: pa.Array, places: Numbers, codes: Numbers, counts: Numbers, owner: NDArray[np.bool_], holder: Numbers,
    final: list[Any],
) -> list[tuple[str, str | None, str, int]]:  # fmt: skip
    """What became of each earlier id whose records are not all under it: merged where all went one way, else split."""
    moved = np.flatnonzero(~owner)
    ways = np.bincount(codes, minlength=len(known))
    return [
        (
            str(known[int(codes[at])].as_py()),
            str(final[int(places[at])]),
            "merged" if ways[codes[at]] == 1 and holder[codes[at]] < 0 else "split",
            int(counts[at]),
        )
        for at in moved.tolist()
    ]
