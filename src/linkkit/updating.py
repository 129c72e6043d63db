"""lk.update: new records joined to an earlier linkage, which is not done again."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ._earlier import Earlier, RowMap, earlier_of, map_rows
from ._saved import pipeline_of, read_record
from ._stages import require_one_encoding, scored, timer
from ._update import Moved, Update
from ._withdrawn import joined_withdrawals, without_withdrawn
from .block import candidate_pairs
from .compare import compare_pairs
from .dataset import Dataset
from .decide import Cluster, Clusters, Judgements, Renamed, continue_clusters, stable_ids
from .errors import DataError, SpecError, did_you_mean
from .judging import joint_judgements, judged_scores, read_judgements
from .permission import permitted
from .plan import Plan, check_plan, with_histories
from .plan._recommend import is_unique
from .prepare import prepare
from .progress import Progress
from .records import LinkType, Records
from .run import Run
from .tables import Levels, Scores

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["update"]

Rows = NDArray[np.uint32]


def update(
    previous: Run | str | Path,
    *datasets: Dataset,
    replace: bool = False,
    without: str | Sequence[str] = (),
    withdrawn: Mapping[str, Sequence[Any]] | None = None,
    judgements: pd.DataFrame | str | Path | None = None,
    decide: Cluster | None = None,
    link_type: LinkType | None = None,
    earlier: Sequence[Dataset] = (),
    progress: bool | Progress | None = None,
) -> Run:
    """Join new records to an earlier linkage: they are compared with the old ones, which are never compared again.

    The model, the rules and the comparisons are those of the earlier run. The result is clusters. Those of the earlier
    run stay together, with their ids; new records join them, found new ones, or connect some, which are then merged and
    logged. A cluster that loses a record, or that a judgement contradicts, is decided again from the scores it has.

    Parameters
    ----------
    previous
        A run, an update, or the directory that one was saved into.
    *datasets
        Further datasets; with ``replace`` also new extracts of those that were linked, under the same name.
    replace
        Whether a dataset with the name of an earlier one stands in its place: records that it does not hold any more
        are taken out, those whose values changed are compared anew, the rest stay as they are.
    without
        Names of earlier datasets to take out.
    withdrawn
        For datasets, by name, the ids of records to take out, such as of people who opted out. They stay out of every
        later extract, too; their ids are kept with the run for that.
    judgements
        What people decided, as for :func:`linkkit.link`; together with what they decided before, newer over older.
    decide
        What the clusters are to be. By default the earlier :class:`~linkkit.decide.Cluster`; of a decision about links
        one of its threshold, which keeps records of a dataset apart where a record could have one link only.
    link_type
        By default the earlier one; ``"link_and_dedupe"`` where one dataset was deduplicated and others come.
    earlier
        The datasets of the earlier run, where it was saved and they did not come from files.
    progress
        As for :func:`linkkit.link`.

    Returns
    -------
    Run
        ``run.clusters`` with the ids, ``run.cluster_log`` with what was merged, split or removed, ``run.links``. Its
        ``pairs``, ``levels`` and ``scores`` are those of this update alone.

    Raises
    ------
    DataError
        Where the earlier run cannot be read, was part of a pipeline, a name is taken, or there is nothing to do.
    PlanError
        Where the earlier plan does not fit the new datasets.

    Examples
    --------
    >>> import linkkit as lk
    >>> register = lk.synth.sample()[1]
    >>> first = lk.Dataset(register.frame[:2000], name="first", id="pupil_id")
    >>> more = lk.Dataset(register.frame[2000:], name="more", id="pupil_id")
    >>> run = lk.update(lk.dedupe(first, progress=False), more, progress=False)
    >>> len(run.clusters)
    2997
    """
    seconds: dict[str, float] = {}
    _refuse_pipelines(previous)
    with Progress.of(progress) as shown:
        step = timer(shown, seconds)
        with step("read"):
            before = earlier_of(previous, earlier)
            names = [dataset.name for dataset in (*before.records.datasets, *datasets)]
            gone = joined_withdrawals(before.withdrawn, withdrawn, names)
            old = without_withdrawn(before.records.datasets, gone)
            leaving = (without,) if isinstance(without, str) else tuple(without)
            joined = _joined(before, old, without_withdrawn(permitted(datasets), gone), replace, leaving)
            kind = link_type or _link_type(before, joined)
            permitted(joined)
            require_one_encoding(joined)
            Records(joined, kind)  # mistakes of the datasets before any work
            new_table = read_judgements(judgements)
        with step("prepare"):
            known = {id(dataset) for dataset in old}
            steps = before.plan.prepare
            prepared = [one if id(one) in known else prepare(one, steps, skip_absent=True) for one in joined]
            prepared = with_histories(before.plan, prepared)
        with step("plan"):
            optional = [field for one in before.plan.compare for field in one.optional_fields]
            mapped = map_rows(before.records, prepared, optional)
            records = Records(prepared, kind, mapped.is_fresh)
            # An extract without news is an update, too.
            if not (datasets or mapped.is_fresh.any() or len(mapped.lost) or new_table is not None):
                raise DataError(_nothing(withdrawn))
            plan, judged = _planned(before, records, mapped, new_table, decide)
            shown.planned(plan)
        with step("block"):
            pairs = candidate_pairs(records, plan.block)
            pairs.counts()
        with step("compare"):
            levels = compare_pairs(pairs, plan.compare)
            levels.code_counts()
        with step("score"):
            model = before.model if before.model is not None else _refitted(levels, plan)
            scores = scored(model, levels, plan)
        with step("decide"):
            every = _moved(before.scores, mapped, records).joined(scores)
            every = every if judged is None else judged_scores(every, levels, model, judged)
            clusters, made = _decided(before, every, plan, mapped, judged)
            made = dataclasses.replace(made, withdrawn=gone)
    return Run(plan, records, pairs, levels, model, scores, clusters, seconds, made)


def _nothing(withdrawn: Mapping[str, Sequence[Any]] | None) -> str:
    """Say that there is nothing to do, and that ids to withdraw are nobody's."""
    asked = sum(len(ids) for ids in (withdrawn or {}).values())
    if not asked:
        return "There is nothing to update: no dataset, none taken out, nobody withdrawn, no judgement."
    return (
        f"There is nothing to update: of {asked:,} ids to withdraw none is that of a record. Are they ids of this "
        "dataset? They are remembered for later extracts only where they come together with an update."
    )


def _refuse_pipelines(previous: Any) -> None:
    """Raise a DataError for the run of a pipeline: it alone says who may be linked, and what becomes of links."""
    if isinstance(previous, Run):
        return
    if not isinstance(previous, str | Path):
        name = getattr(getattr(previous, "pipeline", None), "name", None)
        if name is None:
            raise SpecError(f"previous must be a run or the directory of one; got {type(previous).__name__}.")
    else:
        name = pipeline_of(read_record(Path(previous)))
    if name == "spine":
        raise DataError(
            "A spine is updated as one, so that its ids stay: run.update(...), or "
            "linkkit.pipelines.load_spine(directory).update(...) of a saved one."
        )
    if name is not None:
        raise DataError(
            f"This run was part of the pipeline {name}, which says who is linked and what becomes of links; an update "
            "would do without. Carry the pipeline out on the new files: linkkit.pipelines.Pipeline.load(plan).run(...) "
            "or `linkkit run plan.toml`, with the plan.toml of its directory."
        )


def _joined(
    before: Earlier, left: Sequence[Dataset], datasets: Sequence[Dataset], is_replacing: bool, without: tuple[str, ...]
) -> list[Dataset]:
    """What is left of the earlier datasets, with those replaced that came again, then the further ones."""
    known = [dataset.name for dataset in before.records.datasets]
    old = {dataset.name: dataset for dataset in left}
    for name in without:
        if name not in known:
            raise DataError(f"without names the dataset {name!r}, which was not linked.{did_you_mean(name, known)}")
    again = [dataset.name for dataset in datasets if dataset.name in known and dataset.name not in without]
    if again and not is_replacing:
        raise DataError(
            f"{', '.join(again)} was linked before under this name. For a new extract that stands in its place say "
            "replace=True; for further records give the dataset another name with Dataset(..., name=)."
        )
    old = {name: dataset for name, dataset in old.items() if name not in without}
    joined = {**old, **{dataset.name: dataset for dataset in datasets}}
    if not joined:
        raise DataError("No dataset is left: all that were linked are taken out.")
    if len({dataset.name for dataset in datasets}) < len(datasets):
        raise DataError("Two of the new datasets have the same name; give each its own with Dataset(..., name=).")
    return list(joined.values())


def _planned(
    before: Earlier, records: Records, mapped: RowMap, table: pd.DataFrame | None, decision: Cluster | None
) -> tuple[Plan, Judgements | None]:
    """The earlier plan for the records now, and all judgements; whatever is wrong with them comes before the work."""
    chosen = decision or _decision(before, records)
    plan = before.plan.change(decide=chosen, link_type=records.link_type)
    check_plan(plan, records)
    judged = joint_judgements(records, before.judged, mapped.present, table)
    if judged is not None:
        judged.check(chosen)
    return plan, judged


def _link_type(before: Earlier, joined: Sequence[Dataset]) -> LinkType:
    kind = before.records.link_type
    if kind == "dedupe" and len(joined) > 1:
        return "link_and_dedupe"
    if kind == "link_only" and len(joined) == 1:
        raise SpecError(
            f"Only {joined[0].name} is left of datasets that were linked with each other; to find duplicates within it "
            "say link_type='dedupe'."
        )
    return "dedupe" if len(joined) == 1 else kind


def _decision(before: Earlier, records: Records) -> Cluster:
    """The earlier decision as one about clusters of these records."""
    made, names = before.plan.decide, [dataset.name for dataset in records.datasets]
    old = [dataset.name for dataset in before.records.datasets]
    if isinstance(made, Cluster):
        unique, takes_unique = made.unique, bool(made.unique)
    else:
        assert made is not None
        single = {"left": (1,), "right": (0,), "both": (0, 1), "none": ()}[made.single]
        # A left record that has one link at most shares no cluster with two right ones.
        takes_unique = len(old) == 2 and made.single != "none"
        unique = tuple(old[place] for place in single) if takes_unique else ()
    kept = tuple(name for name in unique if name in names)
    found = tuple(
        name for number, name in enumerate(names) if takes_unique and name not in old and is_unique(records, number)
    )
    if isinstance(made, Cluster):
        return dataclasses.replace(made, unique=kept + found)
    return Cluster(made.at_least, made.weight, made.review, "score_order", kept + found)


def _moved(scores: Scores, mapped: RowMap, records: Records) -> Scores:
    """Earlier scores of records that did not change, as rows of the new records."""
    left, right = mapped.unchanged[scores.left], mapped.unchanged[scores.right]
    kept = scores.take(np.flatnonzero((left >= 0) & (right >= 0)))
    kept_left, kept_right = mapped.unchanged[kept.left], mapped.unchanged[kept.right]
    return Scores(
        records, kept_left.astype(np.uint32), kept_right.astype(np.uint32), kept.weight, kept.probability, kept.levels,
        kept.comparisons, kept.rule, kept.extra,
    )  # fmt: skip


def _decided(
    before: Earlier, every: Scores, plan: Plan, mapped: RowMap, judged: Judgements | None
) -> tuple[Clusters, Update]:
    """Go on from the earlier clusters, name them, and say what changed."""
    assert isinstance(plan.decide, Cluster)
    records, number = every.records, before.number + 1
    kept = np.flatnonzero(mapped.unchanged >= 0)
    added_in = np.full(len(records), number, np.uint32)
    added_in[mapped.unchanged[kept]] = before.added_in[kept]
    start, is_open = _begin(before, mapped, len(records))
    clusters = continue_clusters(every, plan.decide, start=start, is_open=is_open, judgements=judged)
    named = _named(before, mapped, records, clusters.label)
    log = (*before.log, *(Moved(number, *row) for row in named.log))
    note = _note(number, mapped, named)
    return dataclasses.replace(clusters, names=named.ids, notes=(note,)), Update(number, log, added_in)


def _begin(before: Earlier, mapped: RowMap, size: int) -> tuple[Rows, NDArray[np.bool_]]:
    """Where clusters begin, and which records are open: new ones, and those of clusters that lost a record."""
    rows = np.arange(size, dtype=np.int64)
    kept = np.flatnonzero(mapped.unchanged >= 0)
    earlier = np.full(size, -1, np.int64)
    earlier[mapped.unchanged[kept]] = before.label[kept]
    is_open = (earlier < 0) | np.isin(earlier, before.label[mapped.lost].astype(np.int64))
    _, first, place = np.unique(np.where(is_open, -1 - rows, earlier), return_index=True, return_inverse=True)
    return first[place.reshape(-1)].astype(np.uint32), is_open


def _named(before: Earlier, mapped: RowMap, records: Records, label: Rows) -> Renamed:
    """Name the clusters. A record that is still there had its cluster's id, whether its values changed or not."""
    import pyarrow as pa

    there = np.flatnonzero(mapped.present >= 0)
    place = np.full(len(records), -1, np.int64)
    place[mapped.present[there]] = there
    ids = before.ids.take(pa.array(place, mask=place < 0))
    gone = before.ids.take(pa.array(np.flatnonzero(mapped.present < 0)))
    return stable_ids(records, label, ids, gone, before.used)


def _note(number: int, mapped: RowMap, named: Renamed) -> str:
    counts = {why: sum(row[2] == why for row in named.log) for why in ("merged", "split", "removed")}
    return (
        f"Update {number}: {int(mapped.is_fresh.sum()):,} records were compared, with each other and with the rest; "
        f"{int((mapped.present < 0).sum()):,} earlier ones were taken out. Of the earlier cluster ids "
        f"{counts['merged']:,} were merged into others, {counts['removed']:,} have no record any more; "
        f"{counts['split']:,} parts of clusters were split off."
    )


def _refitted(levels: Levels, plan: Plan) -> Any:
    """Rules have nothing to learn: they are made again."""
    from .score import RuleList, fit

    assert isinstance(plan.score, RuleList)
    return fit(levels, plan.score)
