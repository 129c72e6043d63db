"""Findings in the encodings themselves."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from ._boundary import DESTINATIONS, LEVELS, Level, may_go
from ._columns import Column
from ._finding import Finding, Severity
from ._measured import BitFacts, ColumnFacts, chance_gini, measured, spread_by
from ._measures import popcounts
from ._of_specs import outside
from ._unkeyed import of_blank, of_digests

__all__ = ["level_of", "of_columns"]

_LEAST_RECORDS = 50
"""Below it, spreads and frequencies are those of a few people."""
_UNEVEN = 1.5
"""Popcounts vary so much more than by chance, in standard deviations, before they tell a length."""
_UNEVEN_BITS = 3.0
_COMMON = 10
_OVERFULL, _NEARLY_EMPTY = 0.6, 0.05
_LEAST_TOKEN_BYTES = 16
_RARE = 10
"""Fewer records than these are not shown by statistical offices either."""


def level_of(role: str) -> Level | None:
    """Return the level of leakage of a column by what it holds; None of what is no encoding of values."""
    levels: dict[str, Level] = {"token": "tokens", "block": "tokens", "filter": "filters", "clk": "records"}
    return levels.get(role)


def of_columns(
    columns: Sequence[Column], destination: str, *, has_specs: bool, has_key: bool
) -> tuple[list[ColumnFacts], list[Finding]]:
    """Return what was measured of columns, and what was found in them.

    Parameters
    ----------
    columns
        The columns.
    destination
        Where they go.
    has_specs
        Whether how they are made is known and judged already.
    has_key
        Whether a manifest tells of a key.
    """
    facts = [measured(column) for column in columns if column.role != "clear"]
    found: list[Finding] = []
    for column in columns:
        if column.role == "clear":
            found.append(_found("clear_values", "serious", column.name, "it holds values that can be read.", None))
    kept = [column for column in columns if column.role != "clear"]
    for column, fact in zip(kept, facts, strict=True):
        if not has_specs:
            found += _at_the_boundary(column, destination)
        found += of_blank(column)
        if not has_key:
            found += of_digests(column, destination)
        found += _of_any(column, fact, destination)
        if fact.bits is not None:
            found += _of_bits(column, fact, fact.bits, _presence_beside(column, kept))
    return facts, found


def _found(name: str, severity: Severity, where: str, text: str, figure: float | None) -> Finding:
    return Finding(name, severity, where, text, figure, of_data=True)


def _at_the_boundary(column: Column, destination: str) -> Iterator[Finding]:
    level = level_of(column.role)
    if level is None:
        return
    shown = f"by its look it holds {level}: {LEVELS[level]} can be seen"
    if not may_go(level, destination):
        text = f"{shown}, and it would go to {DESTINATIONS[destination]}."
        yield _found("not_for_destination", "serious", column.name, text, None)
    elif level != "records":
        yield _found("delete_afterwards", "note", column.name, f"{shown}.", None)
    elif destination == "semi_trusted_unit":
        yield _found("graph_matching", "warning", column.name, "nothing says that it was diffused.", None)


def _of_any(column: Column, fact: ColumnFacts, destination: str) -> Iterator[Finding]:
    if fact.of_other_length:
        text = f"{fact.of_other_length:,} of {fact.records:,} encodings are of another length than the others."
        yield _found("mixed_lengths", "serious", column.name, text, fact.of_other_length)
    if fact.role == "presence":
        yield from _of_presence(fact, destination)
        return
    if fact.distinct == 1 and fact.records > 1:
        text = f"all {fact.records:,} records have one encoding."
        yield _found("constant_column", "warning", column.name, text, fact.records)
        return
    if fact.role == "token" and column.filters.shape[1] and column.filters.shape[1] < _LEAST_TOKEN_BYTES:
        bits = 8 * column.filters.shape[1]
        yield _found("short_tokens", "warning", column.name, f"tokens have {bits} bits.", bits)
    if fact.role == "block":
        text = (
            f"{fact.distinct:,} blocks; the largest holds {fact.top_share:.2%} of the records; of a size that no other "
            f"has: {fact.own_size:,}."
        )
        yield _found("block_sizes", outside(destination, "warning"), column.name, text, fact.top_share)
    elif fact.role == "clk":
        yield from _of_shared(fact)
    else:
        yield from _of_frequencies(fact, destination)


def _of_presence(fact: ColumnFacts, destination: str) -> Iterator[Finding]:
    text = f"{fact.distinct:,} patterns of fields present; the rarest is that of {_few(fact.least)} records."
    is_rare = fact.distinct > 1 and fact.least < _RARE
    yield _found(
        "presence_column", outside(destination, "warning") if is_rare else "note", fact.name, text, fact.distinct
    )


def _few(count: int) -> str:
    return f"fewer than {_RARE}" if count < _RARE else f"{count:,}"


def _of_shared(fact: ColumnFacts) -> Iterator[Finding]:
    shared = fact.records - fact.of_other_length - fact.unique
    if shared > 0:
        share = shared / fact.records
        text = (
            f"{shared:,} records ({share:.2%}) have the filter of another; the largest group has {fact.largest[0]:,}."
        )
        yield _found("shared_records", "note", fact.name, text, share)


def _of_frequencies(fact: ColumnFacts, destination: str) -> Iterator[Finding]:
    if fact.largest and fact.records >= _LEAST_RECORDS and fact.largest[0] >= _COMMON:
        text = (
            f"the commonest encoding has {fact.top_share:.2%} of the records; {fact.distinct:,} are distinct; told by "
            f"how often they occur: {fact.own_size:,}."
        )
        yield _found("frequent_encoding", outside(destination, "warning"), fact.name, text, fact.top_share)


def _presence_beside(column: Column, columns: Sequence[Column]) -> Column | None:
    return next((one for one in columns if one.role == "presence" and one.name == f"{column.name}_present"), None)


def _of_bits(column: Column, fact: ColumnFacts, bits: BitFacts, presence: Column | None) -> Iterator[Finding]:
    if bits.empty or bits.full:
        text = f"{bits.empty:,} filters have no bit set, {bits.full:,} all of them."
        yield _found("empty_filters", "warning", column.name, text, bits.empty + bits.full)
    if fact.records < _LEAST_RECORDS or not 0 < bits.fill < 1:
        return
    if bits.fill > _OVERFULL:
        yield _found("overfull", "warning", column.name, f"{bits.fill:.0%} of the bits are set.", bits.fill)
    elif bits.fill < _NEARLY_EMPTY:
        yield _found("nearly_empty", "warning", column.name, f"{bits.fill:.1%} of the bits are set.", bits.fill)
    by_chance = math.sqrt(bits.length * bits.fill * (1 - bits.fill))
    if bits.sd > _UNEVEN * by_chance:
        text = (
            f"filters set {bits.mean:.0f} bits, give or take {bits.sd:.0f} ({bits.least:,} to {bits.most:,}), where "
            f"chance gives {by_chance:.0f}.{_told_by_presence(column, presence)}"
        )
        yield _found("uneven_popcounts", "warning", column.name, text, bits.sd / by_chance)
    even = chance_gini(bits.fill, fact.distinct)
    if bits.gini > _UNEVEN_BITS * even:
        text = (
            f"a Gini coefficient of {bits.gini:.3f} (by chance {even:.3f}), entropy {bits.entropy:.4f} below the most "
            f"there can be, a Jensen-Shannon distance of {bits.jensen_shannon:.3f}."
        )
        yield _found("uneven_bits", "note", column.name, text, bits.gini)


def _told_by_presence(column: Column, presence: Column | None) -> str:
    if presence is None:
        return ""
    held = column.codes >= 0
    share = spread_by(presence.codes[held], popcounts(column.filters)[column.codes[held]])
    return f" Which fields are missing tells {share:.0%} of that."
