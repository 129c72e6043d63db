"""``linkkit split``: a provider's file by what each party may see."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ._options import Encoding, Out
from ._show import say, say_left_out, told_warnings

__all__ = ["comma_list", "split"]


def split(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV or Parquet file.", show_default=False)],
    id: Annotated[  # noqa: A002
        str, typer.Option("--id", metavar="COLUMN", help="Your own id of each record.", show_default=False)
    ],
    identifiers: Annotated[
        str, typer.Option(metavar="A,B", help="Columns that people are known by.", show_default=False)
    ],
    out: Out,
    payload: Annotated[str, typer.Option(metavar="C,D", help="Columns that are studied.")] = "",
    encoding: Encoding = "utf-8",
) -> None:
    r"""Split a file into identifiers, payload and index.

    All are under new random record keys. Each goes into a folder of its own with a manifest: identifiers/ to be
    encoded, payload/ for the researcher, index/ for nobody. Every column goes to one side; one that is named on none is
    an error. A data card beside the file is held to: who may not be linked is left out, and a blinded column is no
    identifier.

    For example:

      linkkit split people.csv --id nhs_number --identifiers name,dob \
        --payload score --out split
    """
    from linkkit.pseudonymise import handover

    from ._datasets import has_card

    with told_warnings():
        parts = handover.split(
            str(file), id=id, identifiers=comma_list(identifiers), payload=comma_list(payload),
            encoding=None if has_card(file) else encoding,
        )  # fmt: skip
    written = parts.write(out)
    for kind, whom in (("identifiers", "to be encoded"), ("payload", "for the researcher"), ("index", "stays here")):
        say(f"{out / kind}: {written[kind].rows:,} records, {len(written[kind].columns) - 1} columns; {whom}")
    say_left_out(parts.terms)


def comma_list(text: str) -> list[str]:
    """Return the names that commas separate, without blanks around them.

    For example:
    --------
    >>> comma_list("name, dob,")
    ['name', 'dob']
    """
    return [part.strip() for part in text.split(",") if part.strip()]
