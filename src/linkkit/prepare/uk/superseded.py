"""Numbers that were replaced by others: each superseded number becomes the current one of the same person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from linkkit._reading import open_table
from linkkit.errors import DataError, SpecError, row_list
from linkkit.prepare._column import Cleaned, Column, step_fields

from ._shapes import tight

__all__ = ["Superseded"]


@dataclass(frozen=True)
class Superseded:
    """Write the current number in place of each superseded one, by a table of yours; chains are followed to their end.

    When two records of a person are merged one NHS number is superseded by the other. A register that was written
    before has the old one, which is a valid number all the same. The table holds values of people: plans hold its path
    alone.

    Parameters
    ----------
    fields
        The fields to clean: NHS numbers, CHI numbers, UPNs. Put this step before the one that checks them.
    path
        A CSV or Parquet file of the superseded and the current numbers, in any spelling. It is read when the step is
        carried out; a relative path is relative to where the program runs.
    old, current
        Its columns.

    Raises
    ------
    DataError
        Where the file or its columns are not there, a number has no current one or several, or numbers go round in a
        ring: with rows, never with values.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> from linkkit.prepare import prepare
    >>> people = Dataset(pd.DataFrame({"id": [1, 2], "nhs_number": ["999 000 0018", "9990000034"]}))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "superseded.csv")
    ...     pd.DataFrame({"old": ["9990000018"], "current": ["9990000026"]}).to_csv(path, index=False)
    ...     cleaned = prepare(people, [Superseded("nhs_number", str(path))])
    >>> cleaned.to_pandas()["nhs_number"].tolist(), cleaned.preparation[0].notes
    (['9990000026', '9990000034'], ('1 records held a superseded number',))
    """

    fields: Sequence[str]
    path: str
    old: str = "old"
    current: str = "current"
    kind: Literal["superseded"] = field(default="superseded", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", step_fields("superseded", self.fields))
        for name in ("path", "old", "current"):
            if not isinstance(getattr(self, name), str) or not getattr(self, name):
                raise SpecError(f"superseded({name}=) must be a text; got {type(getattr(self, name)).__name__}.")
        if self.old == self.current:
            raise SpecError(f"superseded(old=, current=) must be two columns; got {self.old!r} twice.")

    def clean(self, column: Column) -> Cleaned:
        """Return the numbers, superseded ones replaced; all others stay as they are written."""
        import pyarrow as pa

        ends = _ends(_table(self.path, self.old, self.current))
        keys = tight(column.values).to_pylist()
        new = [ends.get(key, text) for key, text in zip(keys, column.values.to_pylist(), strict=True)]
        replaced = np.array([key in ends for key in keys], np.bool_)
        notes = (f"{column.records(replaced):,} records held a superseded number",) if replaced.any() else ()
        return Cleaned(pa.array(new, pa.string()), {}, notes)


def _table(path: str, old: str, current: str) -> dict[str, str]:
    """Read what each superseded number became, both as they are compared."""
    source = open_table(path, "superseded numbers")
    for name in (old, current):
        if name not in source.columns:
            raise DataError(
                f"{path}: there is no column {name!r} of superseded numbers; it has {', '.join(source.columns)}. Name "
                "its columns, prepare.Superseded(..., old=, current=)."
            )
    read = source.read([old, current])
    columns = [tight(read[name].combine_chunks().cast("string").fill_null("")).to_pylist() for name in (old, current)]
    found: dict[str, str] = {}
    lacking, several = [], []
    for row, (before, after) in enumerate(zip(*columns, strict=True), 1):
        if not before or not after:
            lacking.append(row)
        elif found.setdefault(before, after) != after:
            several.append(row)
    if lacking:
        raise DataError(f"{path}: {len(lacking):,} rows lack the old or the current number ({row_list(lacking)}).")
    if several:
        raise DataError(
            f"{path}: {len(several):,} rows give a superseded number another current one than a row before "
            f"({row_list(several)}). Keep the latest of them."
        )
    return {before: after for before, after in found.items() if before != after}


def _ends(became: Mapping[str, str]) -> dict[str, str]:
    """Follow each number to the one that nothing superseded.

    Examples
    --------
    >>> _ends({"1": "2", "2": "3", "9": "3"})
    {'1': '3', '2': '3', '9': '3'}
    """
    ends: dict[str, str] = {}
    for start in became:
        chain, at = [start], became[start]
        while at in became and at not in ends:
            if at in chain:
                raise DataError(
                    f"superseded numbers: {len(chain) - chain.index(at):,} of them supersede each other in a ring, so "
                    "that none is current. Take the wrong rows out of the table."
                )
            chain.append(at)
            at = became[at]
        end = ends.get(at, at)
        ends.update(dict.fromkeys(chain, end))
    return ends
