"""``linkkit lint-encoding``: what an encoding gives away, judged by where it is said to go."""

from __future__ import annotations

from enum import StrEnum
from json import dumps
from pathlib import Path
from typing import Annotated

import typer

from ._show import say

__all__ = ["lint_encoding"]


class _To(StrEnum):
    trusted_unit = "trusted-unit"
    semi_trusted_unit = "semi-trusted-unit"
    researcher = "researcher"
    public = "public"


class _Level(StrEnum):
    tokens = "tokens"
    filters = "filters"
    records = "records"


def lint_encoding(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="SCHEMA_OR_FILE",
            help="An encoding or linkage schema (JSON), files of encodings, manifests, or folders of manifests.",
            show_default=False,
        ),
    ],
    to: Annotated[_To, typer.Option("--to", help="Where it goes.")] = _To.trusted_unit,
    level: Annotated[
        _Level | None,
        typer.Option(
            "--level", help="What encodings are, where nothing says it.", show_default="guessed by look and name"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what an encoding gives away, judged by where it goes.

    No key is needed, and no value is printed. Ends with exit code 1 where something is found for which it must not be
    handed over so.

    For example:

      linkkit lint-encoding encoded.parquet --to semi-trusted-unit
    """
    from linkkit.pseudonymise.lint import lint

    found = lint(files, destination=to.name, level=None if level is None else level.value)  # type: ignore[arg-type]
    say(dumps(found.to_dict(), indent=2, ensure_ascii=False) if as_json else repr(found))
    if found.serious:
        raise typer.Exit(1)
