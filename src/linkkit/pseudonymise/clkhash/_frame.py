"""Tables to CLKs: columns are named as the features of the schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linkkit.dataset import Dataset
from linkkit.errors import DataError, did_you_mean
from linkkit.pseudonymise._terms import allowed

from ._encode import SchemaLike, columns_to_clks
from ._read_schema import read_schema
from ._schema import DateFormat, Feature, IntegerFormat, Schema

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["encode_frame"]


def encode_frame(table: Any, schema: SchemaLike, secret: str | bytes, *, id: str | None = None) -> pd.DataFrame:  # noqa: A002
    """Encode a table as clkhash 0.18 does, and keep the ids.

    Parameters
    ----------
    table
        A Dataset, or what a Dataset is made of: a DataFrame of any library, or the path of a CSV or Parquet file. Its
        columns are named as the features of the schema; those of ignored features need not be there. A missing value is
        an empty text, as in a CSV file. Whole numbers and dates are written as the schema has them.
    schema, secret
        As in :func:`encode`.
    id
        The column that identifies records, where the table is no Dataset and does not tell by itself.

    Returns
    -------
    pandas.DataFrame
        Columns ``id`` and ``clk`` (base64), in the order of ids, so that the order of rows gives nothing away.

    Raises
    ------
    CardError
        Where the consent on its card is over.
    DataError
        Where nobody may be linked, or a column is absent, is blinded, is not of a type that can be encoded, or holds
        what the schema does not allow: rows are counted from 1 in the order of ids.
    SchemaError
        Where the schema cannot be used.

    Examples
    --------
    >>> import pandas as pd
    >>> schema = {
    ...     "version": 3,
    ...     "clkConfig": {"l": 64, "kdf": {"type": "HKDF"}},
    ...     "features": [
    ...         {"identifier": "id", "ignored": True},
    ...         {
    ...             "identifier": "born",
    ...             "format": {"type": "integer"},
    ...             "hashing": {
    ...                 "comparison": {"type": "numeric", "thresholdDistance": 2, "resolution": 3},
    ...                 "strategy": {"bitsPerFeature": 14},
    ...             },
    ...         },
    ...     ],
    ... }
    >>> people = pd.DataFrame({"id": ["b", "a"], "born": [1964, 1965]})
    >>> encode_frame(people, schema, "a secret of at least sixteen bytes")
      id           clk
    0  a  AJ0ACAIAKFQ=
    1  b  gBUgGAABoBY=
    """
    import pandas as pd

    read = read_schema(schema)
    dataset = allowed(table if isinstance(table, Dataset) else Dataset(table, id=id))
    _require_columns(dataset, read)
    columns = [
        _texts(dataset, feature, place) if isinstance(feature, Feature) else []
        for place, feature in enumerate(read.features)
    ]
    clks = columns_to_clks(columns, len(dataset), read, secret)
    return pd.DataFrame({"id": dataset.ids.to_pandas(), "clk": clks})


def _require_columns(dataset: Dataset, schema: Schema) -> None:
    needed = [feature.identifier for feature in schema.features if isinstance(feature, Feature)]
    absent = [name for name in needed if name not in dataset.columns]
    if absent:
        named = ", ".join(f"{name!r}{did_you_mean(name, dataset.columns).rstrip('?')}" for name in absent)
        raise DataError(
            f"{dataset.name}: the linkage schema has features that are no columns: {named}. "
            "Rename the columns as the schema's identifiers."
        )
    blinded = [name for name in needed if name in dataset.blinded]
    if blinded:
        raise DataError(
            f"{dataset.name}: the linkage schema encodes {', '.join(map(repr, blinded))}, which is blinded."
        )


def _texts(dataset: Dataset, feature: Feature, place: int) -> list[str]:
    """Return a column as texts, in the order of ids; a missing value is an empty text."""
    import pyarrow as pa

    column = dataset.table_column(feature.identifier)
    if isinstance(column, pa.Array):
        column = pa.chunked_array([column])
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    named = f"{dataset.name}: features[{place}] {feature.identifier!r}"
    if pa.types.is_temporal(kind):
        if not isinstance(feature.format, DateFormat):
            raise DataError(f"{named}: the column holds dates, and the schema says {feature.format.to_dict()['type']}.")
        days = column.cast(pa.timestamp("us")).to_pylist()
        return ["" if day is None else day.strftime(feature.format.format) for day in days]
    return _written(column, named, whole=isinstance(feature.format, IntegerFormat))


def _written(column: pa.ChunkedArray, named: str, *, whole: bool) -> list[str]:
    import pyarrow as pa

    if pa.types.is_null(column.type):
        return [""] * len(column)
    if pa.types.is_floating(column.type):
        # A column of whole numbers turns into floats in pandas where some are missing.
        values = (
            int(value) if whole and value is not None and value % 1 == 0 else value for value in column.to_pylist()
        )
        return ["" if value is None or value != value else repr(value) for value in values]
    if pa.types.is_integer(column.type):
        return ["" if value is None else str(value) for value in column.to_pylist()]
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type) or "view" in str(column.type)):
        raise DataError(f"{named}: the column is of type {column.type}; expected text, numbers or dates.")
    return ["" if value is None else value for value in column.to_pylist()]
