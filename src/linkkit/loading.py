"""Load a saved run: its datasets, read again and proven to be the same, its plan and its model."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import DataError
from .files import sha256
from .plan import PlanFile, load_plan_file

if TYPE_CHECKING:
    from .progress import Progress
    from .run import Run

__all__ = ["load_run"]


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
    from .run import dedupe, link

    folder = Path(directory)
    record = _record(folder)
    file = _plan_file(folder, record)
    _check_inputs(file, record)
    datasets = [described.open() for described in file.datasets]
    plan = file.plan
    if plan.score is None or plan.score.kind == "fellegi_sunter":
        plan = plan.change(score=None, model=str(folder / "model.json"))
    if len(datasets) == 1:
        return dedupe(datasets[0], plan=plan, progress=progress)
    return link(*datasets, plan=plan, progress=progress)


def _record(folder: Path) -> dict[str, Any]:
    try:
        record: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise DataError(f"{folder} holds no complete run (there is no run.json that can be read).") from None
    for name in ("plan.toml", "model.json"):
        if (folder / name).is_file() and sha256(folder / name) != record["files"].get(name):
            raise DataError(f"{folder}: {name} was changed since the run was saved; run it again.")
    return record


def _plan_file(folder: Path, record: dict[str, Any]) -> PlanFile:
    if "plan_not_saved" in record:
        raise DataError(f"{folder}: the plan of this run could not be saved: {record['plan_not_saved']}")
    file = load_plan_file(folder / "plan.toml")
    if not file.datasets:
        raise DataError(
            f"{folder}: the datasets of this run did not come from files, so they cannot be read again. In the session "
            "that has the run, use run.explain(left, right)."
        )
    return file


def _check_inputs(file: PlanFile, record: dict[str, Any]) -> None:
    mistakes = []
    for described, known in zip(file.datasets, record["datasets"], strict=True):
        if not os.path.isfile(described.path):
            mistakes.append(f"{known['name']}: there is no file {described.path!r} any more.")
        elif sha256(described.path) != known["sha256"]:
            mistakes.append(f"{known['name']}: the file {described.path!r} has changed since the run; run it again.")
    if mistakes:
        raise DataError("\n".join(mistakes))
