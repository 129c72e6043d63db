"""Pipelines in plan files: a plan file with a table ``[pipeline]``, whose other parts are the plan that it wraps."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkkit._plan_files import Wrapping, dataset_files, write_plan
from linkkit._toml import data_of_spec, form_of, parsed, read_table
from linkkit.cards import rebased
from linkkit.errors import LinkkitError, PlanError
from linkkit.plan import DatasetFile, Plan
from linkkit.plan._file import plan_file_of

from ._pipeline import Pipeline, PipelineRun
from ._registry import pipeline_type

if TYPE_CHECKING:
    from linkkit.dataset import Dataset

__all__ = ["PipelineFile", "load_pipeline_file", "save_pipeline_file", "wrapping_of"]


@dataclass(frozen=True)
class PipelineFile:
    """What a plan file with a pipeline holds.

    Parameters
    ----------
    pipeline
        The pipeline; None where the file is of a plan alone.
    plan
        The plan that it wraps.
    datasets
        The datasets that it is for.
    algorithm
        The name of a published algorithm in place of both.
    """

    pipeline: Pipeline | None
    plan: Plan
    datasets: tuple[DatasetFile, ...] = ()
    algorithm: str | None = None


def load_pipeline_file(path: str | os.PathLike[str]) -> PipelineFile:
    """Read a plan file, with its pipeline if it has one; paths in it are relative to it.

    Raises
    ------
    PlanError
        With every mistake of the file and its place.
    """
    where = Path(path)
    data = parsed(where)
    described = data.pop("pipeline", None)
    mistakes: list[str] = []
    found = None if described is None else _read(described, where.parent, mistakes)
    try:
        file = plan_file_of(data, where.parent)
    except PlanError as error:
        raise PlanError([*mistakes, *error.mistakes]) from None
    if found is not None and file.algorithm is not None:
        mistakes.append("algorithm and pipeline contradict each other; leave one out.")
    if mistakes:
        raise PlanError(mistakes)
    whole = None if found is None else found.change(plan=file.plan)
    return PipelineFile(whole, file.plan, file.datasets, file.algorithm)


def _read(described: Any, folder: Path, mistakes: list[str]) -> Pipeline | None:
    if not isinstance(described, dict) or not isinstance(described.get("kind"), str):
        mistakes.append("pipeline.kind is needed: the name of a pipeline, [pipeline] and below it kind = ...")
        return None
    try:
        made: Any = pipeline_type(described["kind"])
        form = form_of(made)
    except LinkkitError as error:
        mistakes.append(f"pipeline.kind: {error}")
        return None
    keys = {name: key for name, key in form.keys.items() if name != "plan"}
    found: Pipeline | None = read_table(replace(form, keys=keys), described, "pipeline", mistakes, ("kind",))
    return None if found is None else _moved(found, folder, into=False)


def save_pipeline_file(path: str | os.PathLike[str], pipeline: Pipeline, datasets: Sequence[Dataset] = ()) -> Path:
    """See :meth:`linkkit.pipelines.Pipeline.save`."""
    target = Path(path)
    files = dataset_files(datasets, target)
    write_plan(target, pipeline.plan, files, target.parent, Wrapping(_table(pipeline, target.parent)))
    return target


def wrapping_of(run: PipelineRun, directory: Path) -> Wrapping:
    """Return what the plan file and the record of a run, which are to stand in a directory, say of its pipeline."""
    linked = {dataset.name for dataset in run.linkage.datasets}
    units = {dataset.card.unit for dataset in run.given or run.linkage.datasets if dataset.name in linked}
    unit = units.pop() if len(units) == 1 else "person"
    # A further dataset is linked by the same plan, in which each linkage fills the gaps for itself.
    plan = run.pipeline.plan if len(run.given) > len(run.linkage.datasets) else None
    return Wrapping(_table(run.pipeline, directory), run.given, unit, run.besides, plan)


def _table(pipeline: Pipeline, folder: Path) -> dict[str, Any]:
    moved = _moved(pipeline, folder, into=True)
    return {"kind": pipeline.name, **data_of_spec(moved, ("plan", "kind"))}


def _moved(pipeline: Pipeline, folder: Path, *, into: bool) -> Pipeline:
    named = {name: getattr(pipeline, name) for name in pipeline.paths}
    return pipeline.change(**{name: rebased(path, folder, into=into) for name, path in named.items() if path})
