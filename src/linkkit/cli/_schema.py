"""``linkkit schema``: the JSON schema of plan files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["schema"]


def schema(
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write it to a file.", show_default="print it")
    ] = None,
) -> None:
    """Print the JSON schema of plan files, for editors that complete and check TOML.

    For example:

      linkkit schema --out linkkit-plan.schema.json
    """
    from linkkit.files import atomic_write
    from linkkit.plan import plan_schema

    text = json.dumps(plan_schema(), indent=2, ensure_ascii=False) + "\n"
    if out is None:
        typer.echo(text, nl=False)
        return
    with atomic_write(out) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")
