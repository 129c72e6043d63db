"""Sections that a pipeline adds to a report: words, tables of counts and shares, and a chart of each table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from .errors import SpecError, did_you_mean

__all__ = ["Column", "Section", "SectionTable"]

Form = Literal["text", "count", "share", "number", "interval"]
Chart = Literal["none", "flow", "bars", "intervals"]


@dataclass(frozen=True)
class Column:
    """A column of a table of a section.

    Parameters
    ----------
    name
        The key of its cells.
    title
        Its heading.
    form
        ``"text"``; ``"count"``, of people or records, which disclosure control hides where it is small; ``"share"``,
        between 0 and 1; ``"number"``; ``"interval"``, two shares or numbers. Beside a count that is hidden, or nearer
        than 10 to another of its row, these are hidden too: put counts beside what was made of them.
    """

    name: str
    title: str
    form: Form = "text"

    def __post_init__(self) -> None:
        if self.form not in get_args(Form):
            raise SpecError(f"form must be one of {', '.join(get_args(Form))}; got {self.form!r}.")


@dataclass(frozen=True)
class SectionTable:
    """A table of a section, and how it is drawn.

    Parameters
    ----------
    caption
        What it shows.
    columns
        Its columns.
    rows
        Its rows: a cell for each column; None is shown as a dash. No value of a person is in them.
    chart
        ``"bars"``: the first count of each row; ``"flow"``: boxes one under another, each row a stage with the first
        count, and with ``left_out`` and ``reason`` what leaves after it; ``"intervals"``: the first share or number of
        each row with its interval. The first text column names the rows.
    adds_up
        Whether a total is known from which a hidden count would follow.
    is_per_person
        Whether its rows are people: it is shown to nobody but the linker.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Mapping[str, Any], ...]
    chart: Chart = "none"
    adds_up: bool = True
    is_per_person: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(self.columns))
        object.__setattr__(self, "rows", tuple(dict(row) for row in self.rows))
        names = [column.name for column in self.columns]
        for row in self.rows:
            for name in row:
                if name not in names:
                    raise SpecError(f"The table {self.caption!r} has no column {name!r}.{did_you_mean(name, names)}")
        if self.chart not in get_args(Chart):
            raise SpecError(f"chart must be one of {', '.join(get_args(Chart))}; got {self.chart!r}.")


@dataclass(frozen=True)
class Section:
    """A section of a report.

    Parameters
    ----------
    title
        Its heading.
    words
        Paragraphs above the tables; they hold no count, since words cannot be hidden.
    tables
        Its tables.

    Examples
    --------
    >>> stages = SectionTable("Flow", (Column("stage", "Stage"), Column("n", "Participants", "count")),
    ...                       ({"stage": "randomised", "n": 300}, {"stage": "linked", "n": 250}), chart="flow")
    >>> Section("Participants", ("Everyone who was randomised stays.",), (stages,)).tables[0].rows[1]["n"]
    250
    """

    title: str
    words: tuple[str, ...] = ()
    tables: tuple[SectionTable, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", tuple(self.words))
        object.__setattr__(self, "tables", tuple(self.tables))
