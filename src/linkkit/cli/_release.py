"""``linkkit release`` and ``linkkit attach``: project ids from the unit, joined with payloads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ._keys import Epoch, KeyPath
from ._show import say

__all__ = ["attach", "release"]

Project = Annotated[
    str,
    typer.Option("--project", metavar="NAME", help="The project, written the same each time.", show_default=False),
]


def release(
    run: Annotated[Path, typer.Argument(metavar="DIR", help="Results of a linkage.", show_default=False)],
    project: Project,
    key: KeyPath,
    out: Annotated[
        Path,
        typer.Option("--out", "-o", metavar="DIR", help="Where to; one project and one tier.", show_default=False),
    ],
    tier: Annotated[
        str,
        typer.Option(
            "--tier",
            metavar="TIER",
            help="groups: who is together. mask: which records are linked. counts: how many. scores: never leaves.",
        ),
    ] = "groups",
    everyone: Annotated[
        bool, typer.Option("--everyone", help="Of groups: records without a link get a project id, too.")
    ] = False,
    reversible: Annotated[
        bool, typer.Option("--reversible", help="Of groups: the holder of the key can turn project ids back.")
    ] = False,
    least: Annotated[int, typer.Option("--least", min=1, help="Of counts: the smallest that is told.")] = 10,
    epoch: Epoch = "1",
) -> None:
    r"""Release what may leave the linkage unit, for one project.

    A person has another id in every project. The key is the unit's own (`linkkit keygen unit.key`): it must not be
    the one that providers encode with. A line about each release is kept in releases.jsonl beside the run.

    For example:

      linkkit release results --project asthma --key unit.key --out for-asthma

      linkkit release results --project asthma --key unit.key --tier counts \
        --out counts
    """  # fmt: skip
    from linkkit.pseudonymise import Key
    from linkkit.releasing import release as released

    # The key's own project is the unit: the project of the release is part of what is derived from it.
    unit = Key.from_file(key, project="linkage-unit", epoch=epoch)
    done = released(
        run, out, project=project, key=unit, tier=tier, everyone=everyone, reversible=reversible, least=least
    )
    for path in done.files:
        say(str(path))
    if done.tier == "scores":
        say(f"{done.records:,} links, for the linkage unit alone; no researcher's command takes this file.")
    elif done.tier != "counts":
        say(f"{done.records:,} records have an id of {done.project!r}; {done.left_out:,} have no link and none.")


def attach(
    index: Annotated[
        Path, typer.Argument(metavar="INDEX", help="The linkage unit's file of project ids.", show_default=False)
    ],
    payload: Annotated[
        Path, typer.Argument(metavar="PAYLOAD", help="A provider's file of what is studied.", show_default=False)
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE", help="Where to: a .parquet file.", show_default=False)
    ],
    project: Annotated[
        str | None,
        typer.Option("--project", metavar="NAME", help="The project it must be of.", show_default="any"),
    ] = None,
) -> None:
    """Join a payload to its project ids, for the researcher.

    The result has project ids and no record keys. Files attached for one project join each other by project_id, and
    with no other project's.

    For example:

      linkkit attach index.parquet payload.parquet --out trial.parquet
    """
    from linkkit.pseudonymise import handover

    done = handover.attach(index, payload, out, project=project)
    say(f"{done.path}: {done.records:,} records under project ids")
    if done.without_project_id:
        say(f"{done.without_project_id:,} records of the payload have no project id and were left out.")
    if done.without_payload:
        say(f"{done.without_payload:,} records of the index have no payload.")
