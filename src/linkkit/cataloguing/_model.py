"""How well a linkage is likely to work, from what its fields tell: pure functions of probabilities.

The model is that of Fellegi and Sunter (1969), turned round: probabilities are given, and every pattern of agreement,
disagreement and missing is counted through. A pattern links where matches outweigh strangers and relatives together.
Fields are taken as independent within each of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2, prod

import numpy as np
from numpy.typing import NDArray

__all__ = ["Evidence", "Forecast", "forecast"]

# A pair is taken as a link from this probability on, as the recommended decisions do.
LINKED_FROM = 0.5
# Of relatives, in round figures: each person has about one in the other dataset; 3 children in 100 are twins.
RELATIVES_A_PERSON = 1.0
TWINS = 0.03
# The patterns of so many groups are counted through, those that tell most; what the others add is left out.
MOST_GROUPS = 10
# What relatives share nearly always; groups that are not named here agree between relatives as between strangers.
SHARED_AT_HOME = {"surname": 0.8, "home": 0.9, "house number": 0.9, "phone": 0.5, "e-mail": 0.2, "place of birth": 0.7}


@dataclass(frozen=True)
class Evidence:
    """What one group of fields tells.

    Parameters
    ----------
    group
        What the field is about; see :func:`linkkit.cataloguing._usual.group_of`.
    present
        How often both records of a pair hold a value.
    agreement
        How often the records of one person agree, where both hold one.
    chance
        How often strangers do.
    """

    group: str
    present: float
    agreement: float
    chance: float

    @property
    def bits(self) -> float:
        """What an agreement adds to the match weight."""
        return log2(self.agreement / self.chance)

    @property
    def mean_bits(self) -> float:
        """What it adds to the weight of a match on average, by agreement."""
        return self.present * self.agreement * self.bits


@dataclass(frozen=True)
class Forecast:
    """How well a linkage is likely to work.

    Parameters
    ----------
    power_bits
        The weight of a pair whose records hold every field and agree on all.
    needed_bits
        The weight that outweighs all strangers: log2 of the pairs of strangers for each match.
    found
        Expected share of matches that are linked.
    strangers, relatives
        Expected false links for each expected match, to strangers and to relatives.
    """

    power_bits: float
    needed_bits: float
    found: float
    strangers: float
    relatives: float

    @property
    def false_links(self) -> float:
        """Expected share of false links among links; 1 where nothing is linked."""
        false = self.strangers + self.relatives
        return false / (false + self.found) if false + self.found > 0 else 1.0


def forecast(
    evidence: Sequence[Evidence],
    left: float,
    right: float,
    matches: float,
    *,
    families: bool = True,
    once: tuple[bool, bool] = (False, False),
) -> Forecast:
    """Return how well a linkage is likely to work.

    Parameters
    ----------
    evidence
        What each group of fields tells.
    left, right
        How many people (or other units) each dataset holds.
    matches
        How many are expected in both.
    families
        Whether relatives are expected, who share a home and a surname.
    once
        Whether each record of the left and of the right dataset has one match at most: a false link of a record whose
        match is found then loses to it.

    Examples
    --------
    >>> found = forecast([Evidence("identifier", 0.9, 0.99, 2.0**-30)], 1_000, 100_000, 900)
    >>> round(found.found, 3), round(found.power_bits), round(found.needed_bits)
    (0.891, 30, 17)
    """
    matches = max(matches, 1.0)
    for_each = max(left * right / matches - 1, 0.0)
    among = {name: np.ones(1) for name in ("matches", "strangers", "siblings", "twins")}
    for one in sorted(evidence, key=lambda one: (-one.mean_bits, one.group))[:MOST_GROUPS]:
        for name in among:
            among[name] = np.outer(among[name], _shares(one, name)).ravel()
    relatives = RELATIVES_A_PERSON * ((1 - TWINS) * among["siblings"] + TWINS * among["twins"])
    relatives, strangers = relatives if families else np.zeros(1), for_each * among["strangers"]
    is_link = among["matches"] >= LINKED_FROM * (among["matches"] + strangers + relatives)
    is_link &= among["matches"] > 0
    found = min(float(among["matches"][is_link].sum()), 1.0)
    sizes = [size for size, is_single in zip((left, right), once, strict=True) if is_single]
    left_over = prod(1 - found * min(matches / max(size, 1.0), 1.0) for size in sizes)
    return Forecast(
        power_bits=float(sum(one.bits for one in evidence)),
        needed_bits=log2(max(for_each, 1)),
        found=found,
        strangers=left_over * float(strangers[is_link].sum()),
        relatives=left_over * float(relatives[is_link].sum()) if families else 0.0,
    )


def _shares(one: Evidence, among: str) -> NDArray[np.float64]:
    """How often pairs agree, disagree and lack a value."""
    agree = {"matches": one.agreement, "strangers": one.chance}.get(among)
    if agree is None:
        agree = max(one.chance, SHARED_AT_HOME.get(one.group, 0.0) * one.agreement)
        if one.group == "birth" and among == "twins":
            agree = one.agreement
    return np.array([one.present * agree, one.present * (1 - agree), 1 - one.present])
