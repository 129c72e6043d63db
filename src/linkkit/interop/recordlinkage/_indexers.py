"""recordlinkage's indexers as blocking rules."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import SpecError
from linkkit.fields import recognise
from linkkit.records import Records
from linkkit.specs import Made

from ._pairs import check_two_levels

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["indexer"]

RowPairs = tuple[NDArray[np.int64], NDArray[np.int64]]


def indexer(made: Any, label: str | None = None, *, fields: Mapping[str, str] | None = None) -> tuple[Made, ...]:
    """Use a recordlinkage indexer as a blocking rule.

    It is given each dataset's prepared fields as a DataFrame of texts indexed by id; a field can also be called by the
    column it came from. With two datasets it links them, with one it looks for duplicates, and with more it does what
    the link type asks of each two.

    Parameters
    ----------
    made
        An object with ``index(x, x_link=None)`` that returns a MultiIndex: ``Index``, ``Block``,
        ``SortedNeighbourhood``, ``Full``, ``Random``, or a class of yours. Of an ``Index`` each algorithm becomes a
        rule of its own, counted by itself. It must make the same pairs each time: give ``Random`` a ``random_state``.
    label
        What the rule is called in reports.
    fields
        Column labels of a ``Block`` to fields; labels that it leaves out are recognised as column names are. Training
        leaves these fields' comparisons out among the pairs of the block.

    Returns
    -------
    tuple of rules
        For ``candidate_pairs``, a plan's ``block``, or ``any_of``, alone or among other rules. A plan with them cannot
        be saved.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit import Dataset, block
    >>> class Neighbours:
    ...     def index(self, x, x_link=None):
    ...         return pd.MultiIndex.from_arrays([x.index[1:], x.index[:-1]])
    >>> people = Dataset(pd.DataFrame({"id": ["a", "b", "c"], "surname": ["Lee", "Leigh", "Poe"]}))
    >>> block.candidate_pairs(people, indexer(Neighbours())).to_pandas()
      left_id right_id                rule
    0       a        b  made(<Neighbours>)
    1       b        c  made(<Neighbours>)
    """
    algorithms = getattr(made, "algorithms", None)
    if type(made).__name__ == "Index" and isinstance(algorithms, list) and algorithms:
        return tuple(rule for algorithm in algorithms for rule in indexer(algorithm, label, fields=fields))
    if not callable(getattr(made, "index", None)):
        raise SpecError(f"An indexer has a method index(x, x_link=None); {type(made).__name__} has none.")
    columns = _columns_of(made, fields or {})
    return (Made(_Indexed(made), label or _label_of(made, columns), columns),)


class _Indexed:
    """An indexer that remembers what it made of some records, while they live."""

    def __init__(self, made: Any) -> None:
        self._made = made
        self._known: weakref.WeakKeyDictionary[Records, RowPairs] = weakref.WeakKeyDictionary()
        self._lock = threading.Lock()

    def __call__(self, records: Records) -> RowPairs:
        with self._lock:
            if records not in self._known:
                parts = list(_pairs_of(self._made, records))
                left, right = (np.concatenate(side) for side in zip(*parts, strict=True))
                self._known[records] = (left, right)
            return self._known[records]


def _pairs_of(made: Any, records: Records) -> Iterator[RowPairs]:
    """Ask the indexer for pairs within and between datasets, as the link type says."""
    frames = [_frame(records, number) for number in range(len(records.datasets))]
    for one, frame in enumerate(frames):
        if records.link_type != "link_only":
            yield _rows(made.index(frame), records, one, one)
        for other in range(one + 1, len(frames) if records.link_type != "dedupe" else 0):
            yield _rows(made.index(frame, frames[other]), records, one, other)


def _frame(records: Records, number: int) -> pd.DataFrame:
    dataset = records.datasets[number]
    frame = dataset.to_pandas().set_index(dataset.id)
    sources = {field.columns[0]: name for name, field in dataset.fields.items() if len(field.columns) == 1}
    return frame.assign(**{column: frame[name] for column, name in sources.items() if column not in frame.columns})


def _rows(index: Any, records: Records, left: int, right: int) -> RowPairs:
    check_two_levels(index, "An indexer")
    sides = []
    for level, dataset in ((0, left), (1, right)):
        found = records.rows_of(index.levels[level].to_numpy(), dataset)[np.asarray(index.codes[level])]
        if len(found) and found.min() < 0:
            name, absent = records.datasets[dataset].name, int((found < 0).sum())
            raise SpecError(f"The indexer made {absent:,} pairs with ids that {name} lacks.")
        sides.append(found)
    return sides[0], sides[1]


def _columns_of(made: Any, fields: Mapping[str, str]) -> tuple[str, ...]:
    """The fields on which all pairs of a Block agree; none where that is not known."""
    if type(made).__name__ != "Block":
        return ()
    labels = made.left_on if isinstance(made.left_on, list | tuple) else [made.left_on]
    others = made.right_on if isinstance(made.right_on, list | tuple) else [made.right_on]
    if list(others) not in ([None], [], list(labels)) or not all(isinstance(label, str) for label in labels):
        return ()
    return tuple(fields.get(label) or next(iter(recognise([label])), label) for label in labels)


def _label_of(made: Any, columns: tuple[str, ...]) -> str:
    return f"{type(made).__name__} {', '.join(columns)}".strip()
