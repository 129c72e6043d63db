"""Best-practice ways to link by name: published algorithms, run by one rule engine.

>>> from linkkit import pipelines
>>> pipelines.algorithm("slk_581").title
'SLK-581, the statistical linkage key'
"""

from .algorithms import Algorithm, AlgorithmLinks, Pass, algorithm, algorithm_names, compare, matchkey, matchkeys

__all__ = [
    "Algorithm",
    "AlgorithmLinks",
    "Pass",
    "algorithm",
    "algorithm_names",
    "compare",
    "matchkey",
    "matchkeys",
]
