"""Attacks on one's own encodings, to be tried on made-up people before anything real is handed over.

A provider learns what an encoding gives away by attacking it: :func:`attack` makes all attacks that apply, the others
one each. Their results hold counts, never values. An attack that failed proves nothing.
"""

from ._attack import attack
from ._dictionary import dictionary
from ._frequency import block_sizes, frequency
from ._graph_matching import graph_matching
from ._popcount import MadeUpKey, popcount_rank
from ._result import PROVES_NOTHING, Attacks, Attempt

__all__ = [
    "PROVES_NOTHING",
    "Attacks",
    "Attempt",
    "MadeUpKey",
    "attack",
    "block_sizes",
    "dictionary",
    "frequency",
    "graph_matching",
    "popcount_rank",
]
