"""``linkkit link``: link two files."""

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
    Labels,
    Linking,
    Out,
    PlanPath,
    Quiet,
    SavePlan,
    Seed,
    Truth,
)

__all__ = ["link"]

_IdOf = "The column that identifies the records of the {} file."


def link(
    left: Annotated[Path, typer.Argument(metavar="LEFT", help="A CSV or Parquet file.", show_default=False)],
    right: Annotated[Path, typer.Argument(metavar="RIGHT", help="Another.", show_default=False)],
    out: Out,
    id: Id = None,  # noqa: A002
    id_left: Annotated[str | None, typer.Option(metavar="COLUMN", help=_IdOf.format("first"))] = None,
    id_right: Annotated[str | None, typer.Option(metavar="COLUMN", help=_IdOf.format("second"))] = None,
    kind_left: Annotated[str, typer.Option(metavar="KIND", help="trial, intervention, administrative ...")] = "other",
    kind_right: Annotated[str, typer.Option(metavar="KIND", help="The same of the second file.")] = "other",
    field: Fields = None,
    blinded: Blinded = None,
    one_to_one: Annotated[bool, typer.Option("--one-to-one", help="A record has one link at most.")] = False,
    one_to_many: Annotated[
        bool, typer.Option("--one-to-many", help="A record of the first file may have many links.")
    ] = False,
    many_to_one: Annotated[
        bool, typer.Option("--many-to-one", help="A record of the second file may have many links.")
    ] = False,
    many_to_many: Annotated[bool, typer.Option("--many-to-many", help="Any record may have many links.")] = False,
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
    r"""Link the records of two files about the same people.

    No configuration is needed: fields are recognised from column names, the plan is recommended for them, both are
    shown, and the plan is carried out. Whether one record may have many links is recommended too.

    For example:

      linkkit link trial.csv register.csv --blinded arm --out results

      linkkit link a.csv b.csv --id-left ref --id-right number \
        --field surname=famname --one-to-one --at-least 0.9 --out results
    """
    from linkkit.plan import Plan

    from ._work import carry_out

    names = names_of([left, right])
    asked = [Asked(left, names[0], kind_left, id_left or id), Asked(right, names[1], kind_right, id_right or id)]
    ways = {
        "--one-to-one": one_to_one,
        "--one-to-many": one_to_many,
        "--many-to-one": many_to_one,
        "--many-to-many": many_to_many,
    }
    given = Plan.load(plan) if plan else Plan()
    chosen = with_seed(decided(given, [name for name, is_given in ways.items() if is_given], at_least), seed)
    datasets = open_datasets(asked, field or (), blinded or (), encoding)
    chosen = with_linking(chosen, linking)
    carry_out(
        datasets, chosen, out, quiet=quiet, truth=truth, labels=labels, judgements=judgements, save_plan=save_plan,
        at_least=at_least,
    )  # fmt: skip
