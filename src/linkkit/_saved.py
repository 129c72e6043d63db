"""What a directory with a saved run holds, proven to be whole and unchanged."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ._plan_files import CARD_SUFFIX
from ._taking_part import PART_FILE, only_part, read_part
from ._toml import parsed
from ._withdrawn import without_withdrawn
from .cards import read_fields
from .dataset import Dataset
from .errors import DataError
from .files import sha256
from .permission import consenting
from .plan import PlanFile
from .plan._file import plan_file_of

__all__ = [
    "check_histories", "check_inputs", "pipeline_of", "read_datasets", "read_plan", "read_record", "require_files",
    "require_unchanged",
]  # fmt: skip

_PROVEN = ("plan.toml", "model.json", "judgements.parquet", "withdrawn.parquet", PART_FILE)
# What a directory without the record of a run holds instead, by a file of it, and what to do with that.
_OTHERS = {
    "algorithm.json": "the links of a published algorithm. Read links.parquet, or run it again.",
    "profiles.md": "the cards of a case study, which has no rows of persons to load, explain, update or release.",
}
# By what tables a pipeline is known, where the record does not name it.
_TABLES = {
    "study_spine.parquet": "spine",
    "study_participants.parquet": "trial_to_admin",
    "study_contradicted_links.parquet": "intervention_to_admin",
}


def read_record(folder: Path, also: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the audit record of a saved run.

    Raises
    ------
    DataError
        Where the directory holds no complete run, or its plan, its model or one of the files ``also`` is missing or was
        changed.
    """
    try:
        record: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        held = [words for name, words in _OTHERS.items() if (folder / name).is_file()]
        if held and not (folder / "run.json").exists():
            raise DataError(f"{folder} holds no run of a plan, but {held[0]}") from None
        record = {}
    if not isinstance(record, dict) or not isinstance(record.get("files"), dict):
        raise DataError(f"{folder} holds no complete run (there is no run.json that can be read).")
    known = record["files"]
    cards = [name for name in known if name.startswith("plan.") and name.endswith(CARD_SUFFIX)]
    for name in (*_PROVEN, *cards):
        if name in known:
            require_files(folder, record, (name,))
        elif (folder / name).is_file():
            raise _changed(folder, name)
    require_files(folder, record, also)
    return record


def require_files(folder: Path, record: dict[str, Any], names: Iterable[str]) -> None:
    """Raise a DataError where a file of a saved run, which is read, is missing or not what was saved."""
    for name in names:
        if name not in record["files"]:
            raise DataError(f"{folder}: there is no {name}, which this needs; run it again with this linkkit.")
        if not (folder / name).is_file():
            raise DataError(
                f"{folder}: {name} is not there any more; the run is not complete without it. Put it back, or run it "
                "again."
            )
        if sha256(folder / name) != record["files"][name]:
            raise _changed(folder, name)


def require_unchanged(folder: Path, record: dict[str, Any], names: Iterable[str]) -> None:
    """Raise a DataError where a file of a saved run is not what was saved; it may have been taken away."""
    require_files(folder, record, [name for name in names if (folder / name).is_file()])


def _changed(folder: Path, name: str) -> DataError:
    copy = ", or take it away: it is a copy for people" if name.endswith(".csv") else ""
    return DataError(
        f"{folder}: {name} was changed since the run was saved; put it back as it was{copy}, or run it again."
    )


def pipeline_of(record: dict[str, Any]) -> str | None:
    """Return the name of the pipeline that a saved run was part of; None of one that was no part of any."""
    named = [name for table, name in _TABLES.items() if table in record["files"]]
    return record["pipeline"]["kind"] if "pipeline" in record else named[0] if named else None


def read_plan(folder: Path, record: dict[str, Any]) -> PlanFile:
    """Return the plan of a saved run, and its datasets: those that were linked, in their order."""
    if "plan_not_saved" in record:
        raise DataError(f"{folder}: the plan of this run could not be saved: {record['plan_not_saved']}")
    data = parsed(folder / "plan.toml")
    data.pop("pipeline", None)  # the plan that it wraps was filled in as it was carried out
    file = plan_file_of(data, folder)
    by_name = {described.name: described for described in file.datasets}
    linked = tuple(by_name[known["name"]] for known in record["datasets"]) if file.datasets else ()
    return dataclasses.replace(file, datasets=linked)


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


def read_datasets(
    folder: Path, file: PlanFile, record: dict[str, Any], withdrawn: Mapping[str, Any] | None = None
) -> list[Dataset]:
    """Return the datasets of a saved run, read again: the records that took part in it, and nobody else.

    Parameters
    ----------
    folder
        The directory.
    file
        Its plan.
    record
        Its record.
    withdrawn
        The ids, by dataset, of records that were withdrawn later.

    Raises
    ------
    DataError
        Where a file is not what it was, or nothing says any more who took part.
    """
    check_inputs(file, record)
    rows = read_part(folder, record)
    found = []
    for described, known in zip(file.datasets, record["datasets"], strict=True):
        more = {
            name: one
            for name, one in read_fields(known["fields"], "fields", []).items()
            if described.fields.get(name) is None
        }  # fields that a pipeline added
        whole = dataclasses.replace(described, fields={**described.fields, **more}).open()
        held = consenting(only_part(whole, rows.get(known["name"]), known["left_out"]))
        found += without_withdrawn([held], withdrawn or {})
        _require_as_many(found[-1], known, folder)
    return found


def _require_as_many(held: Dataset, known: dict[str, Any], folder: Path) -> None:
    """Raise a DataError where a dataset has not as many records as took part in the run."""
    if len(held) != known["records"]:
        raise DataError(
            f"{folder}: {known['name']} had {known['records']:,} records in the run, without people who may not be "
            f"linked; now {len(held):,} would be. Run it again, or go on in the session that has the run."
        )


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
