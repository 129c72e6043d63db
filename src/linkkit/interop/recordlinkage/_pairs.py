"""Pairs in recordlinkage's form, a MultiIndex of two levels of ids, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.decide import Links
from linkkit.errors import SpecError
from linkkit.records import Records
from linkkit.specs import Listed
from linkkit.tables import Levels, Pairs, Scores

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["check_two_levels", "from_multiindex", "index_of", "to_multiindex"]

Rows = NDArray[np.uint32]


def from_multiindex(index: pd.MultiIndex, label: str = "recordlinkage pairs") -> Listed:
    """Use pairs that recordlinkage made as a blocking rule.

    Within one dataset recordlinkage puts the later record first; here each pair counts once, whichever comes first.

    Parameters
    ----------
    index
        Ids of the first dataset and of the second (both of the one, to deduplicate).
    label
        What the rule is called in reports.

    Raises
    ------
    SpecError
        Where it is no MultiIndex of two levels.

    Examples
    --------
    >>> import pandas as pd
    >>> from_multiindex(pd.MultiIndex.from_tuples([("b", "a"), ("c", "a")]))
    listed(<2 pairs>)
    """
    check_two_levels(index, "from_multiindex()")
    left, right = (index.get_level_values(level).to_numpy() for level in (0, 1))
    return Listed(left, right, label)  # type: ignore[arg-type]  # an array is as good as a sequence


def to_multiindex(table: Pairs | Levels | Scores | Links, *, like: pd.MultiIndex | None = None) -> pd.MultiIndex:
    """Return pairs as recordlinkage has them, so that its measures and its own steps can go on with them.

    Parameters
    ----------
    table
        Candidate pairs, compared or not, scored pairs, or links (those decided, without the pairs for review).
    like
        An index of the same records, such as the true links: pairs that it has the other way round are turned. Needed
        within one dataset, where recordlinkage's own pairs have the later record first, and linkkit's the smaller id.

    Returns
    -------
    MultiIndex
        Of two levels of ids, sorted by linkkit's order of ids; named by the id columns, as recordlinkage names them.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit import Dataset, block
    >>> people = Dataset(pd.DataFrame({"id": ["a", "b"], "surname": ["Lee", "Lee"]}))
    >>> to_multiindex(block.candidate_pairs(people, block.on("surname"))).tolist()
    [('a', 'b')]
    """
    records, left, right = _rows_of(table)
    found = index_of(records, left, right)
    return found if like is None else _turned(found, like)


def _rows_of(table: Any) -> tuple[Records, Rows, Rows]:
    if isinstance(table, Links):
        table = table.decided().scores
    if isinstance(table, Scores):
        return table.records, table.left, table.right
    if not isinstance(table, Pairs | Levels):
        raise SpecError(f"to_multiindex() takes pairs, levels, scores or links; got {type(table).__name__}.")
    chunks = list(table.pairs if isinstance(table, Levels) else table)
    if not chunks:
        return table.records, np.empty(0, np.uint32), np.empty(0, np.uint32)
    left, right = np.concatenate([chunk.left for chunk in chunks]), np.concatenate([chunk.right for chunk in chunks])
    order = np.lexsort((right, left))
    return table.records, left[order], right[order]


def index_of(records: Records, left: Rows, right: Rows) -> pd.MultiIndex:
    """Return rows of pairs as a MultiIndex of ids."""
    import pandas as pd

    datasets = records.datasets
    if len(datasets) > 2 or (len(datasets) == 2 and records.link_type != "link_only"):
        raise SpecError("recordlinkage's pairs are of one dataset, or between two; to_pandas() shows pairs of more.")
    other = len(datasets) - 1
    names = [datasets[0].id, datasets[other].id]
    if names[0] == names[1]:
        names = [f"{names[0]}_1", f"{names[1]}_2"]
    sides = [records.ids(left, 0).to_pandas(), records.ids(right, other).to_pandas()]
    return pd.MultiIndex.from_arrays(sides, names=names)


def check_two_levels(index: Any, where: str) -> None:
    """Raise where something is no MultiIndex of two levels."""
    import pandas as pd

    levels = getattr(index, "nlevels", 0)
    if not isinstance(index, pd.MultiIndex) or levels != 2:
        got = f"an index of {levels}" if levels else type(index).__name__
        raise SpecError(f"{where} needs a pandas MultiIndex of two levels, the ids of each pair; got {got}.")


def _turned(found: pd.MultiIndex, like: pd.MultiIndex) -> pd.MultiIndex:
    """Turn the pairs that another index has the other way round."""
    import pandas as pd

    check_two_levels(like, "to_multiindex(like=)")
    left, right = (found.get_level_values(level).to_numpy(object) for level in (0, 1))
    is_turned = ~found.isin(like) & found.swaplevel().isin(like)
    sides = [np.where(is_turned, right, left), np.where(is_turned, left, right)]
    turned = [pd.Index(side).astype(found.levels[level].dtype) for level, side in enumerate(sides)]
    return pd.MultiIndex.from_arrays(turned, names=found.names)
