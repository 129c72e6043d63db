"""The hash over what was linked: lodged elsewhere before unblinding, and checked at unblinding."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from linkkit.errors import DataError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["Freeze", "canonical_bytes", "freeze_of"]

_LINK_COLUMNS = ("left_id", "right_id", "status")
_PARTS = ("links", "participants", "plan")


@dataclass(frozen=True)
class Freeze:
    """Links, states and plan as they are, in one hash.

    Parameters
    ----------
    sha256
        The hash to lodge: of the hashes of the parts.
    links, participants, plan
        The SHA-256 of each part: the ids and status of links; the table of participants; the plan.
    link_count, participant_count
        How many there are.

    Examples
    --------
    >>> import pandas as pd
    >>> links = pd.DataFrame({"left_id": ["a"], "right_id": ["b"], "status": ["link"]})
    >>> freeze_of(links, pd.DataFrame({"id": ["a"], "state": ["traced with records"]}), None).sha256[:8]
    '0874354c'
    """

    sha256: str
    links: str
    participants: str
    plan: str
    link_count: int
    participant_count: int

    def __str__(self) -> str:
        return (
            f"Frozen: {self.link_count:,} links, {self.participant_count:,} participants.\n"
            f"  {self.sha256}\n"
            "Lodge this hash with somebody who has neither the links nor the arm (a registry, the trial's sponsor) "
            "before anybody asks for the arm."
        )

    def require(self, lodged: str, known: list[dict[str, Any]]) -> None:
        """Raise a DataError where this is not what was lodged, and say what differs.

        Parameters
        ----------
        lodged
            The hash that was lodged.
        known
            What a log says of it: the acts of freezing.
        """
        if lodged.strip().lower() == self.sha256:
            return
        earlier = [act for act in known if act.get("sha256") == lodged.strip().lower()]
        if not earlier:
            differs = "No act of freezing with the lodged hash is in the log, so that what differs cannot be told."
        else:
            parts = [part for part in _PARTS if earlier[-1].get(part) != getattr(self, part)]
            counts = [
                f"{part}: {earlier[-1].get(f'{part}_count', 0):,} lodged, {getattr(self, f'{part}_count'):,} there"
                for part in ("link", "participant")
            ]
            differs = f"What differs: {', '.join(parts)}. {'; '.join(counts)}."
        raise DataError(
            f"What is to be unblinded is not what was lodged (its hash begins {self.sha256[:12]}). {differs} Go back "
            "to the links that were lodged; if others are right, freeze and lodge these, and say in the report why."
        )


def freeze_of(links: pd.DataFrame, participants: pd.DataFrame, plan_sha256: str | None) -> Freeze:
    """Return the hash over links, participants and plan; it does not depend on the order of rows.

    Parameters
    ----------
    links
        The links with left_id, right_id and status; weights are left out, since their last bits may differ between
        machines.
    participants
        The table of participants.
    plan_sha256
        The hash of the plan; None of a plan that cannot be saved.
    """
    parts = {
        "links": hashlib.sha256(canonical_bytes(links[list(_LINK_COLUMNS)])).hexdigest(),
        "participants": hashlib.sha256(canonical_bytes(participants)).hexdigest(),
        "plan": plan_sha256 or hashlib.sha256(b"").hexdigest(),
    }
    whole = "linkkit trial freeze 1\n" + "".join(f"{name} {parts[name]}\n" for name in _PARTS)
    return Freeze(
        hashlib.sha256(whole.encode()).hexdigest(), **parts, link_count=len(links), participant_count=len(participants)
    )


def canonical_bytes(frame: pd.DataFrame) -> bytes:
    r"""Return a table as bytes that depend on its content alone: CSV of texts, its rows in the order of all columns.

    Whole numbers are written without a point, dates in ISO form, missing values as nothing and texts in quotes, so that
    a table gives the same bytes before it is saved and after it is read.

    Examples
    --------
    >>> import pandas as pd
    >>> canonical_bytes(pd.DataFrame({"id": [2, 1], "day": pd.to_datetime(["2020-01-02", None])}))
    b'"id","day"\n"1",\n"2","2020-01-02"\n'
    """
    import pyarrow as pa
    from pyarrow import csv

    names = [str(name) for name in frame.columns]
    table = pa.table([_text(frame[name]) for name in frame.columns], names)
    if len(table):
        table = table.take(pa.compute.sort_indices(table, [(name, "ascending") for name in names]))
    target = io.BytesIO()
    csv.write_csv(table, target, csv.WriteOptions(quoting_style="all_valid"))
    return target.getvalue()


def _text(series: Any) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    if series.dtype == object:
        return pa.array([None if _is_missing(value) else str(value) for value in series], pa.string())
    column = pa.Array.from_pandas(series)
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    kind = column.type
    if pa.types.is_floating(kind):
        whole = pc.all(pc.equal(column, pc.round(column))).as_py()
        column = column.cast(pa.int64()) if whole in (True, None) else column
    elif pa.types.is_timestamp(kind):
        column = column.cast(pa.date32(), safe=False)
    return column.cast(pa.string())


def _is_missing(value: Any) -> bool:
    return value is None or value != value or str(value) == "<NA>"
