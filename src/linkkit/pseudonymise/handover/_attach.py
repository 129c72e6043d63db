"""The researcher joins a payload to its project ids; what comes out has no record key and nobody's name."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from linkkit.errors import did_you_mean

from ._files import read_file, write_file
from ._identifiers import naming_columns
from ._manifest import HandoverError, Manifest

__all__ = ["Attached", "attach"]

PROJECT_ID = "project_id"


@dataclass(frozen=True)
class Attached:
    """What :func:`attach` wrote.

    Parameters
    ----------
    path
        The file.
    records
        How many payload records have a project id and are in it.
    without_project_id
        How many payload records were left out, as the unit gave them no project id.
    without_payload
        How many records of the index have no payload.
    """

    path: Path
    records: int
    without_project_id: int
    without_payload: int


def attach(
    index: str | os.PathLike[str],
    payload: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    project: str | None = None,
) -> Attached:
    """Join a provider's payload to the project ids of the unit, and write it without record keys.

    Rows stand in the order of project ids, which tells nothing of either file.

    Parameters
    ----------
    index
        What the unit released (tier groups or mask): record keys and project ids.
    payload
        What the provider sent: record keys and what is studied.
    out
        Where to write, ending in ``.parquet``; a manifest of kind ``research`` goes beside it.
    project
        The project that the index must be of; None takes the one it is of.

    Raises
    ------
    HandoverError
        Where a file is not what its manifest says or of a wrong kind, the index is for the unit alone or of another
        project, the payload holds columns that name people, or the two share no record key.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import pandas as pd
    >>> from linkkit.pseudonymise import Key
    >>> from linkkit.pseudonymise.handover import Linked, read_file, release_linked, split
    >>> people = pd.DataFrame({"id": [1, 2], "surname": ["Ash", "Birch"], "score": [3.5, 4.0]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     here = pathlib.Path(folder)
    ...     parts = split(people, id="id", identifiers=["surname"], payload=["score"])
    ...     _ = parts.write(here / "trial")
    ...     keys = parts.index["record_key"].to_pylist()
    ...     links = pd.DataFrame({"left_id": keys[:1], "right_id": "b", "match_weight": 9.0, "match_probability": 1.0})
    ...     linked = Linked.of({"trial": keys, "register": ["b"]}, links)
    ...     unit = Key.generate(project="unit")
    ...     _ = release_linked(linked, here / "out", project="asthma", key=unit)
    ...     index = here / "out/researcher/trial/index.parquet"
    ...     done = attach(index, here / "trial/payload/payload.parquet", here / "study/trial.parquet")
    ...     read_file(done.path, "research")[0].column_names, done.records, done.without_project_id
    (['project_id', 'score'], 1, 1)
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    ids, told = read_file(index, "release")
    said = _released(told, Path(index).name, project)
    held, sent = read_file(payload, "payload")
    names = [name for name in held.column_names if name != sent.record_key]
    naming = naming_columns(names)
    if naming:
        raise HandoverError(
            f"{Path(payload).name}: {', '.join(naming)} would name people beside what is studied. Delete the file and "
            "have the provider send a payload without; a column that holds something else, under another name."
        )
    taken = {*ids.column_names, PROJECT_ID} - {told.record_key}
    clash = [name for name in names if name in taken]
    if clash:
        raise HandoverError(
            f"{Path(payload).name}: the column{'s' * (len(clash) > 1)} {', '.join(map(repr, clash))} "
            "would stand beside one of that name of the index. Have it sent under another name."
        )
    places = pc.index_in(held[sent.record_key].cast(pa.string()), value_set=ids[told.record_key].cast(pa.string()))
    found = np.asarray(pc.fill_null(places, -1)).astype(np.int64)
    if len(found) and len(ids) and not (found >= 0).any():
        raise HandoverError(
            f"{Path(index).name} ({len(ids):,} records) and {Path(payload).name} ({len(held):,}) share no record key: "
            "they are of different datasets, or of two splits of one. Ask for the payload of the split that was linked."
        )
    chosen = np.flatnonzero(found >= 0)
    joined = ids.drop_columns([told.record_key]).take(pa.array(found[chosen]))
    for name in names:
        joined = joined.append_column(name, held[name].take(pa.array(chosen)))
    keys = held[sent.record_key].take(pa.array(chosen))
    order = pc.sort_indices(
        pa.table({"project_id": joined[PROJECT_ID], "record_key": keys}),
        sort_keys=[("project_id", "ascending"), ("record_key", "ascending")],
    )
    made_by = {"research": {"project": said["project"], "tier": said["tier"], "dataset": said["dataset"]}}
    write_file(joined.take(order), out, "research", record_key=PROJECT_ID, made_by=made_by, key=told.key)
    return Attached(Path(out), len(chosen), len(held) - len(chosen), len(ids) - len(chosen))


def _released(manifest: Manifest, name: str, project: str | None) -> dict[str, Any]:
    """What the manifest of an index says, if a researcher may have it."""
    said: Any = manifest.made_by.get("release")
    if not isinstance(said, dict) or not {"project", "tier"} <= set(said):
        raise HandoverError(f"{name} says of no project: it is no index that the linkage unit released.")
    if said.get("unit_only"):
        raise HandoverError(
            f"{name} holds {said['tier']}, which stay within the linkage unit and must not be here: delete the file, "
            "tell the unit, and ask for the tier groups."
        )
    if project is not None and project != said["project"]:
        raise HandoverError(
            f"{name} is of the project {said['project']!r}, and {project!r} is asked for."
            f"{did_you_mean(project, [str(said['project'])])} Ids of two projects do not meet."
        )
    if PROJECT_ID not in [column.name for column in manifest.columns]:
        raise HandoverError(f"{name} has no column {PROJECT_ID!r}.")
    return {"dataset": "", **said}
