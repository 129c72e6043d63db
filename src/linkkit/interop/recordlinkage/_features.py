"""Levels as recordlinkage's features: a DataFrame of numbers, a row a pair."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import SpecError
from linkkit.specs import Comparison
from linkkit.tables import Levels

from ._pairs import index_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CODINGS", "Coding", "features", "pattern_features"]

Coding = Literal["agreement", "categories", "binary"]
CODINGS = ("agreement", "categories", "binary")


def features(levels: Levels, coding: Coding = "agreement", *, most: int | None = 10_000_000) -> pd.DataFrame:
    """Return the levels of all pairs as a feature DataFrame of recordlinkage's.

    Parameters
    ----------
    levels
        The pairs, compared.
    coding
        ``"agreement"``: for each comparison a column that falls in even steps from 1 (its strictest level) to 0
        (other), and a column ``"... missing"`` of 0 and 1; a missing comparison has 0 in the first and 1 in the second.
        ``"categories"``: for each comparison the number of the level, 0 missing, 1 the strictest. ``"binary"``: for
        each comparison 1 where its agreement is at least a half, else 0; missing is 0, as recordlinkage has it.
    most
        Raise where there are more pairs than this; None for no limit.

    Returns
    -------
    DataFrame
        On a MultiIndex of ids, sorted.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit import Dataset, block, compare
    >>> people = Dataset(pd.DataFrame({"id": [1, 2, 3], "surname": ["Leigh", "Leighe", None]}))
    >>> pairs = block.candidate_pairs(people, block.every_pair())
    >>> features(compare.compare_pairs(pairs, compare.text("surname"))).values.round(2).tolist()
    [[0.67, 0.0], [0.0, 1.0], [0.0, 1.0]]
    """
    parts, total = [], 0
    for left, right, level in levels:
        parts.append((left, right, level))
        total += len(left)
        if most is not None and total > most:
            raise SpecError(f"There are more than {most:,} pairs; raise the limit with most=, or block more.")
    if not parts:
        parts = [(np.empty(0, np.uint32), np.empty(0, np.uint32), np.empty((0, len(levels.comparisons)), np.uint8))]
    left, right, level = (np.concatenate(side) for side in zip(*parts, strict=True))
    order = np.lexsort((right, left))
    frame = pattern_features(level[order], levels.comparisons, coding)
    return frame.set_index(index_of(levels.records, left[order], right[order]))


def pattern_features(levels: NDArray[np.uint8], comparisons: Sequence[Comparison], coding: Coding) -> pd.DataFrame:
    """Return the features of patterns of levels, a row each."""
    import pandas as pd

    if coding not in CODINGS:
        raise SpecError(f"coding must be one of {', '.join(CODINGS)}; got {coding!r}.")
    columns: dict[str, NDArray[np.float64]] = {}
    for place, comparison in enumerate(comparisons):
        level, last = levels[:, place].astype(np.float64), len(comparison.labels) - 1
        agreement = np.where(level == 0, 0.0, (last - level) / (last - 1))
        if coding == "categories":
            columns[comparison.name] = level
        elif coding == "binary":
            columns[comparison.name] = (agreement >= 0.5).astype(np.float64)
        else:
            columns[comparison.name] = agreement
            columns[f"{comparison.name} missing"] = (level == 0).astype(np.float64)
    return pd.DataFrame(columns, index=range(len(levels)))
