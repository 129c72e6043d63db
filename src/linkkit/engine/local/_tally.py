"""Counts of pattern codes, and which codes to keep."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

from .kernels.pairs import count_codes

__all__ = ["Kept", "Tally"]

# Pattern codes are counted in a table where it has no more cells than this, else by sorting.
DENSE_CELLS = 2**21


class Kept:
    """Which pairs of a chunk to keep, by pattern code."""

    def __init__(self, keep: NDArray[np.int64], size: int) -> None:
        self._keep = keep
        self._table = np.zeros(size, bool) if size <= DENSE_CELLS else None
        if self._table is not None:
            self._table[keep] = True

    def places(self, code: NDArray[np.int64]) -> NDArray[np.int64]:
        if self._table is not None:
            return np.flatnonzero(self._table[code])
        place = np.searchsorted(self._keep, code)
        place[place == len(self._keep)] = 0
        return np.flatnonzero(self._keep[place] == code) if len(self._keep) else np.empty(0, np.int64)


class Tally:
    """Counts of pattern codes by rule, added to from several threads."""

    def __init__(self, size: int, rules: int) -> None:
        self._size, self._rules = size, rules
        self._is_dense = size * rules <= DENSE_CELLS
        self._local = threading.local()
        self._lock = threading.Lock()
        self._tables: list[NDArray[np.int64]] = []
        self._sparse: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []

    def add(self, rule: int, codes: NDArray[np.int64]) -> None:
        if self._is_dense:
            count_codes(codes, self._table()[rule])
        else:
            counted = np.unique(codes * self._rules + rule, return_counts=True)
            with self._lock:
                self._sparse.append(counted)
                if len(self._sparse) > 256:
                    self._sparse = [_merge(self._sparse)]

    def result(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        if self._is_dense:
            table = sum(self._tables, np.zeros((self._rules, self._size), np.int64))
            codes = np.flatnonzero(table.any(axis=0))
            return codes, np.ascontiguousarray(table[:, codes].T)
        keys, counts = _merge(self._sparse) if self._sparse else (np.empty(0, np.int64), np.empty(0, np.int64))
        codes, place = np.unique(keys // self._rules, return_inverse=True)
        found = np.zeros((len(codes), self._rules), np.int64)
        found[place, keys % self._rules] = counts
        return codes, found

    def _table(self) -> NDArray[np.int64]:
        if not hasattr(self._local, "table"):
            self._local.table = np.zeros((self._rules, self._size), np.int64)
            with self._lock:
                self._tables.append(self._local.table)
        table: NDArray[np.int64] = self._local.table
        return table


def _merge(counted: list[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    keys, place = np.unique(np.concatenate([keys for keys, _ in counted]), return_inverse=True)
    totals = np.zeros(len(keys), np.int64)
    np.add.at(totals, place, np.concatenate([counts for _, counts in counted]))
    return keys, totals
