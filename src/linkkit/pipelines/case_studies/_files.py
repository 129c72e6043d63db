"""Small tables that a study brings: a bridge, postcodes with their areas."""

from __future__ import annotations

from linkkit._reading import open_table
from linkkit.errors import DataError

__all__ = ["two_columns"]


def two_columns(path: str, part: str) -> tuple[list[str], list[str]]:
    """Return the first two columns of a CSV or Parquet table as texts, without rows where either is missing.

    Raises
    ------
    DataError
        Where it has fewer columns, or no rows.
    """
    from linkkit.encoded import encode

    source = open_table(path, part, "utf-8")
    if len(source.columns) < 2:
        raise DataError(f"{part}: the table needs two columns; it has {', '.join(source.columns)}.")
    names = list(source.columns[:2])
    table = source.read(names)
    columns = []
    for name in names:
        found = encode(table[name])
        texts = found.texts()
        columns.append([texts[code] for code in found.codes.tolist()])
    kept = [(one, other) for one, other in zip(*columns, strict=True) if one and other]
    if not kept:
        raise DataError(f"{part}: the table has no row with both {names[0]!r} and {names[1]!r}.")
    return [one for one, _ in kept], [other for _, other in kept]
