"""``linkkit attack``: what an encoding gives away, tried out on made-up people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ._datasets import Asked, names_of, open_datasets
from ._options import Encoding, Fields, Id
from ._show import say

if TYPE_CHECKING:
    from linkkit.dataset import Dataset

__all__ = ["attack"]


def attack(
    designed: Annotated[
        Path, typer.Argument(metavar="ENCODING.JSON", help="The encoding (`linkkit design`).", show_default=False)
    ],
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A file of made-up people; none: a register is made up."),
    ] = None,
    id: Id = None,  # noqa: A002
    field: Fields = None,
    people: Annotated[int, typer.Option(min=100, help="How many people are made up.")] = 3_000,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the made-up people, the key and the samples.")] = 1,
    encoding: Encoding = "utf-8",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Attack an encoding on people who are made up.

    Every attack that applies is made: by frequencies, numbers of bits, dictionaries and graphs. What succeeds on
    made-up people shows what the encoding gives away; an attack that failed proves nothing. The key is made up, too,
    and only counts are printed.

    It is for made-up people alone, of linkkit or of yours. A file that `linkkit split` or `linkkit encode` wrote holds
    real ones, and is refused.

    For example:

      linkkit attack encoding.json

      linkkit attack encoding.json made-up.csv --id person_id --json
    """
    from linkkit.providing import prepared_for
    from linkkit.pseudonymise import Encoding as Specification
    from linkkit.pseudonymise.attacks import attack as attacked

    chosen = Specification.load(designed)
    raw = _made_up(people, seed, chosen.fields) if file is None else _opened(file, id, field or (), encoding)
    found = attacked(chosen, prepared_for(chosen, raw), seed=seed)
    if as_json:
        say(json.dumps({"records": len(raw), "made_up": True, **found.to_dict()}, indent=2, ensure_ascii=False))
        return
    whose = f"made up with seed {seed}" if file is None else f"of {file.name}, taken as made up"
    say(f"{len(raw):,} records of people, {whose}. Never do this with real people.\n")
    say(str(found))


def _made_up(people: int, seed: int, needed: Sequence[str]) -> Dataset:
    """The first of the datasets that can be made up of a population that has all fields."""
    from linkkit import synth
    from linkkit.errors import DataError

    population = synth.people(people, seed=seed)
    datasets = [made.dataset() for made in (population.register(who="everyone"), population.register())]
    for dataset in datasets:
        if set(needed) <= set(dataset.fields):
            return dataset
    fewest = min(([field for field in needed if field not in dataset.fields] for dataset in datasets), key=len)
    raise DataError(
        f"The encoding reads {', '.join(needed)}; no register that linkkit makes up has them all (the nearest lacks "
        f"{', '.join(fewest)}). Give a FILE of made-up people that has them."
    )


def _opened(file: Path, own: str | None, fields: Sequence[str], encoding: str) -> Dataset:
    from linkkit.errors import DataError
    from linkkit.pseudonymise.opening import proven_kind

    if proven_kind([file]) is not None:
        raise DataError(
            f"{file.name} has a manifest: it was made to be handed over, of real people. Attacks are for made-up "
            "people alone; without a file, linkkit makes them up."
        )
    (dataset,) = open_datasets([Asked(file, names_of([file])[0], "other", own)], fields, (), encoding)
    return dataset
