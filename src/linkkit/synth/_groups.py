"""What the groups of a UK-like population are, and how their families name people.

The shares are rounded, UK-like figures for families with children, chosen for variety; none is an official statistic.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Group:
    """Habits of one heritage group.

    ``takes_name``: share of wives who bear the husband's surname; ``own_female``: share of women with a surname that is
    not a family name (Begum, Bibi, Kaur); ``middle``: share with a middle name; ``large``: how much commoner three or
    more children are; ``deprived``: share of families moved towards the most deprived fifths.
    """

    name: str
    share: float
    married: float = 0.65
    takes_name: float = 0.8
    own_female: float = 0.0
    middle: float = 0.3
    large: float = 1.0
    deprived: float = 0.2


GROUPS: tuple[Group, ...] = (
    Group("british", 0.670, married=0.58, middle=0.75, deprived=0.0),
    Group("irish", 0.020, middle=0.8),
    Group("polish", 0.035, takes_name=0.9),
    Group("romanian", 0.020, takes_name=0.9),
    Group("portuguese", 0.010, takes_name=0.5),
    Group("pakistani", 0.055, married=0.92, takes_name=0.3, own_female=0.5, middle=0.15, large=2.0, deprived=0.5),
    Group("bangladeshi", 0.025, married=0.92, takes_name=0.2, own_female=0.7, middle=0.15, large=2.0, deprived=0.5),
    Group("indian", 0.045, married=0.92, own_female=0.2, middle=0.35, deprived=0.05),
    Group("african", 0.040, takes_name=0.7, middle=0.6, large=1.6, deprived=0.4),
    Group("somali", 0.010, married=0.7, takes_name=0.05, middle=0.2, large=2.4, deprived=0.6),
    Group("caribbean", 0.030, married=0.4, middle=0.6, deprived=0.4),
    Group("arab", 0.015, married=0.85, takes_name=0.2, middle=0.15, large=1.6, deprived=0.4),
    Group("turkish", 0.010, married=0.85, takes_name=0.9, middle=0.1, deprived=0.3),
    Group("chinese", 0.015, married=0.85, takes_name=0.3, middle=0.2, deprived=0.05),
)
