"""The values that the kernels leave to rapidfuzz: longer than 64 characters, or beyond the alphabet of their column."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .limits import SIMILARITIES
from .text_table import TextTable

Codes = NDArray[np.uint32]


@cache
def _scorers() -> dict[str, Callable[..., Any]]:
    from rapidfuzz.distance import OSA, Jaro, JaroWinkler, Levenshtein

    return {
        "jaro": Jaro.similarity,
        "jaro_winkler": JaroWinkler.similarity,
        "osa": OSA.distance,
        "osa_similarity": OSA.normalized_similarity,
        "levenshtein": Levenshtein.distance,
        "levenshtein_similarity": Levenshtein.normalized_similarity,
    }


def scores(metric: str, table: TextTable, left: Codes, right: Codes) -> NDArray[np.float64]:
    """Score pairs of values that are not missing by rapidfuzz, each different pair once."""
    from rapidfuzz.process import cpdist

    pairs, place = np.unique(left.astype(np.uint64) << np.uint64(32) | right, return_inverse=True)
    lefts = [table.text(int(code)) for code in pairs >> np.uint64(32)]
    rights = [table.text(int(code)) for code in pairs & np.uint64(0xFFFFFFFF)]
    found = cpdist(lefts, rights, scorer=_scorers()[metric], dtype=np.float64)
    return np.asarray(found, np.float64)[place]


def grade_slow(
    metric: str, table: TextTable, left: Codes, right: Codes, bounds: tuple[float, ...], out: NDArray[np.uint8]
) -> None:
    """Overwrite the grades of the pairs with a slow value."""
    slow = np.flatnonzero((table.slow[left] | table.slow[right]) & (left != 0) & (right != 0))
    if not len(slow):
        return
    score = scores(metric, table, left[slow], right[slow])
    missed = [score < bound if metric in SIMILARITIES else score > bound for bound in bounds]
    out[slow] = 1 + np.sum(missed, axis=0)
