"""What people decided about pairs, as rows of the records; it wins over every score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import DataError, row_list
from linkkit.records import Records
from linkkit.tables import pair_rows

from ._graphs import connected_components

if TYPE_CHECKING:
    import pandas as pd

    from ._specs import Decision

__all__ = ["Judgements", "packed_rows"]

Rows = NDArray[np.uint32]
_WORDS = {"true": True, "1": True, "1.0": True, "yes": True, "false": False, "0": False, "0.0": False, "no": False}
# Contradictions that one message lists.
_MOST_LISTED = 10


@dataclass(frozen=True, eq=False)
class Judgements:
    """Pairs that people decided: positive ones are links whatever their score, negative ones are never together.

    Parameters
    ----------
    records
        What the rows are of.
    left, right
        Shape (judgements,), uint32: rows, the lower on the left.
    is_match
        Shape (judgements,), bool.
    row
        Shape (judgements,), int64: the row of the table that each came from, counted from 1; 0 of an earlier table.
    """

    records: Records
    left: Rows
    right: Rows
    is_match: NDArray[np.bool_]
    row: NDArray[np.int64]

    @classmethod
    def of(cls, records: Records, table: pd.DataFrame) -> Judgements:
        """Read a table: left_id, right_id, is_match, and left_dataset, right_dataset where an id alone is not enough.

        Further columns (who, when, a note) are for people and not looked at.

        Raises
        ------
        DataError
            Where columns or ids are missing, or judgements contradict each other. It names rows of the table, no ids.

        Examples
        --------
        >>> import pandas as pd
        >>> from linkkit.dataset import Dataset
        >>> people = Dataset(pd.DataFrame({"id": ["a", "b", "c"], "sex": "f"}))
        >>> table = pd.DataFrame({"left_id": ["a", "c"], "right_id": ["b", "b"], "is_match": [True, False]})
        >>> Judgements.of(Records([people]), table)
        <Judgements: 1 positive, 1 negative>
        """
        if "is_match" not in table.columns:
            raise DataError("The judgements need the column is_match: true or false.")
        is_match = _truths(table["is_match"].tolist())
        left, right = pair_rows(records, table, "judgements", DataError)
        found = cls(records, left, right, is_match, np.arange(1, len(table) + 1))
        found.check_consistent()
        return found

    def __len__(self) -> int:
        return len(self.left)

    def __repr__(self) -> str:
        return f"<Judgements: {len(self.positive[0]):,} positive, {len(self.negative[0]):,} negative>"

    @cached_property
    def positive(self) -> tuple[Rows, Rows]:
        """The pairs judged to match, each once, sorted."""
        return self._distinct(self.is_match)

    @cached_property
    def negative(self) -> tuple[Rows, Rows]:
        """The pairs judged not to match, each once, sorted."""
        return self._distinct(~self.is_match)

    def is_positive(self, left: Rows, right: Rows) -> NDArray[np.bool_]:
        """Return which of some pairs were judged to match."""
        return np.isin(packed_rows(left, right), packed_rows(*self.positive))

    def is_negative(self, left: Rows, right: Rows) -> NDArray[np.bool_]:
        """Return which of some pairs were judged not to match."""
        return np.isin(packed_rows(left, right), packed_rows(*self.negative))

    def check(self, decision: Decision) -> None:
        """Raise a DataError where a decision cannot hold all positive judgements."""
        mistakes = self._not_unique(decision.unique) if decision.kind == "cluster" else self._not_single(decision)
        _raise(mistakes, "The judgements do not fit the decision:")

    def _distinct(self, chosen: NDArray[np.bool_]) -> tuple[Rows, Rows]:
        packed = np.unique(packed_rows(self.left[chosen], self.right[chosen]))
        return (packed >> np.uint64(32)).astype(np.uint32), (packed & np.uint64(0xFFFFFFFF)).astype(np.uint32)

    @cached_property
    def _person(self) -> Rows:
        """For each record the smallest of those that positive judgements connect it with."""
        return connected_components(*self.positive, len(self.records))

    def check_consistent(self) -> None:
        """Raise where two records are judged to be different people, and to be one, directly or through others."""
        negative = np.flatnonzero(~self.is_match)
        wrong = negative[self._person[self.left[negative]] == self._person[self.right[negative]]]
        mistakes = [
            f"{_said([int(self.row[place])])} says that two records are not of one person, "
            f"{_said(self._path(int(place)))} that they are."
            for place in wrong.tolist()
        ]
        _raise(mistakes, "The judgements contradict each other:")

    def _path(self, place: int) -> list[int]:
        """The fewest rows of positive judgements that lead from one record of a pair to the other."""
        begin, end = int(self.left[place]), int(self.right[place])
        inside = np.flatnonzero(self.is_match & (self._person[self.left] == self._person[begin]))
        came: dict[int, tuple[int, int]] = {begin: (begin, 0)}
        reached = [begin]
        while end not in came:
            following = []
            for one in inside.tolist():
                ends = int(self.left[one]), int(self.right[one])
                for here, there in (ends, ends[::-1]):
                    if here in reached and there not in came:
                        came[there] = here, int(self.row[one])
                        following.append(there)
            reached = following
        rows = []
        while end != begin:
            end, row = came[end]
            rows.append(row)
        return sorted(rows)

    def _not_single(self, decision: Decision) -> list[str]:
        """Positive judgements that a decision of one match at most cannot hold."""
        places = np.flatnonzero(self.is_match)
        name = type(decision).__name__
        datasets = self.records.dataset_of(self.left), self.records.dataset_of(self.right)
        mistakes = []
        if self.records.link_type == "link_only":
            within = places[datasets[0][places] == datasets[1][places]]
            if len(within):
                mistakes.append(
                    f"{_said(self.row[within].tolist())} join two records of one dataset; {name} links records "
                    "of different datasets. Use a Cluster, or leave them out."
                )
        count = len(self.records.datasets)
        sides = (("left", self.left, datasets[1]), ("right", self.right, datasets[0]))
        for side, own, other in sides:
            if decision.single not in (side, "both"):
                continue
            _, first = np.unique(packed_rows(self.left[places], self.right[places]), return_index=True)
            kept = places[first]
            key = own[kept].astype(np.int64) * count + other[kept]
            mistakes += [
                f"{_said(rows)} give one {side} record several matches, where {name} lets it have one."
                for rows in _repeated(key, self.row[kept])
            ]
        return mistakes

    def _not_unique(self, unique: Sequence[str]) -> list[str]:
        mistakes = []
        for number, dataset in enumerate(self.records.datasets):
            if dataset.name not in unique:
                continue
            rows = np.arange(self.records.starts[number], self.records.starts[number + 1])
            counts = np.bincount(self._person[rows], minlength=len(self.records))
            held = self.is_match & (counts[self._person[self.left]] > 1)
            for person in np.unique(self._person[self.left[held]]).tolist():
                joined = self.row[held & (self._person[self.left] == person)]
                mistakes.append(
                    f"{_said(joined.tolist())} join two records of {dataset.name}, which the decision takes to "
                    "hold a person once."
                )
        return mistakes


def packed_rows(left: NDArray[Any], right: NDArray[Any]) -> NDArray[np.uint64]:
    """Return one number for each pair of rows; its order is that of left, then right rows."""
    return np.asarray((left.astype(np.uint64) << np.uint64(32)) | right.astype(np.uint64))


def _said(rows: Sequence[int]) -> str:
    """Rows of the table for a message; judgements of an earlier one have no row in it."""
    given = sorted(row for row in rows if row > 0)
    earlier = len(rows) - len(given)
    older = [f"{earlier} earlier judgement{'s' if earlier > 1 else ''}"] if earlier else []
    return " and ".join([*([row_list(given, 20)] if given else []), *older])


def _repeated(key: NDArray[np.int64], row: NDArray[np.int64]) -> list[list[int]]:
    """The rows of each key that occurs more than once."""
    distinct, counts = np.unique(key, return_counts=True)
    return [sorted(row[key == one].tolist()) for one in distinct[counts > 1].tolist()]


def _truths(values: Sequence[Any]) -> NDArray[np.bool_]:
    words = [str(value).strip().lower() for value in values]
    wrong = [place for place, word in enumerate(words, 1) if word not in _WORDS]
    if wrong:
        raise DataError(
            f"The judgements' is_match must be true or false, 1 or 0, yes or no; it is not in {row_list(wrong)}."
        )
    return np.array([_WORDS[word] for word in words], np.bool_)


def _raise(mistakes: list[str], head: str) -> None:
    if mistakes:
        more = [f"and {len(mistakes) - _MOST_LISTED:,} more."] if len(mistakes) > _MOST_LISTED else []
        raise DataError("\n".join([head, *(f"  {text}" for text in [*mistakes[:_MOST_LISTED], *more])]))
