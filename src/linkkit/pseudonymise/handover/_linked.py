"""What a linkage unit found, whoever made it: which record keys are of one person, and by which links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from linkkit.errors import row_list

from ._manifest import HandoverError, KeyFacts

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

__all__ = ["LINK_COLUMNS", "Linked"]

LINK_COLUMNS = ("left_dataset", "left_key", "right_dataset", "right_key", "match_weight", "match_probability")


@dataclass(frozen=True, eq=False, repr=False)
class Linked:
    """Records by record keys, the person each is of, and the links behind that; it stays within the linkage unit.

    Parameters
    ----------
    persons
        For each dataset, by name, a table of ``record_key`` and ``person``, as texts, in the order of the keys. Records
        of one ``person`` are of one person; the name itself is the unit's own and goes nowhere.
    links
        A table of ``left_dataset``, ``left_key``, ``right_dataset``, ``right_key``, ``match_weight`` (bits) and
        ``match_probability``.
    encoded_with
        What may be told of the keys that the datasets were encoded with.

    Examples
    --------
    >>> import pyarrow as pa
    >>> links = pa.table({"left_id": ["a2"], "right_id": ["b1"], "match_weight": [20.0], "match_probability": [0.999]})
    >>> found = Linked.of({"trial": ["a1", "a2"], "register": ["b1", "b2"]}, links)
    >>> found
    <Linked: trial (2 records), register (2 records), 1 links>
    >>> found.persons["register"]["person"].to_pylist()
    ['trial:a2', 'register:b2']
    """

    persons: Mapping[str, pa.Table]
    links: pa.Table
    encoded_with: tuple[KeyFacts, ...] = ()

    def __post_init__(self) -> None:
        for name, table in self.persons.items():
            _check_name(name)
            if table.column_names != ["record_key", "person"]:
                raise HandoverError(f"{name}: persons need the columns record_key and person.")
        missing = [column for column in LINK_COLUMNS if column not in self.links.column_names]
        if missing:
            raise HandoverError(f"The links lack the columns {', '.join(missing)}.")

    def __repr__(self) -> str:
        sides = ", ".join(f"{name} ({len(table):,} records)" for name, table in self.persons.items())
        return f"<Linked: {sides}, {len(self.links):,} links>"

    @classmethod
    def of(cls, record_keys: Mapping[str, Any], links: Any, encoded_with: tuple[KeyFacts, ...] = ()) -> Linked:
        """Take links of record keys; whoever links connect is one person.

        Parameters
        ----------
        record_keys
            For each dataset, by name, the keys of all its records.
        links
            A data frame or Arrow table of ``left_id``, ``right_id``, ``match_weight`` and ``match_probability``, and
            with more than two datasets ``left_dataset`` and ``right_dataset``; pairs of a ``status`` of
            ``"review"`` are left out, as they are not decided.
        encoded_with
            As in the class.

        Raises
        ------
        HandoverError
            Where record keys are missing or repeat, or a link names a record that is not there.
        """
        import numpy as np
        import pyarrow as pa

        keys = {name: sorted_keys(held, name) for name, held in record_keys.items()}
        table = _link_table(links, list(keys))
        starts = np.cumsum([0, *(len(held) for held in keys.values())])
        left = _rows(table, "left", keys, starts)
        right = _rows(table, "right", keys, starts)
        label = _smallest_of_each(left, right, int(starts[-1]))
        names = pa.concat_arrays([_names(name, held) for name, held in keys.items()])
        persons = names.take(pa.array(label))
        tables = {
            name: pa.table({"record_key": held, "person": persons.slice(int(start), len(held))})
            for (name, held), start in zip(keys.items(), starts, strict=False)
        }
        return cls(tables, table, encoded_with)

    def is_linked(self, name: str) -> NDArray[np.bool_]:
        """Tell which records of a dataset share their person with another record; shape (records,)."""
        sizes = [len(table) for table in self.persons.values()]
        start = sum(sizes[: list(self.persons).index(name)])
        return self._linked[start : start + len(self.persons[name])]

    @cached_property
    def _linked(self) -> NDArray[np.bool_]:
        """The same for all datasets, one behind the other."""
        import numpy as np
        import pyarrow as pa

        every = pa.chunked_array([chunk for table in self.persons.values() for chunk in table["person"].chunks])
        codes = every.combine_chunks().dictionary_encode().indices.to_numpy()
        return np.asarray(np.bincount(codes, minlength=1)[codes] > 1, np.bool_)


def sorted_keys(keys: Any, name: str) -> pa.Array:
    """Return the record keys of a dataset as texts in their order; refuse those that are missing or repeat."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    held = keys.combine_chunks() if isinstance(keys, pa.ChunkedArray) else pa.array(keys)
    if held.null_count:
        rows = np.flatnonzero(held.is_null().to_numpy(zero_copy_only=False)).tolist()
        raise HandoverError(f"{name}: the record key is missing in {held.null_count:,} records ({row_list(rows)}).")
    texts = held.cast(pa.string())
    repeated = len(texts) - len(texts.unique())
    if repeated:
        raise HandoverError(f"{name}: record keys repeat, {repeated:,} records more than keys; each needs its own.")
    return texts.take(pc.sort_indices(texts))


def _link_table(links: Any, names: list[str]) -> pa.Table:
    """Links as a table of :data:`LINK_COLUMNS`, without those for review."""
    import pyarrow as pa
    import pyarrow.compute as pc

    table = pa.Table.from_pandas(links, preserve_index=False) if hasattr(links, "to_numpy") else pa.table(links)
    needed = ["left_id", "right_id", "match_weight", "match_probability"]
    absent = [column for column in needed if column not in table.column_names]
    if absent:
        raise HandoverError(f"The links lack the columns {', '.join(absent)}.")
    if "status" in table.column_names:
        table = table.filter(pc.not_equal(table["status"].cast(pa.string()), "review"))
    told = "left_dataset" in table.column_names and "right_dataset" in table.column_names
    if not told and len(names) > 2:
        raise HandoverError("Links of more than two datasets need the columns left_dataset and right_dataset.")
    sides = {}
    for side, name in (("left", names[0]), ("right", names[-1])):
        column = table[f"{side}_dataset"] if told else pa.array([name] * len(table), pa.string())
        sides[f"{side}_dataset"] = column.cast(pa.string())
        sides[f"{side}_key"] = table[f"{side}_id"].cast(pa.string())
    return pa.table(sides | {name: table[name] for name in ("match_weight", "match_probability")})


def _rows(table: pa.Table, side: str, keys: Mapping[str, pa.Array], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The row of the record at one side of each link, over all datasets."""
    import numpy as np
    import pyarrow.compute as pc

    found = np.full(len(table), -1, np.int64)
    datasets = table[f"{side}_dataset"]
    for place, (name, held) in enumerate(keys.items()):
        chosen = np.asarray(pc.equal(datasets, name)).astype(bool)
        places = np.asarray(pc.fill_null(pc.index_in(table[f"{side}_key"], value_set=held), -1)).astype(np.int64)
        chosen &= places >= 0
        found[chosen] = places[chosen] + starts[place]
    lost = np.flatnonzero(found < 0)
    if len(lost):
        raise HandoverError(
            f"{len(lost):,} links ({row_list(lost.tolist())}) name a record on the {side} that no dataset has: links "
            "and record keys are of two releases. Link again from the files that are here."
        )
    return found


def _smallest_of_each(left: NDArray[np.int64], right: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """The smallest row of whatever each row is connected with."""
    import numpy as np
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    graph = coo_matrix((np.ones(len(left), np.int8), (left, right)), shape=(size, size))
    _, label = connected_components(graph, directed=False)
    _, first = np.unique(label, return_index=True)
    return np.asarray(first[label], np.int64)


def _names(name: str, keys: pa.Array) -> pa.Array:
    """What a person is called by its first record: ``dataset:key``, as clusters are."""
    import pyarrow.compute as pc

    written = name.replace("%", "%25").replace(":", "%3A")
    return pc.binary_join_element_wise(f"{written}:", keys, "")


def _check_name(name: str) -> None:
    if not name.strip() or name in (".", "..") or set(name) & set('/\\:*?"<>|\0'):
        raise HandoverError(f"The dataset {name!r} gives its name to a folder: use letters, digits, blanks, - and _.")
