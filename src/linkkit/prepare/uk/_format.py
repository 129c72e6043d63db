"""Identifiers that have a form and no check digit: UPRN, URN, ODS codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkkit.errors import DataError
from linkkit.prepare._column import Mask, matches
from linkkit.prepare._unicode import replaced

from ._judge import Judged, fault_of, one_text
from ._shapes import tight

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["judged_by_form", "parsed"]


def judged_by_form(values: pa.StringArray, form: str, fault: str, *, drop_zeros: bool = False) -> Judged:
    """Return texts with their fault: not of a form, or one digit throughout."""
    values = replaced(values, "^0+(.)", r"\1") if drop_zeros else values
    formed = matches(values, form)
    same: Mask = matches(values, "^(?:" + "|".join(f"{digit}{{4,}}" for digit in "0123456789") + "|0)$")
    return Judged(values, {fault: ~formed, "repeated digits": formed & same})


def parsed(what: str, value: object, form: str, fault: str, *, drop_zeros: bool = False) -> str:
    """Return one text of a form; an error that does not show it where it has a fault."""
    judged = judged_by_form(tight(one_text(value)), form, fault, drop_zeros=drop_zeros)
    if found := fault_of(judged):
        raise DataError(f"no {what}: {found}.")
    return str(judged.values[0])
