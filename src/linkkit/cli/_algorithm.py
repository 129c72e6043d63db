"""``linkkit algorithm``: link by a published algorithm."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from linkkit.errors import SpecError

from ._datasets import Asked, names_of, open_datasets
from ._options import Blinded, Encoding, Fields, Id, Quiet, Truth
from ._show import console, say, show_datasets, table
from ._tables import read_truth

if TYPE_CHECKING:
    from linkkit.dataset import Dataset
    from linkkit.pipelines import Algorithm, AlgorithmLinks

__all__ = ["algorithm", "carry_out_algorithm", "named_algorithm"]


def algorithm(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="The algorithm.", show_default=False)] = None,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILES",
            help="Two CSV or Parquet files, the register second; or one to deduplicate, or several for a person index.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="DIR",
            help="Directory for the results; an earlier set is replaced.",
            show_default=False,
        ),
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="List the algorithms, as without a name.")] = False,
    show: Annotated[bool, typer.Option("--show", help="Print an algorithm: source, passes, errors, caveats.")] = False,
    id: Id = None,  # noqa: A002
    id_left: Annotated[str | None, typer.Option(metavar="COLUMN", help="The same of the first file.")] = None,
    id_right: Annotated[str | None, typer.Option(metavar="COLUMN", help="The same of the second file.")] = None,
    field: Fields = None,
    blinded: Blinded = None,
    truth: Truth = None,
    encoding: Encoding = "utf-8",
    quiet: Quiet = False,
) -> None:
    """Link by a published algorithm, or list them.

    Each link says which pass made it. algorithm.json holds version, source and caveats, counts and file hashes.

    For example:

      linkkit algorithm --list

      linkkit algorithm hesid --show

      linkkit algorithm slk_581 trial.csv register.csv --out results
    """  # fmt: skip
    from linkkit.pipelines import algorithm as by_name

    given = files or []
    if listed or name is None:
        _list_algorithms()
        return
    chosen = by_name(name)
    if show:
        say(str(chosen))
        return
    _check(chosen, given, out, [option for option, one in (("--id-left", id_left), ("--id-right", id_right)) if one])
    ids = [id_left or id, id_right or id, *[id] * len(given)]
    asked = [Asked(path, called, "other", ids[n]) for n, (path, called) in enumerate(_named(given))]
    assert out is not None
    datasets = open_datasets(asked, field or (), blinded or (), encoding)
    carry_out_algorithm(chosen, datasets, out, quiet=quiet, truth=truth)


def carry_out_algorithm(
    chosen: Algorithm, datasets: Sequence[Dataset], out: Path, *, quiet: bool = False, truth: Path | None = None
) -> AlgorithmLinks:
    """Carry an algorithm out on datasets, save its links, and print what came out."""
    known = read_truth(truth)
    if not quiet:
        show_datasets([chosen.read(dataset) for dataset in datasets])
    made = chosen.dedupe(*datasets) if len(datasets) != 2 else chosen.link(*datasets)
    made.save(out, command=["linkkit", *sys.argv[1:]])
    if not quiet:
        _print_links(made, out)
        if known is not None:
            say(str(made.evaluate(known, between=len(datasets) == 2)))
    return made


def named_algorithm(name: str, datasets: int, options: Sequence[str], mistakes: list[str]) -> Algorithm | None:
    """Return the algorithm that a plan file names for so many datasets; what is wrong is added to the mistakes."""
    from linkkit.pipelines import algorithm as by_name

    if options:
        mistakes.append(f"{' and '.join(options)}: an algorithm takes neither labels nor judgements.")
    try:
        chosen = by_name(name)
    except SpecError as error:
        mistakes.append(f"algorithm: {error}")
        return None
    mistakes += _too_many(chosen, datasets)
    return chosen


def _too_many(chosen: Algorithm, datasets: int) -> list[str]:
    if datasets <= 2 or chosen.unique == "persons":
        return []
    return [f"{chosen.name} links two datasets; got {datasets}. A person index such as cured takes several."]


def _named(files: Sequence[Path]) -> list[tuple[Path, str]]:
    return list(zip(files, names_of(files), strict=True))


def _check(chosen: Algorithm, files: Sequence[Path], out: Path | None, sides: Sequence[str]) -> None:
    """Refuse what makes no sense, all at once."""
    mistakes = []
    if not files:
        mistakes.append(f"{chosen.name} needs one file to deduplicate, or two to link.")
    mistakes += _too_many(chosen, len(files))
    if out is None:
        mistakes.append("--out is needed: the directory for the results.")
    if sides and len(files) != 2:
        mistakes.append(f"{' and '.join(sides)}: there are no two files; use --id.")
    if mistakes:
        raise SpecError("\n".join(mistakes))


def _list_algorithms() -> None:
    from linkkit.pipelines import algorithm as by_name
    from linkkit.pipelines import algorithm_names

    rows = [[one.name, one.title] for one in map(by_name, algorithm_names())]
    console().print(table("Algorithms", ["name", "title"], rows))


def _print_links(made: AlgorithmLinks, out: Path) -> None:
    columns = ["pass", "pairs", "links", "review", "tied", "outranked", "lacking"]
    rows = [
        [one.name, *(f"{number:,}" for number in (one.pairs, one.links, one.review, one.tied, one.outranked)),
         ", ".join(one.lacking)]
        for one in made.counts
    ]  # fmt: skip
    console().print(table(made.algorithm.title, columns, rows, right=columns[1:-1]))
    for note in made.notes:
        say(f"Note: {note}.")
    left_out = sum(count for dataset in made.records.datasets for _, count in dataset.left_out)
    besides = f"; {left_out:,} others were left out" if left_out else ""
    say(
        f"{len(made):,} links, {len(made.status) - len(made):,} pairs set aside, of {len(made.records):,} "
        f"records{besides}."
    )
    for caveat in made.algorithm.caveats:
        say(f"Caveat: {caveat}")
    names = sorted(path.name for path in out.iterdir() if path.is_file() and not path.name.startswith("."))
    say(f"\nIn {out}: {', '.join(names)}")
