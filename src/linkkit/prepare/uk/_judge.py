"""How a step of UK identifiers treats a column: written alike, each value judged once, other identifiers refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np

from linkkit.errors import DataError, SpecError
from linkkit.prepare._column import Cleaned, Column, Doubt, Mask, blanked, matches
from linkkit.prepare._identifiers import Identifier
from linkkit.prepare._placeholders import is_placeholder
from linkkit.prepare._unicode import plain
from linkkit.prepare._wrong_kind import with_article

from ._one_text import text_of
from ._shapes import NEGATIVE, is_kind, tight

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

__all__ = ["FIELD_OF_KIND", "Judged", "Otherwise", "check_otherwise", "cleaned", "fault_of", "one_text"]

Otherwise = Literal["refuse", "keep"]
# Where each kind belongs.
FIELD_OF_KIND = {
    "NHS number": "nhs_number", "CHI number": "chi_number", "Health and Care number": "nhs_number", "UPN": "upn",
    "postcode": "postcode", "UPRN": "uprn",
}  # fmt: skip

# How another kind is mended: the step that cleans it.
_STEP = {
    "NHS number": 'prepare.NhsNumber("nhs_number")',
    "CHI number": 'prepare.Chi("chi_number")',
    "Health and Care number": 'prepare.NhsNumber("nhs_number", regions=["northern_ireland"])',
    "UPN": 'prepare.Upn("upn")',
    "postcode": 'prepare.UkPostcode("postcode")',
    "UPRN": 'prepare.Uprn("uprn")',
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
    """Return one value as a column of one text.

    Raises
    ------
    SpecError
        Where there are several values.
    """
    import pyarrow as pa

    return pa.array([text_of(value)], pa.string())


def fault_of(judged: Judged) -> str:
    """Return the first fault of the one text that was judged; an empty text for none."""
    return next((fault for fault, mask in judged.faults.items() if mask[0]), "")


def cleaned(
    column: Column,
    what: str,
    judge: Callable[[pa.StringArray], Judged],
    *,
    own: tuple[str, ...],
    mend: str,
    otherwise: Otherwise = "refuse",
    doubtful: tuple[str, ...] = (),
    like: Mapping[str, str] = MappingProxyType({}),
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
    otherwise
        ``"refuse"`` a column most of whose records hold something else, or ``"keep"`` what it holds.
    doubtful
        Which of its own kinds belong in another field all the same.
    like
        Kinds that are told from this one by a pattern alone, and from others by nothing.

    Raises
    ------
    DataError
        Where most records hold another kind of identifier, or none holds this kind, and such columns are refused: in
        counts.
    """
    values = tight(column.values)
    written = plain(column.values)
    placeholder = is_placeholder(written) | matches(written, NEGATIVE)
    judged = judge(values)
    wrong = judged.wrong() & ~placeholder
    right = ~wrong & ~placeholder
    told = {**is_kind(values), **{kind: matches(values, pattern) for kind, pattern in like.items()}}
    kinds = {kind: mask & ~placeholder for kind, mask in told.items()}
    total = column.records(~placeholder)
    most = _kind_of_most(column, {kind: mask for kind, mask in kinds.items() if kind not in own}, right, total)
    if otherwise == "keep" and total and (most or column.records(right) * 2 < total):
        return _kept(column, what, judged, placeholder, kinds, most)
    if most:
        raise DataError(_other_kind(column, what, most, column.records(kinds[most]), total))
    if total and not right.any():
        raise DataError(_nothing_left(column, what, judged, placeholder, total, mend))
    others = {kind: mask & wrong for kind, mask in kinds.items() if kind not in own}
    doubts = [_doubt(column, what, kind, mask, placeholder, "made missing") for kind, mask in others.items()]
    doubts += [_doubt(column, what, kind, kinds[kind] & right, placeholder, "kept") for kind in doubtful]
    reasons = {"placeholder": placeholder, **{f"is {with_article(kind)}": mask for kind, mask in others.items()}}
    new = blanked(judged.values, wrong | placeholder)
    return Cleaned(
        new, {**reasons, **judged.faults}, judged.notes, tuple(doubt for doubt in doubts if doubt.values.any())
    )


def check_otherwise(step: str, otherwise: str) -> None:
    """Refuse what a step cannot do with a column of other identifiers."""
    if otherwise not in ("refuse", "keep"):
        raise SpecError(f"{step}(otherwise=) must be one of refuse, keep; got {otherwise!r}.")


def _kind_of_most(column: Column, others: Mapping[str, Mask], right: Mask, total: int) -> str:
    """The other kind of identifier that most records hold; an empty text for none."""
    for kind, mask in others.items():
        sure = mask.sum() >= _FEW or not (mask & right).any()
        if sure and column.records(mask) * 2 > total:
            return kind
    return ""


def _kept(
    column: Column, what: str, judged: Judged, placeholder: Mask, kinds: Mapping[str, Mask], most: str
) -> Cleaned:
    """Return a column of other codes as other identifiers are written, with a doubt."""
    done = Identifier((column.field,)).clean(column)
    if most:
        doubt = _doubt(column, what, most, kinds[most], placeholder, f"kept, and not checked as {with_article(what)}")
    else:
        outcome = f"{_faults(column, judged, placeholder)}; the column is kept, and not checked as {with_article(what)}"
        doubt = Doubt(what, "", judged.wrong() & ~placeholder, ~placeholder, outcome, _own_field(column, what))
    return Cleaned(done.values, done.reasons, done.notes, (doubt,))


def _doubt(column: Column, what: str, kind: str, mask: Mask, placeholder: Mask, outcome: str) -> Doubt:
    # The postcode of an organisation is nobody's home.
    known = None if (what, kind) == ("ODS code", "postcode") else FIELD_OF_KIND.get(kind)
    mend = _own_field(column, what)
    if known is not None and known != column.field:
        mend = f'Move them to their own field, prepare.uk.split_identifiers(dataset, "{column.field}").'
    return Doubt(what, kind, mask, ~placeholder, outcome, mend)


def _own_field(column: Column, what: str) -> str:
    return (
        f"If the column holds another identifier, give it a field of its own, fields={{{column.field!r}: None, "
        f"...: Field(column, kind='identifier')}}; if it should hold {with_article(what)}, mend the extract."
    )


def _other_kind(column: Column, what: str, kind: str, records: int, total: int) -> str:
    return (
        f"{column.dataset}: {records:,} of {total:,} records that hold the field {column.field!r} hold "
        f"{with_article(kind)}, not {with_article(what)}. Give the column a field of its own, "
        f"fields={{...: Field(column, kind=...)}}, and prepare it with "
        f"{_STEP[kind]}; or leave it out, fields={{{column.field!r}: None}}."
    )


def _nothing_left(column: Column, what: str, judged: Judged, placeholder: Mask, total: int, mend: str) -> str:
    return (
        f"{column.dataset}: none of the {total:,} records that hold the field {column.field!r} holds "
        f"{with_article(what)} ({_faults(column, judged, placeholder)}). {mend} Or leave the field out, "
        f"fields={{{column.field!r}: None}}."
    )


def _faults(column: Column, judged: Judged, placeholder: Mask) -> str:
    """Records by the first fault of their value."""
    left = ~placeholder
    counts = []
    for fault, mask in judged.faults.items():
        if (mask & left).any():
            counts.append(f"{fault} {column.records(mask & left):,}")
        left = left & ~mask
    return ", ".join(counts)
