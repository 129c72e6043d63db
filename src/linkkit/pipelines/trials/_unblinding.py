"""The act of unblinding: the lodged hash is checked, the act is logged, and only then the arm is read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit._reading import open_table
from linkkit.cards import Card
from linkkit.dataset import Dataset
from linkkit.encoded import encode
from linkkit.errors import DataError, SpecError
from linkkit.files import sha256

from ._freeze import Freeze
from ._inputs import places_of, texts_at
from ._log import TrialLog
from ._measures import require_open
from ._unblinded import Unblinded

if TYPE_CHECKING:
    from ._run import TrialRun
    from ._saved import SavedTrial

__all__ = ["Asked", "act_of_unblinding", "allocation_of", "read_arms", "unblinded_run", "unblinded_saved"]


@dataclass(frozen=True)
class Asked:
    """What is asked of an unblinding.

    Parameters
    ----------
    by, why, lodged
        Who unblinds, for what reason, and the hash that was lodged.
    log
        The file of the log.
    allocation
        The arms: a dataset, a table, the path of one; None for the trial.
    arm
        The column with the arm; None for the one that the card names.
    arm_because
        Why it is a column that the card does not name.
    id
        The column of ids of participants in the table of arms.
    columns
        Columns that comparisons will be made by.
    """

    by: str
    why: str
    lodged: str
    log: str | os.PathLike[str]
    allocation: Any = None
    arm: str | None = None
    arm_because: str | None = None
    id: str | None = None
    columns: str | Sequence[str] = ()


def allocation_of(card: Card) -> str | None:
    """Return the column that a card names as the arm; its only blinded column, where it names none."""
    only = card.hidden[0] if len(card.hidden) == 1 else None
    return card.allocation or only


def act_of_unblinding(frozen: Freeze, asked: Asked, **read: Any) -> dict[str, Any]:
    """Check what was lodged against what is there, and log the act; return its entry.

    Parameters
    ----------
    frozen
        What is there.
    asked
        What is asked.
    **read
        What is going to be read, for the log: column, source, and why.

    Raises
    ------
    SpecError
        Where it is not said who unblinds, and why.
    DataError
        Where the links are not those that were lodged, or the log has no act of freezing them.
    """
    book = TrialLog(asked.log)
    acts = [entry for entry in book.entries() if entry["act"] == "freeze"]
    frozen.require(asked.lodged, acts)
    if frozen.sha256 not in [entry.get("sha256") for entry in acts]:
        raise DataError(
            f"{book.path}: the log has no act of freezing these links. Freeze them first, run.freeze(log=...) or "
            "run.save(directory), lodge the hash, and unblind then."
        )
    return book.add("unblind", sha256=frozen.sha256, by=asked.by.strip(), why=asked.why.strip(), **read)


def unblinded_run(run: TrialRun, asked: Asked) -> Unblinded:
    """See :meth:`TrialRun.unblind`."""
    frozen = run.freeze()
    source, column, act = _acted(frozen, asked, run.trial, run.trial.id, run.trial.blinded)
    arms, respelled = read_arms(source, column, run.people.ids)
    return Unblinded(
        run.participants, tuple(run.flow["stage"]), arms, run.trial, column, act, run=run, respelled=respelled
    )


def unblinded_saved(saved: SavedTrial, asked: Asked) -> Unblinded:
    """See :meth:`SavedTrial.unblind`."""
    source, column, act = _acted(saved.freeze(), asked, None, saved.trial_id, saved.blinded)
    arms, respelled = read_arms(source, column, saved.participants["id"].to_numpy(object))
    return Unblinded(
        saved.participants, tuple(saved.flow["stage"]), arms, source, column, act, saved=saved, respelled=respelled
    )


def _acted(
    frozen: Freeze, asked: Asked, trial: Dataset | None, trial_id: str | None, blinded: tuple[str, ...]
) -> tuple[Dataset, str, dict[str, Any]]:
    """Find the column with the arm, check that it may be read, and log that it is going to be."""
    for name in ("by", "why", "lodged"):
        said = getattr(asked, name)
        if not isinstance(said, str) or not said.strip():
            raise SpecError(
                f"unblind needs {name}=: who unblinds (by), for what reason (why), the lodged hash (lodged)."
            )
    source = _source(asked, trial, trial_id, blinded)
    named = _named_at_freezing(frozen, asked.log) or allocation_of((source if trial is None else trial).card)
    column = _column(source, asked, named)
    if column not in source.blinded and not isinstance(asked.allocation, Dataset):
        source = _source(asked, trial, trial_id, (*blinded, column))  # the arm is no field and no covariate
    for name in (asked.columns,) if isinstance(asked.columns, str) else asked.columns:
        require_open(source, name, "columns")  # before the act: it cannot be undone
    read = {
        "column": column,
        "source": "a table of the session" if source.path is None else os.path.basename(source.path),
        "source_sha256": None if source.path is None else sha256(source.path),
        "source_rows": len(source),
    }
    if column != named:
        assert asked.arm_because is not None
        read |= {"allocation_of_the_card": named, "arm_because": asked.arm_because.strip()}
    return source, column, act_of_unblinding(frozen, asked, **read)


def _named_at_freezing(frozen: Freeze, log: str | os.PathLike[str]) -> str | None:
    """Return the column that the card named as the arm when these links were frozen; a card can be changed later."""
    acts = [entry for entry in TrialLog(log).entries() if entry["act"] == "freeze"]
    named = [entry["allocation"] for entry in acts if entry.get("sha256") == frozen.sha256 and entry.get("allocation")]
    return named[0] if named else None


def _column(source: Dataset, asked: Asked, named: str | None) -> str:
    """Return the column with the arm: the one that the card names, unless another is asked for and it is said why."""
    column = asked.arm or named
    if column is None:
        raise DataError(
            f"{source.name}: nothing says which column is the arm: say allocation = ... in the card, or arm=..."
        )
    if column not in source.columns:
        raise DataError(
            f"{source.name}: arm names the column {column!r}, which is not there. It has: {', '.join(source.columns)}. "
            f"Where the arms stand in another, name it with arm={'' if asked.arm else '...'}."
        )
    if column != named and not (asked.arm_because or "").strip():
        there = f"the card names {named!r} as the allocation" if named else "no card names an allocation"
        raise DataError(
            f"{source.name}: {there}, and arm is {column!r}. To unblind reads the allocation and nothing else. If the "
            f"arms stand in {column!r}, say why with arm_because=... (--arm-because); the log keeps it."
        )
    return column


def _source(asked: Asked, trial: Dataset | None, trial_id: str | None, blinded: tuple[str, ...]) -> Dataset:
    """Return the dataset with the arm, before anything is logged."""
    given = asked.allocation
    if given is None:
        if trial is None:
            raise SpecError("unblind needs the trial, or a table of its arms: allocation=.")
        return trial
    if isinstance(given, Dataset):
        return given
    is_card = isinstance(given, str | os.PathLike) and os.fspath(given).endswith(".toml")
    columns = () if is_card else tuple(open_table(given, "allocation").columns)
    hidden = [column for column in dict.fromkeys(blinded) if column in columns]
    name = None if isinstance(given, str | os.PathLike) else "allocation"
    known = asked.id or (trial_id if trial_id in columns else None)
    return Dataset(given, name=name, id=known, blinded=hidden)


def read_arms(source: Dataset, column: str, ids: NDArray[np.object_]) -> tuple[NDArray[np.object_], int]:
    """Return the arm of each participant as a text, None where there is none; and of how many blanks were taken off.

    ``"visits "`` is the arm ``"visits"``: nobody allocates by a blank.

    Raises
    ------
    DataError
        Where fewer than two arms have participants.
    """
    import pyarrow as pa

    held = encode(source.unblinded_column(column), where=f"{source.name}: {column!r}")
    asked = pa.chunked_array([pa.array([str(one) for one in ids], pa.string())])
    place = places_of(asked, source.ids)
    written = texts_at(place, held)
    arms = np.array([None if arm is None else arm.strip() or None for arm in written], object)
    respelled = sum(arm != one for arm, one in zip(arms, written, strict=True))
    found = len({arm for arm in arms if arm is not None})
    if found < 2:
        raise DataError(
            f"{source.name}: {found} arm{'' if found == 1 else 's'} in the column {column!r} of {len(ids):,} "
            "participants; a comparison needs two. Look whether its ids are those of the trial."
        )
    return arms, respelled
