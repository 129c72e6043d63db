"""Load a saved run: its datasets, read again and proven to be the same, its plan and its model."""

from __future__ import annotations

import copy
import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ._earlier import earlier_of
from ._saved import check_histories, pipeline_of, read_datasets, read_plan, read_record
from ._update import Update
from .block import candidate_pairs
from .compare import compare_pairs
from .decide import Cluster, Clusters
from .errors import DataError, PlanError
from .permission import permitted
from .records import Records
from .run import Run, dedupe, link
from .score import RuleList, fit

if TYPE_CHECKING:
    from .dataset import Dataset
    from .progress import Progress

__all__ = ["load_run", "restored"]

# Bits by which the weight of a link may differ between machines.
_SAME_WEIGHT = 1e-6
_INSTEAD = (
    "Records that were changed in the session, or by a pipeline, before they were linked cannot be linked from their "
    "files alone. The saved links are in links.parquet; to explain pairs use the session that has the run, or carry "
    "plan.toml out again, linkkit.pipelines.Pipeline.load(path).run(...)."
)


def load_run(directory: str | os.PathLike[str], *, progress: bool | Progress | None = None) -> Run:
    """Load a run that was saved into a directory; pairs are compared again and scored with the saved model.

    Only the records that took part are read into it, so that nobody who was left out is linked. Of a pipeline it is the
    linkage that it wraps; :func:`linkkit.pipelines.load_spine` and :func:`linkkit.pipelines.trials.load` load the rest.

    Raises
    ------
    CardError
        Where a consent is over by now.
    DataError
        Where the directory holds no complete run, a file of it that is read or a dataset is not the same any more, or
        the links would be others than those that were saved; of a spine.

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
    record = read_record(folder, ("links.parquet",))
    file = read_plan(folder, record)
    if not file.datasets:
        raise DataError(
            f"{folder}: the datasets of this run did not come from files, so they cannot be read again. In the session "
            "that has the run, use run.explain(left, right)."
        )
    if pipeline_of(record) == "spine":
        raise DataError(
            f"{folder} holds a spine, whose persons are more than its links. Load it with "
            "linkkit.pipelines.load_spine(directory): it has explain, update and link."
        )
    if "update" in record:
        return restored(folder)
    datasets = read_datasets(folder, file, record)
    check_histories(datasets, record)
    datasets = _at_unit(datasets, record.get("pipeline", {}).get("unit", "person"))
    plan = file.plan
    if plan.score is None or plan.score.kind in ("fellegi_sunter", "mixture"):
        plan = plan.change(score=None, model=str(folder / "model.json"))
    try:
        if len(datasets) == 1:
            run = dedupe(datasets[0], plan=plan, progress=progress)
        else:
            run = link(*datasets, plan=plan, progress=progress)
    except PlanError as error:  # it fitted when it was saved
        raise DataError(f"{folder}: {' '.join(error.mistakes)} {_INSTEAD}") from None
    _require_saved_links(run, folder)
    return run


def _at_unit(datasets: list[Dataset], unit: str) -> list[Dataset]:
    """Return datasets of schools or areas as link() takes them, which asks about persons: asked about their unit."""
    if unit == "person":
        return datasets
    found = []
    for dataset in permitted(datasets, level=unit):
        consent = dataset.card.consent
        if consent is not None and consent.level != "person":
            dataset = copy.copy(dataset)
            dataset.card = dataset.card.change(consent=dataclasses.replace(consent, level="person"))
        found.append(dataset)
    return found


def _require_saved_links(run: Run, folder: Path) -> None:
    """Raise a DataError where a run that was loaded does not have the links and weights that were saved."""
    import numpy as np
    import pandas as pd

    saved, made = pd.read_parquet(folder / "links.parquet"), run.links
    names = ["left_id", "right_id", "status"]
    same = len(saved) == len(made) and all(
        bool((saved[name].astype(str).to_numpy() == made[name].astype(str).to_numpy()).all()) for name in names
    )
    before, now = (frame["match_weight"].to_numpy(float) for frame in (saved, made))
    if not same or not np.allclose(before, now, rtol=0, atol=_SAME_WEIGHT, equal_nan=True):
        raise DataError(
            f"{folder}: linked again, the records give {len(made):,} links that are not the {len(saved):,} that were "
            f"saved: another version of linkkit made them. {_INSTEAD}"
        )


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
