"""An earlier linkage, as an update needs it: from a run, or from the directory that it was saved into."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ._content import require_content
from ._saved import check_histories, read_datasets, read_plan, read_record, require_files
from ._update import Moved, Update
from ._withdrawn import read_withdrawn, without_withdrawn
from .dataset import Dataset
from .decide import Cluster, Clusters, Judgements, decide
from .decide._ids import record_names
from .encoded import together
from .errors import DataError
from .judging import read_judgements
from .permission import consenting
from .plan import Plan, prepared_for
from .records import Records
from .run import Run
from .saving import all_scores, scores_of
from .score import RuleList, load_model
from .tables import Scores, pair_rows

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Earlier", "RowMap", "earlier_of", "map_rows"]

Rows = NDArray[np.uint32]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Earlier:
    """An earlier linkage.

    Parameters
    ----------
    plan
        Its plan.
    records
        Its prepared datasets.
    model
        Its model; None of rules, which are fitted again.
    scores
        All pairs that were ever scored and kept.
    label, ids
        The cluster of each record, by its smallest row and by its id (text).
    added_in
        The update in which each record was compared, 0 for the first run.
    number
        How many updates there were.
    log
        What became of cluster ids.
    judged
        What people decided.
    record
        The audit record, where it was saved.
    withdrawn
        For each dataset the ids, as text, of records that were withdrawn.
    """

    plan: Plan
    records: Records
    model: Any
    scores: Scores
    label: Rows
    ids: pa.Array
    added_in: Rows
    number: int
    log: tuple[Moved, ...]
    judged: Judgements | None
    record: dict[str, Any] | None = None
    withdrawn: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def used(self) -> pa.Array:
        """All ids that were ever given."""
        import pyarrow as pa
        import pyarrow.compute as pc

        logged = {name for row in self.log for name in (row.old_id, row.new_id) if name is not None}
        return pc.unique(pa.concat_arrays([self.ids, pa.array(sorted(logged), pa.string())]))


@dataclass(frozen=True, eq=False)
class RowMap:
    """Where the records of an earlier linkage are now.

    Parameters
    ----------
    present
        For each earlier row the row of the record with its id now, -1 where there is none.
    unchanged
        The same where its values are what they were; else -1.
    is_fresh
        For each row now whether it is to be compared: it is new, or its values changed.
    """

    present: Numbers
    unchanged: Numbers
    is_fresh: NDArray[np.bool_]

    @property
    def lost(self) -> Numbers:
        """The earlier rows that were taken out or changed."""
        return np.flatnonzero(self.unchanged < 0)


def earlier_of(previous: Run | str | Path, datasets: Sequence[Dataset] = ()) -> Earlier:
    """Return an earlier linkage; of a saved one the datasets are read again, unless they are given."""
    return _of_run(previous) if isinstance(previous, Run) else _of_folder(Path(previous), datasets)


def map_rows(records: Records, datasets: Sequence[Dataset], optional: Sequence[str] = ()) -> RowMap:
    """Find the records of an earlier linkage in the datasets of a new one.

    Parameters
    ----------
    records
        The records of the earlier linkage.
    datasets
        The datasets now.
    optional
        Fields that are compared too, though some of the datasets may lack them.
    """
    present = np.full(len(records), -1, np.int64)
    unchanged = present.copy()
    starts = np.concatenate([[0], np.cumsum([len(dataset) for dataset in datasets])])
    by_name = {dataset.name: number for number, dataset in enumerate(datasets)}
    for number, old in enumerate(records.datasets):
        if old.name not in by_name:
            continue
        place = by_name[old.name]
        rows = np.arange(records.starts[number], records.starts[number + 1])
        new = datasets[place]
        found = np.arange(len(old)) if new is old else Records([new]).rows_of(old.ids.to_pylist())
        is_there = found >= 0
        present[rows[is_there]] = found[is_there] + starts[place]
        same = is_there.copy()
        if new is not old:
            more = [field for field in optional if field in old.fields or field in new.fields]
            fields = tuple(dict.fromkeys([*records.fields, *more]))
            same[is_there] = _is_same(old, new, np.flatnonzero(is_there), found[is_there], fields)
        unchanged[rows[same]] = found[same] + starts[place]
    is_fresh = np.ones(int(starts[-1]), np.bool_)
    is_fresh[unchanged[unchanged >= 0]] = False
    return RowMap(present, unchanged, is_fresh)


def _is_same(
    old: Dataset, new: Dataset, old_rows: Numbers, new_rows: Numbers, fields: Sequence[str]
) -> NDArray[np.bool_]:
    """Whether records have the same values in all fields that are linked on."""
    same = np.ones(len(old_rows), np.bool_)
    for field in fields:
        if field not in old.fields:
            same &= new.encoded(field).codes[new_rows] == 0
            continue
        if field not in new.fields:
            raise DataError(f"{new.name}: there is no field {field!r}, which the earlier extract had.")
        if old.holds_sets(field) or new.holds_sets(field):
            before, now = _sets(old, field, old_rows), _sets(new, field, new_rows)
            same &= np.array([one == other for one, other in zip(before, now, strict=True)], np.bool_)
            continue
        (before_codes, now_codes), _ = together([old.encoded(field), new.encoded(field)])
        same &= before_codes[old_rows] == now_codes[new_rows]
    return same


def _sets(dataset: Dataset, field: str, rows: Numbers) -> list[tuple[str, ...]]:
    if not dataset.holds_sets(field):
        column = dataset.encoded(field)
        texts = column.texts()
        return [(texts[code],) if code else () for code in column.codes[rows].tolist()]
    sets = dataset.encoded_sets(field)
    texts = sets.values.to_pylist()
    bounds = sets.starts.tolist()
    return [
        tuple(sorted(texts[member] for member in sets.members[bounds[code] : bounds[code + 1]].tolist()))
        for code in sets.codes[rows].tolist()
    ]


def _of_run(run: Run) -> Earlier:
    clustered = run.clustered
    names = clustered.names
    if names is None:
        names = record_names(run.records).take(clustered.label.astype(np.int64))
    update = Update(0, (), np.zeros(len(run.records), np.uint32)) if run.update is None else run.update
    return Earlier(
        run.plan, run.records, run.model, all_scores(run), clustered.label, names, update.added_in, update.number,
        update.log, run.judged, withdrawn=update.withdrawn,
    )  # fmt: skip


def _of_folder(folder: Path, given: Sequence[Dataset]) -> Earlier:
    import pyarrow as pa
    import pyarrow.parquet as pq

    record = read_record(folder, ("scores.parquet", "links.parquet"))
    file = read_plan(folder, record)
    withdrawn = read_withdrawn(folder)
    datasets = _datasets(folder, record, file, given, withdrawn)
    check_histories(datasets, record)
    plan = file.plan
    model = None
    if plan.score is None or plan.score.kind in ("fellegi_sunter", "mixture"):
        model = load_model(folder / "model.json")
        plan = plan if plan.compare else plan.change(compare=model.comparisons)
    elif not isinstance(plan.score, RuleList):
        raise DataError(f"{folder}: its classifier was not saved, since it could only be pickled; give the run itself.")
    records = Records(prepared_for(plan, datasets), record["link_type"])
    scores = scores_of(records, plan.compare, pq.read_table(folder / "scores.parquet"))
    table = read_judgements(plan.judgements)
    judged = None if table is None else Judgements.of(records, table)
    plan = plan.change(judgements=None)
    update = record.get("update")
    if isinstance(plan.decide, Cluster):
        require_files(folder, record, ("clusters.parquet",))
        clusters = pq.read_table(folder / "clusters.parquet")
        ids = clusters["cluster_id"].combine_chunks().cast(pa.string())
        _, first, place = np.unique(np.asarray(ids.dictionary_encode().indices), return_index=True, return_inverse=True)
        label = first[place.reshape(-1)].astype(np.uint32)
    else:
        links = pq.read_table(folder / "links.parquet").to_pandas()
        found = _linked(records, scores, links[links["status"] != "review"], judged)
        label, ids = found.label, record_names(records).take(found.label.astype(np.int64))
    if len(label) != len(records):
        raise DataError(f"{folder}: it has clusters of {len(label):,} records, its datasets hold {len(records):,}.")
    if update is None:
        return Earlier(
            plan, records, model, scores, label, ids, np.zeros(len(records), np.uint32), 0, (), judged, record
        )
    require_files(folder, record, ("cluster_log.parquet",))
    log = tuple(Moved(**row) for row in pq.read_table(folder / "cluster_log.parquet").to_pylist())
    added = clusters["added_in"].to_numpy().astype(np.uint32)
    return Earlier(plan, records, model, scores, label, ids, added, update["number"], log, judged, record, withdrawn)


def _datasets(
    folder: Path, record: dict[str, Any], file: Any, given: Sequence[Dataset], withdrawn: Mapping[str, Any]
) -> list[Dataset]:
    if not given:
        if not file.datasets:
            raise DataError(
                f"{folder}: the datasets of this run did not come from files; give them with earlier=[...]."
            )
        return read_datasets(folder, file, record, withdrawn)
    by_name = {dataset.name: dataset for dataset in without_withdrawn([*map(consenting, given)], withdrawn)}
    known = [each["name"] for each in record["datasets"]]
    if sorted(by_name) != sorted(known) or len(by_name) != len(known):
        raise DataError(f"{folder}: earlier must be the datasets {', '.join(known)}; got {', '.join(by_name)}.")
    for each in record["datasets"]:
        if len(by_name[each["name"]]) != each["records"]:
            raise DataError(
                f"{each['name']} had {each['records']:,} records in the earlier run; the dataset given in earlier has "
                f"{len(by_name[each['name']]):,}. New records go beside it, not into it."
            )
        require_content(by_name[each["name"]], each)
    return [by_name[name] for name in known]


def _linked(records: Records, scores: Scores, links: Any, judged: Judgements | None) -> Clusters:
    """What saved links connect."""
    left, right = pair_rows(records, links, "links", DataError)
    count = len(left)
    given = Scores(
        records, left, right, links["match_weight"].to_numpy(float), links["match_probability"].to_numpy(float),
        np.zeros((count, len(scores.comparisons)), np.uint8), scores.comparisons, np.zeros(count, np.uint8),
    )  # fmt: skip
    return decide(given, Cluster(at_least=0.0), judgements=judged)
