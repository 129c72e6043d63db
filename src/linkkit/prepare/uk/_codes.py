"""Code lists: what a code of a system means, for one value and for columns."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from linkkit.errors import DataError, SpecError
from linkkit.prepare._column import Cleaned, Column, blanked, matches
from linkkit.prepare._placeholders import is_placeholder
from linkkit.prepare._unicode import plain

from ._judge import Judged
from ._shapes import NEGATIVE, tight
from ._tables import table

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

__all__ = ["check_system", "coded", "codes", "judged_codes", "systems"]


def systems(name: str) -> tuple[str, ...]:
    """Return the systems of a table of codes."""
    return tuple(dict.fromkeys(row["system"] for row in table(name)))


@functools.cache
def codes(name: str, system: str) -> dict[str, dict[str, str]]:
    """Return the rows of a system of codes by their code."""
    return {row["code"]: row for row in table(name) if row["system"] == system}


def check_system(step: str, name: str, system: str) -> None:
    """Refuse a system that the table does not hold."""
    if system not in systems(name):
        raise SpecError(f"{step}(system=) must be one of {', '.join(systems(name))}; got {system!r}.")


def judged_codes(values: pa.StringArray, name: str, system: str) -> Judged:
    """Return tight texts with their fault: no code of the system."""
    check_system("system", name, system)
    return Judged(values, {"no code": ~np.isin(values.to_pylist(), list(codes(name, system)))})


def coded(column: Column, what: str, name: str, system: str, meanings: Mapping[str, str]) -> Cleaned:
    """Return a column of codes as what each is written as; codes for not known, and no codes, become missing.

    Raises
    ------
    DataError
        Where most records hold codes of another system: in counts.
    """
    import pyarrow as pa

    values = tight(column.values)
    texts = values.to_pylist()
    known = codes(name, system)
    written = plain(column.values)
    placeholder = (is_placeholder(written) | matches(written, NEGATIVE)) & ~np.isin(texts, list(known))
    listed = np.isin(texts, list(known))
    total = column.records(~placeholder)
    if column.records(listed) * 2 < total:
        others = [other for other in systems(name) if other != system]
        held = {other: column.records(np.isin(texts, list(codes(name, other)))) for other in others}
        best = max(held, key=lambda other: held[other])
        hint = f' {held[best]:,} are codes of system="{best}".' if held[best] > column.records(listed) else ""
        raise DataError(
            f"{column.dataset}: {total - column.records(listed):,} of {total:,} records that hold the field "
            f"{column.field!r} hold no code of {what} of system={system!r}.{hint} Name the right system, put the codes "
            f"right with prepare.Replace, or leave the field out, fields={{{column.field!r}: None}}."
        )
    new = pa.array([meanings.get(text, "") for text in texts], pa.string())
    reasons = {"placeholder": placeholder, f"not a code of {what}": ~listed}
    for label in dict.fromkeys(row["label"] for code, row in known.items() if not meanings.get(code)):
        reasons[label] = np.isin(texts, [code for code, row in known.items() if row["label"] == label])
    missing = np.array([not meanings.get(text) for text in texts], np.bool_)
    return Cleaned(blanked(new, missing), reasons)
