"""What a directory with a saved run holds, proven to be whole and unchanged."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import DataError
from .files import sha256
from .plan import PlanFile, load_plan_file

if TYPE_CHECKING:
    from .dataset import Dataset

__all__ = ["check_histories", "check_inputs", "read_plan", "read_record"]

_PROVEN = ("plan.toml", "model.json", "judgements.parquet", "withdrawn.parquet")


def read_record(folder: Path, also: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the audit record of a saved run.

    Raises
    ------
    DataError
        Where the directory holds no complete run, or its plan, its model or one of the files ``also`` was changed.
    """
    try:
        record: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise DataError(f"{folder} holds no complete run (there is no run.json that can be read).") from None
    for name in (*_PROVEN, *also):
        known = record["files"].get(name)
        if known is None and name in also:
            raise DataError(f"{folder}: there is no {name}, which this needs; run it again with this linkkit.")
        if (folder / name).is_file() and sha256(folder / name) != known:
            raise DataError(f"{folder}: {name} was changed since the run was saved; run it again.")
    return record


def read_plan(folder: Path, record: dict[str, Any]) -> PlanFile:
    """Return the plan of a saved run."""
    if "plan_not_saved" in record:
        raise DataError(f"{folder}: the plan of this run could not be saved: {record['plan_not_saved']}")
    return load_plan_file(folder / "plan.toml")


def check_inputs(file: PlanFile, record: dict[str, Any]) -> None:
    """Raise a DataError where a dataset's file is not what it was."""
    mistakes = []
    for described, known in zip(file.datasets, record["datasets"], strict=True):
        if not os.path.isfile(described.path):
            mistakes.append(f"{known['name']}: there is no file {described.path!r} any more.")
        elif sha256(described.path) != known["sha256"]:
            mistakes.append(f"{known['name']}: the file {described.path!r} has changed since the run; run it again.")
    if mistakes:
        raise DataError("\n".join(mistakes))


def check_histories(datasets: Sequence[Dataset], record: dict[str, Any]) -> None:
    """Raise a DataError where a file of earlier values, which a card names, is not what it was."""
    mistakes = []
    for dataset, known in zip(datasets, record["datasets"], strict=True):
        files = {os.path.basename(one.path): one.path for one in dataset.card.history if one.path is not None}
        for was in known.get("histories", ()):
            name = os.path.basename(was["path"])
            path = files.get(name)
            if path is None:
                mistakes.append(f"{known['name']}: no card beside its file names the history {name!r} any more.")
            elif not os.path.isfile(path):
                mistakes.append(f"{known['name']}: there is no file {path!r} any more.")
            elif sha256(path) != was["sha256"]:
                mistakes.append(f"{known['name']}: the file {path!r} has changed since the run; run it again.")
    if mistakes:
        raise DataError("\n".join(mistakes))
