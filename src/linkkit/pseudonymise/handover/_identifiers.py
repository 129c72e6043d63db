"""Columns that name people, by what they are called: they must not come along with what is studied."""

from __future__ import annotations

from collections.abc import Sequence

from linkkit.fields import recognise

__all__ = ["naming_columns"]

# Kinds of field by which a person can be looked up; a sex or a postcode alone cannot.
_NAMING_KINDS = ("identifier", "email", "phone", "full_name", "given_name", "surname")


def naming_columns(columns: Sequence[str]) -> list[str]:
    """Return those of the columns that go by the name of an identifier, each with the field, for a message.

    Examples
    --------
    >>> naming_columns(["score", "NHS number", "dob_day", "dob_month", "dob_year"])[:2]
    ["'NHS number' (nhs_number)", "'dob_day' (date_of_birth)"]
    """
    found: dict[str, str] = {}
    # One by one too: of several columns for a field, only the first is recognised.
    for asked in (list(columns), *([column] for column in columns)):
        for name, field in recognise(asked).items():
            if field.kind in _NAMING_KINDS or name == "date_of_birth":
                found |= dict.fromkeys(field.columns, name)
    return [f"{column!r} ({found[column]})" for column in columns if column in found]
