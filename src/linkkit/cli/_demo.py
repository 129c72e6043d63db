"""``linkkit demo``: link two files of made-up people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ._options import Quiet
from ._show import say

__all__ = ["demo"]

_NEXT = """
What to look at next
  {report}   opens in any browser, with the network off
  {links}   the links
  {plan}   the plan: change it, then  linkkit run {plan} --out {again}
  linkkit explain {out} {left} {right}   why this pair is linked
  linkkit link {trial} {register} --blinded arm --out {again}   the same by hand"""


def demo(
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="Directory for the files and the results.")
    ] = Path("linkkit-demo"),
    quiet: Quiet = False,
) -> None:
    """Link two files of made-up people, and write a report.

    A trial and a register are made up, and the report compares the links with the truth.

    For example:

      linkkit demo

      linkkit demo --out first-look
    """
    from linkkit import synth
    from linkkit.plan import Plan

    from ._datasets import Asked, open_datasets
    from ._work import carry_out

    files = synth.sample_files(out / "data")
    if not quiet:
        say("Made-up people: 600 children of a trial, to be found in a register of 3,000 pupils.\n")
    asked = [
        Asked(files.trial, "trial", "trial", "participant_id"),
        Asked(files.register, "register", "administrative", "pupil_id"),
    ]
    datasets = open_datasets(asked, (), ["arm"], "utf-8")
    run = carry_out(datasets, Plan(), out, quiet=quiet, truth=files.truth)
    if quiet:
        return
    first = run.links.iloc[0]
    say(
        _NEXT.format(
            report=out / "quality.html", links=out / "links.csv", plan=out / "plan.toml", out=out,
            again=out / "again", left=first["left_id"], right=first["right_id"], trial=files.trial,
            register=files.register,
        )
    )  # fmt: skip
