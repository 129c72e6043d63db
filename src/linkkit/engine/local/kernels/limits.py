"""What bounds mean for the kernels: tables worked out once for each (metric, bounds)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

LONGEST = 64
"""Longest value, in characters, that the kernels compare."""
SIDE = LONGEST + 1
"""Tables by length have one place for each length from 0 to 64."""
PREFIXES = 5
UNREACHABLE = 127
MOST_BOUNDS = 250
SIMILARITIES = frozenset({"jaro_winkler", "jaro", "osa_similarity", "levenshtein_similarity"})
DISTANCES = frozenset({"osa", "levenshtein"})


def check_bounds(metric: str, bounds: tuple[float, ...]) -> None:
    """Raise ValueError unless the metric is known and the bounds run from strict to loose."""
    if metric not in SIMILARITIES | DISTANCES:
        raise ValueError(f"metric must be one of {', '.join(sorted(SIMILARITIES | DISTANCES))}; got {metric!r}.")
    falling = metric in SIMILARITIES
    in_order = all((a > b) if falling else (a < b) for a, b in pairwise(bounds))
    in_range = all(0 <= bound <= 1 if falling else 0 <= bound < np.inf for bound in bounds)
    if not 1 <= len(bounds) <= MOST_BOUNDS or not in_order or not in_range:
        shape = "fall from strict to loose between 1 and 0" if falling else "rise from strict to loose from 0 on"
        raise ValueError(f"bounds of {metric} must {shape}, 1 to {MOST_BOUNDS} of them; got {bounds}.")


@lru_cache(maxsize=64)
def common_needed(bound: float, with_prefix: bool, width: int) -> NDArray[np.int8]:
    """Return the fewest common characters that let a pair reach a Jaro(-Winkler) bound.

    The table is flat, by (length of one, length of the other, length of the common prefix), and filled for values of at
    most `width` characters. Without transpositions the similarity rises with the number of common characters, in
    floating point too: fewer can never reach the bound.
    """
    needed = np.full((SIDE, SIDE, PREFIXES), UNREACHABLE, np.int8)
    filled = needed[: width + 1, : width + 1]
    one, other = np.meshgrid(np.arange(width + 1), np.arange(width + 1), indexing="ij")
    for common in range(width, 0, -1):
        possible = common <= np.minimum(one, other)
        jaro = (common / np.maximum(one, 1) + common / np.maximum(other, 1) + 1.0) / 3.0
        for prefix in range(PREFIXES):
            bonus = prefix * 0.1 if with_prefix else 0.0
            similarity = np.where(jaro > 0.7, np.minimum(jaro + bonus * (1.0 - jaro), 1.0), jaro)
            filled[possible & (similarity >= bound), prefix] = common
    needed[0, 0] = 0
    if bound <= 0:
        needed[:] = 0
    return needed.ravel()


@dataclass(frozen=True, eq=False)
class DistanceGrades:
    """Grades of edit distances.

    Attributes
    ----------
    grade_of
        Grade by (length of the longer value, distance), flat.
    most
        Largest distance that reaches a bound, by length of the longer value; -1 where none does.
    """

    grade_of: NDArray[np.uint8]
    most: NDArray[np.int8]


@lru_cache(maxsize=64)
def distance_grades(metric: str, bounds: tuple[float, ...]) -> DistanceGrades:
    """Return the grades of every distance between values of up to 64 characters."""
    longer, distance = np.meshgrid(np.arange(SIDE), np.arange(SIDE), indexing="ij")
    if metric in SIMILARITIES:
        normalized = 1.0 - distance / np.maximum(longer, 1)
        missed = [normalized < bound for bound in bounds]
    else:
        missed = [distance > bound for bound in bounds]
    grade = 1 + np.sum(missed, axis=0)
    most = np.where(grade <= len(bounds), distance, -1).max(axis=1)
    return DistanceGrades(grade.astype(np.uint8).ravel(), most.astype(np.int8))


IDENTITY = DistanceGrades(np.tile(np.arange(SIDE, dtype=np.uint8), SIDE), np.full(SIDE, LONGEST, np.int8))
"""The grade of a distance is the distance itself."""
