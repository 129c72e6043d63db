"""Carry a spine out: its beginning, and its updates."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from linkkit._update import Moved, Update
from linkkit.cards._settled import day_of
from linkkit.dataset import Dataset
from linkkit.decide import Cluster, Clusters
from linkkit.decide._ids import record_names
from linkkit.errors import DataError
from linkkit.permission import permitted
from linkkit.records import LinkType, Records
from linkkit.run import Run, dedupe, link
from linkkit.updating import update

from ._fields import shared_fields, with_fields
from ._history import Entry
from ._names import check_key, key_mark, minted
from ._run import SpineRun
from ._uniqueness import Source, sources_of

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from linkkit.progress import Progress
    from linkkit.pseudonymise import Key

    from ._spine import Spine

__all__ = ["begun", "updated"]

# As lk.link decides of several datasets.
_AT_LEAST = 0.5


def begun(
    spine: Spine, datasets: Sequence[Dataset], *, key: Key | None, on: datetime.date | str | None,
    progress: bool | Progress | None,
) -> SpineRun:  # fmt: skip
    """Make a spine."""
    if not datasets:
        raise DataError("A spine needs a source: run(register, ...).")
    day = datetime.date.today() if on is None else day_of(on, "on")
    secret = spine.secret(key)
    if key is not None:  # whoever goes on from it asks for the key of this project and epoch
        spine = dataclasses.replace(spine, project=key.project, epoch=key.epoch)
    mark = key_mark(secret)
    allowed = permitted(datasets)
    sources = sources_of(allowed, spine.unique, spine.repeated)
    plan = spine.plan.change(decide=_decision(spine.plan.decide, sources, len(datasets)))
    if len(datasets) > 1:
        allowed = tuple(with_fields(allowed, shared_fields(allowed)))
    if len(datasets) == 1:
        run = dedupe(allowed[0], plan=plan, progress=progress)
    else:
        run = link(*allowed, plan=plan, link_type=spine.plan.link_type or _link_type(sources), progress=progress)
    clusters = run.clustered
    names, number = _distinct(record_names(run.records).take(_first_by_name(run.records, clusters.label)))
    ids = minted(names, names.slice(0, 0), spine.project, secret)
    persons = dataclasses.replace(clusters, names=ids.take(number))
    made = Update(0, (), np.zeros(len(run.records), np.uint32))
    linkage = dataclasses.replace(run, decision=persons, update=made)
    entry = Entry(
        0, day, tuple(one.name for one in datasets), (), (), 0, len(run.records), 0, len(ids),
        0, 0, 0, len(ids),
    )  # fmt: skip
    return SpineRun(spine, linkage, sources, (entry,), _seen(ids, None, 0), mark)


def updated(
    before: SpineRun, extracts: Sequence[Dataset], *, without: tuple[str, ...],
    withdrawn: Mapping[str, Sequence[Any]] | None, judgements: Any, unique: Sequence[str], repeated: Sequence[str],
    key: Key | None, on: datetime.date | str | None, progress: bool | Progress | None,
) -> SpineRun:  # fmt: skip
    """Bring a spine up to date."""
    spine = before.pipeline
    secret = spine.secret(key)
    check_key(secret, before.key_mark)
    day = datetime.date.today() if on is None else day_of(on, "on")
    if day < before.past[-1].on:
        raise DataError(f"on={day} is before the last update, {before.past[-1].on}; a log goes forward.")
    _check_fields(before, extracts)
    held = before.linkage.datasets[0]
    wanted = {field: held.fields[field].kind for field in before.linkage.records.fields}
    extracts = with_fields(extracts, wanted)
    sources = _sources_now(before, extracts, without, unique, repeated)
    was = {source.name: source for source in before.sources}
    turned = [one.name for one in sources if one.is_unique and one.name in was and not was[one.name].is_unique]
    if turned:
        raise DataError(
            f"{turned[0]!r} held a person any number of times so far; persons of two of its records are there, and are "
            "not taken apart by an update. Make a new spine."
        )
    alone = len(sources) == 1
    kind: LinkType = "dedupe" if alone else "link_only"
    if not alone and (before.linkage.records.link_type != "link_only" or _link_type(sources) != "link_only"):
        kind = "link_and_dedupe"
    linkage = update(
        before.linkage, *extracts, replace=True, without=without, withdrawn=withdrawn, judgements=judgements,
        decide=_decision(before.linkage.plan.decide, sources, len(sources)), link_type=kind, progress=progress,
    )  # fmt: skip
    return _renamed(before, linkage, sources, extracts, without, secret, day)


def _sources_now(
    before: SpineRun, extracts: Sequence[Dataset], without: tuple[str, ...], unique: Sequence[str],
    repeated: Sequence[str],
) -> tuple[Source, ...]:  # fmt: skip
    """All sources after an update, those that stay first."""
    spine = before.pipeline
    new = {dataset.name: dataset for dataset in extracts}
    stay = {
        dataset.name: new.pop(dataset.name, dataset)
        for dataset in before.linkage.datasets
        if dataset.name not in without or dataset.name in new
    }
    every = [*stay.values(), *new.values()]
    names = {dataset.name for dataset in every}
    told = [tuple(name for name in part if name in names) for part in (spine.unique, spine.repeated)]
    said = (unique,) if isinstance(unique, str) else tuple(unique)
    more = (repeated,) if isinstance(repeated, str) else tuple(repeated)
    return sources_of(every, (*told[0], *said), (*told[1], *more), before.sources)


def _check_fields(before: SpineRun, extracts: Sequence[Dataset]) -> None:
    """Raise where an extract has next to nothing to be known by."""
    used = before.linkage.records.fields
    for extract in extracts:
        if not any(field in extract.fields for field in used):
            raise DataError(
                f"{extract.name} has none of the fields that the spine is linked on, {', '.join(used)}. Say which "
                "columns hold what with Dataset(..., fields=)."
            )


def _decision(made: Any, sources: Sequence[Source], count: int) -> Cluster:
    """The decision about clusters, which holds to the sources that have a person once."""
    names = tuple(source.name for source in sources if source.is_unique)
    if isinstance(made, Cluster):
        method = None if names and made.method == "components" else made.method
        return dataclasses.replace(made, method=method, unique=names)
    if count > 1 and len(names) == len(sources):
        return Cluster(at_least=_AT_LEAST, unique=names)
    return Cluster(at_least=_AT_LEAST, method="profile", unique=names)


def _link_type(sources: Sequence[Source]) -> LinkType:
    """Pairs within sources are made only where some source repeats persons."""
    return "link_only" if all(source.is_unique for source in sources) else "link_and_dedupe"


def _renamed(
    before: SpineRun, linkage: Run, sources: Sequence[Source], extracts: Sequence[Dataset], without: tuple[str, ...],
    secret: Key | None, day: datetime.date,
) -> SpineRun:  # fmt: skip
    """Give new persons their ids, and write the log."""
    import pyarrow as pa
    import pyarrow.compute as pc

    clusters, made = linkage.decision, linkage.update
    assert isinstance(clusters, Clusters)
    assert clusters.names is not None
    assert made is not None
    spine = before.pipeline
    names, number = _distinct(clusters.names)
    known = before.clustered.names
    assert known is not None
    logged = [one for row in before.update_part.log for one in (row.old_id, row.new_id) if one is not None]
    used = pc.unique(pa.concat_arrays([known, pa.array(logged, pa.string())]))
    is_new = pc.invert(pc.is_in(names, value_set=used))
    fresh = names.filter(is_new)
    ids = pc.replace_with_mask(names, is_new, minted(fresh, used, spine.project, secret))
    log = _log(made.log, made.number, fresh, ids.filter(is_new))
    reasons = [row.reason for row in log if row.update == made.number]
    there = [dataset.name for dataset in before.linkage.datasets]
    now = [dataset.name for dataset in linkage.datasets]
    withdrawn = _count_withdrawn(before, made.withdrawn)
    entry = Entry(
        made.number, day, tuple(one.name for one in extracts if one.name not in there),
        tuple(one.name for one in extracts if one.name in there), tuple(name for name in there if name not in now),
        withdrawn, int((np.asarray(made.added_in) == made.number).sum()), _lost(before, linkage),
        len(fresh), reasons.count("merged"), reasons.count("split"), reasons.count("removed"), len(ids),
        _count_unknown(before, made.withdrawn, extracts),
    )  # fmt: skip
    persons = dataclasses.replace(clusters, names=ids.take(number))
    linkage = dataclasses.replace(linkage, decision=persons, update=dataclasses.replace(made, log=log))
    kept = tuple(source for source in sources if source.name in now)
    return SpineRun(spine, linkage, kept, (*before.past, entry), _seen(ids, before.seen, made.number), before.key_mark)


def _log(log: Sequence[Moved], number: int, fresh: pa.Array, ids: pa.Array) -> tuple[Moved, ...]:
    """The log with the ids of new persons in place of the names that they were made of."""
    given = dict(zip(fresh.to_pylist(), ids.to_pylist(), strict=True)) if any(r.reason == "split" for r in log) else {}
    return tuple(
        dataclasses.replace(row, new_id=given.get(row.new_id, row.new_id))
        if row.update == number and row.new_id is not None
        else row
        for row in log
    )


def _first_by_name(records: Records, label: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Return for each record the first one of its person, sources in the order of their names: so an id does not depend
    on the order in which sources are given.
    """
    rank = np.argsort(np.argsort([dataset.name for dataset in records.datasets]))
    rows = np.arange(len(records))
    order = np.lexsort((rows, rank[records.dataset_of(rows)], label))
    persons, first = np.unique(label[order], return_index=True)
    return np.asarray(order[first][np.searchsorted(persons, label)])


def _distinct(names: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Return distinct names in the order of the records, and for each record the number of its name."""
    coded = names.dictionary_encode()
    return coded.dictionary, coded.indices


def _seen(ids: pa.Array, before: pa.Table | None, number: int) -> pa.Table:
    """Return in which update each person was first there."""
    import pyarrow as pa
    import pyarrow.compute as pc

    first = pa.nulls(len(ids), pa.int64())
    if before is not None:
        first = before["first_seen"].combine_chunks().take(
            pc.index_in(ids, value_set=before["spine_id"].combine_chunks())
        )  # fmt: skip
    return pa.table({"spine_id": ids, "first_seen": pc.fill_null(first, number)})


def _count_withdrawn(before: SpineRun, withdrawn: Mapping[str, Any]) -> int:
    """How many records that were there are withdrawn now."""
    from linkkit._withdrawn import is_among

    named = [dataset for dataset in before.linkage.datasets if dataset.name in withdrawn]
    return sum(int(is_among(dataset, withdrawn[dataset.name]).sum()) for dataset in named)


def _count_unknown(before: SpineRun, withdrawn: Mapping[str, Any], extracts: Sequence[Dataset]) -> int:
    """How many of the ids that are withdrawn now are no record's, neither of the sources so far nor of an extract."""
    import pyarrow as pa
    import pyarrow.compute as pc

    count = 0
    for name, ids in withdrawn.items():
        sources = [one for one in (*before.linkage.datasets, *extracts) if one.name == name]
        earlier = before.update_part.withdrawn.get(name, pa.array([], pa.string()))
        known = pa.concat_arrays([earlier, *(one.ids.cast(pa.string()) for one in sources)])
        count += len(ids) - int(pc.sum(pc.is_in(ids, value_set=known)).as_py() or 0)
    return count


def _lost(before: SpineRun, linkage: Run) -> int:
    """How many of the earlier records are not there any more."""
    import pyarrow as pa
    import pyarrow.compute as pc

    now = {dataset.name: dataset for dataset in linkage.datasets}
    lost = 0
    for old in before.linkage.datasets:
        new = now.get(old.name)
        if new is None:
            lost += len(old)
        elif new is not old:
            held = pc.is_in(old.ids.cast(pa.string()), value_set=new.ids.cast(pa.string()))
            lost += len(old) - int(pc.sum(held).as_py() or 0)
    return lost
