"""``linkkit run``: carry out a plan file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from linkkit.errors import DataError, LinkkitError, PlanError

from ._options import Judged, Labels, Out, Quiet, Truth

if TYPE_CHECKING:
    from linkkit.dataset import Dataset

__all__ = ["run"]


def run(
    plan: Annotated[Path, typer.Argument(metavar="PLAN.TOML", help="A plan file with datasets.", show_default=False)],
    out: Out,
    labels: Labels = None,
    judgements: Judged = None,
    truth: Truth = None,
    quiet: Quiet = False,
) -> None:
    """Carry out a plan file that names its datasets.

    `linkkit link --save-plan plan.toml` writes one, and so does every run into its directory. A wrong plan is refused
    before any work, with all its mistakes and their places. A file that has a pipeline is carried out as
    `linkkit pipeline` does, one with algorithm = "hesid", say, and datasets is
    carried out as `linkkit algorithm` does.

    For example:

      linkkit run plan.toml --out results
    """
    from linkkit.pipelines import load_pipeline_file

    from ._algorithm import carry_out_algorithm, named_algorithm
    from ._pipeline import carry_out_pipeline
    from ._work import carry_out

    file = load_pipeline_file(plan)
    if not file.datasets:
        raise PlanError([f"{plan.name} names no datasets: add a [[datasets]] table with path and id for each."])
    datasets: list[Dataset] = []
    mistakes: list[str] = []
    chosen = None
    if file.algorithm is not None:
        options = [option for option, one in (("--labels", labels), ("--judgements", judgements)) if one is not None]
        chosen = named_algorithm(file.algorithm, len(file.datasets), options, mistakes)
    for described in file.datasets:
        try:
            datasets.append(described.open())
        except LinkkitError as error:
            mistakes.append(str(error))
    if mistakes:
        raise DataError("\n".join(mistakes))
    if file.pipeline is not None:
        given = [option for option, one in (("--labels", labels), ("--judgements", judgements)) if one is not None]
        if given:
            raise PlanError([f"{' and '.join(given)}: a pipeline says in its plan what it learns from."])
        carry_out_pipeline(file.pipeline, datasets, out, quiet=quiet, truth=truth)
        return
    if chosen is not None:
        carry_out_algorithm(chosen, datasets, out, quiet=quiet, truth=truth)
        return
    carry_out(datasets, file.plan, out, quiet=quiet, truth=truth, labels=labels, judgements=judgements)
