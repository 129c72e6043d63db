"""What the commands that link share: carry a plan out, save the run, and say what came out."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._decision import at_threshold
from ._show import print_quality, print_summary, show_datasets, show_plan
from ._tables import read_labels, read_truth

if TYPE_CHECKING:
    from linkkit.dataset import Dataset
    from linkkit.plan import Plan
    from linkkit.run import Run

__all__ = ["carry_out"]


def carry_out(
    datasets: Sequence[Dataset],
    plan: Plan,
    out: Path,
    *,
    quiet: bool = False,
    truth: Path | None = None,
    labels: Path | None = None,
    judgements: Path | None = None,
    save_plan: Path | None = None,
    at_least: float | None = None,
) -> Run:
    """Carry a plan out on datasets, save the run, and print what came out.

    Parameters
    ----------
    datasets
        One dataset (to deduplicate), two or more.
    plan
        The plan; what it leaves open is recommended.
    out
        The directory for the results.
    quiet
        Whether nothing is printed.
    truth, labels
        Tables of what is known.
    judgements
        What people decided, in place of what the plan names.
    save_plan
        Where the plan is to be saved with its datasets.
    at_least
        The threshold, where the plan leaves the decision open.
    """
    from linkkit.progress import Progress
    from linkkit.run import dedupe, link
    from linkkit.saving import save_run

    if judgements is not None:
        plan = plan.change(judgements=str(judgements))
    known, learned = read_truth(truth), read_labels(labels)
    is_late = at_least is not None and plan.decide is None

    def planned(whole: Plan) -> None:
        if not quiet:
            show_plan(at_threshold(whole, at_least) if is_late and at_least is not None else whole, datasets)

    if not quiet:
        show_datasets(datasets)
    progress = Progress(False if quiet else None, announce=not quiet, on_plan=planned)
    if len(datasets) == 1:
        run = dedupe(datasets[0], plan=plan, labels=learned, progress=progress)
    else:
        run = link(*datasets, plan=plan, labels=learned, progress=progress)
    if is_late and at_least is not None:
        run = _decided_again(run, at_least)
    if save_plan is not None:
        _save_plan(run, save_plan)
    with Progress(False if quiet else None, announce=False) as saving:
        saving.step("save")
        save_run(run, out, truth=known, command=["linkkit", *sys.argv[1:]])
    if not quiet:
        print_summary(run, out)
        print_quality(run, known)
    return run


def _decided_again(run: Run, at_least: float) -> Run:
    """The same run with the recommended decision at another threshold."""
    from linkkit.decide import decide

    plan = at_threshold(run.plan, at_least)
    decision: Any = plan.decide
    scores = run.scores if run.judged is None else run.decision.all_scores
    return dataclasses.replace(
        run, plan=plan, decision=decide(scores, decision, model=run.model, judgements=run.judged)
    )


def _save_plan(run: Run, path: Path) -> None:
    from linkkit.plan import save_plan_file
    from linkkit.saving import dataset_files

    save_plan_file(path, run.plan, dataset_files(run.datasets, path))
