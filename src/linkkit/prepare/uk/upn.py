"""The unique pupil number (UPN): a check letter, authority, school, year and serial number."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from linkkit.errors import DataError, SpecError
from linkkit.prepare._column import Cleaned, Column, Mask, matches, step_fields

from ._columns import parsed, valid, written
from ._judge import Judged, Otherwise, check_otherwise, cleaned, fault_of, one_text
from ._shapes import UPN_LETTERS, characters, check_letters, first_digits, tight, where
from ._tables import table

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = [
    "Upn",
    "UpnParts",
    "check_letter",
    "is_known_authority",
    "is_valid",
    "is_valid_column",
    "normalise",
    "normalise_column",
    "parse",
    "parse_column",
]

_FORM = f"^[{UPN_LETTERS}][0-9]{{11}}[0-9{UPN_LETTERS}]$"
_KEEP = ("keep", "missing")


@dataclass(frozen=True)
class UpnParts:
    """A UPN and what it says of its making; printing it shows no number.

    Parameters
    ----------
    number
        The UPN.
    authority, school
        Local authority (three digits) and establishment (four) that gave it; the pupil may have moved since.
    year
        Two digits of the academic year in which it was given.
    temporary
        Whether it is a temporary UPN, which another school does not know.
    known_authority
        Whether the authority is in the list of codes since 1999.
    """

    number: str = field(repr=False)
    authority: str = field(repr=False)
    school: str = field(repr=False)
    year: str = field(repr=False)
    temporary: bool
    known_authority: bool


def normalise(number: object) -> str:
    """Return a UPN in capitals without blanks; nothing is checked.

    Examples
    --------
    >>> normalise("q207 0000 16049")
    'Q207000016049'
    """
    return str(tight(one_text(number))[0])


def check_letter(rest: str) -> str:
    """Return the check letter of the twelve characters behind it.

    Examples
    --------
    The example of school census check 1510: 2x2 + 4x7 + 9x1 + 10x6 + 12x4 + 13x9 is 266, and 266 modulo 23 is 13, a P.
    (It is printed with a slip, as 267 and Q.)

    >>> check_letter("207000016049")
    'P'
    """
    values = tight(one_text(rest))
    if not matches(values, f"^[0-9]{{11}}[0-9{UPN_LETTERS}]$").all():
        raise DataError("a check letter needs eleven digits, and a digit or a letter other than I, O and S.")
    return chr(int(check_letters(characters(values, 12))[0]))


def is_valid(number: object) -> bool:
    """Return whether a text is a UPN, permanent or temporary: its form and its check letter.

    The authority is not asked: a list of authorities is out of date when the next one is made.

    Examples
    --------
    >>> is_valid("B801200005001"), is_valid("A801200005001"), is_valid("X80120000A001")
    (True, False, False)
    """
    return not fault_of(_judged(tight(one_text(number))))


def is_known_authority(code: str) -> bool:
    """Return whether a code of three digits is that of an authority since 1999, in England or Wales, or stands for one.

    Examples
    --------
    >>> [is_known_authority(code) for code in ("820", "838", "940", "943", "000")]
    [True, True, True, True, False]
    """
    return code.isdecimal() and len(code) == 3 and int(code) in _authorities()


def parse(number: object) -> UpnParts:
    """Return what a UPN says of its making.

    Raises
    ------
    DataError
        Where it is none; the message says why, and does not show it.

    Examples
    --------
    >>> parse("B801200005001")
    UpnParts(temporary=False, known_authority=True)
    """
    judged = _judged(tight(one_text(number)))
    if fault := fault_of(judged):
        raise DataError(f"no UPN: {fault}.")
    return _parts_of(judged.values[0].as_py())


def is_valid_column(numbers: Any) -> Mask:
    """Return which values of a column are valid, as :func:`is_valid` says of one; shape (values,).

    Parameters
    ----------
    numbers
        A Series of pandas or polars, an Arrow array or a list. Each distinct value is looked at once; what is missing
        is not valid.

    Examples
    --------
    >>> is_valid_column(["b801 2000 05001", "A801200005001", None]).tolist()
    [True, False, False]
    """
    return valid(numbers, lambda texts: _judged(tight(texts)))


def normalise_column(numbers: Any) -> pd.Series:
    """Return a column written as :func:`normalise` writes one value; None where nothing is left.

    Parameters
    ----------
    numbers
        A Series of pandas or polars, an Arrow array or a list; the index of a pandas Series stays.

    Examples
    --------
    >>> normalise_column(["b801 2000 05001", "A801200005001", None]).tolist()
    ['B801200005001', 'A801200005001', None]
    """
    return written(numbers, tight)


def parse_column(numbers: Any) -> pd.DataFrame:
    """Return the parts of a column as :func:`parse` does of one value; None for what is no UPN, or missing.

    Parameters
    ----------
    numbers
        A Series of pandas or polars, an Arrow array or a list; the index of a pandas Series stays.

    Examples
    --------
    >>> parse_column(["b801 2000 05001", None])["school"].tolist()
    ['2000', None]
    """
    return parsed(
        numbers,
        lambda texts: _judged(tight(texts)),
        lambda text: vars(_parts_of(text)),
        ("number", "authority", "school", "year", "temporary", "known_authority"),
    )


@dataclass(frozen=True)
class Upn:
    """Write UPNs alike; what is none becomes missing, for a counted reason.

    Parameters
    ----------
    fields
        The fields to clean.
    temporary
        ``"keep"`` temporary UPNs (a letter in the last place), or make them ``"missing"``: a school gives one until it
        knows the pupil's own, and no other school knows it.
    unknown_authorities
        ``"keep"`` UPNs of authorities that linkkit does not know, or make them ``"missing"``. UPNs stay valid when
        their authority is dissolved, and new ones are made: both lists are longer than any list.
    otherwise
        What to do with a column most of whose records hold something else: ``"refuse"`` it, or ``"keep"`` what it
        holds, written as other identifiers are, with a warning.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> from linkkit.prepare import prepare
    >>> pupils = Dataset(pd.DataFrame({"id": [1, 2], "upn": ["b801 2000 05001", "A801200005001"]}))
    >>> cleaned = prepare(pupils, [Upn("upn")])
    >>> cleaned.to_pandas()["upn"].fillna("").tolist(), dict(cleaned.preparation[0].reasons)
    (['B801200005001', ''], {'wrong check letter': 1})
    """

    fields: Sequence[str]
    temporary: Literal["keep", "missing"] = "keep"
    unknown_authorities: Literal["keep", "missing"] = "keep"
    otherwise: Otherwise = "refuse"
    kind: Literal["upn"] = field(default="upn", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", step_fields("upn", self.fields))
        for name, value in (("temporary", self.temporary), ("unknown_authorities", self.unknown_authorities)):
            if value not in _KEEP:
                raise SpecError(f"upn({name}=) must be one of {', '.join(_KEEP)}; got {value!r}.")
        check_otherwise("upn", self.otherwise)

    def clean(self, column: Column) -> Cleaned:
        """Return the UPNs written alike."""
        mend = f'If they are other numbers, prepare.Identifier("{column.field}").'
        judge = functools.partial(self._judged, column)
        return cleaned(column, "UPN", judge, own=("UPN",), mend=mend, otherwise=self.otherwise)

    def _judged(self, column: Column, values: pa.StringArray) -> Judged:
        judged = _judged(values)
        right = ~judged.wrong()
        temporary = right & matches(values, "[A-Z]$")
        unknown = where(right, ~_has_known_authority(characters(values, 13, right)))
        faults = dict(judged.faults)
        notes = []
        for what, mask, how in (
            ("temporary UPN", temporary, self.temporary),
            ("authority not in the list", unknown, self.unknown_authorities),
        ):
            if how == "missing":
                faults[what] = mask
            elif mask.any():
                notes.append(f"{what}: {column.records(mask):,} records, kept")
        return Judged(values, faults, tuple(notes))


def _judged(values: pa.StringArray) -> Judged:
    thirteen = matches(values, r"^[\x00-\x7f]{13}$")
    formed = matches(values, _FORM)
    codes = characters(values, 13, formed)
    faults = {
        "not 13 characters": ~thirteen,
        "not a letter, eleven digits, and a digit or letter": thirteen & ~formed,
        "wrong check letter": where(formed, codes[:, 0] != check_letters(codes[:, 1:])),
    }
    return Judged(values, faults)


def _parts_of(text: str) -> UpnParts:
    known = is_known_authority(text[1:4])
    return UpnParts(text, text[1:4], text[4:8], text[8:10], text[12].isalpha(), known)


def _has_known_authority(codes: np.ndarray) -> Mask:
    return np.isin(first_digits(codes[:, 1:4] - ord("0")), sorted(_authorities()))


@functools.cache
def _authorities() -> frozenset[int]:
    rows = table("upn_authorities")
    return frozenset(code for row in rows for code in range(int(row["first"]), int(row["last"]) + 1))
