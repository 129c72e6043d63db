"""Columns as tokens take them, and the distinct combinations of their values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.values import Expression, fields_of, parse

if TYPE_CHECKING:
    import pyarrow as pa

    from linkkit.dataset import Dataset
    from linkkit.encoded import Encoded
    from linkkit.records import Records

__all__ = ["combinations", "revived", "whole_column"]

_PARTS_OF_DATES = ("year", "month", "day", "whole_date", "swapped_day_month")


def whole_column(records: Records, column: str) -> Encoded:
    """Return a column in which dates of unknown parts are missing: they would give many people one token."""
    dataset = records.datasets[0]
    unknown = {field for field in fields_of(column) if _has_unknown_parts(dataset, field)}
    return records.encoded(str(_with_whole_dates(parse(column), unknown)))


def combinations(columns: Sequence[Encoded]) -> tuple[NDArray[np.int64], list[tuple[str, ...]]]:
    """Return for each record the number of its combination of values from 1, 0 where any is missing; and the values.

    Parameters
    ----------
    columns
        Columns of the same records.

    Returns
    -------
    array of shape (records,), and as many tuples of texts as there are distinct whole combinations
    """
    present = np.logical_and.reduce([column.codes > 0 for column in columns])
    combined = columns[0].codes.astype(np.int64)
    for column in columns[1:]:
        if int(combined.max(initial=0)) > 2**62 // len(column.values):
            combined = np.unique(combined, return_inverse=True)[1].astype(np.int64)
        combined = combined * len(column.values) + column.codes
    _, first, inverse = np.unique(combined[present], return_index=True, return_inverse=True)
    codes = np.zeros(len(present), np.int64)
    codes[present] = inverse.reshape(-1) + 1
    rows = np.flatnonzero(present)[first]
    pieces = []
    for column in columns:
        texts = column.texts()
        pieces.append([texts[code] for code in column.codes[rows].tolist()])
    return codes, list(zip(*pieces, strict=True))


def revived(codes: NDArray[np.int64], texts: pa.StringArray) -> pa.DictionaryArray:
    """Return a column of records from the number of each record's text, from 1; 0 is missing."""
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(codes - 1, mask=codes == 0), texts)


def _has_unknown_parts(dataset: Dataset, field: str) -> bool:
    if field not in dataset.fields or dataset.kind_of(field) != "date" or dataset.holds_sets(field):
        return False
    return any("X" in text for text in dataset.encoded(field).texts())


def _with_whole_dates(expression: Expression, fields: set[str]) -> Expression:
    if not expression.function:
        return Expression("whole_date", (expression,)) if expression.arguments[0] in fields else expression
    if expression.function in _PARTS_OF_DATES:
        return expression
    arguments = tuple(
        _with_whole_dates(argument, fields) if isinstance(argument, Expression) else argument
        for argument in expression.arguments
    )
    return Expression(expression.function, arguments)
