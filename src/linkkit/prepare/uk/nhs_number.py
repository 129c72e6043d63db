"""The NHS number: ten digits with a check digit, in ranges by country."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from linkkit.errors import DataError, SpecError, did_you_mean
from linkkit.prepare._column import Cleaned, Column, Mask, matches, step_fields
from linkkit.prepare._unicode import replaced

from ._columns import parsed, valid, written
from ._judge import Judged, Otherwise, check_otherwise, cleaned, fault_of, one_text
from ._shapes import REGIONS as RANGES
from ._shapes import characters, check_digits, is_repeated, region_of, tight, where
from ._tables import table

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = [
    "REGIONS",
    "NhsNumber",
    "NhsNumberParts",
    "is_valid",
    "is_valid_column",
    "normalise",
    "normalise_column",
    "parse",
    "parse_column",
    "synthetic",
]

Region = Literal["england_wales", "scotland", "northern_ireland", "ireland", "synthetic"]
REGIONS: tuple[str, ...] = Region.__args__  # type: ignore[attr-defined]
_ISSUED: tuple[Region, ...] = ("england_wales",)
_STARTS = [(row["region"], int(row["first"]), int(row["last"])) for row in table("nhs_number_ranges")]
_WHAT = {row["region"]: row["what"] for row in table("nhs_number_ranges")}


@dataclass(frozen=True)
class NhsNumberParts:
    """An NHS number and its range; printing it does not show the number."""

    number: str = field(repr=False)
    region: str


def normalise(number: object) -> str:
    """Return the digits of a number, without blanks and dashes; nothing is checked.

    Examples
    --------
    >>> normalise("943-476 5919")
    '9434765919'
    """
    return str(tight(one_text(number))[0])


def is_valid(number: object, regions: Sequence[str] = _ISSUED) -> bool:
    """Return whether a text is an NHS number that may have been issued.

    Parameters
    ----------
    number
        The number, with or without blanks.
    regions
        In whose ranges it may lie; by default those of England, Wales and the Isle of Man.

    Examples
    --------
    ``943 476 5919`` of the NHS's own examples lies in the range that is never issued.

    >>> is_valid("943 476 5919"), is_valid("943 476 5919", regions=["synthetic"]), is_valid("7777777777")
    (False, True, False)
    """
    return not fault_of(_judged(tight(one_text(number)), _regions("is_valid", regions)))


def parse(number: object, regions: Sequence[str] = REGIONS) -> NhsNumberParts:
    """Return an NHS number and the region of its range.

    Raises
    ------
    DataError
        Where it is none; the message says why, and does not show it.

    Examples
    --------
    >>> parse("943 476 5919")
    NhsNumberParts(region='synthetic')
    """
    judged = _judged(tight(one_text(number)), _regions("parse", regions))
    if fault := fault_of(judged):
        raise DataError(f"no NHS number: {fault}.")
    return _parts_of(judged.values[0].as_py())


def is_valid_column(numbers: Any, regions: Sequence[str] = _ISSUED) -> Mask:
    """Return which values of a column are valid, as :func:`is_valid` says of one; shape (values,).

    Parameters
    ----------
    numbers
        A Series of pandas or polars, an Arrow array or a list. Each distinct value is looked at once; what is missing
        is not valid.
    regions
        In whose ranges they may lie.

    Examples
    --------
    >>> is_valid_column(["450 557 7104", "4505577105", None]).tolist()
    [True, False, False]
    """
    return valid(numbers, lambda texts: _judged(tight(texts), _regions("is_valid_column", regions)))


def normalise_column(numbers: Any) -> pd.Series:
    """Return a column written as :func:`normalise` writes one value; None where nothing is left.

    Parameters
    ----------
    numbers
        A Series of pandas or polars, an Arrow array or a list; the index of a pandas Series stays.

    Examples
    --------
    >>> normalise_column(["450 557 7104", "4505577105", None]).tolist()
    ['4505577104', '4505577105', None]
    """
    return written(numbers, tight)


def parse_column(numbers: Any, regions: Sequence[str] = REGIONS) -> pd.DataFrame:
    """Return the parts of a column as :func:`parse` does of one value; None for what is no NHS number, or missing.

    Parameters
    ----------
    numbers
        A Series of pandas or polars, an Arrow array or a list; the index of a pandas Series stays.
    regions
        In whose ranges they may lie.

    Examples
    --------
    >>> parse_column(["450 557 7104", None])["region"].tolist()
    ['england_wales', None]
    """
    return parsed(
        numbers,
        lambda texts: _judged(tight(texts), _regions("parse_column", regions)),
        lambda text: vars(_parts_of(text)),
        ("number", "region"),
    )


def synthetic(count: int, start: int = 0) -> list[str]:
    """Return valid numbers of the range 999, which no person holds: for made-up people and tests.

    Parameters
    ----------
    count
        How many.
    start
        How many to pass over first. There are about 909,000 in all.

    Examples
    --------
    >>> synthetic(3)
    ['9990000018', '9990000026', '9990000034']
    """
    if count < 0 or start < 0:
        raise SpecError(f"synthetic(count=, start=) must be whole numbers from 0; got {count}, {start}.")
    most = min(999_999, (start + count) * 6 // 5 + 20)  # ten in eleven have a check digit
    body = np.arange(999_000_001, 999_000_001 + most)
    digits = (body[:, None] // 10 ** np.arange(8, -1, -1) % 10).astype(np.int32)
    check = check_digits(digits)
    valid = (check < 10) & ~((digits == 9).all(axis=1) & (check == 9))
    numbers = (body * 10 + check)[valid]
    if start + count > len(numbers):
        raise SpecError(f"synthetic(count=, start=) must lie within {len(numbers):,} numbers; got {count}, {start}.")
    return [str(number) for number in numbers[start : start + count]]


@dataclass(frozen=True)
class NhsNumber:
    """Write NHS numbers as ten digits; what is none becomes missing, for a counted reason.

    A number needs its check digit and a range that is issued; a number of one digit throughout is nobody's. A column
    that holds CHI numbers, UPNs or anything else than NHS numbers is refused.

    Parameters
    ----------
    fields
        The fields to clean.
    regions
        In whose ranges numbers may lie: ``"england_wales"`` (and the Isle of Man), ``"scotland"`` (CHI numbers, a
        lost zero in front put back), ``"northern_ireland"``, ``"ireland"``, ``"synthetic"`` (made-up people).
    otherwise
        What to do with a column most of whose records hold something else: ``"refuse"`` it, or ``"keep"`` what it
        holds, written as other identifiers are, with a warning.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> from linkkit.prepare import prepare
    >>> numbers = ["943 476 5919", "9434765918", "9999999999"]
    >>> people = Dataset(pd.DataFrame({"id": [1, 2, 3], "nhs_number": numbers}))
    >>> made_up = prepare(people, [NhsNumber("nhs_number", regions=["synthetic"])])
    >>> made_up.to_pandas()["nhs_number"].fillna("").tolist()
    ['9434765919', '', '']
    >>> dict(made_up.preparation[0].reasons)
    {'repeated digits': 1, 'wrong check digit': 1}
    """

    fields: Sequence[str]
    regions: Sequence[Region] = _ISSUED
    otherwise: Otherwise = "refuse"
    kind: Literal["nhs_number"] = field(default="nhs_number", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", step_fields("nhs_number", self.fields))
        object.__setattr__(self, "regions", _regions("nhs_number", self.regions))
        check_otherwise("nhs_number", self.otherwise)

    def clean(self, column: Column) -> Cleaned:
        """Return the NHS numbers written alike."""
        own: tuple[str, ...] = ("NHS number",)
        own += ("CHI number",) if "scotland" in self.regions else ()
        own += ("Health and Care number",) if "northern_ireland" in self.regions else ()
        mend = f'Say in whose ranges they lie, prepare.NhsNumber("{column.field}", regions=[...]).'
        return cleaned(
            column,
            "NHS number",
            lambda values: _judged(values, self.regions),
            own=own,
            mend=mend,
            otherwise=self.otherwise,
            doubtful=("CHI number",) if self.otherwise == "keep" and "CHI number" in own else (),
        )


def _judged(values: pa.StringArray, regions: Sequence[str]) -> Judged:
    values = _padded(values) if "scotland" in regions else values
    ten = matches(values, r"^[0-9]{10}$")
    digits = characters(values, 10, ten) - ord("0")
    region = region_of(digits)
    faults = {
        "not ten digits": ~ten,
        "repeated digits": where(ten, is_repeated(digits)),
        "wrong check digit": where(ten, check_digits(digits[:, :9]) != digits[:, 9]),
    }
    for other in REGIONS:
        if other not in regions:
            faults[_WHAT[other]] = where(ten, region == RANGES.index(other))
    return Judged(values, {**faults, "range that is not issued": where(ten, region < 0)})


def _parts_of(text: str) -> NhsNumberParts:
    """Read a valid number; what is valid and no country's is a CHI number, which begins with a date."""
    start = int(text[:3])
    region = next((name for name, first, last in _STARTS if first <= start <= last), "scotland")
    return NhsNumberParts(text, region)


def _padded(values: pa.StringArray) -> pa.StringArray:
    """Put the zero back that CHI numbers of the first to ninth of a month lose, where that makes one."""
    import pyarrow as pa
    import pyarrow.compute as pc

    nine = matches(values, r"^[0-9]{9}$")
    if not nine.any():
        return values
    longer = replaced(values, r"^([0-9]{9})$", r"0\1")
    digits = characters(longer, 10, nine) - ord("0")
    is_chi = (check_digits(digits[:, :9]) == digits[:, 9]) & (region_of(digits) == RANGES.index("scotland"))
    return pc.if_else(pa.array(where(nine, is_chi)), longer, values)


def _regions(step: str, regions: Sequence[str]) -> tuple[str, ...]:
    names = (regions,) if isinstance(regions, str) else tuple(regions)
    wrong = [name for name in names if name not in REGIONS]
    if wrong or not names:
        hint = did_you_mean(str(wrong[0]), REGIONS) if wrong else ""
        raise SpecError(f"{step}(regions=) must be some of {', '.join(REGIONS)}; got {regions!r}.{hint}")
    return names
