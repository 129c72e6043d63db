"""``linkkit keygen`` and ``linkkit keycheck``: make a key file, and compare keys without showing them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from linkkit.pseudonymise.keys import Key

__all__ = ["Epoch", "KeyPath", "keycheck", "keygen"]

Epoch = Annotated[
    str, typer.Option("--epoch", metavar="NAME", help="The epoch: a new one gives other encodings of the same key.")
]
KeyPath = Annotated[
    Path, typer.Option("--key", metavar="FILE", help="The key file (`linkkit keygen`).", show_default=False)
]


def keygen(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Where to write the key; never over another file.")],
    project: Annotated[
        str | None,
        typer.Option("--project", metavar="NAME", help="The project it is for.", show_default="the name of the file"),
    ] = None,
    epoch: Epoch = "1",
) -> None:
    """Make a key: a file of 32 random bytes only you can read.

    The key itself is never shown. Hand the file over on a way of its own, never with data.

    For example:

      linkkit keygen cohort-2026.key
    """
    from linkkit.pseudonymise.keys import Key

    made = Key.generate(path, project=project or path.name.split(".")[0] or path.name, epoch=epoch)
    typer.echo(f"key file     {path}")
    _show(made)


def keycheck(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The key file.")],
    project: Annotated[str, typer.Option("--project", metavar="NAME", help="The project, as all parties write it.")],
    epoch: Epoch = "1",
) -> None:
    """Show the check value of a key, to compare with others.

    Equal check values: same key, project and epoch. Only equal key ids: same key, other project or epoch.

    For example:

      linkkit keycheck cohort-2026.key --project cohort-2026
    """
    from linkkit.pseudonymise.keys import Key

    _show(Key.from_file(path, project=project, epoch=epoch))


def _show(key: Key) -> None:
    typer.echo(f"project      {key.project}\nepoch        {key.epoch}\nkey id       {key.id}")
    typer.echo(f"check value  {key.check_value}")
