"""E-mail addresses and telephone numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from ._column import Cleaned, Column, blanked, matches, step_fields
from ._placeholders import is_placeholder
from ._unicode import ascii_digits, plain, replaced

__all__ = ["Email", "Phone"]


@dataclass(frozen=True)
class Email:
    """Write e-mail addresses in lower case without blanks; ``none@none.com`` and its like become missing.

    Parameters
    ----------
    fields
        The fields to clean.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> from linkkit.prepare import prepare
    >>> people = Dataset(pd.DataFrame({"id": [1, 2], "email": [" Ann@Example.org ", "noemail@example.org"]}))
    >>> prepare(people, [Email("email")]).to_pandas()["email"].fillna("").tolist()
    ['ann@example.org', '']
    """

    fields: Sequence[str]
    kind: Literal["email"] = field(default="email", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", step_fields("email", self.fields))

    def clean(self, column: Column) -> Cleaned:
        """Return the addresses written alike."""
        values = replaced(plain(column.values, accents=False), r"^mailto:|[<>\s]+", "")
        values = replaced(values, r"[.,;]+$", "")
        nobody = (
            r"^(?:no|none|null|na|n/a|unknown|test|noemail|no[-_.]email|nomail|noreply|no[-_.]?reply|x+)@|^none?$|^@"
        )
        missing = is_placeholder(plain(column.values)) | matches(values, nobody)
        odd = ~missing & ~matches(values, r"^[^@]+@[^@]+\.[^@.]+$")
        notes = (
            (f"{column.records(odd):,} records do not have the form of an e-mail address; kept",) if odd.any() else ()
        )
        return Cleaned(blanked(values, missing), {"placeholder": missing}, notes)


@dataclass(frozen=True)
class Phone:
    """Write telephone numbers as digits, ``+44 (0)113 ...`` as ``0113 ...``; repeated digits become missing.

    Parameters
    ----------
    fields
        The fields to clean.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> from linkkit.prepare import prepare
    >>> people = Dataset(pd.DataFrame({"id": [1, 2, 3], "phone": ["+44 (0)113 496-0000", "0113 4960000", "00000000"]}))
    >>> prepare(people, [Phone("phone")]).to_pandas()["phone"].fillna("").tolist()
    ['01134960000', '01134960000', '']
    """

    fields: Sequence[str]
    kind: Literal["phone"] = field(default="phone", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", step_fields("phone", self.fields))

    def clean(self, column: Column) -> Cleaned:
        """Return the numbers written alike."""
        values = replaced(ascii_digits(plain(column.values)), r"\.0+$", "")
        values = replaced(values, r"(?:ext|x)\.? ?\d+$", "")
        values = replaced(replaced(values, r"\(0\)", ""), r"[^\d+]+", "")
        values = replaced(values, r"^(?:\+44|0044)0?(\d{9,10})$|^44(\d{10})$", r"0\1\2")
        values = replaced(replaced(values, r"^\+1(\d{10})$", r"\1"), r"^00([1-9])", r"+\1")
        values = replaced(values, r"(\d)\+", r"\1")
        same = matches(values, "^(?:" + "|".join(rf"\+?{digit}+" for digit in "0123456789") + ")$")
        short = ~matches(values, r"^\+?\d{5,}$")
        reasons = {"placeholder": same, "no number": short & ~same}
        return Cleaned(blanked(values, same | short), reasons)
