"""What the linter is given, in any form, as what is to be judged."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from linkkit.dataset import Dataset
from linkkit.errors import DataError, SpecError
from linkkit.pseudonymise.bloom import BloomField, Clk
from linkkit.pseudonymise.clkhash import Schema
from linkkit.pseudonymise.encoding import Encoding
from linkkit.pseudonymise.handover import Manifest
from linkkit.pseudonymise.tokens import Token

from ._columns import Role, read_column
from ._files import of_files, of_json
from ._subject import Subject, of_manifest, roles_of

__all__ = ["subject_of"]

_HANDLED = (
    "an Encoding, BloomField, Clk or Token, a list of them, a linkage schema of clkhash, a Dataset, a list of CLKs, a "
    "Manifest, or the path of a file or of a folder of manifests"
)


def subject_of(given: Any, role: Role | None) -> list[Subject]:
    """Return what is to be judged.

    Raises
    ------
    DataError
        Where a file is absent, damaged or holds nothing that can be judged.
    SpecError
        Where it is something else.
    """
    if isinstance(given, Encoding):
        return [Subject(encoding=given)]
    if isinstance(given, BloomField | Clk | Token):
        return [Subject(encoding=Encoding((given,)))]
    if isinstance(given, Schema):
        return [Subject(schema=given)]
    if isinstance(given, Dataset):
        return [_of_dataset(given, role)]
    if isinstance(given, Manifest):
        return [of_manifest(given)]
    if isinstance(given, str | os.PathLike):
        return list(of_files(Path(given), role))
    if isinstance(given, Mapping):
        return [of_json(given, "", role)]
    if isinstance(given, Sequence) and not isinstance(given, bytes) and len(given):
        return _of_list(given, role)
    if hasattr(given, "to_pylist") or hasattr(given, "tolist"):
        return [_of_values(given, role)]
    raise SpecError(f"lint takes {_HANDLED}; got {type(given).__name__}.")


def _of_list(given: Sequence[Any], role: Role | None) -> list[Subject]:
    if all(isinstance(one, BloomField | Clk | Token) for one in given):
        return [Subject(encoding=Encoding(tuple(given)))]
    if all(isinstance(one, Manifest | Encoding | Schema | Dataset | Mapping | os.PathLike) for one in given) or all(
        isinstance(one, str) and os.path.exists(one) for one in given
    ):
        return [subject for one in given for subject in subject_of(one, role)]
    return [_of_values(given, role)]


def _of_values(given: Any, role: Role | None) -> Subject:
    """A single column of encodings."""
    import pyarrow as pa

    if isinstance(given, np.ndarray) and given.ndim == 2 and given.dtype == np.uint8:
        given = [row.tobytes() for row in given]
    if not isinstance(given, pa.Array | pa.ChunkedArray):
        listed = given.tolist() if hasattr(given, "tolist") else list(given)
        held = [None if _is_missing(one) else one for one in listed]
        kinds = {type(one) for one in held if one is not None}
        if not kinds <= {str} and not kinds <= {bytes}:
            raise DataError(f"A list of encodings must hold texts alone, or bytes alone; else give lint {_HANDLED}.")
        given = pa.array(held)
    return Subject(columns=(read_column("encodings", given, role),))


def _is_missing(value: Any) -> bool:
    return value is None or type(value).__name__ == "NAType" or (isinstance(value, float) and value != value)


def _of_dataset(dataset: Dataset, role: Role | None) -> Subject:
    encoding: Encoding | None = dataset.encoded_by
    names = [name for name in dataset.columns if name != dataset.id and name not in dataset.blinded]
    roles = roles_of(encoding) if encoding is not None else dict.fromkeys(names, role)
    columns = tuple(read_column(name, dataset.table_column(name), roles.get(name)) for name in names)
    return Subject(dataset.name, encoding, columns=columns, key=dataset.encoded_with)
