"""lk.release: what of a linkage leaves the linkage unit, by tier and under the pseudonyms of one project."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._reading import open_table
from ._saved import read_record
from ._taking_part import read_part
from .dataset import Dataset
from .decide import Clusters
from .errors import DataError
from .files import sha256
from .permission import consenting
from .pseudonymise.handover import KeyFacts, Linked, Released, release_linked
from .pseudonymise.handover._identifiers import naming_columns
from .run import Run

if TYPE_CHECKING:
    import pyarrow as pa

    from .pseudonymise import Key

__all__ = ["linked_of", "release"]

LOGBOOK = "releases.jsonl"


def release(
    run: Run | Linked | str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    project: str,
    key: Key,
    tier: str = "groups",
    everyone: bool = False,
    reversible: bool = False,
    least: int = 10,
    logbook: str | os.PathLike[str] | None = None,
) -> Released:
    """Write what may leave the linkage unit, under the pseudonyms of one project.

    =========  ==============================================  ====================================================
    tier       files                                           what its reader learns
    =========  ==============================================  ====================================================
    groups     ``researcher/DATASET/index.parquet``            which record keys are of one person
    mask       ``DATASET/mask.parquet``                        which of the dataset's records are linked, not to whom
    counts     ``counts.json``                                 how many, by bands of probability; no small count
    scores     ``unit_only/scores.parquet``                    each link's weight: stays in the unit, refused elsewhere
    =========  ==============================================  ====================================================

    Parameters
    ----------
    run
        A run, also one of a pipeline, the directory that one was saved into, or what
        :class:`linkkit.pseudonymise.handover.Linked` was made of.
    folder
        Where to; one folder holds one project and one tier.
    project
        The project. The same person has another project id in every other, and no two projects' ids can be joined.
    key
        The unit's own key, which neither providers nor researchers have. Its own project and epoch count, too: `linkkit
        release` takes ``linkage-unit`` and ``1``.
    tier
        What is told: see above.
    everyone
        Of groups: whether records without a link get a project id, too, as denominators need.
    reversible
        Of groups: whether the holder of the key can turn ids back (:func:`linkkit.pseudonymise.escrow.reveal`) into
        the unit's names of persons, from which a provider's index leads to its own id.
    least
        Of counts: the smallest that is told.
    logbook
        Where a line about each release is kept; of a saved run by default ``releases.jsonl`` in its directory.

    Returns
    -------
    Released
        The files, and how many records have an id.

    Raises
    ------
    DataError
        Where the directory holds no complete run, or ids of records name people.
    HandoverError
        Where the folder holds another project or tier, the project differs from an earlier one only in capitals, or the
        key is one that providers encoded with.
    SpecError
        Where the tier or an option of it is none.

    Notes
    -----
    A project id is made of the unit's name of a person: that of the cluster, called by its first record key. It stays
    the same as long as that does: record keys must be the provider's same ones, and :func:`linkkit.update` keeps the
    names of clusters as new records join.

    Examples
    --------
    >>> import tempfile
    >>> import linkkit as lk
    >>> from linkkit.pseudonymise import Key
    >>> trial, register = lk.synth.sample()
    >>> run = lk.link(trial.dataset(), register.dataset(), progress=False)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     done = release(run, folder, project="reading", key=Key.generate(project="unit"))
    ...     [path.relative_to(folder).as_posix() for path in done.files]
    ['researcher/trial/index.parquet', 'researcher/register/index.parquet']
    """
    if logbook is None and isinstance(run, str | os.PathLike):
        logbook = Path(run) / LOGBOOK
    return release_linked(
        linked_of(run), folder, project=project, key=key, tier=tier, everyone=everyone, reversible=reversible,
        least=least, logbook=logbook,
    )  # fmt: skip


def linked_of(run: Run | Linked | str | os.PathLike[str]) -> Linked:
    """Return which record keys of a run, or of a saved one, are of one person.

    Raises
    ------
    DataError
        Where the directory holds no complete run, a dataset's file is not there or not the same any more, or the ids
        of records are what people are known by.

    Examples
    --------
    >>> import linkkit as lk
    >>> trial, register = lk.synth.sample()
    >>> found = linked_of(lk.link(trial.dataset(), register.dataset(), progress=False))
    >>> list(found.persons), found.persons["trial"].column_names
    (['trial', 'register'], ['record_key', 'person'])
    """
    if isinstance(run, Linked):
        return run
    run = getattr(run, "linkage", run)  # a pipeline's run has the linkage that it wraps
    if isinstance(run, Run):
        return _of_run(run)
    return _of_folder(Path(run))


def _of_run(run: Run) -> Linked:
    for dataset in run.datasets:
        _check_id(dataset.id, dataset.name)
    keys = {dataset.name: dataset.ids for dataset in run.datasets}
    told = (getattr(dataset, "encoded_with", None) for dataset in run.datasets)
    facts = tuple(one for one in told if one is not None)
    found = Linked.of(keys, run.links, facts)
    return _clustered(found, run.clusters) if isinstance(run.decision, Clusters) else found


def _of_folder(folder: Path) -> Linked:
    import pyarrow.parquet as pq

    record = read_record(folder, ("links.parquet",))
    is_clustered = "clusters.parquet" in record["files"]  # clusters hold who was in the run, and nobody else
    part = read_part(folder, record)
    keys = {
        dataset["name"]: _keys_of(dataset, folder, part.get(dataset["name"]), everyone=is_clustered)
        for dataset in record["datasets"]
    }
    facts = tuple(KeyFacts(**dataset["key"]) for dataset in record["datasets"] if dataset.get("key"))
    found = Linked.of(keys, pq.read_table(folder / "links.parquet"), facts)
    if not is_clustered:
        return found
    read_record(folder, ("clusters.parquet",))
    return _clustered(found, pq.read_table(folder / "clusters.parquet"))


def _clustered(found: Linked, clusters: Any) -> Linked:
    """The same with the clusters of the run in place of what links connect; who is in none was left out of the run."""
    import pyarrow as pa
    import pyarrow.compute as pc

    table = pa.Table.from_pandas(clusters, preserve_index=False) if hasattr(clusters, "to_numpy") else clusters
    persons = {}
    for name, held in found.persons.items():
        own = (
            table.filter(pc.equal(table["dataset"].cast(pa.string()), name))
            if "dataset" in table.column_names
            else table
        )
        places = pc.index_in(held["record_key"], value_set=own["id"].cast(pa.string()).combine_chunks())
        persons[name] = pa.table({
            "record_key": held["record_key"], "person": own["cluster_id"].cast(pa.string()).take(places)
        }).filter(pc.is_valid(places))  # fmt: skip
    return Linked(persons, found.links, found.encoded_with)


def _keys_of(dataset: dict[str, Any], folder: Path, rows: Any, *, everyone: bool) -> pa.ChunkedArray:
    """The record keys of a dataset of a saved run, read again from its file, which must be the same.

    All of the file, or those alone who were in the run.
    """
    name = dataset["name"]
    _check_id(dataset["id"], name)
    if dataset["path"] is None:
        raise DataError(
            f"{folder}: the records of {name!r} did not come from a file. Release in the session that has the run, "
            "linkkit.release(run, ...)."
        )
    path = folder / dataset["path"]
    if not path.is_file():
        raise DataError(f"{name}: there is no file {dataset['path']!r} beside {folder} any more.")
    if sha256(path) != dataset["sha256"]:
        raise DataError(f"{name}: the file {dataset['path']!r} has changed since the run; run it again.")
    if dataset.get("left_out") and not everyone:
        return _keys_of_part(dataset, path, rows)
    return open_table(str(path), name).read([dataset["id"]])[dataset["id"]]


def _keys_of_part(dataset: dict[str, Any], path: Path, rows: Any) -> pa.ChunkedArray:
    """The record keys of a dataset of which the run left out people: theirs alone who were in it."""
    import pyarrow as pa

    if rows is not None:
        held = open_table(str(path), dataset["name"]).read([dataset["id"]])[dataset["id"]].take(pa.array(rows))
    else:
        held = pa.chunked_array([consenting(Dataset(str(path), name=dataset["name"], id=dataset["id"])).ids])
    if len(held) != dataset["records"]:
        raise DataError(
            f"{dataset['name']}: the run had {dataset['records']:,} records, without people who may not be linked; now "
            f"{len(held):,} may be. Run it again, or release in the session that has the run."
        )
    return held


def _check_id(column: str, name: str) -> None:
    naming = naming_columns([column])
    if naming:
        raise DataError(
            f"{name}: records go by {naming[0]}, which names people and would stand in the files that leave. Link "
            "files with record keys, as `linkkit split` and `linkkit encode` make them."
        )
