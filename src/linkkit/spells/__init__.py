"""Spells of persons: from which day to which; joined, merged, counted, and looked at for what cannot be."""

from ._allen import RELATIONS
from ._checks import Checks
from ._coverage import coverage
from ._follow import follow_links
from ._implausible import Implausible, implausible
from ._joins import during, events_within, following, overlapping
from ._merge import Merged, merge
from ._nearest import nearest
from ._pairs import SpellPairs
from ._people import People
from ._spells import Spells

__all__ = [
    "RELATIONS",
    "Checks",
    "Implausible",
    "Merged",
    "People",
    "SpellPairs",
    "Spells",
    "coverage",
    "during",
    "events_within",
    "follow_links",
    "following",
    "implausible",
    "merge",
    "nearest",
    "overlapping",
]
