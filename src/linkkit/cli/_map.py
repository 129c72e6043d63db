"""``linkkit map`` and ``linkkit check``: data cards side by side, and a card against its data."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from linkkit.errors import SpecError

from ._show import console, say, table

if TYPE_CHECKING:
    from linkkit.cataloguing import DataMap, PairOutlook

__all__ = ["check", "map_cards"]

_NEEDED = {"show_default": False}


def map_cards(
    cards: Annotated[
        list[Path], typer.Argument(metavar="CARDS...", help="Data cards, or folders of them.", show_default=False)
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="DIR", **_NEEDED,
            help="Write map.html, map.json, and for each pair a checklist and a draft plan.",
        ),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the page alone.", **_NEEDED)
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(
            "--on", metavar="DATE", help="The day of the linkage, for consent that ends.", show_default="today"
        ),
    ] = None,
    level: Annotated[
        str | None,
        typer.Option(
            "--level", metavar="UNIT", help="The unit to link: person, household, school or area.",
            show_default="the coarser of each pair",
        ),
    ] = None,
    cards_only: Annotated[bool, typer.Option("--cards-only", help="Do not read the data that cards name.")] = False,
) -> None:  # fmt: skip
    """Show which datasets can and may be linked.

    By their data cards: what they share, how well each pair is likely to link, what a consent refuses, and what would
    help. Where the data that a card names are there, they are counted, and checked against the card; no value of a
    person is shown.

    For example:

      linkkit map trial.card.toml register.card.toml --out map

      linkkit map cards --on 2027-01-31 --cards-only
    """
    from linkkit.cataloguing import catalogue

    found = catalogue(*cards, on=None if on is None else _day(on), level=level, read=not cards_only)
    _show_map(found)
    written = [found.save(html)] if html is not None else []
    written += _write(found, out) if out is not None else []
    for path in written:
        say(str(path))


def check(
    data: Annotated[
        Path, typer.Argument(metavar="DATA", help="Data with a card beside it, or the card.", show_default=False)
    ],
) -> None:
    """Check a data card against its data.

    What the card lacks, and where the two disagree, in counts and row numbers, no values. Ends with exit code 2 where
    something is serious.

    For example:

      linkkit check trial.card.toml
    """
    from linkkit.cards import Card, card_beside
    from linkkit.checking import check as checked
    from linkkit.checking import check_card
    from linkkit.dataset import Dataset

    path = data if data.name.endswith(".toml") else card_beside(data)
    if data.exists() and path is None:
        raise SpecError(f"{data}: no card stands beside it; write {data.name.split('.')[0]}.card.toml.")
    card = Card.load(data if path is None else path)
    has_data = card.path is not None and Path(card.path).is_file()
    if data != path:
        found = checked(Dataset(str(data), card=card, name=card.name))
    else:
        found = checked(Dataset(card.path, card=card, name=card.name)) if has_data else check_card(card)
    if card.path is not None and not has_data and data == path:
        say(f"The data are not there ({card.path}): the card is looked at by itself.")
    say(f"{card.name} ({card.kind})")
    say(str(found))
    if found.serious:
        raise typer.Exit(2)


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise SpecError(f"--on takes a day such as 2027-01-31; got {text!r}.") from None


def _show_map(found: DataMap) -> None:
    from rich.markup import escape

    from linkkit.cataloguing._plain import PAIR_HEAD, field_cells, pair_cells, remarks

    # What a narrow terminal has room for; the page has the rest.
    kept = [place for place, title in enumerate(PAIR_HEAD) if title not in ("shared fields", "people in both")]

    names, rows = field_cells(found)
    head = [escape(name) for name in names]  # a name is no markup
    console().print(table("Fields", head, rows, right=head[1:]))
    if found.outlooks:
        rows = [tuple(cells[place] for place in kept) for cells in pair_cells(found.outlooks)]
        numbers = ("bits", "needed", "found", "false")
        console().print(table("Pairs", [PAIR_HEAD[place] for place in kept], rows, right=numbers))
    for pair in found.outlooks:
        for text in remarks(pair):
            say(f"{pair.left} and {pair.right}: {text}")
    for name, findings in found.findings.items():
        for one in findings:
            if one.severity != "note":
                say(f"{name}: {one}")


def _write(found: DataMap, out: Path) -> list[Path]:
    """Write the page, its data, and a checklist for each pair; a draft plan for those that can and may be linked."""
    written = [found.save(out / "map.html"), found.save(out / "map.json")]
    names: list[str] = []
    for number, pair in enumerate(found.outlooks, 1):
        name = _file_name(pair, len(found.outlooks) == 1)
        name = f"{name}_{number}" if name in names else name
        names.append(name)
        written.append(found.checklist(pair.left, pair.right).save(out / f"checklist{name}.md"))
        if pair.is_feasible and pair.is_permitted:
            written.append(found.draft(pair.left, pair.right).save(out / f"plan{name}.toml"))
    return written


def _file_name(pair: PairOutlook, is_single: bool) -> str:
    """What tells the files of a pair from those of others; a name of a dataset need not be one of a file."""
    import re

    words = [re.sub(r"[^\w-]+", "_", name).strip("_") for name in (pair.left, pair.right)]
    return "" if is_single else f"_{'_'.join(words)}"
