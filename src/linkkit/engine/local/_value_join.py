"""Similarity join: which distinct values of a column are near each other."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from threading import Lock
from weakref import WeakKeyDictionary, WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from linkkit.engine import SampledBlocks
from linkkit.records import Records

from ._bit_join import bit_hits
from ._edit_join import edit_hits, is_worth_keys
from ._sampled_join import Sampling
from ._threads import ordered_map
from .graders import BitsTable, grade_bits
from .kernels import TextTable, grade_rows, grade_text
from .kernels.columns import Columns
from .kernels.limits import DISTANCES
from .kernels.near import list_hits, listed_in

__all__ = ["NearLists", "near_lists", "shared_lists"]

U32 = NDArray[np.uint32]
# Grades of a batch of rows stay in the cache of a core while their hits are listed.
_BATCH_BYTES = 2**20
_shared: WeakKeyDictionary[Records, WeakValueDictionary[tuple[Hashable, float], NearLists]] = WeakKeyDictionary()
_sharing = Lock()
_joining: WeakKeyDictionary[Records, dict[Hashable, Lock]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class NearLists:
    """The values near each value: those of value ``v`` are ``values[starts[v]:starts[v + 1]]``, rising.

    Where they were found by sampled bits, `sampled` is what these brought together.
    """

    starts: NDArray[np.int64]
    values: U32
    sampled: SampledBlocks | None = None

    def hold(self, one: U32, other: U32) -> NDArray[np.bool_]:
        """Tell which values stand in the lists of which."""
        found = np.empty(len(one), np.bool_)
        listed_in(self.starts, self.values, one, other, found)
        return found


def shared_lists(
    records: Records, what: Hashable, metric: str, bound: float, table: TextTable | BitsTable,
    join: Callable[[], NearLists],
) -> NearLists:  # fmt: skip
    """Join once for all rules of some records that ask for the same and are made at the same time.

    Lists of a looser bound, where they are there, are narrowed instead.
    """
    with _sharing:
        known = _shared.setdefault(records, WeakValueDictionary())
        own = _joining.setdefault(records, {}).setdefault(what, Lock())
    with own:
        with _sharing:  # other threads share other lists meanwhile
            held = {key[1]: lists for key, lists in known.items() if key[0] == what}
        if bound in held:
            return held[bound]
        looser = [lists for other, lists in held.items() if (other > bound) == (metric in DISTANCES)]
        found = _narrowed(min(looser, key=lambda lists: len(lists.values)), metric, bound, table) if looser else join()
        with _sharing:
            known[what, bound] = found
    return found


def _narrowed(lists: NearLists, metric: str, bound: float, table: TextTable | BitsTable) -> NearLists:
    """Keep the values that are as near as a tighter bound asks."""
    values = np.repeat(np.arange(len(lists.starts) - 1, dtype=np.uint32), np.diff(lists.starts))
    grades = np.empty(len(values), np.uint8)
    if isinstance(table, BitsTable):
        grade_bits(metric, table, values, lists.values, (bound,), grades)
    else:
        grade_text(metric, table, values, lists.values, (bound,), grades)
    is_near = grades == 1
    starts = np.concatenate([[0], np.cumsum(is_near)])[lists.starts]
    return NearLists(starts.astype(np.int64), lists.values[is_near])


def near_lists(
    metric: str, bound: float, table: TextTable | BitsTable, rows: U32, columns: U32, workers: int,
    sampling: Sampling | None = None,
) -> NearLists:  # fmt: skip
    """Return for each value the values near it, itself included where it stands on both sides.

    Parameters
    ----------
    metric, bound, table
        As for `grade_text`, or for `grade_bits`.
    rows, columns
        Codes of the values of one side and of the other; missing, 0, is left out of both.
    sampling
        Where given, most of the near filters are found by sampled bits.

    Returns
    -------
    The values of `columns` near each of `rows`.
    """
    if isinstance(table, BitsTable):
        return _near_filters(metric, bound, table, rows[rows > 0], columns[columns > 0], workers, sampling)
    if bound < 1 if metric in DISTANCES else bound >= 1:
        same = np.intersect1d(rows[rows > 0], columns[columns > 0])
        starts = np.searchsorted(same, np.arange(len(table) + 1, dtype=np.uint64)).astype(np.int64)
        return NearLists(starts, same.astype(np.uint32))
    is_half = len(rows) == len(columns) and bool(np.array_equal(rows, columns))
    if is_worth_keys(metric, bound, table.lengths, rows, columns):
        rows = rows[rows > 0]
        one, other = edit_hits(metric, bound, table, rows, rows if is_half else columns[columns > 0], workers)
        return _lists(one, other, rows, is_half, len(table))
    rows, columns = _by_length(table, rows), _by_length(table, columns)
    against = table.choose(columns)
    step = max(4, _BATCH_BYTES // max(len(columns), 1))

    def batch(first: int) -> tuple[U32, U32]:
        chosen, begin = rows[first : first + step], first if is_half else 0
        kept = against if begin == 0 else _from(against, begin)
        return _hits(metric, bound, table, chosen, kept, is_half)

    parts = list(ordered_map(batch, range(0, len(rows), step), workers))
    one, other = (np.concatenate([part[side] for part in parts] or [np.empty(0, np.uint32)]) for side in (0, 1))
    return _lists(one, other, rows, is_half, len(table))


def _near_filters(
    metric: str, bound: float, table: BitsTable, rows: U32, columns: U32, workers: int, sampling: Sampling | None
) -> NearLists:  # fmt: skip
    """Return the same for filters; one that holds too little is not even near itself."""
    is_half = len(rows) == len(columns) and bool(np.array_equal(rows, columns))
    one, other, sampled = bit_hits(metric, bound, table, rows, columns, is_half, workers, sampling)
    grades = np.empty(len(rows), np.uint8)
    grade_bits(metric, table, rows, rows, (bound,), grades)
    lists = _lists(one, other, rows[grades == 1], is_half, len(table.words))
    return lists if sampling is None else replace(lists, sampled=sampled)


def _lists(one: U32, other: U32, rows: U32, is_half: bool, size: int) -> NearLists:
    """Return pairs of near values as a list for each value; those of a half both ways, and each value with itself."""
    if is_half:
        one, other = np.concatenate([one, other, rows]), np.concatenate([other, one, rows])
    packed = np.sort((one.astype(np.uint64) << np.uint64(32)) | other)
    starts = np.searchsorted(packed >> np.uint64(32), np.arange(size + 1, dtype=np.uint64)).astype(np.int64)
    return NearLists(starts, (packed & np.uint64(0xFFFFFFFF)).astype(np.uint32))


def _hits(metric: str, bound: float, table: TextTable, rows: U32, against: Columns, is_half: bool) -> tuple[U32, U32]:
    """Return the near pairs of a batch of rows; of a half, a row meets only columns after its own."""
    grades = np.empty((len(rows), len(against.codes)), np.uint8)
    grade_rows(metric, table, rows, (bound,), grades, against)
    first_columns = np.arange(1, len(rows) + 1) if is_half else np.zeros(len(rows), np.int64)
    room = 4 * grades.shape[1] + 1024
    while True:
        places, columns = np.empty(room, np.uint32), np.empty(room, np.uint32)
        count = list_hits(grades, first_columns, places, columns)
        if count >= 0:
            return rows[places[:count]], against.codes[columns[:count]]
        room *= 4


def _by_length(table: TextTable, codes: U32) -> U32:
    codes = codes[codes > 0]
    return np.ascontiguousarray(codes[np.argsort(table.lengths[codes], kind="stable")])


def _from(columns: Columns, first: int) -> Columns:
    """The columns from one on, of columns that are sorted by length."""
    return Columns(
        columns.codes[first:],
        None if columns.dates is None else columns.dates[first:],
        np.arange(len(columns.codes) - first, dtype=np.uint32),
        columns.sorted_codes[first:],
        columns.sorted_heads[first:],
        columns.sorted_masks[first:],
        np.maximum(columns.length_starts - first, 0),
    )
