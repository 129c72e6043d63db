"""``linkkit encode``: a provider's identifiers as encodings that link without a name."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ._keys import Epoch, KeyPath
from ._options import Fields, Id
from ._show import console, say, say_left_out, table, told_warnings

__all__ = ["encode"]


def encode(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="What `linkkit split` wrote as identifiers; or a CSV or Parquet file.",
            show_default=False,
        ),
    ],
    key: KeyPath,
    project: Annotated[
        str, typer.Option("--project", metavar="NAME", help="The project, as all parties write it.", show_default=False)
    ],
    encoding: Annotated[
        Path,
        typer.Option(
            "--encoding", metavar="ENCODING.JSON", help="What to encode, the same for all.", show_default=False
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            "-o",
            metavar="DIR",
            help="For the linkage unit: the encoded file and its manifest.",
            show_default=False,
        ),
    ],
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            metavar="NAME",
            help="Of the file; the linkage unit calls the dataset by it.",
            show_default="that of the file given",
        ),
    ] = None,
    index: Annotated[
        Path | None,
        typer.Option(
            "--index",
            metavar="DIR",
            help="For you alone: the file from new record keys to your ids.",
            show_default="OUT-index",
        ),
    ] = None,
    id: Id = None,  # noqa: A002
    field: Fields = None,
    epoch: Epoch = "1",
    text_encoding: Annotated[
        str, typer.Option("--text-encoding", metavar="NAME", help="Character encoding of a CSV file.")
    ] = "utf-8",
) -> None:
    r"""Encode a file, to be linked by who cannot read it.

    Fields are prepared as linkkit recommends, the same way for all providers. The manifest says how many records miss
    a field or hold something that cannot be. The ids of the result are record keys, never your own: those of
    `linkkit split`, else new random ones, with an index that stays with you. Who may not be linked, by the data card
    beside the file, is left out.

    For example:

      linkkit encode identifiers.parquet --key project.key --project cohort \
        --encoding encoding.json --out encoded
    """  # fmt: skip
    from linkkit.providing import encode_file
    from linkkit.pseudonymise import Encoding, Key

    from ._datasets import has_card, named_fields

    chosen = Encoding.load(encoding)
    secret = Key.from_file(key, project=project, epoch=epoch)
    with told_warnings():
        done = encode_file(
            file, out, key=secret, encoding=chosen, name=name, id=id, fields=named_fields(field or ()), index=index,
            text_encoding=None if has_card(file) else text_encoding,
        )  # fmt: skip
    rows = [[one.name, f"{one.missing:,}", f"{one.invalid:,}"] for one in done.manifest.columns]
    title = f"{done.path}: {done.manifest.rows:,} records"
    console().print(table(title, ["column", "missing", "not valid"], rows, right=["missing", "not valid"]))
    say(f"Leakage level: {chosen.level}. Hand over {done.path.name} and its manifest, together, and not the key.")
    say_left_out(done.manifest.terms)
    say(f"check value of the key  {secret.check_value}")
    if done.index is not None:
        say(f"{done.index}: from record keys to your ids. It stays with you.")
