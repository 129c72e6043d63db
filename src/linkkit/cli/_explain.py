"""``linkkit explain``: why a pair of a saved run is linked, or not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ._options import Quiet
from ._show import say

__all__ = ["explain"]


def explain(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Results of an earlier run.", show_default=False)],
    left_id: Annotated[
        str, typer.Argument(metavar="LEFT_ID", help="Id of a record of the first dataset.", show_default=False)
    ],
    right_id: Annotated[
        str, typer.Argument(metavar="RIGHT_ID", help="Id of a record of the second.", show_default=False)
    ],
    values: Annotated[
        bool, typer.Option("--values", help="Show the values compared. They are values of people: keep them as such.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Explain why a pair of a saved run is linked, or is not.

    Shows the weight of each comparison, or why the pair was never compared.

    The datasets are read again from where the run found them, and must be the same, byte for byte; the pair is scored
    with the saved model. No value of the records is printed, unless --values asks for them.

    For example:

      linkkit explain results T0001 P1781
    """
    from linkkit._saved import pipeline_of, read_record
    from linkkit.loading import load_run
    from linkkit.pipelines import load_spine
    from linkkit.progress import Progress

    if pipeline_of(read_record(directory)) == "spine":
        say(load_spine(directory).explain(left_id, right_id).text(values=values))
        return
    run = load_run(directory, progress=Progress(False if quiet else None, announce=not quiet))
    say(run.explain(left_id, right_id).text(values=values))
