"""The kinds of dataset, the units they are about, and what a card of each kind cannot do without."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["DATASET_KINDS", "NEEDS", "UNITS", "DatasetKind", "Need", "Unit", "is_coarser"]

DatasetKind = Literal["trial", "intervention", "administrative", "case_study", "cohort", "survey", "other"]
DATASET_KINDS: tuple[str, ...] = DatasetKind.__args__  # type: ignore[attr-defined]
Unit = Literal["person", "household", "school", "area"]
# From fine to coarse.
UNITS: tuple[str, ...] = Unit.__args__  # type: ignore[attr-defined]


def is_coarser(unit: str, than: str) -> bool:
    """Whether a unit is coarser than another.

    Examples
    --------
    >>> is_coarser("school", "person"), is_coarser("person", "person")
    (True, False)
    """
    return UNITS.index(unit) > UNITS.index(than)


@dataclass(frozen=True)
class Need:
    """A part that cards of some kinds should have.

    Parameters
    ----------
    part
        The part of the card, such as ``"consent"``.
    why
        What cannot be done or known without it.
    kinds
        The kinds of dataset that need it; empty for all.
    """

    part: str
    why: str
    kinds: tuple[str, ...] = ()


_PEOPLE_ASKED = ("trial", "cohort", "survey", "case_study")
NEEDS: tuple[Need, ...] = (
    Need("owner", "nobody can be asked for permission."),
    Need("contact", "nobody can be asked when something looks wrong."),
    Need("source", "how the identifiers were collected decides how well they agree with others."),
    Need("period", "whether two datasets cover the same years cannot be told."),
    Need("places", "people who live elsewhere cannot be told from people who were missed."),
    Need("found_in", "a record without a link can be a missed match or a person who was never in the other dataset; "
                     "only with the expected overlap can the two be told apart."),
    Need("consent", "which linkages people agreed to is unknown.", _PEOPLE_ASKED),
    Need("lawful_basis", "whether the linkage is permitted without consent is unknown.", ("administrative", "other",
                                                                                        "intervention")),
    Need("blinded", "the arm could be read while linking; name the columns of allocation and outcomes.", ("trial",)),
    Need("allocation", "linkage cannot be compared between the arms after unblinding.", ("trial",)),
    Need("spells", "attendance cannot be put in time; name the columns of start and end.", ("intervention",)),
    Need("person", "records of one person cannot be told from records of several; name the column that says it.",
         ("intervention",)),
    Need("extracted", "events after the extract would be taken for no event.", ("administrative", "intervention")),
    Need("reporting_lag_days", "events not yet reported would be taken for no event.", ("administrative",)),
    Need("ages", "whom the dataset covers is unknown.", ("administrative", "cohort", "survey")),
)  # fmt: skip
