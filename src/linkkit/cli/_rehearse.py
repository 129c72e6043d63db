"""``linkkit design`` and ``linkkit rehearse``: choose an encoding, and see what it costs on made-up people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from ._datasets import Asked, names_of, open_datasets
from ._options import Blinded, Encoding, Fields, Id, Kind, PlanPath, Quiet, Truth
from ._show import say

__all__ = ["design", "rehearse"]


def design(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A CSV or Parquet file of the provider.", show_default=False)
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="ENCODING.JSON", help="Where to write it.", show_default=False)
    ],
    level: Annotated[
        str,
        typer.Option(
            metavar="LEVEL",
            help="tokens, filters (a Bloom filter a field) or records (one a record): who links may see that much.",
        ),
    ] = "filters",
    id: Id = None,  # noqa: A002
    kind: Kind = "other",
    field: Fields = None,
    blinded: Blinded = None,
    plan: PlanPath = None,
    only: Annotated[
        str | None,
        typer.Option("--only", metavar="FIELD,FIELD", help="The fields that all providers have.", show_default="all"),
    ] = None,
    encoding: Encoding = "utf-8",
) -> None:
    """Design the encoding by which all providers shall encode.

    Its sizes follow from what this file holds. It holds names of fields and sizes, no value and no key: hand it to the
    other providers.

    For example:

      linkkit design trial.csv --level filters --out encoding.json
    """
    from linkkit.plan import Plan
    from linkkit.prepare import prepare

    chosen = Plan.load(plan) if plan else Plan()
    (dataset,) = open_datasets([Asked(file, names_of([file])[0], kind, id)], field or (), blinded or (), encoding)
    fields = None if only is None else [name.strip() for name in only.split(",") if name.strip()]
    prepared = prepare(dataset, chosen.prepare, skip_absent=True)
    made = chosen.encoding(level, prepared, fields=fields)  # type: ignore[arg-type]
    made.save(out)
    say(f"{dataset}\n\n{out}: {', '.join(f'{name} ({form})' for name, form in made.forms.items())}")


def rehearse(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Two files of made-up people; none: a trial and a register are made up.", metavar="FILES"),
    ] = None,
    truth: Truth = None,
    id: Id = None,  # noqa: A002
    field: Fields = None,
    blinded: Blinded = None,
    plan: PlanPath = None,
    designed: Annotated[
        list[Path] | None,
        typer.Option("--with", metavar="ENCODING.JSON", help="Rehearse this encoding instead of a designed one."),
    ] = None,
    people: Annotated[int, typer.Option(min=100, help="How many people are made up.")] = 3_000,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the made-up people.")] = 1,
    encoding: Encoding = "utf-8",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    quiet: Quiet = False,
) -> None:
    """Compare on made-up people what encodings cost in links.

    A plan is carried out on clear text, tokens, filters of fields and filters of records. Do it with people who do not
    exist, before any real data leave a provider.

    For example:

      linkkit rehearse

      linkkit rehearse --people 1000 --with encoding.json
    """
    from linkkit import rehearsing
    from linkkit.errors import SpecError
    from linkkit.plan import Plan
    from linkkit.pseudonymise import Encoding as Specification

    from ._tables import read_truth

    given = files or []
    if len(given) not in (0, 2):
        raise SpecError(f"rehearse takes two files, or none for made-up people; got {len(given)}.")
    names = names_of(given)
    asked = [Asked(path, name, "other", id) for path, name in zip(given, names, strict=True)]
    datasets = open_datasets(asked, field or (), blinded or (), encoding) if asked else (None, None)
    found = rehearsing.rehearse(
        *datasets, truth=read_truth(truth), plan=Plan.load(plan) if plan else None, people=people, seed=seed,
        encodings=[Specification.load(path) for path in designed or ()], progress=False if quiet or as_json else None,
    )  # fmt: skip
    say(json.dumps(found.to_dict(), indent=2) if as_json else str(found))
