"""Ethnic groups: the codes of the NHS and of the Department for Education, and the five groups they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from linkkit.errors import DataError, SpecError
from linkkit.prepare._column import Cleaned, Column, Mask, step_fields
from linkkit.prepare._placeholders import is_placeholder
from linkkit.prepare._unicode import plain, replaced

from ._codes import check_system, coded, codes, judged_codes
from ._columns import parsed, valid, written
from ._judge import one_text
from ._shapes import tight

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = [
    "GROUPS",
    "Ethnicity",
    "EthnicityParts",
    "is_valid",
    "is_valid_column",
    "normalise",
    "normalise_column",
    "parse",
    "parse_column",
]

GROUPS = ("white", "mixed", "asian", "black", "other")
System = Literal["nhs", "dfe"]


@dataclass(frozen=True)
class EthnicityParts:
    """What a code of ethnic group says: its label and group; the group is empty where it is not known."""

    label: str = field(repr=False)
    group: str = field(repr=False)


def normalise(code: object) -> str:
    """Return a code in capitals without blanks; nothing is checked.

    Examples
    --------
    >>> normalise(" wbri")
    'WBRI'
    """
    return str(tight(one_text(code))[0])


def is_valid(code: object, system: System = "nhs") -> bool:
    """Return whether a text is a code of a system.

    Examples
    --------
    >>> is_valid("A"), is_valid("WBRI"), is_valid("WBRI", "dfe")
    (True, False, True)
    """
    check_system("is_valid", "ethnicity_codes", system)
    return _category(one_text(code), system)[0].as_py() in codes("ethnicity_codes", system)


def parse(code: object, system: System = "nhs") -> EthnicityParts:
    """Return the label of a code and its group of five.

    Raises
    ------
    DataError
        Where it is no code of the system; the message does not show it.

    Examples
    --------
    >>> parse("R").group, parse("WIRT", "dfe").group, parse("Z").group
    ('asian', 'white', '')
    """
    if not is_valid(code, system):
        raise DataError(f"no code of ethnic group of system={system!r}.")
    row = codes("ethnicity_codes", system)[_category(one_text(code), system)[0].as_py()]
    return EthnicityParts(row["label"], row["group"])


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
    >>> is_valid_column(["a", "WBRI", None]).tolist()
    [True, False, False]
    """
    return valid(values, lambda texts: judged_codes(_category(texts, system), "ethnicity_codes", system))


def normalise_column(values: Any) -> pd.Series:
    """Return a column written as :func:`normalise` writes one value; None where nothing is left.

    Parameters
    ----------
    values
        A Series of pandas or polars, an Arrow array or a list; the index of a pandas Series stays.

    Examples
    --------
    >>> normalise_column(["a", "WBRI", None]).tolist()
    ['A', 'WBRI', None]
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
    >>> parse_column(["R", "WBRI", "Z"])["group"].tolist()
    ['asian', None, '']
    """
    return parsed(
        values,
        lambda texts: judged_codes(_category(texts, system), "ethnicity_codes", system),
        lambda code: codes("ethnicity_codes", system)[code],
        ("code", "label", "group"),
    )


@dataclass(frozen=True)
class Ethnicity:
    """Write codes of ethnic groups as one of five groups, or in one form; codes for not known become missing.

    NHS and DfE codes agree at five groups only (white, mixed, asian, black, other): Gypsy, Roma and Irish Traveller
    have no NHS code. Chinese is ``asian``, as in the census since 2011. Finer DfE codes (``WENG``) are no main codes
    and become missing; :class:`Replace` can put them to theirs before. The DfE's main codes other than White and Mixed
    (``AIND``, ``BCRB``, ``CHNE``, ...) are from common use and were not checked against its list
    (``uk.rules("ethnicity")``).

    Parameters
    ----------
    fields
        The fields to clean.
    system
        ``"nhs"`` (16+1 categories of 2001; the first of two characters is the category) or ``"dfe"`` (main codes).
    to
        ``"group"`` of five, or the ``"code"`` itself.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> from linkkit.prepare import prepare
    >>> people = Dataset(pd.DataFrame({"id": [1, 2, 3], "ethnicity": ["A", "r", "Z"]}))
    >>> cleaned = prepare(people, [Ethnicity("ethnic_group")])
    >>> cleaned.to_pandas()["ethnic_group"].fillna("").tolist(), dict(cleaned.preparation[0].reasons)
    (['white', 'asian', ''], {'not stated': 1})
    """

    fields: Sequence[str]
    system: System = "nhs"
    to: Literal["group", "code"] = "group"
    kind: Literal["ethnicity"] = field(default="ethnicity", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", step_fields("ethnicity", self.fields))
        check_system("ethnicity", "ethnicity_codes", self.system)
        if self.to not in ("group", "code"):
            raise SpecError(f"ethnicity(to=) must be one of group, code; got {self.to!r}.")

    def clean(self, column: Column) -> Cleaned:
        """Return the codes as groups, or in one form."""
        known = codes("ethnicity_codes", self.system)
        written = {code: row["group"] and (row["group"] if self.to == "group" else code) for code, row in known.items()}
        values = _category(column.values, self.system)
        return coded(replace(column, values=values), "ethnic group", "ethnicity_codes", self.system, written)


def _category(values: pa.StringArray, system: str) -> pa.StringArray:
    """The first character of an NHS code, the second is for local use; ``n/a`` and ``nk`` are no codes."""
    import pyarrow as pa
    import pyarrow.compute as pc

    whole = tight(values)
    if system != "nhs":
        return whole
    category = replaced(whole, r"^([A-Z])[A-Z0-9]$", r"\1")
    return pc.if_else(pa.array(is_placeholder(plain(values))), whole, category)
