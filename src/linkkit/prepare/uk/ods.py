"""Codes of the Organisation Data Service (ODS): trusts, sites, general practices."""

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
    "OdsCode",
    "OdsParts",
    "is_valid",
    "is_valid_column",
    "normalise",
    "normalise_column",
    "parse",
    "parse_column",
]

# Any few letters and digits have the form; a postcode, or ten digits with a right check digit, are told all the same.
_OTHERS = ("NHS number", "CHI number", "Health and Care number", "postcode")
_FORM = Form("ODS code", r"^[A-Z0-9]{3,12}$", "not three to twelve letters and digits", doubtful=_OTHERS)


@dataclass(frozen=True)
class OdsParts:
    """An ODS code and what its form looks like.

    Parameters
    ----------
    code
        The code.
    form
        ``"practice"`` (a letter and five digits), ``"organisation"`` (three characters), ``"site"`` (five), else
        ``"other"``. Told from the length only, and not checked against the coding frames: a label, never a rule.
    """

    code: str
    form: Literal["practice", "organisation", "site", "other"]


def normalise(number: object) -> str:
    """Return a code in capitals without blanks.

    Examples
    --------
    >>> normalise('rh8 02')
    'RH802'
    """
    return _FORM.written(number)


def is_valid(number: object) -> bool:
    """Return whether a text has the form of an ODS code; there is no check digit.

    Examples
    --------
    >>> is_valid('rh8 02'), is_valid('A1')
    (True, False)
    """
    return _FORM.holds(number)


def parse(number: object) -> OdsParts:
    """Return an ODS code and the form it has.

    Raises
    ------
    DataError
        Where it is none; the message says why, and does not show it.

    Examples
    --------
    >>> parse("A81001").form, parse("rh8").form
    ('practice', 'organisation')
    """
    code = _FORM.parsed(number)
    return OdsParts(code, _form_of(code))


def is_valid_column(numbers: Any) -> Mask:
    """Return which values of a column are valid, as :func:`is_valid` says of one; shape (values,).

    Parameters
    ----------
    numbers
        A Series of pandas or polars, an Arrow array or a list. Each distinct value is looked at once; what is missing
        is not valid.

    Examples
    --------
    >>> is_valid_column(["rh8 02", "A1", None]).tolist()
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
    >>> normalise_column(["rh8 02", "A1", None]).tolist()
    ['RH802', 'A1', None]
    """
    return written(numbers, _FORM.form)


def parse_column(numbers: Any) -> pd.DataFrame:
    """Return the parts of a column as :func:`parse` does of one value; None for what is no ODS code, or missing.

    Parameters
    ----------
    numbers
        A Series of pandas or polars, an Arrow array or a list; the index of a pandas Series stays.

    Examples
    --------
    >>> parse_column(["rh8 02", None])["form"].tolist()
    ['site', None]
    """
    return parsed(numbers, _FORM.judged_raw, lambda text: {"code": text, "form": _form_of(text)}, ("code", "form"))


@dataclass(frozen=True)
class OdsCode:
    """Write ODS codes alike; what is none becomes missing.

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
    >>> table = pd.DataFrame({"id": [1, 2], "code": ['rh8 02', 'A1']})
    >>> records = Dataset(table, fields={"ods_code": Field("code", "identifier")})
    >>> prepare(records, [OdsCode("ods_code")]).to_pandas()["ods_code"].fillna("").tolist()
    ['RH802', '']
    """

    fields: Sequence[str]
    otherwise: Otherwise = "refuse"
    kind: Literal["ods_code"] = field(default="ods_code", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", step_fields("ods_code", self.fields))
        check_otherwise("ods_code", self.otherwise)

    def clean(self, column: Column) -> Cleaned:
        """Return the ODS codes written alike."""
        return _FORM.cleaned(column, self.otherwise)


def _form_of(code: str) -> Literal["practice", "organisation", "site", "other"]:
    if len(code) == 6 and code[0].isalpha() and code[1:].isdecimal():
        return "practice"
    return "organisation" if len(code) == 3 else "site" if len(code) == 5 else "other"
