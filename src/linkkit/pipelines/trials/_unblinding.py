"""The act of unblinding: the lodged hash is checked, the act is logged, and only then the arm is read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit._reading import open_table
from linkkit.dataset import Dataset
from linkkit.encoded import encode
from linkkit.errors import DataError, SpecError

from ._freeze import Freeze
from ._inputs import places_of, texts_at
from ._log import TrialLog
from ._unblinded import Unblinded

if TYPE_CHECKING:
    from ._run import TrialRun
    from ._saved import SavedTrial

__all__ = ["act_of_unblinding", "read_arms", "unblinded_run", "unblinded_saved"]


def act_of_unblinding(frozen: Freeze, *, by: str, why: str, lodged: str, log: str | os.PathLike[str]) -> dict[str, Any]:
    """Check what was lodged against what is there, and log the act; return its entry.

    Raises
    ------
    SpecError
        Where it is not said who unblinds, and why.
    DataError
        Where the links are not those that were lodged, or the log has no act of freezing them.
    """
    for name, said in (("by", by), ("why", why), ("lodged", lodged)):
        if not isinstance(said, str) or not said.strip():
            raise SpecError(
                f"unblind needs {name}=: who unblinds (by), for what reason (why), the lodged hash (lodged)."
            )
    book = TrialLog(log)
    acts = [entry for entry in book.entries() if entry["act"] == "freeze"]
    frozen.require(lodged, acts)
    if frozen.sha256 not in [entry.get("sha256") for entry in acts]:
        raise DataError(
            f"{book.path}: the log has no act of freezing these links. Freeze them first, run.freeze(log=...) or "
            "run.save(directory), lodge the hash, and unblind then."
        )
    return book.add("unblind", sha256=frozen.sha256, by=by.strip(), why=why.strip())


def unblinded_run(
    run: TrialRun, *, by: str, why: str, lodged: str, log: str | os.PathLike[str], allocation: Any, arm: str | None
) -> Unblinded:
    """See :meth:`TrialRun.unblind`."""
    source, column = _source(run.trial, allocation, arm)
    act = act_of_unblinding(run.freeze(), by=by, why=why, lodged=lodged, log=log)
    arms = read_arms(source, column, run.people.ids)
    return Unblinded(run.participants, tuple(run.flow["stage"]), arms, run.trial, column, act, run=run)


def unblinded_saved(
    saved: SavedTrial, *, by: str, why: str, lodged: str, log: str | os.PathLike[str], allocation: Any, arm: str | None
) -> Unblinded:
    """See :meth:`SavedTrial.unblind`."""
    source, column = _source(None, allocation, arm)
    act = act_of_unblinding(saved.freeze(), by=by, why=why, lodged=lodged, log=log)
    ids = saved.participants["id"].to_numpy(object)
    return Unblinded(
        saved.participants, tuple(saved.flow["stage"]), read_arms(source, column, ids), source, column, act, saved=saved
    )


def _source(trial: Dataset | None, allocation: Any, arm: str | None) -> tuple[Dataset, str]:
    """Return the dataset with the arm and its column, before anything is logged."""
    if allocation is not None:
        source = allocation if isinstance(allocation, Dataset) else _opened(allocation, trial, arm)
    elif trial is not None:
        source = trial
    else:
        raise SpecError("unblind needs the trial, or a table of its arms: allocation=.")
    column = arm or source.card.allocation
    if column is None and len(source.blinded) == 1:
        column = source.blinded[0]
    if column is None:
        raise DataError(
            f"{source.name}: nothing says which column is the arm: say allocation = ... in the card, or arm=..."
        )
    if column not in source.columns:
        raise DataError(
            f"{source.name}: arm names the column {column!r}, which is not there. It has: {', '.join(source.columns)}."
        )
    return source, column


def _opened(allocation: Any, trial: Dataset | None, arm: str | None) -> Dataset:
    name = None if isinstance(allocation, str | os.PathLike) else "allocation"
    known = trial.id if trial is not None and _has(allocation, trial.id) else None
    return Dataset(allocation, name=name, id=known, blinded=() if arm is None else (arm,))


def _has(table: Any, column: str) -> bool:
    is_card = isinstance(table, str | os.PathLike) and os.fspath(table).endswith(".toml")
    return not is_card and column in open_table(table, "allocation").columns


def read_arms(source: Dataset, column: str, ids: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the arm of each participant as a text; None where there is none.

    Raises
    ------
    DataError
        Where fewer than two arms have participants.
    """
    import pyarrow as pa

    held = encode(source.unblinded_column(column))
    asked = pa.chunked_array([pa.array([str(one) for one in ids], pa.string())])
    place = places_of(asked, source.ids)
    arms = texts_at(place, held)
    found = len({arm for arm in arms if arm is not None})
    if found < 2:
        raise DataError(
            f"{source.name}: {found} arm{'' if found == 1 else 's'} in the column {column!r} of {len(ids):,} "
            "participants; a comparison needs two. Look whether its ids are those of the trial."
        )
    return arms
