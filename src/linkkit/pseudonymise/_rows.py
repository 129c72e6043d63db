"""Rows of the CSV files of other tools, with what is wrong with a file said of the file."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Sequence

from linkkit.errors import DataError

__all__ = ["read_rows"]


def read_rows(path: str | os.PathLike[str], needed: Sequence[str], where: str) -> Iterator[tuple[str, ...]]:
    """Give the needed columns of each row of a CSV file, in their order; what a short row lacks is empty.

    Parameters
    ----------
    path
        The file, in UTF-8.
    needed
        Names of columns.
    where
        What messages call it.

    Raises
    ------
    DataError
        Where a column is lacking, or the file is no CSV in UTF-8.
    """
    with open(path, encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file)
        try:
            header = next(lines, [])
            lacking = [name for name in needed if name not in header]
            if lacking:
                raise DataError(f"{where}: the file lacks the column {' and '.join(map(repr, lacking))}.")
            places = [header.index(name) for name in needed]
            for line in lines:
                if line:
                    yield tuple(line[place] if place < len(line) else "" for place in places)
        except (UnicodeDecodeError, csv.Error):
            raise DataError(f"{where}: this is no CSV file in UTF-8.") from None
