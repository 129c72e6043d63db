"""Load a saved run: its datasets, read again and proven to be the same, its plan and its model."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ._earlier import earlier_of
from ._saved import check_histories, check_inputs, read_plan, read_record
from ._update import Update
from .block import candidate_pairs
from .compare import compare_pairs
from .decide import Cluster, Clusters
from .errors import DataError
from .permission import consenting
from .records import Records
from .run import Run, dedupe, link
from .score import RuleList, fit

if TYPE_CHECKING:
    from .dataset import Dataset
    from .progress import Progress

__all__ = ["load_run", "restored"]


def load_run(directory: str | os.PathLike[str], *, progress: bool | Progress | None = None) -> Run:
    """Load a run that was saved into a directory; pairs are compared again and scored with the saved model.

    Raises
    ------
    DataError
        Where the directory holds no complete run, or a dataset is not the same any more.

    Examples
    --------
    >>> import pathlib, tempfile, linkkit as lk
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = lk.synth.sample_files(folder)
    ...     trial = lk.Dataset(files.trial, id="participant_id", blinded=["arm"])
    ...     register = lk.Dataset(files.register, id="pupil_id")
    ...     run = lk.link(trial, register, progress=False)
    ...     again = load_run(run.save(pathlib.Path(folder) / "results"), progress=False)
    >>> again.links.equals(run.links)
    True
    """
    folder = Path(directory)
    record = read_record(folder)
    file = read_plan(folder, record)
    if not file.datasets:
        raise DataError(
            f"{folder}: the datasets of this run did not come from files, so they cannot be read again. In the session "
            "that has the run, use run.explain(left, right)."
        )
    if "update" in record:
        return restored(folder)
    check_inputs(file, record)
    datasets = [consenting(described.open()) for described in file.datasets]
    check_histories(datasets, record)
    plan = file.plan
    if plan.score is None or plan.score.kind in ("fellegi_sunter", "mixture"):
        plan = plan.change(score=None, model=str(folder / "model.json"))
    if len(datasets) == 1:
        return dedupe(datasets[0], plan=plan, progress=progress)
    return link(*datasets, plan=plan, progress=progress)


def restored(folder: Path, datasets: Sequence[Dataset] = ()) -> Run:
    """An updated run as it was: its clusters are what earlier ones became, which linking again would not give."""
    before = earlier_of(folder, datasets)
    assert before.record is not None
    said = before.record["update"]
    fresh = before.added_in == before.number
    records = Records(before.records.datasets, before.records.link_type, fresh)
    pairs = candidate_pairs(records, before.plan.block)
    levels = compare_pairs(pairs, before.plan.compare)
    every = dataclasses.replace(before.scores, records=records)
    judged = None if before.judged is None else dataclasses.replace(before.judged, records=records)
    model = fit(levels, before.plan.score) if isinstance(before.plan.score, RuleList) else before.model
    assert isinstance(before.plan.decide, Cluster)
    clusters = Clusters(
        records, before.label, before.plan.decide, every, said["refused"], judged, before.ids, tuple(said["notes"])
    )
    scores = every.take(fresh[every.left] | fresh[every.right])
    made = Update(before.number, before.log, before.added_in, before.withdrawn)
    return Run(before.plan, records, pairs, levels, model, scores, clusters, {}, made)
