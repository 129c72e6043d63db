"""``linkkit update``: join new files to an earlier run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ._datasets import Asked, names_of, open_datasets
from ._options import Blinded, Encoding, Fields, Id, Judged, Kind, Out, Quiet, Truth

__all__ = ["update"]


def update(
    previous: Annotated[Path, typer.Argument(metavar="DIR", help="Results of an earlier run.", show_default=False)],
    out: Out,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILES", help="New CSV or Parquet files.", show_default=False)
    ] = None,
    id: Id = None,  # noqa: A002
    kind: Kind = "other",
    field: Fields = None,
    blinded: Blinded = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="A file with the name of an earlier dataset stands in its place.")
    ] = False,
    without: Annotated[
        list[str] | None, typer.Option("--without", metavar="NAME", help="An earlier dataset to take out.")
    ] = None,
    withdrawn: Annotated[
        Path | None,
        typer.Option("--withdrawn", metavar="FILE", help="Records to take out: dataset, id.", show_default=False),
    ] = None,
    key: Annotated[
        Path | None, typer.Option("--key", metavar="FILE", help="The key file of a spine.", show_default=False)
    ] = None,
    judgements: Judged = None,
    truth: Truth = None,
    encoding: Encoding = "utf-8",
    quiet: Quiet = False,
) -> None:
    """Join new files to an earlier run, without doing it again.

    New records are compared with the old and with each other, by the model of the earlier run; old records are not
    compared again. Clusters keep their ids; cluster_log.csv says which were merged, split or removed. Results can be
    updated again. Of a spine the ids of persons stay, and those of new ones are made by its key.

    For example:

      linkkit update results schools.csv --id pupil_id --out results-2

      linkkit update results-2 --judgements reviewed.csv --out results-3
    """
    from linkkit.pipelines import load_spine
    from linkkit.progress import Progress
    from linkkit.saving import save_run
    from linkkit.updating import update as carry_on

    from ._pipeline import show_made
    from ._show import print_quality, print_summary, show_datasets
    from ._tables import read_truth, read_withdrawn_ids

    known, gone = read_truth(truth), read_withdrawn_ids(withdrawn)
    paths = files or []
    asked = [Asked(path, name, kind, id) for path, name in zip(paths, names_of(paths), strict=True)]
    datasets = open_datasets(asked, field or (), blinded or (), encoding)
    if datasets and not quiet:
        show_datasets(datasets)
    progress = Progress(False if quiet else None, announce=not quiet)
    command = ["linkkit", *sys.argv[1:]]
    if (previous / "study_spine.parquet").is_file():
        later = load_spine(previous, key=None if key is None else str(key)).update(
            *datasets, without=without or (), withdrawn=gone, judgements=judgements, progress=progress
        )
        later.save(out, truth=known, command=command)
        if not quiet:
            show_made(later, out)
        return
    run = carry_on(
        previous, *datasets, replace=replace, without=without or (), withdrawn=gone, judgements=judgements,
        progress=progress,
    )  # fmt: skip
    with Progress(False if quiet else None, announce=False) as saving:
        saving.step("save")
        save_run(run, out, truth=known, command=command)
    if not quiet:
        print_summary(run, out)
        print_quality(run, known)
