"""Blocking rules for the fields that the datasets share."""

from __future__ import annotations

from linkkit.records import Records
from linkkit.specs import On, Rule

__all__ = ["recommended"]


def recommended(records: Records) -> tuple[Rule, ...]:
    """Return blocking rules for the fields that the datasets share."""
    return (On(("surname",)),)
