"""Identifiers (NHS number, UPN, ...) and plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from ._column import Cleaned, Column, blanked, matches, step_fields
from ._placeholders import is_placeholder
from ._unicode import ascii_digits, plain, replaced

__all__ = ["Identifier", "Number"]

_SAME_DIGIT = "|".join(f"{digit}+" for digit in "0123456789")
_COUNTED = "|".join("01234567890123456789"[start : start + size] for start in (0, 1) for size in (6, 7, 8, 9, 10))


@dataclass(frozen=True)
class Identifier:
    """Write identifiers in capitals without blanks or punctuation; repeated and counted digits become missing.

    ``1111111111`` passes the check digit of the NHS number and is nobody's.

    Parameters
    ----------
    fields
        The fields to clean.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> from linkkit.prepare import prepare
    >>> people = Dataset(pd.DataFrame({"id": [1, 2], "nhs_number": ["943 476 5919", "1111111111"]}))
    >>> prepare(people, [Identifier("nhs_number")]).to_pandas()["nhs_number"].fillna("").tolist()
    ['9434765919', '']
    """

    fields: Sequence[str]
    kind: Literal["identifier"] = field(default="identifier", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", step_fields("identifier", self.fields))

    def clean(self, column: Column) -> Cleaned:
        """Return the identifiers written alike."""
        upper = ascii_digits(plain(column.values, case="upper"))
        values = replaced(replaced(upper, r"^(\d+)\.0+$", r"\1"), r"[^\pL\pM\pN]+", "")
        placeholder = is_placeholder(plain(column.values)) | matches(values, r"^(?:X+|Z+)$")
        same = matches(values, f"^(?:{_SAME_DIGIT})$") & matches(values, "^.{4}")
        counted = matches(values, f"^(?:{_COUNTED})$")
        reasons = {"placeholder": placeholder, "repeated or counted digits": (same | counted) & ~placeholder}
        return Cleaned(blanked(values, placeholder | same | counted), reasons)


@dataclass(frozen=True)
class Number:
    """Write numbers alike: ``1,200.0`` is ``1200``; what is no number becomes missing.

    Parameters
    ----------
    fields
        The fields to clean.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> from linkkit.prepare import prepare
    >>> people = Dataset(pd.DataFrame({"id": [1, 2, 3], "age": ["12.0", " 7", "unknown"]}))
    >>> prepare(people, [Number("age")]).to_pandas()["age"].fillna("").tolist()
    ['12', '7', '']
    """

    fields: Sequence[str]
    kind: Literal["number"] = field(default="number", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", step_fields("number", self.fields))

    def clean(self, column: Column) -> Cleaned:
        """Return the numbers written alike."""
        lower = ascii_digits(plain(column.values))
        placeholder = is_placeholder(lower)
        values = replaced(replaced(lower, r"^−", "-"), r"(\d),(\d{3})\b", r"\1\2")
        values = replaced(values, r"^([-+]?\d+)\.0*$", r"\1")
        values = replaced(values, r"^([-+]?\d+\.\d*?[1-9])0+$", r"\1")
        values = replaced(replaced(values, r"^\+", ""), r"^(-?)0+(\d)", r"\1\2")
        no_number = ~placeholder & ~matches(values, r"^-?\d*\.?\d+(?:e[-+]?\d+)?$")
        return Cleaned(
            blanked(values, placeholder | no_number), {"placeholder": placeholder, "not a number": no_number}
        )
