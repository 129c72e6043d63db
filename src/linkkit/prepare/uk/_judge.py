"""How a step of UK identifiers treats a column: written alike, each value judged once, other identifiers refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from linkkit.errors import DataError
from linkkit.prepare._column import Cleaned, Column, Mask, blanked, matches
from linkkit.prepare._placeholders import is_placeholder
from linkkit.prepare._unicode import plain

from ._shapes import NEGATIVE, is_kind, tight

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

__all__ = ["Judged", "cleaned", "fault_of", "one_text", "with_article"]

# How another kind is mended: the step that cleans it.
_STEP = {
    "NHS number": 'prepare.NhsNumber("nhs_number")',
    "CHI number": 'prepare.Chi("chi_number")',
    "Health and Care number": 'prepare.NhsNumber("nhs_number", regions=["northern_ireland"])',
    "UPN": 'prepare.Upn("upn")',
    "postcode": 'prepare.UkPostcode("postcode")',
}
_FEW = 20  # distinct values: of fewer, ten digits have a right check digit by chance


@dataclass(frozen=True, eq=False, repr=False)
class Judged:
    """Distinct texts written alike, and what is wrong with each: a mask for each fault, in the order of telling."""

    values: pa.StringArray
    faults: Mapping[str, Mask]
    notes: tuple[str, ...] = ()

    def wrong(self) -> Mask:
        """Which texts have a fault."""
        found = np.zeros(len(self.values), np.bool_)
        for mask in self.faults.values():
            found |= mask
        return found


def one_text(value: object) -> pa.StringArray:
    """Return one value as a column of one text."""
    import pyarrow as pa

    return pa.array(["" if value is None else str(value)], pa.string())


def fault_of(judged: Judged) -> str:
    """Return the first fault of the one text that was judged; an empty text for none."""
    return next((fault for fault, mask in judged.faults.items() if mask[0]), "")


def cleaned(
    column: Column, what: str, judge: Callable[[pa.StringArray], Judged], *, own: tuple[str, ...], mend: str
) -> Cleaned:
    """Return a column with what is no such identifier made missing, each for a counted reason.

    Parameters
    ----------
    column
        The column.
    what
        What it should hold, in the singular ("NHS number").
    judge
        Writes the tight texts alike and judges them.
    own
        Which kinds of ``_shapes.is_kind`` this step takes as its own.
    mend
        What to do where nothing of the column is such an identifier.

    Raises
    ------
    DataError
        Where most records hold another kind of identifier, or none holds this kind: in counts.
    """
    values = tight(column.values)
    written = plain(column.values)
    placeholder = is_placeholder(written) | matches(written, NEGATIVE)
    judged = judge(values)
    wrong = judged.wrong() & ~placeholder
    others: dict[str, Mask] = {}
    total = column.records(~placeholder)
    for kind, mask in is_kind(values).items():
        if kind in own:
            continue
        mask = mask & ~placeholder
        sure = mask.sum() >= _FEW or not (mask & ~wrong).any()
        if sure and column.records(mask) * 2 > total:
            raise DataError(_other_kind(column, what, kind, column.records(mask), total))
        others[f"is {with_article(kind)}"] = mask & wrong
    if total and not (~wrong & ~placeholder).any():
        raise DataError(_nothing_left(column, what, judged, placeholder, total, mend))
    reasons = {"placeholder": placeholder, **others, **judged.faults}
    return Cleaned(blanked(judged.values, wrong | placeholder), reasons, judged.notes)


def with_article(what: str) -> str:
    """Return what a column holds with its article."""
    return f"{'an' if what.startswith(('NHS', 'ODS')) else 'a'} {what}"


def _other_kind(column: Column, what: str, kind: str, records: int, total: int) -> str:
    return (
        f"{column.dataset}: {records:,} of {total:,} records that hold the field {column.field!r} hold "
        f"{with_article(kind)}, not {with_article(what)}. Give the column a field of its own, "
        f"fields={{...: Field(column, kind=...)}}, and prepare it with "
        f"{_STEP[kind]}; or leave it out, fields={{{column.field!r}: None}}."
    )


def _nothing_left(column: Column, what: str, judged: Judged, placeholder: Mask, total: int, mend: str) -> str:
    left = ~placeholder
    counts = []
    for fault, mask in judged.faults.items():
        if (mask & left).any():
            counts.append(f"{fault} {column.records(mask & left):,}")
        left = left & ~mask
    return (
        f"{column.dataset}: none of the {total:,} records that hold the field {column.field!r} holds "
        f"{with_article(what)} ({', '.join(counts)}). {mend} Or leave the field out, fields={{{column.field!r}: None}}."
    )
