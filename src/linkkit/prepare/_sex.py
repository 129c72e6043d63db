"""Codes of sex and gender in one form: m, f, x."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from ._column import Cleaned, Column, blanked, step_fields
from ._placeholders import is_placeholder
from ._unicode import plain, replaced, without_punctuation
from .uk._tables import table

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Sex"]

_MALE = ("m", "male", "man", "boy", "b", "masculine", "mr", "homme", "trans man", "transgender male")
_FEMALE = ("f", "female", "woman", "girl", "g", "w", "feminine", "femme", "trans woman", "transgender female")
_OTHER = (
    "x", "o", "other", "non binary", "nonbinary", "nb", "i", "intersex", "indeterminate", "indeterminable",
    "ind", "agender", "genderqueer", "gender fluid", "genderfluid", "third gender", "diverse", "d", "trans",
    "transgender", "neither",
)  # fmt: skip
_MEANING = {**dict.fromkeys(_MALE, "m"), **dict.fromkeys(_FEMALE, "f"), **dict.fromkeys(_OTHER, "x")}
_NOT_KNOWN = ("u", "n", "na", "not specified", "unspecified", "not known", "not recorded", "z")
# The numbers of the NHS's own lists; and others for indeterminate and not known.
_NUMBERS = {row["code"]: row["meaning"] for row in table("sex_codes") if row["code"].isdecimal()}
_NUMBERS |= {"3": "x", "8": "", "99": "", "-1": "", "-9": ""}


@dataclass(frozen=True)
class Sex:
    """Write codes of sex or gender as ``m``, ``f`` or ``x`` (another value); codes for "not known" become missing.

    Numbers are read as the NHS writes them: 1 male, 2 female, 0 and 9 not known. A column of only 0 and 1 does not say
    which is which: its codes stay, and the report of changes says so.

    Parameters
    ----------
    fields
        The fields to clean.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> from linkkit.prepare import prepare
    >>> people = Dataset(pd.DataFrame({"id": [1, 2, 3, 4], "sex": ["Male", "F", "9", "non-binary"]}))
    >>> prepare(people, [Sex("sex")]).to_pandas()["sex"].fillna("").tolist()
    ['m', 'f', '', 'x']
    """

    fields: Sequence[str]
    kind: Literal["sex"] = field(default="sex", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", step_fields("sex", self.fields))

    def clean(self, column: Column) -> Cleaned:
        """Return the codes in one form."""
        import pyarrow as pa

        lower = replaced(plain(column.values), r"^(-?\d+)\.0+$|^0+(\d)$", r"\1\2")
        texts = [
            text if text in _NUMBERS else word for text, word in zip(lower.to_pylist(), _words(lower), strict=True)
        ]
        placeholder = is_placeholder(lower) | np.isin(texts, _NOT_KNOWN)
        numbers = {text for text in texts if text in _NUMBERS}
        if "1" in numbers and "0" in numbers and "2" not in numbers:
            return Cleaned(
                blanked(pa.array(texts, pa.string()), placeholder),
                {"placeholder": placeholder},
                ("0 and 1 without 2 do not say which is male; the codes stay (Replace can say)",),
            )
        known = {**_MEANING, **_NUMBERS}
        stated = np.array([text in known for text in texts], np.bool_)
        if not (stated | placeholder).any() and len(texts):
            return Cleaned(lower, {}, ("no code is known; the codes stay",))
        other = ~stated & ~placeholder
        notes = (f"other codes in {column.records(other):,} records, read as x",) if other.any() else ()
        values = [known.get(text, "x") for text in texts]
        not_known = np.array([text in _NUMBERS and not _NUMBERS[text] for text in texts], np.bool_)
        reasons = {"placeholder": placeholder, "code for not known": not_known}
        return Cleaned(blanked(pa.array(values, pa.string()), placeholder), reasons, notes)


def _words(lower: pa.StringArray) -> list[str]:
    words: list[str] = without_punctuation(lower).to_pylist()
    return words
