# ruff: noqa: C901 - a kernel is one loop nest: what it calls would be compiled apart
"""Find pairs of records that share enough evidence, through lists of the records that have each key.

Bits are whole numbers: 64 to a bit. A record's entries are its keys, value after value (a *unit* is one value), the
weightiest key of a unit first.
"""

from __future__ import annotations

import numpy as np

from .jit import compiled, inlined

__all__ = ["count_keys", "fill_keys", "has_pair", "list_rows", "share"]

_U32, _U16, _I64 = "uint32[::1]", "uint16[::1]", "int64[::1]"
# A partner that only a conjunction found: no unit has this number.
_MARK = 0xFFFF


@compiled(f"void({_I64}, {_U32}, uint32[:, ::1], {_I64})")
def count_keys(starts, values, keys, counts):  # type: ignore[no-untyped-def]
    """Count the records that have each key: record r has values from ``starts[r]``, value v the keys ``keys[v]``."""
    for row in range(len(starts) - 1):
        for place in range(starts[row], starts[row + 1]):
            for form in range(keys.shape[1]):
                key = keys[values[place], form]
                seen = key == 0
                for before in range(starts[row], place):
                    seen |= keys[values[before], form] == key
                if not seen:
                    counts[key] += 1


@compiled(f"void({_I64}, {_U32}, uint32[:, ::1], {_U16}, {_I64}, {_U16}, {_U32}, {_U16})")
def fill_keys(starts, values, keys, bits, cursor, units, out_keys, out_units):  # type: ignore[no-untyped-def]
    """Write each record's keys that have bits at its cursor, which moves on; where there is no room, only move it.

    A key that an earlier value of the record has too is left out.
    """
    is_counting = len(out_keys) == 0
    for row in range(len(starts) - 1):
        for place in range(starts[row], starts[row + 1]):
            first = cursor[row]
            for form in range(keys.shape[1]):
                key = keys[values[place], form]
                seen = (key == 0) | (bits[key] == 0)
                for before in range(starts[row], place):
                    seen |= keys[values[before], form] == key
                if seen:
                    continue
                if not is_counting:
                    at = cursor[row]
                    while at > first and bits[out_keys[at - 1]] < bits[key]:
                        out_keys[at] = out_keys[at - 1]
                        at -= 1
                    out_keys[at] = key
                    out_units[cursor[row]] = units[row]
                cursor[row] += 1
            if cursor[row] > first:
                units[row] += np.uint16(1)


@compiled(f"void({_I64}, {_U32}, uint8[::1], {_I64}, {_U32})")
def list_rows(starts, keys, chosen, cursor, out_rows):  # type: ignore[no-untyped-def]
    """Write the rows that have each chosen key, rising, at the key's cursor, which moves on."""
    for row in range(len(starts) - 1):
        for place in range(starts[row], starts[row + 1]):
            key = keys[place]
            if chosen[key]:
                out_rows[cursor[key]] = row
                cursor[key] += 1


@inlined
def _first_at_least(rows, start, stop, least):  # type: ignore[no-untyped-def]
    """Return the first place from start to stop whose row is at least so large."""
    while start < stop:
        middle = (start + stop) // 2
        if rows[middle] < least:
            start = middle + 1
        else:
            stop = middle
    return start


@inlined
def _meet_keys(first, last, keys, units, bits, starts, rows, least, beyond, found, touched):  # type: ignore[no-untyped-def]
    """Add up the bits that each record in the lists of some keys shares; of one unit the weightiest, which is first.

    A record's word holds the bits, and behind them the last unit that added some. Returns how many records were met.
    """
    count = 0
    for place in range(first, last):
        key = keys[place]
        unit = np.uint32(units[place]) + np.uint32(1)
        weight = np.uint32(bits[key])
        for at in range(_first_at_least(rows, starts[key], starts[key + 1], least), starts[key + 1]):
            right = rows[at]
            if right >= beyond:
                break
            word = found[right]
            if word == 0:
                touched[count] = right
                count += 1
            if (word & np.uint32(_MARK)) != unit:
                found[right] = (min((word >> np.uint32(16)) + weight, np.uint32(_MARK)) << np.uint32(16)) | unit
    return count


@inlined
def _meet_sets(first, last, sets, starts, rows, least, beyond, found, touched, count):  # type: ignore[no-untyped-def]
    """Mark the records in the lists of some conjunctions. Returns how many were met so far."""
    for place in range(first, last):
        number = sets[place]
        for at in range(_first_at_least(rows, starts[number], starts[number + 1], least), starts[number + 1]):
            right = rows[at]
            if right >= beyond:
                break
            if found[right] == 0:
                touched[count] = right
                count += 1
                found[right] = _MARK
    return count


@inlined
def _note_keys(first, last, keys, table):  # type: ignore[no-untyped-def]
    """Write where each key stands into a hash table of a power of two of places."""
    mask = np.uint32(len(table) - 1)
    for place in range(first, last):
        slot = keys[place] & mask
        while table[slot] != 0:
            slot = (slot + np.uint32(1)) & mask
        table[slot] = np.uint32(place - first + 1)


@inlined
def _weigh(left, right, starts, keys, units, bits, table, best):  # type: ignore[no-untyped-def]
    """Return the bits that two records share: of each of the left's units, the weightiest key that the right has."""
    mask = np.uint32(len(table) - 1)
    shared = np.int64(0)
    for place in range(starts[right], starts[right + 1]):
        key = keys[place]
        slot = key & mask
        while table[slot] != 0:
            ours = starts[left] + np.int64(table[slot]) - 1
            if keys[ours] == key:
                unit = units[ours]
                if bits[key] > best[unit]:
                    shared += np.int64(bits[key]) - np.int64(best[unit])
                    best[unit] = bits[key]
                break
            slot = (slot + np.uint32(1)) & mask
    for place in range(starts[left], starts[left + 1]):
        best[units[place]] = 0
    return min(shared, np.int64(_MARK))


@compiled(
    f"int64(int64, int64, int64, int64, {_I64}, {_I64}, uint8, {_U16}, {_U16}, {_I64}, {_U32}, {_U16},"
    f" {_I64}, {_U32}, {_I64}, {_U32}, {_I64}, {_U32}, {_U32}, {_U32}, {_U32}, {_U16}, {_I64}, {_U32}, {_U32})"
)
def share(  # type: ignore[no-untyped-def]
    first, last, step, floor, ends, partner_starts, is_within, bits, rest, entry_starts, entries, units, list_starts,
    lists, set_starts, sets, set_list_starts, set_lists, found, touched, table, best, histogram, out_left, out_right,
):  # fmt: skip
    """Write the pairs of some left rows that share at least so many bits, partners rising, and count them by bits.

    Parameters
    ----------
    first, last, step
        The left rows.
    floor
        Least bits.
    ends, partner_starts, is_within
        Where datasets end; the first row a record of each is paired with; whether pairs stay within a dataset.
    bits
        Of each key.
    rest
        Shape (records,): at most so many bits come from keys without a list.
    entry_starts, entries, units
        The keys of each record.
    list_starts, lists
        The rows that have each key; an empty list for a key that makes no pairs by itself.
    set_starts, sets, set_list_starts, set_lists
        The conjunctions of each record, and the rows that have each.
    found, touched, table, best
        Room: a word a record (zeros); a word a record; a power of two of words (zeros); a word a unit (zeros).
    histogram
        Pairs by bits, added to.
    out_left, out_right
        The pairs; those beyond the room are only counted.
    """
    total = dataset = 0
    for left in range(first, last, step):
        while ends[dataset] <= left:
            dataset += 1
        least = max(left + 1, partner_starts[dataset])
        beyond = ends[dataset] if is_within else len(entry_starts) - 1
        begin, end = entry_starts[left], entry_starts[left + 1]
        count = 0
        if least < beyond:
            count = _meet_keys(begin, end, entries, units, bits, list_starts, lists, least, beyond, found, touched)
            count = _meet_sets(
                set_starts[left], set_starts[left + 1], sets, set_list_starts, set_lists, least, beyond, found, touched,
                count,
            )  # fmt: skip
        if count == 0:
            continue
        _note_keys(begin, end, entries, table)
        kept = total
        for number in range(count):
            right = touched[number]
            shared = np.int64(found[right] >> np.uint32(16))
            found[right] = 0
            if shared + min(rest[left], rest[right]) < floor:
                continue
            if rest[left] > 0 and rest[right] > 0:
                shared = _weigh(left, right, entry_starts, entries, units, bits, table, best)
            if shared >= floor:
                histogram[shared] += 1
                if total < len(out_left):
                    out_left[total], out_right[total] = left, right
                total += 1
        table[:] = 0
        if total <= len(out_left):
            out_right[kept:total].sort()
    return total


@compiled(f"void({_U32}, {_U32}, {_I64}, {_U32}, uint8[::1])")
def has_pair(left, right, starts, partners, out):  # type: ignore[no-untyped-def]
    """Tell of each pair whether the right row is among the partners, which are rising, of the left."""
    for pair in range(len(out)):
        low, high = min(left[pair], right[pair]), max(left[pair], right[pair])
        stop = starts[low + 1]
        at = _first_at_least(partners, starts[low], stop, high)
        out[pair] = at < stop and partners[at] == high
