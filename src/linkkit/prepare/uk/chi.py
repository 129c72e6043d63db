"""The CHI number of Scotland: date of birth, sex and a check digit in ten digits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import DataError
from linkkit.prepare._column import Cleaned, Column, Mask, matches, step_fields
from linkkit.prepare._unicode import replaced

from ._columns import parsed, valid, written
from ._judge import Judged, Otherwise, check_otherwise, cleaned, fault_of, one_text
from ._shapes import characters, check_digits, has_date, is_repeated, tight, where

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from linkkit.dataset import Dataset

__all__ = [
    "Chi",
    "ChiParts",
    "births_said",
    "consistency",
    "contradictions",
    "is_valid",
    "is_valid_column",
    "normalise",
    "normalise_column",
    "parse",
    "parse_column",
]


@dataclass(frozen=True)
class ChiParts:
    """A CHI number and what it says; printing it shows none of it.

    Parameters
    ----------
    number
        The number.
    day, month, year
        The date of birth; the year has two digits, the century is not in the number.
    sex
        ``"m"`` or ``"f"``.
    """

    number: str = field(repr=False)
    day: int = field(repr=False)
    month: int = field(repr=False)
    year: int = field(repr=False)
    sex: str = field(repr=False)


def normalise(number: object) -> str:
    """Return the digits of a number, a lost zero in front put back; nothing else is checked.

    Examples
    --------
    >>> normalise("402070763")
    '0402070763'
    """
    return str(_padded(tight(one_text(number)))[0])


def is_valid(number: object) -> bool:
    """Return whether a text is a CHI number: a date of birth, and the check digit of the NHS number.

    Examples
    --------
    >>> is_valid("0211165794"), is_valid("9999999999"), is_valid("0101010000")
    (True, False, False)
    """
    return not fault_of(_judged(tight(one_text(number))))


def parse(number: object) -> ChiParts:
    """Return what a CHI number says.

    Raises
    ------
    DataError
        Where it is none; the message says why, and does not show it.

    Examples
    --------
    >>> parts = parse("0211165794")
    >>> parts.day, parts.month, parts.year, parts.sex
    (2, 11, 16, 'm')
    """
    judged = _judged(tight(one_text(number)))
    if fault := fault_of(judged):
        raise DataError(f"no CHI number: {fault}.")
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
    >>> is_valid_column(["402070763", "0211165795", None]).tolist()
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
    >>> normalise_column(["402070763", "0211165795", None]).tolist()
    ['0402070763', '0211165795', None]
    """
    return written(numbers, lambda texts: _padded(tight(texts)))


def parse_column(numbers: Any) -> pd.DataFrame:
    """Return the parts of a column as :func:`parse` does of one value; None for what is no CHI number, or missing.

    Parameters
    ----------
    numbers
        A Series of pandas or polars, an Arrow array or a list; the index of a pandas Series stays.

    Examples
    --------
    >>> parse_column(["402070763", None])["sex"].tolist()
    ['f', None]
    """
    return parsed(
        numbers,
        lambda texts: _judged(tight(texts)),
        lambda text: vars(_parts_of(text)),
        ("number", "day", "month", "year", "sex"),
    )


def contradictions(number: object, date_of_birth: str = "", sex: str = "") -> tuple[str, ...]:
    """Return what of a person contradicts a CHI number: ``"date of birth"``, ``"sex"``.

    Parameters
    ----------
    number
        A CHI number.
    date_of_birth
        ``YYYY-MM-DD``; empty for missing.
    sex
        ``"m"`` or ``"f"``; anything else contradicts nothing.

    Examples
    --------
    >>> contradictions("0211165794", "2016-11-02", "f")
    ('sex',)
    """
    parts = parse(number)
    born = f"{parts.year:02}-{parts.month:02}-{parts.day:02}"
    found = ["date of birth"] if date_of_birth and date_of_birth[2:] != born else []
    return (*found, *(["sex"] if sex in ("m", "f") and sex != parts.sex else []))


def consistency(
    dataset: Dataset, number: str = "chi_number", *, date_of_birth: str = "date_of_birth", sex: str = "sex"
) -> dict[str, int]:
    """Count how many records hold a CHI number that agrees with their date of birth and sex.

    Parameters
    ----------
    dataset
        A prepared dataset: CHI numbers by :class:`Chi`, whole dates as ``YYYY-MM-DD``, sex as ``m`` and ``f``.
    number, date_of_birth, sex
        The fields; a dataset that lacks one of the last two is checked against the other.

    Returns
    -------
    dict of str to int
        Records that agree in all that is there, that contradict the date of birth, the sex or both, and that have
        nothing to check (no valid number, or neither date nor sex).

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> from linkkit.fields import Field
    >>> from linkkit.prepare import prepare
    >>> table = pd.DataFrame({"id": [1, 2], "number": ["0211165794"] * 2, "sex": ["m", "f"]})
    >>> people = Dataset(table, fields={"chi_number": Field("number", "identifier")})
    >>> consistency(people)
    {'agrees': 1, 'contradicts date of birth': 0, 'contradicts sex': 1, 'contradicts both': 0, 'nothing to check': 0}
    """
    encoded = dataset.encoded(number)
    judged = _judged(tight(encoded.values))
    right = ~judged.wrong()
    born = births_said(judged.values)
    male = matches(judged.values, r"^[0-9]{8}[13579]")
    valid = right[encoded.codes]
    other_day = _differs(dataset, date_of_birth, born[encoded.codes], r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", 2)
    other_sex = _differs(dataset, sex, np.where(male, "m", "f")[encoded.codes], "^[mf]$", 0)
    checked = valid & ((other_day >= 0) | (other_sex >= 0))
    days, sexes = checked & (other_day == 1), checked & (other_sex == 1)
    counts = {
        "agrees": checked & ~days & ~sexes,
        "contradicts date of birth": days & ~sexes,
        "contradicts sex": sexes & ~days,
        "contradicts both": days & sexes,
        "nothing to check": ~checked,
    }
    return {what: int(mask.sum()) for what, mask in counts.items()}


@dataclass(frozen=True)
class Chi:
    """Write CHI numbers as ten digits, a lost zero in front put back; what is none becomes missing.

    Parameters
    ----------
    fields
        The fields to clean.
    otherwise
        What to do with a column most of whose records hold something else: ``"refuse"`` it, or ``"keep"`` what it
        holds, written as other identifiers are, with a warning.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> from linkkit.fields import Field
    >>> from linkkit.prepare import prepare
    >>> table = pd.DataFrame({"id": [1, 2, 3], "number": ["021116 5794", "402070763", "0101010000"]})
    >>> people = Dataset(table, fields={"chi_number": Field("number", "identifier")})
    >>> prepare(people, [Chi("chi_number")]).to_pandas()["chi_number"].fillna("").tolist()
    ['0211165794', '0402070763', '']
    """

    fields: Sequence[str]
    otherwise: Otherwise = "refuse"
    kind: Literal["chi"] = field(default="chi", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", step_fields("chi", self.fields))
        check_otherwise("chi", self.otherwise)

    def clean(self, column: Column) -> Cleaned:
        """Return the CHI numbers written alike."""
        mend = f'If they are NHS numbers, prepare.NhsNumber("{column.field}").'
        return cleaned(column, "CHI number", _judged, own=("CHI number",), mend=mend, otherwise=self.otherwise)


def births_said(numbers: pa.StringArray) -> NDArray[np.str_]:
    """Return the date of birth that each number says, as ``YY-MM-DD``; of what is no number, something."""
    import pyarrow.compute as pc

    day, month, year = (pc.utf8_slice_codeunits(numbers, start, start + 2) for start in (0, 2, 4))
    return np.array(pc.binary_join_element_wise(year, month, day, "-").to_pylist())


def _parts_of(text: str) -> ChiParts:
    return ChiParts(text, int(text[:2]), int(text[2:4]), int(text[4:6]), "m" if int(text[8]) % 2 else "f")


def _padded(values: pa.StringArray) -> pa.StringArray:
    return replaced(values, r"^([0-9]{9})$", r"0\1")


def _judged(values: pa.StringArray) -> Judged:
    values = _padded(values)
    ten = matches(values, r"^[0-9]{10}$")
    digits = characters(values, 10, ten) - ord("0")
    faults = {
        "not ten digits": ~ten,
        "repeated digits": where(ten, is_repeated(digits)),
        "no date of birth": where(ten, ~has_date(digits)),
        "wrong check digit": where(ten, check_digits(digits[:, :9]) != digits[:, 9]),
    }
    return Judged(values, faults)


def _differs(dataset: Dataset, name: str, said: NDArray[np.str_], form: str, start: int) -> NDArray[np.int8]:
    """Whether a field differs from what the number says, for each record: 1, 0, or -1 where it cannot be told."""
    if name not in dataset.fields:
        return np.full(len(said), -1, np.int8)
    encoded = dataset.encoded(name)
    told = matches(encoded.values, form)[encoded.codes]
    held = np.array([text[start:] for text in encoded.values.to_pylist()])[encoded.codes]
    return np.where(told, (held != said).astype(np.int8), np.int8(-1))
