"""A dataset encoded: its ids and filters, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.dataset import Dataset
from linkkit.encoded import Encoded, EncodedSets
from linkkit.errors import DataError, SpecError, row_list
from linkkit.fields import Field
from linkkit.pseudonymise._contract import SubKeys, check_keys
from linkkit.pseudonymise._terms import Terms, allowed, dataset_under
from linkkit.records import Records

from ._filters import Filters, filters_of_tokens, salted_tokens
from ._harden import harden
from ._hardening import Blip, Hardening
from ._spec import BloomField, Clk
from ._tokens import Tokens, tokens_of

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["encode", "units_of"]


def encode(dataset: Dataset, keys: SubKeys, specs: BloomField | Clk | Sequence[BloomField | Clk]) -> Dataset:
    """Encode a dataset as Bloom filters; the result holds its ids and the filters, and no other column.

    Parameters
    ----------
    dataset
        The dataset, prepared: both parties must have cleaned their values in the same way.
    keys
        The key that both parties share; anything with ``subkey(purpose, field, size)``.
    specs
        What to encode: a field, several, a record-level filter, or some of both. Both parties must use the same.

    Returns
    -------
    Dataset
        For a field a column of filters, fixed-size binary of ``length // 8`` bytes, missing where the value (or its
        salt) is; for a record-level filter also ``{name}_present``, the sum of ``2 ** place`` of the fields that the
        record holds (missing fields are no disagreement), and a missing filter where it holds none.

    Raises
    ------
    CardError
        Where the consent on its card is over.
    DataError
        Where a date or number cannot be read (with its rows), nobody may be linked, or the id would be a filter's name.
    SpecError
        Where two columns of filters have the same name, or the key is none.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.pseudonymise import Key
    >>> people = Dataset(pd.DataFrame({"id": [1, 2], "surname": ["Lee", None], "town": ["Leeds", "York"]}))
    >>> clk = Clk([BloomField("surname"), BloomField("town")], length=512)
    >>> encoded = encode(people, Key.generate(project="example"), [BloomField("surname"), clk])
    >>> print(encoded)
    dataset (other): 2 records, id 'id'
      surname      from 'surname'
      clk          from 'clk'
      clk_present  from 'clk_present'
    >>> encoded.table_column("clk").type, encoded.table_column("clk_present").to_pylist()
    (FixedSizeBinaryType(fixed_size_binary[64]), [3, 2])
    """
    import pyarrow as pa

    listed = [specs] if isinstance(specs, BloomField | Clk) else list(specs)
    _check_names(dataset, listed)
    check_keys(keys)
    dataset = allowed(dataset)
    records = Records([dataset])
    columns: dict[str, Any] = {}
    for spec in listed:
        if isinstance(spec, Clk):
            columns |= _clk_columns(records, spec, keys)
        else:
            columns[spec.name] = _field_column(records, spec, keys)
    masks = {f"{spec.name}_present" for spec in listed if isinstance(spec, Clk)}
    fields = {name: Field(name, "number" if name in masks else "filter") for name in columns}
    table = pa.table({dataset.id: dataset.ids, **columns})
    return dataset_under(
        Terms.of(dataset), table, dataset.name, kind=dataset.kind, id=dataset.id, fields=fields, engine=dataset.engine
    )


def _check_names(dataset: Dataset, specs: Sequence[BloomField | Clk]) -> None:
    names: list[str] = []
    for place, spec in enumerate(specs):
        if not isinstance(spec, BloomField | Clk):
            raise SpecError(f"specs[{place}] must be a BloomField or a Clk; got {type(spec).__name__}.")
        names += [spec.name, f"{spec.name}_present"] if isinstance(spec, Clk) else [spec.name]
    if not names:
        raise SpecError("encode needs at least one BloomField or Clk.")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SpecError(f"Two columns of filters would be called {twice[0]!r}; give one of them another name=.")
    if dataset.id in names:
        raise DataError(
            f"{dataset.name}: a column of filters would be called {dataset.id!r}, as the id is; give it a name=."
        )


def units_of(records: Records, field: BloomField) -> tuple[NDArray[np.uint32], Tokens, list[str] | None]:
    """Return the unit that each record has to encode (0: missing), the tokens of the units, and their salts.

    A unit is a distinct value, or a distinct pair of value and salt.
    """
    column = records.column(field.column)
    tokens = _column_tokens(records, column, field)
    if field.salt is None:
        return column.codes, tokens, None
    salts = records.encoded(field.salt)
    pairs = column.codes.astype(np.int64) * len(salts.values) + salts.codes
    pairs[(column.codes == 0) | (salts.codes == 0)] = 0
    distinct, codes = np.unique(pairs, return_inverse=True)
    has_missing = bool(len(distinct) and distinct[0] == 0)
    units = (codes + (not has_missing)).astype(np.uint32)
    used = distinct[has_missing:]
    texts = salts.texts()
    chosen = [texts[code] for code in (used % len(texts)).tolist()]
    return units, _taken(tokens, used // len(texts) - 1), chosen


def _taken(tokens: Tokens, values: NDArray[np.int64]) -> Tokens:
    """Return the tokens of some of the values."""
    sizes = np.diff(tokens.starts)[values]
    starts = np.zeros(len(values) + 1, np.int64)
    np.cumsum(sizes, out=starts[1:])
    places = np.arange(starts[-1]) + np.repeat(tokens.starts[values] - starts[:-1], sizes)
    return Tokens(starts, tokens.members[places], tokens.texts)


def _column_tokens(records: Records, column: Encoded | EncodedSets, field: BloomField) -> Tokens:
    """Return the tokens of each code of a column, from code 1."""
    tokens = tokens_of(column.values.to_pylist()[1:], field)
    if tokens.unreadable:
        _refuse(records, column, field, tokens)
    if isinstance(column, Encoded):
        return tokens
    flat = _taken(tokens, column.members.astype(np.int64) - 1)
    return Tokens(flat.starts[column.starts[1:]], flat.members, flat.texts)


def _refuse(records: Records, column: Encoded | EncodedSets, field: BloomField, tokens: Tokens) -> None:
    bad = np.zeros(len(column.values), bool)
    bad[np.array(tokens.unreadable) + 1] = True
    if isinstance(column, EncodedSets):
        of_set = np.repeat(np.arange(len(column.starts) - 1), np.diff(column.starts))
        bad = np.bincount(of_set[bad[column.members]], minlength=len(column.starts) - 1) > 0
    dataset = records.datasets[0]
    rows = np.sort(dataset.order[np.flatnonzero(bad[column.codes])]) + 1
    if not len(rows):  # a value that no record holds any more
        return
    wanted = "a date as YYYY-MM-DD" if field.kind == "date" else "a number"
    raise DataError(
        f"{dataset.name}: {field.column!r} holds something else than {wanted} in {len(rows):,} of "
        f"{len(records):,} records ({row_list(rows.tolist())}). Prepare the dataset first, or encode the column "
        "as text."
    )


def _unit_filters(
    records: Records, field: BloomField, keys: SubKeys, length: int, budget: int
) -> tuple[NDArray[np.uint32], Filters]:
    units, tokens, salts = units_of(records, field)
    key = keys.subkey("bloom", field.name)
    token_keys = [key]
    if salts is not None:
        tokens, token_keys = salted_tokens(tokens, np.arange(len(tokens.starts) - 1), salts, key)
    return units, filters_of_tokens(tokens, token_keys, field, length, budget)


def _field_column(records: Records, field: BloomField, keys: SubKeys) -> pa.Array:
    units, filters = _unit_filters(records, field, keys, field.filter_length, field.bits)
    per_value, per_record = _split(field.hardening)
    filters = harden(filters, per_value, keys, field.name)
    rows = np.concatenate([np.zeros((1, filters.shape[1]), np.uint8), filters])[units]
    return _binary(harden(rows, per_record, keys, f"{field.name} noise"), units > 0)


def _split(steps: Sequence[Hardening]) -> tuple[tuple[Hardening, ...], tuple[Hardening, ...]]:
    """Return the steps done once for each value, and those from the first noise on, done for each record."""
    first = next((place for place, step in enumerate(steps) if isinstance(step, Blip)), len(steps))
    return tuple(steps[:first]), tuple(steps[first:])


def _clk_columns(records: Records, clk: Clk, keys: SubKeys) -> dict[str, pa.Array]:
    import pyarrow as pa

    from linkkit.engine.local.scatter import merged

    out = np.zeros((len(records), clk.length // 8), np.uint8)
    present = np.zeros(len(records), np.uint32)
    for place, (field, budget) in enumerate(zip(clk.fields, clk.budgets, strict=True)):
        units, filters = _unit_filters(records, field, keys, clk.length, budget)
        merged(units, filters, place, out, present)
    hardened = harden(out, clk.hardening, keys, clk.name) if clk.hardening else out
    mask_type = pa.uint8() if len(clk.fields) <= 8 else pa.uint16() if len(clk.fields) <= 16 else pa.uint32()
    mask = pa.Array.from_buffers(pa.uint32(), len(present), [None, pa.py_buffer(present)]).cast(mask_type)
    return {clk.name: _binary(hardened, present > 0), f"{clk.name}_present": mask}


def _binary(rows: Filters, present: NDArray[np.bool_]) -> pa.Array:
    """Return rows of bytes as a column of fixed-size binary, missing where they are not present."""
    import pyarrow as pa

    filled: Filters = np.where(present[:, None], rows, np.uint8(0)) if not present.all() else rows
    validity = pa.py_buffer(np.packbits(present, bitorder="little"))
    data = pa.py_buffer(np.ascontiguousarray(filled))
    return pa.Array.from_buffers(pa.binary(rows.shape[1]), len(rows), [validity, data])
