"""Postcodes: UK postcodes as ``LS1 4AP``, US zip codes as five digits, others in capitals without punctuation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from linkkit.errors import SpecError

from ._column import Cleaned, Column, Doubt, Mask, blanked, matches, step_fields
from ._placeholders import is_placeholder
from ._unicode import plain, replaced, squeezed

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Postcode"]

_COUNTRIES = ("uk", "us", "other")
_UK = r"^(?:[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}|GIR0AA)$"
# The letters that stand in the third and fourth place of real postcodes; none of them looks like a digit.
_OUTWARD_RIGHT = r"^(?:[A-Z]{1,2}\d{1,2}|[A-Z]\d[A-HJKPSTUW]|[A-Z]{2}\d[ABEHMNPRVWXY])"
_UK_RIGHT = re.compile(_OUTWARD_RIGHT + r"\d[ABD-HJLNP-UW-Z]{2}$")
_US = r"^\d{5}(?:\d{4})?$"
# The outward part by its length: L letter, D digit.
_OUTWARD = {2: ("LD",), 3: ("LLD", "LDD", "LDL"), 4: ("LLDD", "LLDL")}
_AS_DIGIT = str.maketrans("OILS", "0115")
_AS_LETTER = str.maketrans("015", "OIS")
# ZZ99: NHS pseudo-postcodes (no fixed abode, not known, overseas). The others are keyboard rests.
_PSEUDO = r"^ZZ99|^(?:NFA|OVERSEAS|ABROAD|NOFIXEDABODE|HOMELESS)$"
_CONSTANT = r"^(?:0+|9{4,}|1{5,}|X[X0-9]*X|A{2,}1{2,}A{2,}|XX\d*XX|AA11AA|ZZ\d+ZZ)$"


@dataclass(frozen=True)
class Postcode:
    """Write postcodes alike; pseudo-postcodes (``ZZ99 3VZ``) and constants (``00000``) become missing.

    Where most of a column has the UK form, O and 0, I and 1 are put right by their place if that makes a postcode.
    Partial postcodes stay as they are.

    Parameters
    ----------
    fields
        The fields to clean.
    country
        ``"uk"``, ``"us"`` or ``"other"``; by default what most of the column looks like.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> from linkkit.prepare import prepare
    >>> people = Dataset(pd.DataFrame({"id": [1, 2, 3], "postcode": ["ls14ap", "YO1O 5DD", "ZZ99 3VZ"]}))
    >>> prepare(people, [Postcode("postcode")]).to_pandas()["postcode"].fillna("").tolist()
    ['LS1 4AP', 'YO10 5DD', '']
    """

    fields: Sequence[str]
    country: Literal["uk", "us", "other"] | None = None
    kind: Literal["postcode"] = field(default="postcode", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", step_fields("postcode", self.fields))
        if self.country is not None and self.country not in _COUNTRIES:
            raise SpecError(f"postcode(country=) must be one of {', '.join(_COUNTRIES)}; got {self.country!r}.")

    def clean(self, column: Column) -> Cleaned:
        """Return the postcodes written alike; numbers of people among them are kept, with a doubt."""
        from .uk._wrong_kind import in_postcodes

        upper = plain(column.values, case="upper")
        tight = replaced(replaced(upper, r"^(\d+)\.0+$", r"\1"), r"[^\pL\pM\pN]+", "")
        placeholder = is_placeholder(plain(column.values)) | matches(tight, _CONSTANT)
        country = self.country or _country(tight, column, ~placeholder & ~matches(tight, _PSEUDO))
        if country == "uk":
            return self._uk(column, tight, placeholder)
        if country == "us":
            values = replaced(replaced(tight, r"^(\d{5})\d{4}$", r"\1"), r"^(\d{4})$", r"0\1")
            placeholder |= matches(values, r"^(?:0{5}|9{5})$")
            doubts = in_postcodes(column, ~placeholder & ~matches(tight, _US), ~placeholder)
            said = self._said("US zip codes")
            return Cleaned(blanked(values, placeholder), {"placeholder": placeholder}, said, doubts)
        values = squeezed(replaced(upper, r"[^\pL\pM\pN ]+", ""))
        doubts = in_postcodes(column, ~placeholder, ~placeholder)
        return Cleaned(blanked(values, placeholder), {"placeholder": placeholder}, (), doubts)

    def _uk(self, column: Column, tight: pa.StringArray, placeholder: Mask) -> Cleaned:
        pseudo = matches(tight, _PSEUDO) & ~placeholder
        from .uk._wrong_kind import in_postcodes

        right = matches(tight, _OUTWARD_RIGHT + r"\d[A-Z]{2}$|^GIR0AA$")
        doubts: tuple[Doubt, ...] = ()
        notes = self._said("UK postcodes")
        if not (right | placeholder | pseudo).all():
            tight, mended = _mended(tight, ~(right | placeholder | pseudo))
            right = matches(tight, _UK)
            odd = ~(right | placeholder | pseudo)
            if mended.any():
                notes = (*notes, f"O and 0, I and 1 put right in {column.records(mended):,} records")
            doubts = in_postcodes(column, odd, ~placeholder)
            if odd.any():
                notes = (*notes, f"{column.records(odd):,} records are partial or not of the UK form; kept")
        values = replaced(tight, r"^([A-Z]{1,2}\d[A-Z\d]?|GIR)(\d[A-Z]{2})$", r"\1 \2")
        reasons = {"placeholder": placeholder, "pseudo-postcode": pseudo}
        return Cleaned(blanked(values, placeholder | pseudo), reasons, notes, doubts)

    def _said(self, what: str) -> tuple[str, ...]:
        return () if self.country else (f"read as {what}, as most values look",)


def _country(tight: pa.StringArray, column: Column, counted: Mask) -> str:
    half = column.records(counted) / 2
    if column.records(matches(tight, _UK) & counted) > half:
        return "uk"
    return "us" if column.records(matches(tight, _US) & counted) > half else "other"


def _mended(tight: pa.StringArray, chosen: Mask) -> tuple[pa.StringArray, Mask]:
    import pyarrow as pa

    texts = tight.to_pylist()
    mended = chosen.copy()
    for position in chosen.nonzero()[0].tolist():
        new = _repaired(texts[position])
        mended[position] = new is not None
        texts[position] = new or texts[position]
    return pa.array(texts, pa.string()), mended


def _repaired(text: str) -> str | None:
    """The UK postcode that a text becomes when letters and digits that look alike are put right, the fewest of them."""
    outward, inward = text[:-3], text[-3:]
    if len(outward) not in _OUTWARD or len(inward) != 3:
        return None
    found: list[tuple[int, str]] = []
    for places in _OUTWARD[len(outward)]:
        pairs = zip(text, f"{places}DLL", strict=True)
        new = "".join(character.translate(_AS_DIGIT if place == "D" else _AS_LETTER) for character, place in pairs)
        if _UK_RIGHT.match(new):
            found.append((sum(old != put for old, put in zip(text, new, strict=True)), new))
    return min(found)[1] if found else None
