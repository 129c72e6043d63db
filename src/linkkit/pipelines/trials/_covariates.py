"""Columns of a trial as covariates of a regression."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import DataError

__all__ = ["covariate_columns"]

# More groups than this are no covariate but a name.
_MOST_GROUPS = 30


def covariate_columns(
    columns: Sequence[tuple[NDArray[np.object_], str]], here: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return covariates as numbers: shape (participants, columns of numbers).

    A column of numbers with more than two values is centred and scaled; any other has a column for each of its values
    but the most frequent. Missing values are a group of their own.

    Parameters
    ----------
    columns
        Each a column of texts, None where missing, and its name.
    here
        Which participants are compared.

    Raises
    ------
    DataError
        Where a column has more groups than can be adjusted for.

    Examples
    --------
    >>> site = np.array(["Hull", "York", "Hull", None], object)
    >>> covariate_columns([(site, "site")], np.ones(4, bool)).tolist()
    [[0.0, 0.0], [0.0, 1.0], [0.0, 0.0], [1.0, 0.0]]
    """
    made = [np.zeros((int(here.sum()), 0))]
    for column, name in columns:
        values = column[here]
        numbers = _numbers(values)
        made.append(_groups(values, name) if numbers is None else _scaled(numbers))
    return np.hstack(made)


def _numbers(values: NDArray[np.object_]) -> NDArray[np.float64] | None:
    try:
        numbers = np.array([np.nan if value is None else float(value) for value in values])
    except ValueError:
        return None
    return numbers if len(np.unique(numbers[np.isfinite(numbers)])) > 2 else None


def _scaled(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    known = np.isfinite(numbers)
    scaled = np.where(known, (numbers - numbers[known].mean()) / numbers[known].std(), 0.0)
    missing = (~known).astype(float)
    return np.column_stack([scaled, missing]) if missing.any() else scaled[:, None]


def _groups(values: NDArray[np.object_], name: str) -> NDArray[np.float64]:
    texts = np.array(["" if value is None else value for value in values])
    groups, label, counts = np.unique(texts, return_inverse=True, return_counts=True)
    if len(groups) > _MOST_GROUPS:
        raise DataError(
            f"covariates: the column {name!r} has {len(groups):,} groups, more than {_MOST_GROUPS}. Take a coarser one."
        )
    kept = [number for number in range(len(groups)) if number != int(np.argmax(counts))]
    return np.asarray(label[:, None] == np.array(kept, int)[None, :], np.float64)
