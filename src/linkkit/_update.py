"""What an update adds to a run: its number, what became of cluster ids, which records it compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Moved", "Update"]


@dataclass(frozen=True)
class Moved:
    """What became of a cluster's id: a row of ``run.cluster_log``.

    Parameters
    ----------
    update
        The number of the update.
    old_id, new_id
        Where records went from and to; ``new_id`` is None where they are gone.
    reason
        ``"merged"``: the cluster joined another, ``"split"``: a part of it left, ``"removed"``: all its records were
        taken out.
    records
        How many.
    """

    update: int
    old_id: str
    new_id: str | None
    reason: str
    records: int


@dataclass(frozen=True, eq=False)
class Update:
    """What an update adds to a run.

    Parameters
    ----------
    number
        The first update of a linkage is 1.
    log
        What became of cluster ids, in this update and those before.
    added_in
        Shape (records,): the update in which each record was last compared with all others; 0 for the first run.
    withdrawn
        For each dataset the ids, as text, of records that were withdrawn and stay out of later extracts.
    """

    number: int
    log: tuple[Moved, ...]
    added_in: Any
    withdrawn: Mapping[str, Any] = field(default_factory=dict)
