"""``linkkit dedupe``: find the records of one file that are about the same people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ._datasets import Asked, names_of, open_datasets
from ._decision import decided, with_linking, with_seed
from ._options import (
    AtLeast,
    Blinded,
    Encoding,
    Fields,
    Id,
    Judged,
    Kind,
    Labels,
    Linking,
    Out,
    PlanPath,
    Quiet,
    SavePlan,
    Seed,
    Truth,
)

__all__ = ["dedupe"]


def dedupe(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV or Parquet file.", show_default=False)],
    out: Out,
    id: Id = None,  # noqa: A002
    kind: Kind = "other",
    field: Fields = None,
    blinded: Blinded = None,
    at_least: AtLeast = None,
    plan: PlanPath = None,
    save_plan: SavePlan = None,
    labels: Labels = None,
    judgements: Judged = None,
    truth: Truth = None,
    linking: Linking = None,
    seed: Seed = None,
    encoding: Encoding = "utf-8",
    quiet: Quiet = False,
) -> None:
    """Find the records of one file about the same people.

    Every record gets a cluster: clusters.csv and clusters.parquet hold id and cluster_id.

    For example:

      linkkit dedupe patients.csv --id patient_id --out results

      linkkit dedupe patients.csv --at-least 0.99 --out results
    """
    from linkkit.plan import Plan

    from ._work import carry_out

    chosen = with_seed(decided(Plan.load(plan) if plan else Plan(), [], at_least), seed)
    datasets = open_datasets([Asked(file, names_of([file])[0], kind, id)], field or (), blinded or (), encoding)
    chosen = with_linking(chosen, linking)
    carry_out(
        datasets, chosen, out, quiet=quiet, truth=truth, labels=labels, judgements=judgements, save_plan=save_plan,
        at_least=at_least,
    )  # fmt: skip
