"""``linkkit schema``: the JSON schema of plan files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["schema"]


def schema(
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write it to a file.", show_default="print it")
    ] = None,
) -> None:
    """Print the JSON schema of plan files, for editors.

    Editors complete and check plans (TOML) by it.

    For example:

      linkkit schema --out linkkit-plan.schema.json
    """
    from linkkit.files import json_text, write_json
    from linkkit.plan import plan_schema

    if out is None:
        typer.echo(json_text(plan_schema()), nl=False)
        return
    write_json(out, plan_schema())
