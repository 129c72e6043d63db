"""Any text: one Unicode form, one case, no accents, no punctuation, single blanks; placeholders to missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from linkkit.errors import SpecError

from ._column import Cleaned, Column, blanked, matches, step_fields
from ._placeholders import is_placeholder
from ._unicode import APOSTROPHES, plain, replaced, squeezed, without_punctuation

__all__ = ["Text"]

_CASES = ("lower", "upper", "keep")
_PUNCTUATION = ("space", "remove", "keep")


@dataclass(frozen=True)
class Text:
    """Write texts alike: Unicode form NFKC, one case, no accents, no punctuation, single blanks.

    Apostrophes vanish (``St Mary's`` is ``st marys``); other punctuation becomes a blank. Letters of every script stay,
    with the marks that spell them. Placeholders such as "n/a" or "unknown" become missing.

    Parameters
    ----------
    fields
        The fields to clean.
    accents
        Whether accents on Latin and Greek letters are folded (``é`` to ``e``, ``ø`` to ``o``).
    punctuation
        ``"space"``, ``"remove"`` or ``"keep"``.
    case
        ``"lower"``, ``"upper"`` or ``"keep"``.
    placeholders
        Whether placeholders become missing.

    Examples
    --------
    >>> Text("town", punctuation="keep")
    Text(fields=('town',), accents=True, punctuation='keep', case='lower', placeholders=True)
    """

    fields: Sequence[str]
    accents: bool = True
    punctuation: Literal["space", "remove", "keep"] = "space"
    case: Literal["lower", "upper", "keep"] = "lower"
    placeholders: bool = True
    kind: Literal["text"] = field(default="text", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", step_fields("text", self.fields))
        if self.case not in _CASES:
            raise SpecError(f"text(case=) must be one of {', '.join(_CASES)}; got {self.case!r}.")
        if self.punctuation not in _PUNCTUATION:
            raise SpecError(f"text(punctuation=) must be one of {', '.join(_PUNCTUATION)}; got {self.punctuation!r}.")

    def clean(self, column: Column) -> Cleaned:
        """Return the texts written alike."""
        import pyarrow.compute as pc

        values = plain(column.values, accents=self.accents, case=self.case)
        missing = is_placeholder(pc.utf8_lower(values) if self.case != "lower" else values)
        if self.punctuation != "keep":
            values = replaced(values, f"[{APOSTROPHES}]+", "")
            values = without_punctuation(values, " " if self.punctuation == "space" else "")
        else:
            values = squeezed(values)
        if not self.placeholders:
            missing = ~matches(values, r"[\pL\pN]")
        return Cleaned(blanked(values, missing), {"placeholder": missing})
