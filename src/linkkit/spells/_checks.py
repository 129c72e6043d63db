"""Checks: what of spells, births and deaths cannot be true of one person, and with what tolerance."""

from __future__ import annotations

import numbers
from dataclasses import dataclass
from typing import Any

from linkkit._days import require_days
from linkkit.errors import SpecError

__all__ = ["KINDS", "Checks"]

# Further than any two days of a calendar lie apart.
MOST_YEARS = 10_000
KINDS = (
    "two_places",
    "before_birth",
    "after_death",
    "outside_ages",
    "death_before_birth",
    "several_births",
    "several_deaths",
)


@dataclass(frozen=True, kw_only=True)
class Checks:
    """What cannot be true of one person. Every tolerance is in days, and as strict as can be unless you say otherwise.

    Parameters
    ----------
    place
        The column of spells that holds the place. A person has two at once where two spells of one table, at places
        that are known and differ, share ``least_days``. None: not looked for.
    least_days
        The fewest days shared: the day of a move is of both places, so two by default.
    before_birth
        The most days that a spell may start before birth (care before birth may be recorded under the child); None: not
        looked for.
    after_death
        The most days that a spell may start after death (notices come late); None: not looked for. A spell that began
        before and was never closed is no contradiction.
    ages
        Youngest and oldest age at the start of a spell, in completed years; None: no such limit. Nobody is known to
        have been older than 122; a programme for children can say ``(0, 18)``.
    dates_apart
        The most days that two dates of birth, or of death, of one person may differ.

    Raises
    ------
    SpecError
        Where a number is out of range.

    Examples
    --------
    >>> Checks(least_days=7, ages=(0, 18))
    Checks(place='place', least_days=7, before_birth=0, after_death=0, ages=(0, 18), dates_apart=0)
    """

    place: str | None = "place"
    least_days: int = 2
    before_birth: int | None = 0
    after_death: int | None = 0
    ages: tuple[int | None, int | None] = (None, 122)
    dates_apart: int = 0

    def __post_init__(self) -> None:
        require_days("Checks.least_days", self.least_days, least=1)
        require_days("Checks.dates_apart", self.dates_apart, least=0)
        for name in ("before_birth", "after_death"):
            if getattr(self, name) is not None:
                require_days(f"Checks.{name}", getattr(self, name), least=0)
        if not self._has_rising_ages():
            raise SpecError(f"Checks.ages must be two rising numbers of years, or None; got {self.ages}.")

    def _has_rising_ages(self) -> bool:
        given: Any = self.ages
        if not isinstance(given, tuple | list) or len(given) != 2:
            return False
        known = [age for age in given if age is not None]
        are_years = all(isinstance(age, numbers.Real) and not isinstance(age, bool) for age in known)
        return are_years and known == sorted(known) and all(0 <= age <= MOST_YEARS for age in known)
