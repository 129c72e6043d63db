"""Identifiers that have a form and no check digit: UPRN, URN, ODS codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from linkkit.errors import DataError
from linkkit.prepare._column import Cleaned, Column, Mask, matches
from linkkit.prepare._unicode import replaced

from ._judge import Judged, Otherwise, cleaned, fault_of, one_text
from ._shapes import tight

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Form"]


@dataclass(frozen=True)
class Form:
    """What such an identifier is called, the pattern that it has, what is said of a text that has it not, the
    patterns of other kinds that may stand in its place, and the kinds that have its form and are none.
    """

    what: str
    pattern: str
    fault: str
    drop_zeros: bool = False
    like: Mapping[str, str] = field(default_factory=dict)
    doubtful: tuple[str, ...] = ()

    def judged(self, values: pa.StringArray) -> Judged:
        """Return texts with their fault: not of the form, or one digit throughout."""
        values = replaced(values, "^0+(.)", r"\1") if self.drop_zeros else values
        formed = matches(values, self.pattern)
        same: Mask = matches(values, "^(?:" + "|".join(f"{digit}{{4,}}" for digit in "0123456789") + "|0)$")
        return Judged(values, {self.fault: ~formed, "repeated digits": formed & same})

    def judged_raw(self, values: pa.StringArray) -> Judged:
        """Return texts as they stand in a column with their fault."""
        return self.judged(tight(values))

    def form(self, values: pa.StringArray) -> pa.StringArray:
        """Return texts as they stand in a column as the form has them."""
        return self.judged_raw(values).values

    def written(self, value: object) -> str:
        """Return one value as the form has it, whether or not it is of it."""
        return str(self._one(value).values[0])

    def holds(self, value: object) -> bool:
        """Return whether one value is of the form."""
        return not self._one(value).wrong()[0]

    def parsed(self, value: object) -> str:
        """Return one value as the form has it; an error that does not show it where it is not of it."""
        judged = self._one(value)
        if found := fault_of(judged):
            raise DataError(f"no {self.what}: {found}.")
        return str(judged.values[0])

    def cleaned(self, column: Column, otherwise: Otherwise) -> Cleaned:
        """Return a column written alike, what is not of the form missing."""
        mend = f'If they are other codes, prepare.Identifier("{column.field}").'
        return cleaned(
            column, self.what, self.judged, own=(), mend=mend, otherwise=otherwise, doubtful=self.doubtful,
            like=self.like,
        )  # fmt: skip

    def _one(self, value: object) -> Judged:
        return self.judged(tight(one_text(value)))
