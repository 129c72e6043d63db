"""Judgements of people on their way into a linkage and out of it: read, scored, saved."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .decide import Judgements
from .records import Records
from .tables import Levels, Scores

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["joint_judgements", "judged_scores", "judgement_table", "read_judgements"]


def read_judgements(given: Any) -> pd.DataFrame | None:
    """Return a table of judgements, whatever it was given as: a data frame, a CSV or Parquet file, or nothing.

    Raises
    ------
    DataError
        Where it is no table.
    """
    if given is None:
        return None
    from ._reading import open_table

    source = open_table(os.fspath(given) if isinstance(given, str | os.PathLike) else given, "judgements")
    needed = ("left_dataset", "left_id", "right_dataset", "right_id", "is_match")
    frame: pd.DataFrame = source.read([name for name in source.columns if name in needed]).to_pandas()
    return frame


def judged_scores(scores: Scores, levels: Levels, model: Any, judged: Judgements) -> Scores:
    """Return scores that hold every pair judged to match: those that were no candidates are compared and scored too."""
    left, right = judged.positive
    is_new = ~np.isin(_packed(left, right), _packed(scores.left, scores.right))
    if not is_new.any():
        return scores
    asked = levels.of_pairs(left[is_new], right[is_new])
    return scores.joined(model.score(asked, at_least=0.0))


def joint_judgements(
    records: Records, before: Judgements | None, rows: NDArray[np.int64], table: pd.DataFrame | None
) -> Judgements | None:
    """Return earlier judgements and new ones together; of the same pair the newer holds.

    Parameters
    ----------
    records
        The records now.
    before
        The earlier judgements; those of records that are gone are left out.
    rows
        Where each earlier record is now; -1 where it is gone.
    table
        The new judgements.

    Raises
    ------
    DataError
        Where they contradict each other.
    """
    new = None if table is None else Judgements.of(records, table)
    if before is None:
        return new
    ends = rows[before.left], rows[before.right]
    kept = np.flatnonzero((ends[0] >= 0) & (ends[1] >= 0))
    left, right = (end[kept].astype(np.uint32) for end in ends)
    old = Judgements(records, left, right, before.is_match[kept], np.zeros(len(kept), np.int64))
    if new is None:
        return old
    still = ~np.isin(_packed(old.left, old.right), _packed(new.left, new.right))
    columns = [
        np.concatenate([getattr(old, name)[still], getattr(new, name)]) for name in ("left", "right", "is_match", "row")
    ]
    found = Judgements(records, *columns)
    found.check_consistent()
    return found


def judgement_table(judged: Judgements) -> pd.DataFrame:
    """Return judgements as a table that can be saved and read again: datasets, ids and is_match, each pair once."""
    import pandas as pd

    records = judged.records
    names = np.array([dataset.name for dataset in records.datasets], object)
    parts = []
    for (left, right), is_match in ((judged.positive, True), (judged.negative, False)):
        columns: dict[str, Any] = {}
        for side, rows in (("left", left), ("right", right)):
            columns[f"{side}_dataset"] = names[records.dataset_of(rows)]
            columns[f"{side}_id"] = records.ids_as_objects(rows)
        parts.append(pd.DataFrame({**columns, "is_match": np.full(len(left), is_match)}))
    return pd.concat(parts, ignore_index=True)


def _packed(left: Any, right: Any) -> Any:
    return (left.astype(np.uint64) << np.uint64(32)) | right.astype(np.uint64)
