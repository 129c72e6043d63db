"""Metrics without a kernel of ours, and functions of the user's: once for each pair of values, then looked up."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Encoded
from linkkit.errors import SpecError
from linkkit.specs import Function
from linkkit.values import import_function

from ._contract import Codes, grade_numbers

__all__ = ["PAIRWISE", "PairwiseGrader", "TextPairGrader", "user_function"]

PairFunction = Callable[[Sequence[str], Sequence[str]], NDArray[np.float64]]


class PairwiseGrader(ABC):
    """A function of two values, remembered for each pair of distinct values."""

    columns: tuple[Codes, ...]

    def __init__(self, bounds: tuple[float, ...], is_distance: bool) -> None:
        self.bounds = bounds
        self.is_distance = is_distance
        self._known = np.empty(0, np.uint64)
        self._measured = np.empty(0, np.float64)
        self._lock = threading.Lock()

    def grade(self, left: Sequence[Codes], right: Sequence[Codes], out: NDArray[np.uint8]) -> None:
        """Write the grades."""
        grade_numbers(self.measure(left, right), self.bounds, self.is_distance, out)

    def measure(self, left: Sequence[Codes], right: Sequence[Codes]) -> NDArray[np.float64]:
        """Return the measures."""
        key = (left[0].astype(np.uint64) << np.uint64(32)) | right[-1]
        distinct, place = np.unique(key, return_inverse=True)
        with self._lock:
            self._learn(distinct)
            values = self._measured[np.searchsorted(self._known, distinct)]
        found: NDArray[np.float64] = values[place.reshape(-1)]
        return found

    @abstractmethod
    def _values_of(self, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.float64]:
        """Measure some pairs of values, none of them missing."""

    def _learn(self, distinct: NDArray[np.uint64]) -> None:
        """Measure the pairs of values that are new."""
        place = np.searchsorted(self._known, distinct)
        known = np.zeros(len(distinct), bool)
        inside = place < len(self._known)
        known[inside] = self._known[place[inside]] == distinct[inside]
        new = distinct[~known]
        if not len(new):
            return
        left, right = (new >> np.uint64(32)).astype(np.int64), (new & np.uint64(0xFFFFFFFF)).astype(np.int64)
        values = np.full(len(new), np.nan)
        present = (left > 0) & (right > 0)
        if present.any():
            values[present] = self._values_of(left[present], right[present])
        everything = np.concatenate([self._known, new])
        order = np.argsort(everything, kind="stable")
        self._known = everything[order]
        self._measured = np.concatenate([self._measured, values])[order]


class TextPairGrader(PairwiseGrader):
    """A function of two texts of one column."""

    def __init__(self, column: Encoded, function: PairFunction, bounds: tuple[float, ...], is_distance: bool) -> None:
        super().__init__(bounds, is_distance)
        self.columns = (column.codes,)
        self._texts = np.array(column.texts(), object)
        self._function = function

    def _values_of(self, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.float64]:
        return self._function(self._texts[left], self._texts[right])  # type: ignore[arg-type]


def user_function(measure: Function) -> PairFunction:
    """Return a function of the user's as one of two sequences of texts."""
    function = measure.path if callable(measure.path) else import_function(measure.path)
    name = getattr(measure.path, "__name__", str(measure.path))

    def vectorised(left: Sequence[str], right: Sequence[str]) -> NDArray[np.float64]:
        import pandas as pd

        found = _as_numbers(function(pd.Series(left, dtype=object), pd.Series(right, dtype=object)), name)
        if found.shape != (len(left),):
            raise SpecError(f"{name} returned {found.shape} values for {len(left):,} pairs.")
        return found

    def one_by_one(left: Sequence[str], right: Sequence[str]) -> NDArray[np.float64]:
        return _as_numbers([function(one, other) for one, other in zip(left, right, strict=True)], name)

    return vectorised if measure.vectorised else one_by_one


def _as_numbers(found: Any, path: str) -> NDArray[np.float64]:
    """What a function of the user's returned, as numbers; numpy's own error would quote values."""
    try:
        return np.asarray(found, np.float64)
    except (TypeError, ValueError):
        kinds = ", ".join(sorted({type(value).__name__ for value in found}))
    raise SpecError(f"{path} must return numbers (NaN for missing); it returned {kinds}.")


def _rapidfuzz(scorer: Callable[[], Any], scale: float = 1.0) -> PairFunction:
    def measure(left: Sequence[str], right: Sequence[str]) -> NDArray[np.float64]:
        from rapidfuzz import process

        return np.asarray(process.cpdist(left, right, scorer=scorer(), dtype=np.float64), np.float64) * scale

    return measure


def _damerau() -> Any:
    from rapidfuzz.distance import DamerauLevenshtein

    return DamerauLevenshtein.distance


def _damerau_similarity() -> Any:
    from rapidfuzz.distance import DamerauLevenshtein

    return DamerauLevenshtein.normalized_similarity


def _subsequence() -> Any:
    from rapidfuzz.distance import LCSseq

    return LCSseq.normalized_similarity


def _sorted_words() -> Any:
    from rapidfuzz import fuzz

    return fuzz.token_sort_ratio


def _longest_common_substring(left: Sequence[str], right: Sequence[str]) -> NDArray[np.float64]:
    """Length of the longest common substring over the length of the longer text."""
    import difflib

    def one(first: str, second: str) -> float:
        matcher = difflib.SequenceMatcher(None, first, second, autojunk=False)
        return matcher.find_longest_match().size / max(len(first), len(second), 1)

    return np.array([one(first, second) for first, second in zip(left, right, strict=True)], np.float64)


def _monge_elkan(left: Sequence[str], right: Sequence[str]) -> NDArray[np.float64]:
    """Mean over a text's words of the best Jaro-Winkler similarity among the other's; the mean of both directions."""
    from rapidfuzz import process
    from rapidfuzz.distance import JaroWinkler

    def one(first: str, second: str) -> float:
        table = process.cdist(
            first.split() or [""], second.split() or [""], scorer=JaroWinkler.similarity, dtype=np.float64
        )
        return float((table.max(axis=1).mean() + table.max(axis=0).mean()) / 2)

    return np.array([one(first, second) for first, second in zip(left, right, strict=True)], np.float64)


# metric: how it is taken
PAIRWISE: dict[str, PairFunction] = {
    "damerau": _rapidfuzz(_damerau),
    "damerau_similarity": _rapidfuzz(_damerau_similarity),
    "longest_common_subsequence": _rapidfuzz(_subsequence),
    "sorted_words_ratio": _rapidfuzz(_sorted_words, 0.01),
    "longest_common_substring": _longest_common_substring,
    "monge_elkan": _monge_elkan,
}
