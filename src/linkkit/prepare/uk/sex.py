"""Codes of sex and gender by system: NHS, HES, Department for Education."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from linkkit.errors import DataError
from linkkit.prepare._column import Cleaned, Column, Mask, step_fields

from ._codes import check_system, coded, codes, judged_codes
from ._columns import parsed, valid, written
from ._judge import one_text
from ._shapes import tight

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "SexCode",
    "is_valid",
    "is_valid_column",
    "normalise",
    "normalise_column",
    "parse",
    "parse_column",
]

System = Literal["nhs", "hes", "dfe"]


def normalise(code: object) -> str:
    """Return a code in capitals without blanks; nothing is checked.

    Examples
    --------
    >>> normalise(" m"), normalise(1.0)
    ('M', '1')
    """
    return str(tight(one_text(code))[0])


def is_valid(code: object, system: System = "nhs") -> bool:
    """Return whether a text is a code of a system.

    Examples
    --------
    >>> is_valid("9"), is_valid("M"), is_valid("M", "dfe")
    (True, False, True)
    """
    check_system("is_valid", "sex_codes", system)
    return normalise(code) in codes("sex_codes", system)


def parse(code: object, system: System = "nhs") -> str:
    """Return what a code says: ``"m"``, ``"f"``, or an empty text where it is not known, specified or determined.

    Raises
    ------
    DataError
        Where it is no code of the system; the message does not show it.

    Examples
    --------
    >>> parse(1), parse("F", "dfe"), parse("9")
    ('m', 'f', '')
    """
    if not is_valid(code, system):
        raise DataError(f"no code of sex of system={system!r}.")
    return codes("sex_codes", system)[normalise(code)]["meaning"]


def is_valid_column(values: Any, system: System = "nhs") -> Mask:
    """Return which values of a column are valid, as :func:`is_valid` says of one; shape (values,).

    Parameters
    ----------
    values
        A Series of pandas or polars, an Arrow array or a list. Each distinct value is looked at once; what is missing
        is not valid.
    system
        Whose codes they are.

    Examples
    --------
    >>> is_valid_column([" 1", "M", None]).tolist()
    [True, False, False]
    """
    return valid(values, lambda texts: judged_codes(tight(texts), "sex_codes", system))


def normalise_column(values: Any) -> pd.Series:
    """Return a column written as :func:`normalise` writes one value; None where nothing is left.

    Parameters
    ----------
    values
        A Series of pandas or polars, an Arrow array or a list; the index of a pandas Series stays.

    Examples
    --------
    >>> normalise_column([" 1", "M", None]).tolist()
    ['1', 'M', None]
    """
    return written(values, tight)


def parse_column(values: Any, system: System = "nhs") -> pd.DataFrame:
    """Return the parts of a column as :func:`parse` does of one value; None for what is no code, or missing.

    Parameters
    ----------
    values
        A Series of pandas or polars, an Arrow array or a list; the index of a pandas Series stays.
    system
        Whose codes they are.

    Examples
    --------
    >>> parse_column([1, 2, 9, 4])["meaning"].tolist()
    ['m', 'f', '', None]
    """
    return parsed(
        values,
        lambda texts: judged_codes(tight(texts), "sex_codes", system),
        lambda code: codes("sex_codes", system)[code],
        ("code", "meaning", "label"),
    )


@dataclass(frozen=True)
class SexCode:
    """Write the codes of sex of one system as ``m`` and ``f``; all other codes of it become missing, counted.

    Where the system is not known, :class:`Sex` reads what it can. Not known, not specified and indeterminate are
    missing: none of them says anything against male or female.

    Parameters
    ----------
    fields
        The fields to clean.
    system
        ``"nhs"`` (0, 1, 2, 9, X), ``"hes"`` (0, 1, 2, 9) or ``"dfe"`` (M, F, U).

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> from linkkit.prepare import prepare
    >>> people = Dataset(pd.DataFrame({"id": [1, 2, 3], "sex": ["1", "2", "9"]}))
    >>> cleaned = prepare(people, [SexCode("sex")])
    >>> cleaned.to_pandas()["sex"].fillna("").tolist(), dict(cleaned.preparation[0].reasons)
    (['m', 'f', ''], {'not specified or indeterminate': 1})
    """

    fields: Sequence[str]
    system: System = "nhs"
    kind: Literal["sex_code"] = field(default="sex_code", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", step_fields("sex_code", self.fields))
        check_system("sex_code", "sex_codes", self.system)

    def clean(self, column: Column) -> Cleaned:
        """Return the codes as m and f."""
        written = {code: row["meaning"] for code, row in codes("sex_codes", self.system).items()}
        return coded(column, "sex", "sex_codes", self.system, written)
