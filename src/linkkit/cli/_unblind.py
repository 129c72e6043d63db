"""``linkkit unblind``: the arms of a trial whose links were frozen."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ._show import say

__all__ = ["unblind"]


def unblind(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The saved run of a trial.", show_default=False)],
    trial: Annotated[
        Path, typer.Option(metavar="FILE", help="The trial, its data card, or a table of arms.", show_default=False)
    ],
    lodged: Annotated[str, typer.Option(metavar="HASH", help="The hash that was lodged.", show_default=False)],
    by: Annotated[str, typer.Option(metavar="NAME", help="Who unblinds.", show_default=False)],
    why: Annotated[str, typer.Option(metavar="TEXT", help="Why now.", show_default=False)],
    arm: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The column with the arm, if the card does not say it.")
    ] = None,
    arm_because: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Why that is another column than the card's allocation; logged.")
    ] = None,
    id: Annotated[  # noqa: A002
        str | None, typer.Option(metavar="COLUMN", help="The column of ids.", show_default="as in the run")
    ] = None,
    cluster: Annotated[str | None, typer.Option(metavar="COLUMN", help="Families or schools of participants.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where the report goes.")] = None,
) -> None:
    r"""Read a trial's arms once links are frozen.

    The links must be those whose hash was lodged. The act is written into trial_log.jsonl of the directory first: who,
    when, why, the hash, and which column of which file is read. The report has flow, states, and linkage by arm.

    For example:

      linkkit unblind results --trial trial.csv --lodged 83fd5edb... \
        --by "A. Lee" --why "analysis plan 2 signed"
    """
    from linkkit.pipelines import trials

    found = trials.unblind(
        directory,
        by=by,
        why=why,
        lodged=lodged,
        allocation=trial,
        arm=arm,
        arm_because=arm_because,
        id=id,
        columns=() if cluster is None else cluster,
    )
    contrasts = found.contrasts(cluster=cluster)
    linked = contrasts[(contrasts["what"] == "linked") & (contrasts["among"] == "randomised")]
    for row in found.by_arm.query("what == 'linked' and among == 'randomised'").to_dict("records"):
        say(f"{row['arm']}: {row['count']:,} of {row['of']:,} linked, {row['share']:.1%} "
            f"({row['low']:.1%} to {row['high']:.1%})")  # fmt: skip
    for row in linked.to_dict("records"):
        say(f"{row['arm']} against {row['against']}: p = {row['p_value']:.3f} ({row['test']})")
    if found.without_arm:
        say(f"{found.without_arm:,} participants have no arm and are in no comparison.")
    if found.respelled:
        say(f"{found.respelled:,} participants had blanks around the arm; they were taken off.")
    say(f"report: {found.report(directory / 'unblinded.html' if out is None else out)}")
