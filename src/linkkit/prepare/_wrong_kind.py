"""Values of another kind than their field says, told in counts and rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from linkkit.encoded import Encoded, EncodedSets
from linkkit.errors import row_list

from ._column import Doubt

if TYPE_CHECKING:
    from linkkit.dataset import Dataset

__all__ = ["WrongKind", "doubted"]

_ROWS_TOLD = 5


@dataclass(frozen=True)
class WrongKind:
    """Records whose value is not what its field says: how many, where, and what to do. It holds no value of a person.

    Parameters
    ----------
    dataset, field, columns
        Where they stand.
    expected
        What the field holds (``"NHS number"``).
    found
        What these records hold instead (``"CHI number"``); an empty text where that is not known.
    records, of
        How many records, of how many that hold a value.
    rows
        The first rows of the table, counted from 1; empty where the column holds lists.
    outcome
        What the step made of them: ``"made missing"`` or ``"kept"``.
    mend
        What to do.
    born_then
        For CHI numbers: how many of the records have the date of birth that the number says. None where it was not
        looked at, or there is none.

    Examples
    --------
    >>> found = WrongKind("trial", "upn", (), "UPN", "NHS number", 2, 90, (4, 9), "made missing", "Move them.")
    >>> print(found.explanation)
    trial: 2 of 90 records that hold the field 'upn' hold an NHS number, not a UPN (rows 4, 9): made missing.
    """

    dataset: str
    field: str
    columns: tuple[str, ...]
    expected: str
    found: str
    records: int
    of: int
    rows: tuple[int, ...]
    outcome: str
    mend: str
    born_then: int | None = None

    @property
    def share(self) -> float:
        """Share of the records that hold a value."""
        return self.records / self.of if self.of else 0.0

    @property
    def explanation(self) -> str:
        """What was found: without what to do."""
        columns = f" (column {', '.join(map(repr, self.columns))})" if self.columns else ""
        held = f"{with_article(self.found)}, not {with_article(self.expected)}" if self.found else f"no {self.expected}"
        left = self.records - len(self.rows)
        rows = f" ({row_list([*self.rows, *[0] * left], _ROWS_TOLD)})" if self.rows else ""
        born = f"; {self.born_then:,} of them have the date of birth that it says" if self.born_then is not None else ""
        return (
            f"{self.dataset}: {self.records:,} of {self.of:,} records that hold the field {self.field!r}{columns} hold "
            f"{held}{rows}: {self.outcome}{born}."
        )

    def __str__(self) -> str:
        return f"{self.explanation} {self.mend}".strip()


def with_article(what: str) -> str:
    """Return what a column holds with its article.

    Examples
    --------
    >>> with_article("NHS number"), with_article("UPN")
    ('an NHS number', 'a UPN')
    """
    return f"{'an' if what.startswith(('NHS', 'ODS')) else 'a'} {what}"


def doubted(
    dataset: Dataset, field: str, column: Encoded | EncodedSets, doubts: tuple[Doubt, ...]
) -> tuple[WrongKind, ...]:
    """Return doubts about distinct values as records and rows of the dataset."""
    found = []
    counts = column.counts()[1:]
    for doubt in doubts:
        records = int(counts[doubt.values].sum())
        if not records:
            continue
        rows: tuple[int, ...] = ()
        if isinstance(column, Encoded):
            held = np.concatenate([[False], doubt.values])[column.codes]
            rows = tuple(np.sort(dataset.order[np.flatnonzero(held)] + 1)[:_ROWS_TOLD].tolist())
        of, columns = int(counts[doubt.of].sum()), dataset.fields[field].columns
        found.append(
            WrongKind(
                dataset.name, field, columns, doubt.expected, doubt.found, records, of, rows, doubt.outcome, doubt.mend
            )
        )
    return tuple(found)
