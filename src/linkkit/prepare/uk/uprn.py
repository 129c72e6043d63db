"""The unique property reference number (UPRN): one to twelve digits of an addressable place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from linkkit.prepare._column import Cleaned, Column, Mask, step_fields

from ._columns import parsed, valid, written
from ._format import Form
from ._judge import Otherwise, check_otherwise

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Uprn",
    "is_valid",
    "is_valid_column",
    "normalise",
    "normalise_column",
    "parse",
    "parse_column",
]

_FORM = Form("UPRN", r"^[0-9]{1,12}$", "not one to twelve digits", drop_zeros=True)


def normalise(number: object) -> str:
    """Return the digits without the zeros in front, which some systems write and others do not.

    Examples
    --------
    >>> normalise('000010093397')
    '10093397'
    """
    return _FORM.written(number)


def is_valid(number: object) -> bool:
    """Return whether a text has the form of a UPRN; there is no check digit.

    Examples
    --------
    >>> is_valid('000010093397'), is_valid('LS1 4AP')
    (True, False)
    """
    return _FORM.holds(number)


def parse(number: object) -> str:
    """Return a UPRN in its one form; it has no parts.

    Raises
    ------
    DataError
        Where it is none; the message says why, and does not show it.

    Examples
    --------
    >>> parse("0100062410143"[1:])
    '100062410143'
    """
    return _FORM.parsed(number)


def is_valid_column(numbers: Any) -> Mask:
    """Return which values of a column are valid, as :func:`is_valid` says of one; shape (values,).

    Parameters
    ----------
    numbers
        A Series of pandas or polars, an Arrow array or a list. Each distinct value is looked at once; what is missing
        is not valid.

    Examples
    --------
    >>> is_valid_column(["000010093397", "LS1 4AP", None]).tolist()
    [True, False, False]
    """
    return valid(numbers, _FORM.judged_raw)


def normalise_column(numbers: Any) -> pd.Series:
    """Return a column written as :func:`normalise` writes one value; None where nothing is left.

    Parameters
    ----------
    numbers
        A Series of pandas or polars, an Arrow array or a list; the index of a pandas Series stays.

    Examples
    --------
    >>> normalise_column(["000010093397", "LS1 4AP", None]).tolist()
    ['10093397', 'LS14AP', None]
    """
    return written(numbers, _FORM.form)


def parse_column(numbers: Any) -> pd.DataFrame:
    """Return the parts of a column as :func:`parse` does of one value; None for what is no UPRN, or missing.

    Parameters
    ----------
    numbers
        A Series of pandas or polars, an Arrow array or a list; the index of a pandas Series stays.

    Examples
    --------
    >>> parse_column(["000010093397", "LS1 4AP"])["number"].tolist()
    ['10093397', None]
    """
    return parsed(numbers, _FORM.judged_raw, lambda text: {"number": text}, ("number",))


@dataclass(frozen=True)
class Uprn:
    """Write UPRNs without zeros in front; what is none becomes missing. A UPRN is a place, and no person.

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
    >>> table = pd.DataFrame({"id": [1, 2], "code": ['000010093397', 'LS1 4AP']})
    >>> records = Dataset(table, fields={"uprn": Field("code", "identifier")})
    >>> prepare(records, [Uprn("uprn")]).to_pandas()["uprn"].fillna("").tolist()
    ['10093397', '']
    """

    fields: Sequence[str]
    otherwise: Otherwise = "refuse"
    kind: Literal["uprn"] = field(default="uprn", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", step_fields("uprn", self.fields))
        check_otherwise("uprn", self.otherwise)

    def clean(self, column: Column) -> Cleaned:
        """Return the UPRNs written alike."""
        return _FORM.cleaned(column, self.otherwise)
