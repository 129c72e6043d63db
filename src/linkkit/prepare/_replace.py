"""Steps of the user's own: a table of replacements, and any function of distinct values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from linkkit._toml import IN_A_FILE
from linkkit.errors import SpecError
from linkkit.values import import_function

from ._column import Cleaned, Column, Mask, step_fields

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Replace", "Using"]


@dataclass(frozen=True)
class Replace:
    """Replace whole values; an empty text makes a value missing.

    Parameters
    ----------
    fields
        The fields to clean.
    values
        Old value to new value, as a mapping or as pairs. Left out of the printed step, as it may hold values of people.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> from linkkit.prepare import prepare
    >>> people = Dataset(pd.DataFrame({"id": [1, 2], "sex": ["0", "1"]}))
    >>> prepare(people, [Replace("sex", {"0": "f", "1": "m"})]).to_pandas()["sex"].tolist()
    ['f', 'm']
    """

    fields: Sequence[str]
    values: Mapping[str, str] | Sequence[tuple[str, str]] = field(repr=False, metadata={IN_A_FILE: dict[str, str]})
    kind: Literal["replace"] = field(default="replace", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", step_fields("replace", self.fields))
        pairs = self.values.items() if isinstance(self.values, Mapping) else self.values
        object.__setattr__(self, "values", tuple((str(old), str(new or "")) for old, new in pairs))
        if not self.values:
            raise SpecError("replace(values=) needs at least one value and what takes its place.")

    def clean(self, column: Column) -> Cleaned:
        """Return the values, the listed ones replaced."""
        import pyarrow as pa

        table = dict(self.values)
        texts = column.values.to_pylist()
        new = pa.array([table.get(text, text) for text in texts], pa.string())
        return Cleaned(new, {"replaced by missing": _is_empty(new)})


@dataclass(frozen=True)
class Using:
    """Apply a function of yours, named by import path, to the distinct values.

    It is called once with the list of distinct texts, and returns as many texts, with None for missing.

    Parameters
    ----------
    fields
        The fields to clean.
    function
        ``"package.module:function"``.

    Examples
    --------
    >>> Using("town", "mypackage.towns:official_name")
    Using(fields=('town',), function='mypackage.towns:official_name')
    """

    fields: Sequence[str]
    function: str
    kind: Literal["using"] = field(default="using", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", step_fields("using", self.fields))
        if not isinstance(self.function, str) or ":" not in self.function:
            raise SpecError(f"using(function=) must be written as 'package.module:function'; got {self.function!r}.")

    def clean(self, column: Column) -> Cleaned:
        """Return what the function makes of the values."""
        import pyarrow as pa

        results = list(import_function(self.function)(column.values.to_pylist()))
        if len(results) != len(column.values):
            raise SpecError(
                f"{self.function} returned {len(results):,} values for {len(column.values):,} of {column.field!r}."
            )
        new = pa.array([str(result) if result is not None else "" for result in results], pa.string())
        return Cleaned(new, {f"missing by {self.function}": _is_empty(new)})


def _is_empty(values: pa.StringArray) -> Mask:
    import pyarrow.compute as pc

    empty: Mask = pc.equal(pc.utf8_trim_whitespace(values), "").to_numpy(zero_copy_only=False)
    return empty
