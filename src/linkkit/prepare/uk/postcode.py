"""UK postcodes: their parts, the pseudo-postcodes that are no place, and addresses where many people live."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from linkkit.errors import DataError, SpecError
from linkkit.prepare._column import Cleaned, Column, Mask, blanked, matches, none_of, step_fields
from linkkit.prepare._postcodes import Postcode
from linkkit.prepare._unicode import replaced
from linkkit.prepare._wrong_kind import with_article

from ._columns import parsed, valid, written
from ._judge import Judged, one_text
from ._shapes import is_kind, tight
from ._tables import table

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = [
    "Crowded",
    "PostcodeParts",
    "UkPostcode",
    "is_valid",
    "is_valid_column",
    "normalise",
    "normalise_column",
    "parse",
    "parse_column",
    "pseudo_meaning",
]

_RIGHT = r"^(?:[A-Z]{1,2}[0-9]{1,2}|[A-Z][0-9][A-Z]|[A-Z]{2}[0-9][A-Z]) [0-9][ABD-HJLNP-UW-Z]{2}$|^GIR 0AA$"
_OVERSEAS = "abroad, by country code"


@dataclass(frozen=True)
class PostcodeParts:
    """The parts of a postcode; printing it does not show them.

    Parameters
    ----------
    postcode
        ``LS1 4AP``.
    area, district, sector
        ``LS``, ``LS1`` (the outward code) and ``LS1 4``.
    unit
        ``AP``.
    """

    postcode: str = field(repr=False)
    area: str = field(repr=False)
    district: str = field(repr=False)
    sector: str = field(repr=False)
    unit: str = field(repr=False)


def normalise(postcode: object) -> str:
    """Return a postcode in capitals with its blank; nothing is checked.

    Examples
    --------
    >>> normalise("ls14ap")
    'LS1 4AP'
    """
    return str(_spaced(tight(one_text(postcode)))[0])


def is_valid(postcode: object) -> bool:
    """Return whether a text has the form of a postcode and is no pseudo-postcode; whether it exists is not known.

    Examples
    --------
    >>> is_valid("ls1 4ap"), is_valid("ZZ99 3VZ"), is_valid("LS1")
    (True, False, False)
    """
    return not _judged(one_text(postcode)).wrong()[0]


def pseudo_meaning(postcode: object) -> str:
    """Return what a pseudo-postcode stands for; an empty text for one that is none.

    Examples
    --------
    >>> pseudo_meaning("ZZ993VZ"), pseudo_meaning("LS1 4AP"), pseudo_meaning("ZZ99 6CZ")
    ('no fixed abode', '', 'abroad, by country code')
    """
    code = normalise(postcode)
    meanings = {row["postcode"]: row["meaning"] for row in table("pseudo_postcodes")}
    return meanings.get(code, _OVERSEAS if code.startswith("ZZ99") else "")


def parse(postcode: object) -> PostcodeParts:
    """Return the parts of a postcode.

    Raises
    ------
    DataError
        Where it is none, or a pseudo-postcode; the message says why, and does not show it.

    Examples
    --------
    >>> parts = parse("sw1a1aa")
    >>> parts.area, parts.district, parts.sector, parts.unit
    ('SW', 'SW1A', 'SW1A 1', 'AA')
    """
    if meaning := pseudo_meaning(postcode):
        raise DataError(f"no postcode: a pseudo-postcode ({meaning}).")
    if not is_valid(postcode):
        raise DataError("no postcode: not of the form of one.")
    return _parts_of(normalise(postcode))


def is_valid_column(postcodes: Any) -> Mask:
    """Return which values of a column are valid, as :func:`is_valid` says of one; shape (values,).

    Parameters
    ----------
    postcodes
        A Series of pandas or polars, an Arrow array or a list. Each distinct value is looked at once; what is missing
        is not valid.

    Examples
    --------
    >>> is_valid_column(["ls14ap", "ZZ99 3VZ", None]).tolist()
    [True, False, False]
    """
    return valid(postcodes, _judged)


def normalise_column(postcodes: Any) -> pd.Series:
    """Return a column written as :func:`normalise` writes one value; None where nothing is left.

    Parameters
    ----------
    postcodes
        A Series of pandas or polars, an Arrow array or a list; the index of a pandas Series stays.

    Examples
    --------
    >>> normalise_column(["ls14ap", "ZZ99 3VZ", None]).tolist()
    ['LS1 4AP', 'ZZ99 3VZ', None]
    """
    return written(postcodes, lambda texts: _spaced(tight(texts)))


def parse_column(postcodes: Any) -> pd.DataFrame:
    """Return the parts of a column as :func:`parse` does of one value; None for what is no postcode, or missing.

    Parameters
    ----------
    postcodes
        A Series of pandas or polars, an Arrow array or a list; the index of a pandas Series stays.

    Examples
    --------
    >>> parse_column(["ls14ap", None])["district"].tolist()
    ['LS1', None]
    """
    return parsed(
        postcodes, _judged, lambda text: vars(_parts_of(text)), ("postcode", "area", "district", "sector", "unit")
    )


@dataclass(frozen=True)
class UkPostcode:
    """Write UK postcodes alike as :class:`Postcode` does, and say what each pseudo-postcode stood for.

    Parameters
    ----------
    fields
        The fields to clean.
    partial
        ``"keep"`` what is not a whole postcode (``LS1``), or make it ``"missing"``.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> from linkkit.prepare import prepare
    >>> people = Dataset(pd.DataFrame({"id": [1, 2, 3], "postcode": ["ls14ap", "zz993vz", "YO1O 5DD"]}))
    >>> cleaned = prepare(people, [UkPostcode("postcode")])
    >>> cleaned.to_pandas()["postcode"].fillna("").tolist(), dict(cleaned.preparation[0].reasons)
    (['LS1 4AP', '', 'YO10 5DD'], {'no fixed abode': 1})
    """

    fields: Sequence[str]
    partial: Literal["keep", "missing"] = "missing"
    kind: Literal["uk_postcode"] = field(default="uk_postcode", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", step_fields("uk_postcode", self.fields))
        if self.partial not in ("keep", "missing"):
            raise SpecError(f"uk_postcode(partial=) must be one of keep, missing; got {self.partial!r}.")

    def clean(self, column: Column) -> Cleaned:
        """Return the postcodes written alike."""
        values = tight(column.values)
        for kind, mask in is_kind(values).items():
            if kind != "postcode" and column.records(mask) * 2 > int(column.counts.sum()):
                raise DataError(
                    f"{column.dataset}: {column.records(mask):,} of {int(column.counts.sum()):,} records that hold the "
                    f"field {column.field!r} hold {with_article(kind)}, not a postcode. Give the column a field "
                    f"of its own, fields={{...: Field(column, kind='identifier')}}, or leave it out, "
                    f"fields={{{column.field!r}: None}}."
                )
        done = Postcode(self.fields, country="uk").clean(column)
        spaced = _spaced(values)
        reasons = {"placeholder": done.reasons["placeholder"]}
        for row in table("pseudo_postcodes"):
            reasons[row["meaning"]] = matches(spaced, f"^{row['postcode']}$")
        reasons[_OVERSEAS] = matches(spaced, "^ZZ99")
        reasons["pseudo-postcode"] = done.reasons["pseudo-postcode"]
        missing = np.any(list(reasons.values()), axis=0)
        if self.partial == "keep":
            return Cleaned(done.values, reasons, done.notes, done.doubts)
        partial = ~missing & ~matches(done.values, _RIGHT)
        reasons["not a whole postcode"] = partial
        notes = tuple(note for note in done.notes if not note.endswith("kept"))
        return Cleaned(blanked(done.values, partial), reasons, notes)


@dataclass(frozen=True)
class Crowded:
    """Make values that very many records share missing: postcodes and addresses of homes, hostels, halls, hospitals.

    Many people at one place are no evidence that two of them are one person. Records are counted, so that a file with
    many records a person should be brought to one record a person before.

    Parameters
    ----------
    fields
        The fields to clean: postcodes, addresses, UPRNs.
    share
        The share of the distinct values with most records that is looked at.
    more_than
        Values with no more records than this stay, whatever the share: a family, or a street of houses, is no crowd.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> from linkkit.prepare import prepare
    >>> codes = ["LS2 9JT"] * 60 + [f"LS{n} 4AP" for n in range(10, 99)]
    >>> people = Dataset(pd.DataFrame({"id": range(len(codes)), "postcode": codes}))
    >>> dict(prepare(people, [Crowded("postcode", share=0.02)]).preparation[0].reasons)
    {'crowded': 60}
    """

    fields: Sequence[str]
    share: float = 0.01
    more_than: int = 50
    kind: Literal["crowded"] = field(default="crowded", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", step_fields("crowded", self.fields))
        if not 0 < self.share <= 1:
            raise SpecError(f"crowded(share=) must lie above 0 and be at most 1; got {self.share!r}.")
        if not isinstance(self.more_than, int) or isinstance(self.more_than, bool) or self.more_than < 1:
            raise SpecError(f"crowded(more_than=) must be a whole number of records from 1; got {self.more_than!r}.")

    def clean(self, column: Column) -> Cleaned:
        """Return the values, crowded ones missing."""
        chosen = int(len(column.values) * self.share)
        crowded = none_of(column)
        if chosen:
            # Values with as many records as the last one chosen go with it: order must not decide.
            least = np.partition(column.counts, len(column.counts) - chosen)[len(column.counts) - chosen]
            crowded = (column.counts >= least) & (column.counts > self.more_than)
        notes = (f"{int(crowded.sum()):,} values are shared by more than {self.more_than:,} records",)
        return Cleaned(blanked(column.values, crowded), {"crowded": crowded}, notes if crowded.any() else ())


def _judged(values: pa.StringArray) -> Judged:
    codes = _spaced(tight(values))
    pseudo = [row["postcode"] for row in table("pseudo_postcodes")]
    stands_for = np.isin(codes.to_pylist(), pseudo) | matches(codes, "^ZZ99")
    return Judged(codes, {"not of the form of a postcode": ~matches(codes, _RIGHT), "pseudo-postcode": stands_for})


def _parts_of(code: str) -> PostcodeParts:
    district, inward = code.split(" ")
    area = re.sub(r"[0-9].*", "", district)
    return PostcodeParts(code, area, district, f"{district} {inward[0]}", inward[1:])


def _spaced(values: pa.StringArray) -> pa.StringArray:
    return replaced(values, r"^([A-Z]{1,2}[0-9][A-Z0-9]?|GIR)([0-9][A-Z]{2})$", r"\1 \2")
