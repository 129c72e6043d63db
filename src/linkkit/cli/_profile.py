"""``linkkit profile``: what the fields of a file hold."""

from __future__ import annotations

from json import dumps
from pathlib import Path
from typing import Annotated

import typer

from ._datasets import Asked, names_of, open_datasets
from ._options import Blinded, Encoding, Fields, Id, Kind
from ._show import say

__all__ = ["profile"]


def profile(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV or Parquet file.", show_default=False)],
    id: Id = None,  # noqa: A002
    kind: Kind = "other",
    field: Fields = None,
    blinded: Blinded = None,
    encoding: Encoding = "utf-8",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what the fields of a file hold.

    Completeness, distinct values, shapes, validity and placeholders, as counts and shares: no value of a person is
    printed.

    For example:

      linkkit profile register.csv --id pupil_id
    """
    from linkkit.profiling import profile as profiled

    (dataset,) = open_datasets([Asked(file, names_of([file])[0], kind, id)], field or (), blinded or (), encoding)
    found = profiled(dataset)
    say(dumps(found.to_dict(), indent=2, ensure_ascii=False) if as_json else f"{found!r}\n\n{dataset}")
