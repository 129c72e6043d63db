"""The unique reference number (URN) of schools: six digits, five for children's centres."""

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
    "Urn",
    "is_valid",
    "is_valid_column",
    "normalise",
    "normalise_column",
    "parse",
    "parse_column",
]

_FORM = Form("URN", r"^[1-9][0-9]{4,5}$", "not five or six digits", like={"UPRN": r"^[0-9]{8,12}$"})


def normalise(number: object) -> str:
    """Return the digits of a URN.

    Examples
    --------
    >>> normalise(' 134290.0')
    '134290'
    """
    return _FORM.written(number)


def is_valid(number: object) -> bool:
    """Return whether a text has the form of a URN; there is no check digit.

    Examples
    --------
    >>> is_valid(' 134290.0'), is_valid('2074567')
    (True, False)
    """
    return _FORM.holds(number)


def parse(number: object) -> str:
    """Return a URN in its one form; it has no parts.

    Raises
    ------
    DataError
        Where it is none; the message says why, and does not show it.

    Examples
    --------
    >>> parse("134290")
    '134290'
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
    >>> is_valid_column([" 134290.0", "2074567", None]).tolist()
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
    >>> normalise_column([" 134290.0", "2074567", None]).tolist()
    ['134290', '2074567', None]
    """
    return written(numbers, _FORM.form)


def parse_column(numbers: Any) -> pd.DataFrame:
    """Return the parts of a column as :func:`parse` does of one value; None for what is no URN, or missing.

    Parameters
    ----------
    numbers
        A Series of pandas or polars, an Arrow array or a list; the index of a pandas Series stays.

    Examples
    --------
    >>> parse_column([" 134290.0", "2074567"])["number"].tolist()
    ['134290', None]
    """
    return parsed(numbers, _FORM.judged_raw, lambda text: {"number": text}, ("number",))


@dataclass(frozen=True)
class Urn:
    """Write URNs of schools alike; what is none becomes missing. A school that becomes an academy gets another URN.

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
    >>> table = pd.DataFrame({"id": [1, 2], "code": [' 134290.0', '2074567']})
    >>> records = Dataset(table, fields={"urn": Field("code", "identifier")})
    >>> prepare(records, [Urn("urn")]).to_pandas()["urn"].fillna("").tolist()
    ['134290', '']
    """

    fields: Sequence[str]
    otherwise: Otherwise = "refuse"
    kind: Literal["urn"] = field(default="urn", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", step_fields("urn", self.fields))
        check_otherwise("urn", self.otherwise)

    def clean(self, column: Column) -> Cleaned:
        """Return the URNs written alike."""
        return _FORM.cleaned(column, self.otherwise)
