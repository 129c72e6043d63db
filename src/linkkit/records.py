"""Records: all records of one linkage, under one numbering and one dictionary a field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from .dataset import Dataset
from .encoded import Codes, Encoded, EncodedSets, distinct_texts, set_starts, together
from .errors import DataError, PlanError, did_you_mean
from .fields import RECORD_FIELDS
from .values import TRANSFORMATIONS, Expression, parse, transform, versions_of

if TYPE_CHECKING:
    import pyarrow as pa

    from .engine import Engine

__all__ = ["LinkType", "Records", "sets_of"]

LinkType = Literal["link_only", "dedupe", "link_and_dedupe"]
Rows = NDArray[np.uint32] | NDArray[np.int64]


class Records:
    """All records of one linkage: the first dataset's in the order of their ids, then the second's, and so on.

    Columns are asked for by expression (``"surname"``, ``"soundex(surname)"``); each is encoded once, over all
    datasets.

    Parameters
    ----------
    datasets
        One dataset (to deduplicate), two or more.
    link_type
        ``"link_only"``: pairs of records of different datasets; ``"dedupe"``: pairs within one dataset;
        ``"link_and_dedupe"``: both.
    fresh
        Shape (records,), bool: only pairs that hold a fresh record are made, others were compared before. None: all.

    Examples
    --------
    >>> import pandas as pd
    >>> people = Dataset(pd.DataFrame({"id": [1, 2], "surname": ["Lee", "Leigh"]}))
    >>> Records([people]).encoded("soundex(surname)").codes.tolist()
    [1, 2]
    """

    def __init__(
        self, datasets: Sequence[Dataset], link_type: LinkType | None = None, fresh: NDArray[np.bool_] | None = None
    ) -> None:
        self.datasets = tuple(datasets)
        self.fresh = fresh
        self.link_type: LinkType = link_type or ("dedupe" if len(datasets) == 1 else "link_only")
        _check_datasets(self.datasets, self.link_type)
        self.starts = set_starts([len(dataset) for dataset in datasets])
        self._encoded: dict[str, Encoded | EncodedSets] = {}
        self._engine: Engine | None = None

    def __len__(self) -> int:
        return int(self.starts[-1])

    def __repr__(self) -> str:
        names = ", ".join(repr(dataset.name) for dataset in self.datasets)
        return f"<Records of {names}: {len(self):,}, {self.link_type}>"

    @property
    def engine(self) -> Engine:
        """The engine that the datasets ask for."""
        if self._engine is None:
            from .engine import load_engine

            self._engine = load_engine(self.datasets[0].engine)
        return self._engine

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that every dataset has."""
        first, *others = (dataset.fields for dataset in self.datasets)
        return tuple(field for field in first if all(field in fields for fields in others))

    @property
    def personal_fields(self) -> tuple[str, ...]:
        """The fields that every dataset has and that say who somebody is; not when a record was written."""
        return tuple(field for field in self.fields if field not in RECORD_FIELDS)

    @property
    def pair_count(self) -> int:
        """How many pairs there are in the whole product."""
        sizes = np.diff(self.starts).astype(object)
        total = sum(sizes)
        within = sum(int(size) * (int(size) - 1) // 2 for size in sizes)
        everything = int(total) * (int(total) - 1) // 2
        return {"dedupe": within, "link_only": everything - within, "link_and_dedupe": everything}[self.link_type]

    def dataset_of(self, rows: Rows) -> NDArray[np.int64]:
        """Return the number of the dataset that each row belongs to."""
        return np.searchsorted(self.starts, rows, side="right") - 1

    def partner_starts(self) -> NDArray[np.int64]:
        """Return for each dataset the first row that its records can be paired with, besides being above themselves."""
        return self.starts[1:].copy() if self.link_type == "link_only" else np.zeros(len(self.datasets), np.int64)

    def ids(self, rows: Rows, dataset: int | None = None) -> pa.Array:
        """Return the ids of rows of one dataset (given, or the only one)."""
        number = 0 if dataset is None else dataset
        return self.datasets[number].ids.take(np.asarray(rows, np.int64) - self.starts[number])

    def ids_as_objects(self, rows: Rows) -> NDArray[Any]:
        """Return the ids of rows of any datasets, as an object array."""
        found = np.empty(len(rows), object)
        numbers = self.dataset_of(rows)
        for number in np.unique(numbers):
            chosen = numbers == number
            found[chosen] = self.ids(np.asarray(rows)[chosen], int(number)).to_pylist()
        return found

    def rows_of(self, ids: Sequence[Any], dataset: int = 0) -> NDArray[np.int64]:
        """Return the rows of some ids of one dataset; -1 where there is no such id."""
        import pyarrow as pa
        import pyarrow.compute as pc

        held = self.datasets[dataset].ids
        try:
            asked = pa.array(ids, held.type)
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            asked = pa.array([str(one) for one in ids]).cast(held.type)
        found = pc.index_in(asked, value_set=held)
        return np.asarray(pc.fill_null(pc.add(found.cast("int64"), int(self.starts[dataset])), -1))

    # --- columns
    # -------------------------------------------------------------------------------------------------------

    def encoded(self, column: str) -> Encoded:
        """Return a column of single values, over all records."""
        found = self.column(column)
        if isinstance(found, EncodedSets):
            raise DataError(f"The column {column!r} holds sets of values; a single value is needed here.")
        return found

    def encoded_sets(self, column: str) -> EncodedSets:
        """Return a column of sets, over all records; a single value is a set of one."""
        found = self.column(column)
        if isinstance(found, EncodedSets):
            return found
        return _sets_of_one(found)

    def column(self, column: str) -> Encoded | EncodedSets:
        """Return a column of single values or of sets."""
        expression = parse(column)
        key = str(expression)
        if key not in self._encoded:
            self._encoded[key] = self._transformed(expression) if expression.function else self._field(key)
        return self._encoded[key]

    def shared(self, first: str, second: str) -> tuple[Codes, Codes, pa.StringArray]:
        """Return two columns under one dictionary, and its values."""
        (left, right), values = together([self.encoded(first), self.encoded(second)])
        return left, right, values

    def column_or_missing(self, field: str) -> Encoded | EncodedSets:
        """Return the column of a field, missing throughout in datasets that lack it.

        Raises
        ------
        PlanError
            Where no dataset has it.
        """
        import pyarrow as pa

        held = [field in dataset.fields for dataset in self.datasets]
        if all(held) or not any(held):
            return self.column(field)
        parts = [
            dataset.encoded(field)
            if is_held
            else Encoded(np.zeros(len(dataset), np.uint32), pa.array([""], pa.string()))
            for dataset, is_held in zip(self.datasets, held, strict=True)
        ]
        codes, values = together(parts)
        return Encoded(np.concatenate(codes), values)

    def _field(self, field: str) -> Encoded | EncodedSets:
        for dataset in self.datasets:
            if field not in dataset.fields:
                hint = did_you_mean(field, self.fields) or f" They share: {', '.join(self.fields)}."
                raise PlanError([f"{dataset.name}: there is no field {field!r}.{hint}"])
        held = [dataset.holds_sets(field) for dataset in self.datasets]
        if any(held):
            return _joint_sets(
                [
                    dataset.encoded_sets(field) if is_sets else _sets_of_one(dataset.encoded(field))
                    for dataset, is_sets in zip(self.datasets, held, strict=True)
                ]
            )
        columns = [dataset.encoded(field) for dataset in self.datasets]
        codes, values = together(columns)
        return Encoded(codes[0] if len(codes) == 1 else np.concatenate(codes), values)

    def _transformed(self, expression: Expression) -> Encoded | EncodedSets:
        if expression.function == "joined":
            return _as_one_text([self.encoded(str(inner)) for inner in expression.inner], "all")
        if expression.function == "pooled":
            first, *others = (str(inner) for inner in expression.inner)
            found = [self.encoded(first), *(self._single_or_missing(other) for other in others)]
            return _as_one_text(found, "any")
        base = self.column(str(expression.inner[0]))
        if isinstance(base, EncodedSets) and TRANSFORMATIONS[expression.function].many:
            raise DataError(
                f"The column {str(expression.inner[0])!r} holds sets of values; {expression.function}() needs single "
                "values."
            )
        if isinstance(base, EncodedSets) and expression.function == "undated":
            return base.renamed(versions_of(base.values)[0])
        results = transform(expression.function, base.values.to_pylist()[1:], expression.constants)
        if isinstance(base, EncodedSets):
            return base.renamed(["", *results])
        if TRANSFORMATIONS[expression.function].many:
            return sets_of(base.codes, results)
        return base.mapped(results)

    def _single_or_missing(self, column: str) -> Encoded:
        found = self.column(column) if parse(column).function else self.column_or_missing(column)
        if isinstance(found, EncodedSets):
            raise DataError(f"The column {column!r} holds sets of values; a single value is needed here.")
        return found


def _as_one_text(parts: Sequence[Encoded], present: Literal["all", "any"]) -> Encoded:
    """Return columns as one text, missing unless all of them, or any of them, are present."""
    key = parts[0].codes.astype(np.int64)
    held = parts[0].codes > 0
    for part in parts[1:]:
        if int(key.max(initial=0)) > 2**62 // max(len(part.values), 1):
            key = np.unique(key, return_inverse=True)[1].astype(np.int64)
        key = key * len(part.values) + part.codes
        held = held & (part.codes > 0) if present == "all" else held | (part.codes > 0)
    distinct, first, inverse = np.unique(np.where(held, key, -1), return_index=True, return_inverse=True)
    pieces = [part.values.take(part.codes[first].astype(np.int64)).to_pylist() for part in parts]
    texts = [
        " ".join(word for word in words if word) if at >= 0 else ""
        for at, words in zip(distinct.tolist(), zip(*pieces, strict=True), strict=True)
    ]
    codes, values = distinct_texts(["", *texts])
    return Encoded(codes[1:][inverse], values)


def sets_of(codes: Codes, sets: Sequence[set[str] | None]) -> EncodedSets:
    """Return a column of sets from codes and the set behind each code from 1; empty sets are missing."""
    import pyarrow as pa

    listed = [sorted(members) if members else [] for members in sets]
    flat, values = distinct_texts(["", *(member for members in listed for member in members)])
    starts = set_starts([0, *(len(members) for members in listed)])
    kept = np.array([0, *(number if members else 0 for number, members in enumerate(listed, 1))], np.uint32)
    members = flat[1:].copy()
    for number in range(1, len(starts) - 1):
        members[starts[number] : starts[number + 1]].sort()
    return EncodedSets(kept[codes], starts, members, pa.array(values))


def _sets_of_one(column: Encoded) -> EncodedSets:
    """Return single values as sets of one."""
    size = len(column.values)
    starts = np.concatenate([[0], np.arange(size)]).astype(np.int64)
    return EncodedSets(column.codes, starts, np.arange(1, size, dtype=np.uint32), column.values)


def _joint_sets(columns: Sequence[EncodedSets]) -> EncodedSets:
    """Put the sets of several datasets one behind the other, under one dictionary."""
    if len(columns) == 1:
        return columns[0]
    codes, values = together([Encoded(column.members, column.values) for column in columns])
    kept, sizes, offset = [], [np.zeros(1, np.int64)], 0
    for column in columns:
        kept.append(np.where(column.codes > 0, column.codes + offset, 0).astype(np.uint32))
        sizes.append(np.diff(column.starts)[1:])
        offset += len(column.starts) - 2
    starts = set_starts(np.concatenate(sizes).tolist())
    members = np.concatenate(codes)
    rising = np.lexsort((members, np.repeat(np.arange(len(starts) - 1), np.diff(starts))))
    return EncodedSets(np.concatenate(kept), starts, members[rising], values)


def _check_datasets(datasets: Sequence[Dataset], link_type: str) -> None:
    if not datasets:
        raise DataError("There is no dataset to link.")
    if link_type not in ("link_only", "dedupe", "link_and_dedupe"):
        raise DataError(f"link_type must be 'link_only', 'dedupe' or 'link_and_dedupe'; got {link_type!r}.")
    if link_type != "dedupe" and len(datasets) < 2:
        raise DataError(f"{link_type} needs two datasets or more; use dedupe for one.")
    sources = [id(dataset.ids) for dataset in datasets]
    if len(set(sources)) < len(sources):
        raise DataError("The same dataset is given twice. To find duplicates within it, use dedupe.")
    names = [dataset.name for dataset in datasets]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        paths = [dataset.path for dataset in datasets if dataset.name == twice and dataset.path is not None]
        where = f" ({' and '.join(paths)})" if paths else ""
        raise DataError(
            f"Two datasets have the name {twice!r}{where}; give each its own: name = ... in its data card, or "
            "Dataset(..., name=)."
        )
    shared = set.intersection(*(set(dataset.fields) for dataset in datasets))
    if not shared:
        listed = "; ".join(f"{dataset.name} has {', '.join(dataset.fields) or 'none'}" for dataset in datasets)
        raise DataError(f"The datasets have no field in common: {listed}. Say which columns hold what with fields=.")
