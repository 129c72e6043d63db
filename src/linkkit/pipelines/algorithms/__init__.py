"""Published linkage algorithms as data, and the one engine that runs them."""

from ._compare import Compared, compare
from ._linked import AlgorithmLinks
from ._matchkey import matchkey, matchkeys
from ._registry import algorithm, algorithm_names
from ._spec import Algorithm, BestScore, Crowd, Derived, Hold, Pass, Rest, Vector

__all__ = [
    "Algorithm",
    "AlgorithmLinks",
    "BestScore",
    "Compared",
    "Crowd",
    "Derived",
    "Hold",
    "Pass",
    "Rest",
    "Vector",
    "algorithm",
    "algorithm_names",
    "compare",
    "matchkey",
    "matchkeys",
]
