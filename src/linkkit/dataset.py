"""Dataset: a table of records and its description."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ._arrow import positions
from ._bytes import field_columns, texts_of_bytes
from ._ids import following_ids, found_id, positions_behind, sorted_ids
from ._reading import open_table
from .cards import DATASET_KINDS, Card, columns_of
from .cards._kinds import DatasetKind
from .cards._opening import card_of_table, require_columns, require_records, require_truth, with_said
from .encoded import Encoded, EncodedSets, behind, encode, encode_sets, is_list
from .errors import DataError, SpecError, did_you_mean
from .fields import ENCODED_KINDS, Field, FieldKind, kind_of, recognise, recognise_shape

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

__all__ = ["DATASET_KINDS", "Dataset", "DatasetKind"]


class Dataset:
    """A table of records, one row each, and its description.

    Columns are known by the **field** they hold. Usual column names are recognised; ``print(dataset)`` shows the guess,
    and ``fields=`` overrides it. Records are held in the order of their ids, so that no result depends on the order of
    rows.

    Parameters
    ----------
    table
        A pandas or polars DataFrame, an Arrow table, a DuckDB relation, anything with the Arrow PyCapsule interface, or
        the path of a CSV or Parquet file (``.csv``, ``.csv.gz``, ``.tsv``, ``.parquet``), or of a data card that names
        one. CSV columns are read as text, so that leading zeros stay.
    name
        How messages and results call it; by default as its card does, or the name of the file, else ``"dataset"``.
    kind
        ``"trial"``, ``"intervention"``, ``"administrative"``, ``"case_study"``, ``"cohort"``, ``"survey"`` or
        ``"other"``; by default that of its card, else ``"other"``.
    id
        The column that identifies records: no missing values, no duplicates. Without it, a column named like ``id``,
        ``record_id`` or ``unique_id`` is taken, else a DataError names the columns.
    fields
        Fields by name, each a column, several columns (a date in parts), a :class:`Field`, or None to leave a guess
        out. What is not named here is guessed from column names.
    blinded
        Columns that linkage must never see, such as the arm of a trial. They are not read into any field, and no step
        gets them.
    encoding
        Character encoding of a CSV file.
    engine
        Which engine carries out the work on this dataset.
    card
        Its :class:`~linkkit.cards.Card`, or the path of one; by default the card that stands beside its file
        (``trial.card.toml`` beside ``trial.csv``), if there is one. False leaves that out. What is said here besides
        adds to the card.

    Raises
    ------
    CardError
        Where card and data disagree, or what is said here and the card; all of it at once.
    DataError
        Where the file cannot be read as what its ending says, the id is absent, missing or duplicated, a column is not
        there, a column mixes types or ids are bytes that are no text, or there are no records.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"id": [2, 1], "Forename": ["Ann", "Bo"], "DOB": ["2001-02-03", None], "arm": [0, 1]})
    >>> print(Dataset(people, name="trial", kind="trial", blinded=["arm"]))
    trial (trial): 2 records, id 'id'
      given_name     from 'Forename'
      date_of_birth  from 'DOB'
      blinded        'arm'
    """

    def __init__(
        self,
        table: Any,
        *,
        name: str | None = None,
        kind: DatasetKind | None = None,
        id: str | None = None,  # noqa: A002
        fields: Mapping[str, str | Sequence[str] | Field | None] | None = None,
        blinded: Iterable[str] = (),
        encoding: str | None = None,
        engine: str = "local",
        card: Card | str | os.PathLike[str] | bool | None = None,
    ) -> None:
        if kind is not None and kind not in DATASET_KINDS:
            raise SpecError(f"kind must be one of {', '.join(DATASET_KINDS)}; got {kind!r}.")
        table, found = card_of_table(table, card)
        is_path = isinstance(table, str | os.PathLike)
        own_name = os.path.basename(table).split(".")[0] if is_path else "dataset"
        self.name = name or (own_name if found is None else found.name)
        self.engine = engine
        self.path = os.fspath(table) if is_path else None
        self.encoding = encoding or ("utf-8" if found is None else found.encoding)
        self.card = with_said(found or Card(self.name), kind, id, tuple(blinded), self.name)
        self.kind: DatasetKind = self.card.kind
        self.blinded = self.card.hidden
        source = open_table(table, self.name, self.encoding)
        self.columns: tuple[str, ...] = tuple(source.columns)
        self._require_columns(tuple(blinded), "blinded")
        self._require_columns(() if id is None else (id,), "id")
        fields = {**self.card.fields, **(fields or {})}
        require_columns(self.card, self.columns, self.name)
        self.id = found_id(self.card.id, self.columns, self.name, self.blinded)
        self.fields = self._find_fields(fields)
        needed = [self.id, *(column for field in self.fields.values() for column in field.columns)]
        self._source = source
        self._table: pa.Table = source.read(list(dict.fromkeys(needed)))
        if not len(self._table):
            raise DataError(f"{self.name}: the table has no records.")
        require_records(self.card, len(self._table), self.name)
        self._recognise_shapes(fields)
        self._ids, self._order = sorted_ids(self._table[self.id], self.name, self.id)
        self._taken = self._order
        self.left_out: tuple[tuple[str, int], ...] = ()
        self._encoded: dict[str, Encoded | EncodedSets] = {}
        self.preparation: tuple[Any, ...] = ()
        self.encoded_by: Any = None
        self.encoded_with: Any = None
        self.normaliser: str | None = None
        self.is_proven = False  # whether it was read by the manifest beside its file, and under its terms

    # --- what it holds ------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._ids)

    def __repr__(self) -> str:
        return f"<Dataset {self.name!r}: {len(self):,} records, fields {', '.join(self.fields) or 'none'}>"

    def __str__(self) -> str:
        lines = [f"{self.name} ({self.kind}): {len(self):,} records, id {self.id!r}"]
        width = max((len(field) for field in (*self.fields, "blinded")), default=0)
        for field, described in self.fields.items():
            lines.append(f"  {field:<{width}}  from {', '.join(map(repr, described.columns))}")
        unused = [c for c in self.columns if c != self.id and c not in self.blinded and c not in self._used_columns()]
        if self.blinded:
            lines.append(f"  {'blinded':<{width}}  {', '.join(map(repr, self.blinded))}")
        if unused:
            lines.append(f"  {'not used':<{width}}  {', '.join(map(repr, unused))}")
        return "\n".join(lines)

    def with_encoding(self, encoded_by: Any, encoded_with: Any = None, normaliser: str | None = None) -> Dataset:
        """Return the same dataset with what its columns were encoded by, and what may be told of the key.

        Parameters
        ----------
        encoded_by
            A :class:`linkkit.pseudonymise.Encoding`; None for clear text.
        encoded_with
            :class:`linkkit.pseudonymise.handover.KeyFacts`: project, epoch, id and check value, never the key.
        normaliser
            The version of how values were made alike before.
        """
        new = object.__new__(Dataset)
        new.__dict__.update(self.__dict__)
        new.encoded_by, new.encoded_with, new.normaliser = encoded_by, encoded_with, normaliser
        return new

    @property
    def ids(self) -> pa.Array:
        """The ids, rising; shape (records,)."""
        return self._ids

    @property
    def order(self) -> NDArray[np.int64]:
        """For each record (in the order of ids), the row of the table it came from, counted from 0."""
        return self._order

    def kind_of(self, field: str) -> str:
        """Return the kind of a field, such as ``"date"``."""
        return self.fields[field].kind

    def encoded(self, field: str) -> Encoded:
        """Return a field as codes and distinct values, in the order of ids."""
        column = self._encode(field)
        if isinstance(column, EncodedSets):
            raise DataError(f"{self.name}: the field {field!r} holds lists; use it as a set.")
        return column

    def encoded_sets(self, field: str) -> EncodedSets:
        """Return a field whose column holds lists, in the order of ids."""
        column = self._encode(field)
        if isinstance(column, Encoded):
            raise DataError(f"{self.name}: the field {field!r} holds single values, not lists.")
        return column

    def holds_sets(self, field: str) -> bool:
        """Whether a field's column holds lists."""
        return isinstance(self._encode(field), EncodedSets)

    def table_column(self, column: str) -> pa.ChunkedArray:
        """Return a column of the table as it stands, in the order of ids; a DataError where it is blinded."""
        return self._column_but(column, self.blinded)

    def truth_column(self, column: str) -> pa.ChunkedArray:
        """Return a column that says who each record is, to evaluate links by: blinded or not, but no arm or outcome."""
        held = self._column_but(column, (self.card.allocation, *self.card.outcomes))
        require_truth(self.card, column, held, self.name)
        return held

    def _column_but(self, column: str, hidden: Sequence[str | None]) -> pa.ChunkedArray:
        self._require_columns([column], "table_column")
        if column in hidden:
            raise DataError(
                f"{self.name}: the column {column!r} is blinded. Freeze the links and unblind them first; see "
                "pipelines.trial_to_admin."
            )
        return self._read_column(column)

    def unblinded_column(self, column: str) -> pa.ChunkedArray:
        """Return a blinded column, in the order of ids: only for what comes after unblinding, which is logged there."""
        self._require_columns([column], "unblinded_column")
        return self._read_column(column)

    def _read_column(self, column: str) -> pa.ChunkedArray:
        return texts_of_bytes(self._source.read([column])[column]).take(positions(self._order))

    def with_encoded(self, fields: Mapping[str, Encoded | EncodedSets], preparation: Sequence[Any] = ()) -> Dataset:
        """Return the same dataset with some fields' values replaced (or fields added); the original stays as it is.

        Parameters
        ----------
        fields
            Field to its new column, in the order of ids.
        preparation
            What was done, kept for the report.
        """
        new = object.__new__(Dataset)
        new.__dict__.update(self.__dict__)
        new._encoded = {**self._encoded, **fields}
        new.fields = {
            **self.fields,
            **{field: Field((), kind_of(field)) for field in fields if field not in self.fields},
        }
        new.preparation = (*self.preparation, *preparation)
        return new

    def with_absent(self, fields: Mapping[str, FieldKind]) -> Dataset:
        """Return the same dataset with further fields, by name and kind, that are missing in every record.

        A dataset without a field can so be linked together with others that have it: what is missing weighs nothing.

        Examples
        --------
        >>> import pandas as pd
        >>> people = Dataset(pd.DataFrame({"id": [1, 2], "surname": ["Lee", "Hay"]}))
        >>> people.with_absent({"date_of_birth": "date"}).encoded("date_of_birth").codes.tolist()
        [0, 0]
        """
        if not fields:
            return self
        new = object.__new__(Dataset)
        new.__dict__.update(self.__dict__)
        new.fields = {**self.fields, **{field: Field((), kind) for field, kind in fields.items()}}
        new._encoded = dict(self._encoded)
        return new

    def restricted(self, keep: NDArray[np.bool_], reason: str) -> Dataset:
        """Return the dataset without some records, as if they had never been read; the original stays as it is.

        Parameters
        ----------
        keep
            Shape (records,): which records stay, in the order of ids.
        reason
            Why the others are left out; it is counted in ``left_out``, and the report says so.
        """
        import numpy as np

        rows = np.flatnonzero(keep)
        if len(rows) == len(self):
            return self
        new = object.__new__(Dataset)
        new.__dict__.update(self.__dict__)
        new._table = self._table.take(positions(self._taken[rows]))
        new._ids, new._order, new._taken = self._ids.take(positions(rows)), self._order[rows], np.arange(len(rows))
        new._encoded = {field: column.reordered(rows).used() for field, column in self._encoded.items()}
        new.left_out = (*self.left_out, (reason, len(self) - len(rows)))
        return new

    def with_records(self, fields: Mapping[str, Encoded | EncodedSets]) -> Dataset:
        """Return the same dataset with further records behind its own, under new ids; the original stays as it is.

        Parameters
        ----------
        fields
            Every field's values for the further records; sets under the dictionary of the field.
        """
        new = object.__new__(Dataset)
        new.__dict__.update(self.__dict__)
        size = len(next(iter(fields.values())).codes)
        new._ids = following_ids(self._ids, size)
        new._order = positions_behind(self._order, size)
        new._taken = new._order
        new._encoded = {field: behind(self._encode(field), more) for field, more in fields.items()}
        return new

    def to_pandas(self, rows: Sequence[int] | NDArray[np.int64] | None = None) -> pd.DataFrame:
        """Return id and fields as a pandas DataFrame, in the order of ids (or the asked rows of that order)."""
        import numpy as np
        import pandas as pd

        chosen = np.arange(len(self)) if rows is None else np.asarray(rows)
        data: dict[str, Any] = {self.id: self._ids.take(chosen).to_pandas()}
        for field in self.fields:
            column = self._encode(field)
            if isinstance(column, EncodedSets):
                data[field] = column.lists(chosen)
            else:
                texts: Any = column.values.to_pandas()
                texts.iloc[0] = None
                data[field] = texts.array.take(column.codes[chosen].astype(np.int64))
        return pd.DataFrame(data)

    # --- how it is made -----------------------------------------------------------------------------------------

    def _used_columns(self) -> set[str]:
        return {column for field in self.fields.values() for column in field.columns}

    def _require_columns(self, columns: Iterable[str], where: str) -> None:
        for column in columns:
            if column not in self.columns:
                hint = did_you_mean(column, self.columns) or f" It has: {', '.join(map(str, self.columns))}."
                raise DataError(f"{self.name}: {where} names the column {column!r}, which is not there.{hint}")

    def _find_fields(self, given: Mapping[str, str | Sequence[str] | Field | None]) -> dict[str, Field]:
        kept = {self.id, *self.blinded, *columns_of(self.card).values()}
        free = [column for column in self.columns if column not in kept]
        named: dict[str, Field] = {}
        for field, columns in given.items():
            if columns is None:
                continue
            named[field] = columns if isinstance(columns, Field) else Field(columns, kind_of(field))
            self._require_columns(named[field].columns, f"fields[{field!r}]")
            hidden = [column for column in named[field].columns if column in self.blinded]
            if hidden:
                raise DataError(f"{self.name}: fields[{field!r}] uses the column {hidden[0]!r}, which is blinded.")
        taken = {column for field in named.values() for column in field.columns}
        guesses = recognise([column for column in free if column not in taken])
        return {**{field: guess for field, guess in guesses.items() if field not in given}, **named}

    def _recognise_shapes(self, given: Mapping[str, Any]) -> None:
        """Name the columns that no name gave away by the shape of their values."""
        open_columns = [
            column
            for column in self.columns
            if column not in (self.id, *self.blinded, *columns_of(self.card).values())
            and column not in self._used_columns()
        ]
        for column in self._source.text_columns(open_columns):
            sample = self._source.sample(column, 200)
            field = recognise_shape(sample)
            if field is not None and field not in self.fields and field not in given:
                self.fields[field] = Field(column, kind_of(field))
                if column not in self._table.column_names:
                    self._table = self._table.append_column(column, self._source.read([column])[column])

    def _encode(self, field: str) -> Encoded | EncodedSets:
        if field not in self._encoded:
            if field not in self.fields:
                hint = did_you_mean(field, self.fields) or f" It has: {', '.join(self.fields)}."
                raise DataError(f"{self.name}: there is no field {field!r}.{hint}")
            self._encoded[field] = self._read_field(field)
        return self._encoded[field]

    def _read_field(self, field: str) -> Encoded | EncodedSets:
        import pyarrow as pa

        from ._parts import join_parts

        kind = self.fields[field].kind
        columns = field_columns(self._table, self.fields[field], self.name, self._order, self._taken)
        if not columns:  # a field that the table has not
            return encode(pa.nulls(len(self), pa.string()))
        try:
            if is_list(columns[0].type):
                return encode_sets(columns[0].take(positions(self._taken)))
            column = join_parts([encode(part, is_opaque=kind in ENCODED_KINDS) for part in columns], kind)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            types = ", ".join(str(part.type) for part in columns)
        else:
            in_order = bool((self._taken[1:] > self._taken[:-1]).all())
            return column if in_order else column.reordered(self._taken)
        raise DataError(
            f"{self.name}: the field {field!r} holds {types}, which linkkit cannot read; make it text, a number, a "
            "date or a list of texts."
        )
