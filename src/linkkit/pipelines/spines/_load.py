"""A saved spine, read again and proven to be what was saved."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkkit._saved import read_datasets, read_plan, read_record, require_unchanged
from linkkit._withdrawn import read_withdrawn
from linkkit.errors import DataError
from linkkit.loading import restored
from linkkit.permission import consenting
from linkkit.saving import STUDY

from ._fields import with_fields
from ._history import read_history
from ._run import SpineRun
from ._spine import Spine
from ._uniqueness import Source

if TYPE_CHECKING:
    from linkkit.dataset import Dataset

__all__ = ["load_spine"]

_TABLES = (
    "study_spine", "study_sources", "study_history", "study_changes", "study_persons", "clusters", "cluster_log",
    "links", "scores",
)  # fmt: skip


def load_spine(
    directory: str | os.PathLike[str], *, datasets: Sequence[Dataset] = (), key: str | None = None
) -> SpineRun:
    """Load a spine that was saved into a directory, to update it or link to it.

    Parameters
    ----------
    directory
        The directory.
    datasets
        Its sources, where they did not come from files; else they are read again from where they were, and must be the
        same, byte for byte.
    key
        The file of its key, for updates; :meth:`SpineRun.update` takes the key itself, too.

    Raises
    ------
    DataError
        Where the directory holds no complete spine: a file that is read is missing. Where its plan, its model, one of
        its tables or of its sources is not the same any more.

    Examples
    --------
    >>> import pathlib, tempfile, linkkit as lk
    >>> from linkkit import pipelines
    >>> made = lk.synth.people(400, seed=2)
    >>> school, health = (made.register(coverage=share) for share in (0.7, 0.6))
    >>> one, other = (lk.Dataset(r.frame, name=n, id=r.id) for r, n in ((school, "school"), (health, "health")))
    >>> index = lk.link(one, other, plan=pipelines.spine(), progress=False)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = pipelines.load_spine(index.save(pathlib.Path(folder) / "spine"), datasets=[one, other])
    >>> again.index.equals(index.index)
    True
    """
    import pyarrow.parquet as pq

    folder = Path(directory)
    if not (folder / "study_spine.parquet").is_file():
        raise DataError(f"{folder} holds no spine; pipelines.spine(...).run(...).save(directory) makes one.")
    record = read_record(folder, tuple(f"{name}.parquet" for name in _TABLES))
    require_unchanged(folder, record, [name for name in record["files"] if name.startswith(STUDY)])
    about = pq.read_table(folder / "study_spine.parquet").to_pylist()[0]
    sources = tuple(
        Source(row["source"], row["is_unique"], row["why"])
        for row in pq.read_table(folder / "study_sources.parquet").to_pylist()
    )
    linkage = restored(folder, with_fields(_sources(folder, record, datasets), json.loads(about["fields"])))
    said = [tuple(s.name for s in sources if s.why == "said" and s.is_unique is once) for once in (True, False)]
    spine = Spine(said[0], said[1], about["project"], key, about["epoch"], plan=linkage.plan)
    seen = pq.read_table(folder / "study_persons.parquet", columns=["spine_id", "first_seen"])
    return SpineRun(spine, linkage, sources, read_history(folder), seen, about["key_check_value"])


def _sources(folder: Path, record: dict[str, Any], given: Sequence[Dataset]) -> list[Dataset]:
    """The sources as they were read, without those who may not be linked."""
    if given:
        return [consenting(dataset) for dataset in given]
    file = read_plan(folder, record)
    if not file.datasets:
        raise DataError(f"{folder}: its sources did not come from files; give them with datasets=[...].")
    return read_datasets(folder, file, record, read_withdrawn(folder))
