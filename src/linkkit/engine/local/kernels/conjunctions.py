"""Conjunctions of keys that are too frequent by themselves: two of a record's, or three where two are too frequent.

The frequent keys of a record are numbered from 0; ``units`` says which of its values each is a key of, ``under``
whether it implies a looser frequent key of the same value.
"""

from __future__ import annotations

import numpy as np

from .evidence import _first_at_least
from .jit import compiled, inlined

__all__ = ["count_twos", "cut_sets", "sets_of_rows", "threes", "twos"]

_U64, _U32, _U16, _U8, _I64 = "uint64[::1]", "uint32[::1]", "uint16[::1]", "uint8[::1]", "int64[::1]"


@compiled(f"void({_I64}, {_U32}, {_U16}, {_U8}, {_I64})")
def count_twos(starts, keys, units, under, counts):  # type: ignore[no-untyped-def]
    """Count the conjunctions of two by their lesser key."""
    for row in range(len(starts) - 1):
        for one in range(starts[row], starts[row + 1]):
            for other in range(one + 1, starts[row + 1]):
                if not (under[one] or under[other]) and units[one] != units[other]:
                    counts[min(keys[one], keys[other])] += 1


@compiled(f"int64({_I64}, {_U32}, {_U16}, {_U8}, int64, int64, uint64, uint64, {_U64})")
def twos(starts, keys, units, under, low, high, size, row_bits, out):  # type: ignore[no-untyped-def]
    """Write a word (conjunction, row) for each conjunction of two whose lesser key is from low to high."""
    count = 0
    for row in range(len(starts) - 1):
        for one in range(starts[row], starts[row + 1]):
            if under[one]:
                continue
            for other in range(one + 1, starts[row + 1]):
                if under[other] or units[one] == units[other]:
                    continue
                lesser, greater = min(keys[one], keys[other]), max(keys[one], keys[other])
                if low <= lesser < high:
                    out[count] = ((np.uint64(lesser) * size + np.uint64(greater)) << row_bits) | np.uint64(row)
                    count += 1
    return count


@inlined
def _place(over_starts, over, one, other):  # type: ignore[no-untyped-def]
    """Return the place of a conjunction of two, lesser key first, among those that are too frequent; -1 for none."""
    stop = over_starts[one + 1]
    at = _first_at_least(over, over_starts[one], stop, other)
    return at if at < stop and over[at] == other else -1


@compiled(f"int64({_I64}, {_U32}, {_U16}, {_U8}, {_I64}, {_U32}, uint64, uint64, {_U64})")
def threes(starts, keys, units, under, over_starts, over, size, row_bits, out):  # type: ignore[no-untyped-def]
    """Write a word for each conjunction of a too frequent two with a third key; only count them where there is no room.

    Too frequent with key k are the greater keys ``over`` from ``over_starts[k]``, rising. The third is a stricter key
    of one of the two values, or the key of a third value that is too frequent with both.
    """
    count = 0
    for row in range(len(starts) - 1):
        first, last = starts[row], starts[row + 1]
        for one in range(first, last):
            for other in range(first, last):
                if under[one] or under[other] or units[one] == units[other] or keys[one] >= keys[other]:
                    continue
                at = _place(over_starts, over, keys[one], keys[other])
                if at < 0:
                    continue
                for third in range(first, last):
                    if under[third]:
                        wanted = units[third] == units[one] or units[third] == units[other]
                    else:
                        wanted = (
                            keys[third] > keys[other]
                            and units[third] != units[one]
                            and units[third] != units[other]
                            and _place(over_starts, over, keys[one], keys[third]) >= 0
                            and _place(over_starts, over, keys[other], keys[third]) >= 0
                        )
                    if wanted:
                        if count < len(out):
                            out[count] = ((np.uint64(at) * size + np.uint64(keys[third])) << row_bits) | np.uint64(row)
                        count += 1
    return count


@compiled(f"void({_U64}, uint64, int64, {_I64}, {_I64}, uint8, {_I64}, {_U32}, {_I64}, {_U64})")
def cut_sets(words, row_bits, cap, ends, partner_starts, is_within, tally, rows, stops, over):  # type: ignore[no-untyped-def]
    """Cut sorted words into conjunctions: list the rows of those of 2 to ``cap`` records, note those of more.

    ``tally`` gets: listed rows, lists, too frequent conjunctions, pairs of these. Conjunctions that make no pair (all
    in one dataset, where pairs are between datasets) are left out.
    """
    row_mask = (np.uint64(1) << row_bits) - np.uint64(1)
    begin = placed = lists = too_many = 0
    while begin < len(words):
        key = words[begin] >> row_bits
        end = begin + 1
        while end < len(words) and words[end] >> row_bits == key:
            end += 1
        pairs = 0
        if end - begin > 1:
            dataset, partner, within = 0, begin, 0
            for place in range(begin, end):
                row = np.int64(words[place] & row_mask)
                while ends[dataset] <= row:
                    dataset += 1
                    within = 0
                least = max(row + 1, partner_starts[dataset])
                while partner < end and np.int64(words[partner] & row_mask) < least:
                    partner += 1
                pairs += within if is_within else end - partner
                within += 1
        if pairs > 0 and end - begin > cap:
            over[too_many] = key
            too_many += 1
            tally[3] += pairs
        elif pairs > 0:
            for place in range(begin, end):
                rows[placed] = words[place] & row_mask
                placed += 1
            stops[lists] = placed
            lists += 1
        begin = end
    tally[0], tally[1], tally[2] = placed, lists, too_many


@compiled(f"void({_I64}, {_U32}, {_I64}, {_U32})")
def sets_of_rows(list_starts, rows, cursor, out):  # type: ignore[no-untyped-def]
    """Write the number of each list at the cursor of every row that it holds, which moves on."""
    for number in range(len(list_starts) - 1):
        for place in range(list_starts[number], list_starts[number + 1]):
            row = rows[place]
            out[cursor[row]] = number
            cursor[row] += 1
