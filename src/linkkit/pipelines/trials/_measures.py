"""What is compared between the arms of a trial, and the columns of the trial that comparisons are made with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import encode
from linkkit.errors import DataError, SpecError, did_you_mean

from ._flow import COVERED, LINKED, RANDOMISED, SENT
from ._inputs import places_of, texts_at
from ._states import NOT_SENT, REFUSED, STATES

if TYPE_CHECKING:
    import pandas as pd

    from linkkit.dataset import Dataset

__all__ = ["Measure", "events_of", "measures", "numbered", "reached", "require_open", "trial_column"]

Mask = NDArray[np.bool_]


class Measure(NamedTuple):
    """A share that is compared: its name, of whom, who has it, and who counts."""

    what: str
    among: str
    outcome: Mask
    chosen: Mask


def reached(participants: pd.DataFrame, stages: tuple[str, ...]) -> NDArray[np.int64]:
    """Return for each participant the number of the last stage that they reached."""
    place = {stage: number for number, stage in enumerate(stages)}
    return np.array([place[stage] for stage in participants["reached"]])


def measures(participants: pd.DataFrame, stages: tuple[str, ...]) -> list[Measure]:
    """Return the shares that are compared: linked, of all and of those sent; covered, of the linked; each state."""
    last = reached(participants, stages)
    everybody = np.ones(len(last), np.bool_)
    at = {stage: last >= number for number, stage in enumerate(stages)}
    found = [Measure("linked", RANDOMISED, at[LINKED], everybody), Measure("linked", SENT, at[LINKED], at[SENT])]
    if COVERED in at:
        found.append(Measure(COVERED, LINKED, at[COVERED], at[LINKED]))
    state = participants["state"].to_numpy(object)
    return found + [
        Measure(one, RANDOMISED, state == one, everybody)
        for one in STATES
        if (state == one).any() or one in (REFUSED, NOT_SENT)
    ]


def events_of(participants: pd.DataFrame, outcome: Any) -> tuple[Mask, Mask]:
    """Return who has an event, and of whom that is known.

    Parameters
    ----------
    outcome
        A Series of booleans, or of 0 and 1, by participant id; None for whoever has a record in the window.

    Raises
    ------
    DataError
        Where it holds something else, which nothing says is an event or none; or says it twice, or of nobody.
    """
    import pandas as pd

    if outcome is None:
        counts = participants["records_in_window"].fillna(0).to_numpy(np.int64)
        return counts > 0, np.ones(len(counts), np.bool_)
    if not isinstance(outcome, pd.Series):
        raise SpecError("outcome must be a Series of booleans whose index holds the ids of participants.")
    if not outcome.index.is_unique:
        raise DataError("outcome says something of a participant more than once; keep one row each.")
    said = outcome.astype(object)
    is_missing = said.isna()
    # A word or a code such as -9 is no answer: "no" is as true as "yes" to a computer.
    wrong = [not lost and not _is_answer(value) for value, lost in zip(said, is_missing, strict=True)]
    if any(wrong):
        raise DataError(
            f"outcome holds something else than True, False, 1, 0 and missing for {sum(wrong):,} of {len(said):,}. Say "
            "which value is the event, such as column == 'yes', and leave missing what is no answer."
        )
    by_id = dict(zip(map(str, outcome.index), said.where(~is_missing, None), strict=True))
    held = [by_id.get(str(one)) for one in participants["id"]]
    is_known = np.array([value is not None for value in held], np.bool_)
    if not is_known.any():
        raise DataError("outcome is of no participant of this trial; its index must hold their ids.")
    return np.array([known and bool(value) for value, known in zip(held, is_known, strict=True)], np.bool_), is_known


def _is_answer(value: Any) -> bool:
    return isinstance(value, bool | int | float | np.bool_ | np.integer | np.floating) and value in (0, 1)


def trial_column(trial: Dataset, name: str, participants: pd.DataFrame, part: str) -> NDArray[np.object_]:
    """Return a column of the trial by participant, as texts; None where missing.

    Raises
    ------
    DataError
        Where it is not there, or blinded: after unblinding only the arm was read.
    """
    import pyarrow as pa

    require_open(trial, name, part)
    asked = pa.chunked_array([pa.array([str(one) for one in participants["id"]], pa.string())])
    held = encode(trial.table_column(name), where=f"{trial.name}: {name!r}")
    return texts_at(places_of(asked, trial.ids), held)


def require_open(trial: Dataset, name: str, part: str) -> None:
    """Raise DataError where a column of the trial is not there, or blinded."""
    if name in trial.blinded:
        raise DataError(f"{trial.name}: {part} names the column {name!r}, which is blinded; only the arm was read.")
    if name not in trial.columns:
        hint = did_you_mean(name, trial.columns) or f" It has: {', '.join(trial.columns)}."
        raise DataError(f"{trial.name}: {part} names the column {name!r}, which is not there.{hint}")


def numbered(groups: NDArray[np.object_], here: Mask) -> NDArray[np.int64]:
    """Number the clusters of some participants; whoever has none is one alone.

    Examples
    --------
    >>> numbered(np.array(["b", None, "a", "b"], object), np.ones(4, bool)).tolist()
    [1, 3, 0, 1]
    """
    names = {name: number for number, name in enumerate(sorted({one for one in groups[here] if one is not None}))}
    return np.array(
        [names[one] if one is not None else len(names) + row for row, one in enumerate(groups[here])], np.int64
    )
