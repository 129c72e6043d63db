"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = [
    "AtLeast", "Blinded", "Encoding", "Fields", "Id", "Judged", "Kind", "Labels", "Linking", "Out", "PlanPath",
    "Quiet", "SavePlan", "Seed", "Truth",
]  # fmt: skip

_NEEDED = {"show_default": False}

Out = Annotated[
    Path,
    typer.Option(
        "--out", "-o", metavar="DIR",
        help="Directory for the results. Those of an earlier run in it are replaced once the new ones are complete.",
        show_default=False,
    ),
]  # fmt: skip
Id = Annotated[str | None, typer.Option("--id", metavar="COLUMN", help="The column that identifies records.")]
Fields = Annotated[
    list[str] | None,
    typer.Option(
        "--field", metavar="FIELD=COLUMN",
        help="Name the column of a field, where it is not recognised; FIELD=A+B+C for parts, FIELD= to leave it out.",
    ),
]  # fmt: skip
Blinded = Annotated[
    list[str] | None,
    typer.Option("--blinded", metavar="COLUMN", help="A column that linkage must not see, such as the arm of a trial."),
]
Kind = Annotated[
    str, typer.Option("--kind", help="trial, intervention, administrative, case_study or other.", metavar="KIND")
]
Encoding = Annotated[str, typer.Option("--encoding", help="Character encoding of CSV files.", metavar="NAME")]
AtLeast = Annotated[
    float | None,
    typer.Option(
        "--at-least", min=0, max=1, metavar="P", help="Match probability from which a pair is a link.",
        show_default="as the plan says",
    ),
]  # fmt: skip
PlanPath = Annotated[
    Path | None,
    typer.Option(
        "--plan", metavar="PLAN.TOML", help="Carry out this plan; what it leaves open is recommended.",
        show_default="all recommended",
    ),
]  # fmt: skip
SavePlan = Annotated[
    Path | None,
    typer.Option(
        "--save-plan", metavar="PLAN.TOML", help="Save the plan with its datasets, for `linkkit run`.", **_NEEDED
    ),
]  # type: ignore[call-overload, unused-ignore]  # fmt: skip
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="Seed of the random pairs.", show_default="1")]
Truth = Annotated[
    Path | None,
    typer.Option(
        "--truth", metavar="FILE",
        help="The truth, to measure quality: a table of left_id and right_id, or of dataset, id and person.",
    ),
]  # fmt: skip
Labels = Annotated[
    Path | None,
    typer.Option("--labels", metavar="FILE", help="Pairs to learn from: a table of left_id, right_id and is_match."),
]
Judged = Annotated[
    Path | None,
    typer.Option(
        "--judgements", metavar="FILE",
        help="Pairs that people decided: a table of left_id, right_id and is_match (of more than two datasets "
        "left_dataset and right_dataset, too). They win over every score.",
    ),
]  # fmt: skip
Linking = Annotated[
    str | None,
    typer.Option(
        "--linking", metavar="WHICH",
        help="Pairs to link: candidates (of the blocking rules), complete (every pair above the threshold), automatic.",
        show_default="as the plan says",
    ),
]  # fmt: skip
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
