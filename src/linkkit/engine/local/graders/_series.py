"""Functions of aligned Series: of one column or several, once for each distinct pair of values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Encoded
from linkkit.errors import SpecError
from linkkit.records import Records
from linkkit.specs import SeriesFunction
from linkkit.values import import_function

from ._contract import Codes
from ._pairwise import PairwiseGrader

__all__ = ["SeriesGrader"]


class SeriesGrader(PairwiseGrader):
    """A function of the Series of some left columns and some right columns."""

    def __init__(self, records: Records, measure: SeriesFunction, bounds: tuple[float, ...]) -> None:
        super().__init__(bounds, measure.is_distance)
        left = _Side([records.encoded(column) for column in measure.left], measure.values)
        right = left
        if measure.right != measure.left:
            right = _Side([records.encoded(column) for column in measure.right], measure.values)
        self.columns = (left.codes,) if right is left else (left.codes, right.codes)
        self._left, self._right = left, right
        self._function = _function_of(measure)

    def _values_of(self, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.float64]:
        found = self._function(*self._left.series(left), *self._right.series(right))
        try:
            values = np.array(found, np.float64)
        except (TypeError, ValueError):
            raise SpecError(
                f"{self._name} must return one number for each pair; it returned {type(found).__name__}."
            ) from None
        if values.shape != (len(left),):
            raise SpecError(f"{self._name} returned values of shape {values.shape} for {len(left):,} pairs.")
        return values

    @property
    def _name(self) -> str:
        return str(getattr(self._function, "__qualname__", type(self._function).__name__))


class _Side:
    """Some columns together: a code for each combination of values, 0 where any is missing or not of its kind."""

    def __init__(self, columns: Sequence[Encoded], kind: str) -> None:
        tables = [_typed(column, kind) for column in columns]
        known = np.logical_and.reduce(
            [~table.isna()[column.codes] for table, column in zip(tables, columns, strict=True)]
        )
        rows = np.column_stack([column.codes for column in columns])
        distinct, place = np.unique(rows[known], axis=0, return_inverse=True)
        self.codes: Codes = np.zeros(len(rows), np.uint32)
        self.codes[known] = place.reshape(-1) + 1
        self._columns = [table.take(distinct[:, number].astype(np.int64)) for number, table in enumerate(tables)]

    def series(self, codes: NDArray[np.int64]) -> list[Any]:
        """Return the values behind codes, a Series a column."""
        import pandas as pd

        return [pd.Series(column.take(codes - 1)) for column in self._columns]


def _typed(column: Encoded, kind: str) -> Any:
    """Return the distinct values as a pandas array; missing, and what is none of the kind, is NA."""
    import pandas as pd

    texts = pd.Series(column.texts(), dtype=object)
    texts.iloc[0] = None
    if kind == "number":
        return pd.to_numeric(texts, errors="coerce").astype(np.float64).array
    if kind == "date":
        return pd.to_datetime(texts, errors="coerce", format="%Y-%m-%d").astype("datetime64[ns]").array
    return texts.array


def _function_of(measure: SeriesFunction) -> Callable[..., Any]:
    found: Callable[..., Any] = (
        import_function(measure.function) if isinstance(measure.function, str) else measure.function
    )
    return found
