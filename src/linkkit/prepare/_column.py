"""What a step is given, and what it hands back: distinct values, never records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import SpecError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Cleaned", "Column", "Doubt", "Mask", "blanked", "matches", "none_of", "step_fields"]

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, repr=False)
class Column:
    """The distinct values of a field.

    Parameters
    ----------
    dataset, field, kind
        Whose values they are, for messages; the kind of field decides details (a given name, a surname).
    values
        The distinct values, none of them missing; shape (distinct,).
    counts
        How many records hold each; shape (distinct,).
    """

    dataset: str
    field: str
    kind: str
    values: pa.StringArray
    counts: NDArray[np.int64]

    def records(self, mask: Mask) -> int:
        """How many records hold the values of a mask."""
        return int(self.counts[mask].sum())


@dataclass(frozen=True, eq=False, repr=False)
class Doubt:
    """Values of a column that are not what its field says.

    Parameters
    ----------
    expected
        What the field holds, in the singular (``"NHS number"``).
    found
        What these values are instead; an empty text where that is not known.
    values
        Which of the distinct values; shape (distinct,).
    of
        Which of them hold anything at all; shape (distinct,).
    outcome
        What became of them: ``"made missing"``, ``"kept"``.
    mend
        What to do.
    """

    expected: str
    found: str
    values: Mask
    of: Mask
    outcome: str
    mend: str


@dataclass(frozen=True, eq=False, repr=False)
class Cleaned:
    """The new text of each distinct value.

    Parameters
    ----------
    values
        The new texts, an empty text where it is now missing; shape (distinct,).
    reasons
        Why values became missing: a mask for each reason.
    notes
        What was decided for the whole column, such as the order of day and month; never a value.
    doubts
        Which values are not what the field says.
    """

    values: pa.StringArray
    reasons: Mapping[str, Mask] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()


def step_fields(step: str, fields: Sequence[str]) -> tuple[str, ...]:
    """Return the fields of a step as a tuple; one field may be given as a text.

    Examples
    --------
    >>> step_fields("text", "address")
    ('address',)
    """
    names = (fields,) if isinstance(fields, str) else tuple(fields)
    if not names or not all(isinstance(name, str) and name for name in names):
        raise SpecError(f"{step}(fields=) needs the name of at least one field; got {names!r}.")
    return tuple(dict.fromkeys(names))


def matches(values: pa.StringArray, pattern: str) -> Mask:
    """Which texts match a regular expression (RE2) somewhere."""
    import pyarrow.compute as pc

    found: Mask = pc.match_substring_regex(values, pattern).to_numpy(zero_copy_only=False)
    return found


def none_of(column: Column) -> Mask:
    """Return a mask that holds no value of the column."""
    return np.zeros(len(column.values), np.bool_)


def blanked(values: pa.StringArray, mask: Mask) -> pa.StringArray:
    """Return the texts with those of a mask missing (an empty text)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not mask.any():
        return values
    return pc.if_else(pa.array(mask), pa.scalar("", pa.string()), values)
