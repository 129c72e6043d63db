"""Days that health systems write where a date is not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from linkkit.errors import DataError
from linkkit.prepare._column import Cleaned, Column, blanked, step_fields
from linkkit.prepare._dates import Date

from ._judge import one_text
from ._tables import table

__all__ = ["DefaultDate", "meaning"]


def meaning(date: object) -> str:
    """Return what a day stands for in HES: ``"not known"``, ``"invalid"``, or an empty text for a day that is a day.

    Parameters
    ----------
    date
        A date, or a text that :class:`Date` reads as one, day first.

    Examples
    --------
    >>> meaning("1800-01-01"), meaning("01/01/1801"), meaning("2001-12-25")
    ('not known', 'invalid', '')
    """
    text = one_text(date)
    if not text[0].as_py():
        return ""
    step = Date("date", day_first=True, earliest="1000-01-01", latest="9999-12-31", defaults=False)
    try:
        day = step.clean(Column("", "date", "date", text, np.ones(1, np.int64))).values[0].as_py()
    except DataError:  # no date at all
        return ""
    return {row["date"]: row["meaning"] for row in table("default_dates")}.get(day, "")


@dataclass(frozen=True)
class DefaultDate:
    """Make the days missing that HES writes for dates not known or invalid, whatever else the column holds.

    :class:`Date` finds such days by the evidence of the column and knows more of them; this step is for extracts of
    HES, behind :class:`Date`.

    Parameters
    ----------
    fields
        The fields to clean; dates as ``YYYY-MM-DD``.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> from linkkit.prepare import prepare
    >>> people = Dataset(pd.DataFrame({"id": [1, 2], "dob": ["2001-12-25", "1801-01-01"]}))
    >>> dict(prepare(people, [DefaultDate("date_of_birth")]).preparation[0].reasons)
    {'default date: invalid': 1}
    """

    fields: Sequence[str]
    kind: Literal["default_date"] = field(default="default_date", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", step_fields("default_date", self.fields))

    def clean(self, column: Column) -> Cleaned:
        """Return the dates, default days missing."""
        texts = column.values.to_pylist()
        reasons = {
            f"default date: {what}": np.isin(
                texts, [row["date"] for row in table("default_dates") if row["meaning"] == what]
            )
            for what in ("not known", "invalid")
        }
        return Cleaned(blanked(column.values, np.any(list(reasons.values()), axis=0)), reasons)
