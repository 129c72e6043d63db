"""The truth: which records are of the same person, as far as it is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkkit.decide import connected_components
from linkkit.records import Records

from ._counts import group_sizes, holds, pack, pair_total, pairs_within, unpack

__all__ = ["Truth", "truth_from_ids"]

Rows = NDArray[np.uint32]


@dataclass(frozen=True, eq=False)
class Truth:
    """Which records are of the same person.

    Parameters
    ----------
    records
        What the rows are of.
    person
        Shape (records,), int64: a number for each person; -1 where it is not known. Pairs with such a record are not
        judged.
    listed
        The true pairs themselves, packed and rising, where the truth was given as pairs; else None: all pairs of a
        person's records.
    left_out
        How many entries of the truth could not be used: ids that are not there, pairs within a dataset that only links
        to others.
    """

    records: Records
    person: NDArray[np.int64]
    listed: NDArray[np.uint64] | None = None
    left_out: int = 0

    def __repr__(self) -> str:
        left_out = f", {self.left_out:,} entries left out" if self.left_out else ""
        return f"<Truth: {self.pair_count:,} true pairs of {len(self.person):,} records{left_out}>"

    @cached_property
    def pair_count(self) -> int:
        """How many true pairs there are that a linkage of these records could find."""
        return len(self.listed) if self.listed is not None else self.pairs_of(self.person)

    @cached_property
    def dataset(self) -> NDArray[np.int64]:
        """The number of each record's dataset."""
        return np.repeat(np.arange(len(self.records.datasets)), np.diff(self.records.starts))

    def is_match(self, left: Rows, right: Rows) -> NDArray[np.bool_]:
        """Which of these pairs are true."""
        if self.listed is not None:
            return holds(self.listed, pack(left, right))
        return np.asarray((self.person[left] == self.person[right]) & (self.person[left] >= 0))

    def is_judged(self, left: Rows, right: Rows) -> NDArray[np.bool_]:
        """Of which pairs it is known whether they are true."""
        return np.asarray((self.person[left] >= 0) & (self.person[right] >= 0))

    def pairs(self) -> tuple[Rows, Rows]:
        """Return the true pairs, sorted by left, then right row."""
        if self.listed is not None:
            return unpack(self.listed)
        left, right = pairs_within(self.person)
        chosen = self.is_allowed(left, right)
        return left[chosen], right[chosen]

    def is_allowed(self, left: Rows, right: Rows) -> NDArray[np.bool_]:
        """Which pairs this kind of linkage can make at all: link_only makes none within a dataset."""
        if self.records.link_type != "link_only":
            return np.ones(len(left), np.bool_)
        return np.asarray(self.dataset[left] != self.dataset[right])

    def pairs_of(self, *names: NDArray[Any]) -> int:
        """Return how many pairs of judged records agree in all these names and can be made by this kind of linkage."""
        known = self.person >= 0
        names = tuple(name[known] for name in names)
        total = pair_total(group_sizes(*names))
        if self.records.link_type == "link_only":
            total -= pair_total(group_sizes(*names, self.dataset[known]))
        return total


def truth_from_ids(records: Records, known: Any) -> Truth:
    """Read the truth.

    Parameters
    ----------
    records
        What is linked.
    known
        One of these:

        - a DataFrame of true pairs, ``left_id`` and ``right_id`` (with more than two datasets ``left_dataset`` and
          ``right_dataset`` too): every pair that is not listed is false; tables of polars and Arrow do as well;
        - a mapping or Series from id to person, or a DataFrame of id and person (``person_id``, ``cluster`` ...), for
          one dataset;
        - a mapping from the name of each dataset to such a table; or one DataFrame of dataset, id, person;
        - the name of a column that holds the person in every dataset (a blinded one too, unless it may be an arm);
        - a :class:`Truth`.

    Returns
    -------
    Truth

    Raises
    ------
    DataError
        Where no entry names a record, or one record is given two persons.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> people = Records([Dataset(pd.DataFrame({"id": [1, 2, 3], "surname": ["Lee", "Leigh", "Poe"]}))])
    >>> truth_from_ids(people, {1: "p", 2: "p", 3: "q"})
    <Truth: 1 true pairs of 3 records>
    """
    import pandas as pd

    from ._reading import column_persons, listed_pairs, persons_by_dataset

    if isinstance(known, Truth):
        return known
    known = _in_pandas(known)
    if isinstance(known, str):
        return Truth(records, *column_persons(records, known))
    if isinstance(known, pd.DataFrame) and {"left_id", "right_id"} <= set(known.columns):
        listed, left_out = listed_pairs(records, known)
        return Truth(records, connected_components(*unpack(listed), len(records)).astype(np.int64), listed, left_out)
    return Truth(records, *persons_by_dataset(records, _by_dataset(records, known)))


def _by_dataset(records: Records, known: Any) -> dict[str, Any]:
    """The truth as one table a dataset, by name."""
    import pandas as pd

    names = [dataset.name for dataset in records.datasets]
    if isinstance(known, pd.DataFrame) and "dataset" in known.columns and len(known.columns) > 2:
        return {str(name): part.drop(columns="dataset") for name, part in known.groupby("dataset", observed=True)}
    if isinstance(known, Mapping) and len(known) and all(_is_table(value) for value in known.values()):
        return dict(known)
    return {names[0]: known} if len(names) == 1 else {"": known}


def _in_pandas(known: Any) -> Any:
    """Return tables of polars and Arrow as pandas has them, also those of a mapping; all else as it is."""
    if isinstance(known, Mapping):
        return {name: _in_pandas(value) for name, value in known.items()}
    library = type(known).__module__.split(".")[0]
    return known.to_pandas() if library in ("polars", "pyarrow") and hasattr(known, "to_pandas") else known


def _is_table(value: Any) -> bool:
    import pandas as pd

    return isinstance(value, Mapping | pd.Series | pd.DataFrame)
