"""``linkkit clkhash``: the CLKs of an existing clkhash project, bit for bit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ._options import Encoding
from ._show import say, told_warnings

__all__ = ["clkhash"]


def clkhash(
    people: Annotated[
        Path, typer.Argument(metavar="PEOPLE.CSV", help="Columns as the features of the schema.", show_default=False)
    ],
    schema: Annotated[
        Path, typer.Argument(metavar="SCHEMA.JSON", help="The project's linkage schema.", show_default=False)
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="CLKS.JSON", help="Where to write the CLKs.", show_default=False)
    ],
    secret_file: Annotated[
        Path | None,
        typer.Option("--secret-file", metavar="FILE", help="A file of the shared secret, that only you can read."),
    ] = None,
    secret_env: Annotated[
        str | None,
        typer.Option("--secret-env", metavar="NAME", help="Or the environment variable that holds the secret."),
    ] = None,
    header: Annotated[bool, typer.Option("--header/--no-header", help="Whether the first row names columns.")] = True,
    check_header: Annotated[
        bool,
        typer.Option("--check-header/--no-check-header", help="Whether these names must be those of the schema."),
    ] = True,
    strip: Annotated[
        bool, typer.Option("--strip", help="Take away blanks around values, as clkhash did up to 0.18.1.")
    ] = False,
    encoding: Encoding = "utf-8",
) -> None:
    """Go on with a clkhash project: its CLKs, bit for bit.

    Every row is encoded: a file whose data card leaves people out is refused. What `anonlink hash` and `clkutil
    hash` write with clkhash 0.18.3, by linkage schemas of version 1, 2 and 3. Options that weaken the encoding are
    warned of on standard error. A new project is better off with `linkkit encode`.

    The secret is never given on the command line, where other users and the history of the shell would see it. A file
    of it that others can read is refused; a short secret is taken, with a warning.

    For example:

      linkkit clkhash pii.csv schema.json --secret-file secret.txt --out clks.json

      linkkit clkhash pii.csv schema.json --secret-env SECRET --out clks.json
    """
    from linkkit.pseudonymise.clkhash import encode, read_rows, read_schema, write_clks

    _refuse_overwriting(out, [people, schema, secret_file])
    _refuse_consent(people)
    secret = _secret(secret_file, secret_env)
    read = read_schema(schema)
    rows = read_rows(people, read, header=header, check_header=check_header, strip=strip, encoding=encoding)
    with told_warnings():
        clks = encode(rows, read, secret)
    write_clks(clks, out)
    say(f"{out}: {len(clks):,} CLKs of {read.length:,} bits, in the order of the rows of {people.name}.")
    say("It holds no ids: keep that file as it is, to know later which CLK is whose.")


def _refuse_consent(people: Path) -> None:
    """Refuse a file whose card says that some may not be linked: every row becomes a CLK."""
    from linkkit.cards import Card, card_beside
    from linkkit.errors import DataError

    beside = card_beside(people)
    consent = None if beside is None else Card.load(beside).consent
    if consent is not None and (consent.column or consent.opt_out or consent.until):
        raise DataError(
            f"{people.name}: the card beside it says who may be linked, or until when, and clkhash encodes every row. "
            "Use `linkkit encode`; or write a file of those alone who may be, elsewhere, and encode that."
        )


def _secret(file: Path | None, variable: str | None) -> bytes:
    from linkkit.errors import SecretError, SpecError
    from linkkit.pseudonymise._secret_sources import read_secret, secret_of_environment

    if (file is None) == (variable is None):
        raise SpecError("Say where the secret is: either --secret-file FILE or --secret-env NAME.")
    if variable is not None:
        return secret_of_environment(variable)
    assert file is not None
    if not file.exists():  # without what was given, as it may be the secret itself
        raise SecretError("--secret-file: there is no such file. It takes the path of a file, not the secret itself.")
    return read_secret(file)


def _refuse_overwriting(out: Path, inputs: list[Path | None]) -> None:
    from linkkit.errors import SpecError

    for path in inputs:
        if path is not None and path.exists() and out.exists() and out.samefile(path):
            raise SpecError(f"--out {out} is one of the files that are read; it would be overwritten.")
