"""Pairs scored through tables: a weight for each grade code, adjustments for pairs that can still reach the floor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import ModelError
from linkkit.tables import Levels, Scores
from linkkit.weights import least_weight, probability

from ._frequencies import Frequencies, PreparedAdjustment, PreparedTermFrequency, Several
from ._layout import Floats

if TYPE_CHECKING:
    from linkkit.records import Records
    from linkkit.specs import Comparison

    from ._model import Model

__all__ = [
    "CodeTable", "check_comparisons", "pair_order", "prepared_frequencies", "score_codes", "score_model", "together",
]  # fmt: skip

# The floor where the caller names none: less likely pairs are of no use to any later step.
LEAST_PROBABILITY = 0.01
# Grade codes are looked up in a table where no more than this are possible.
LARGEST_TABLE = 2**20


@dataclass(frozen=True, eq=False)
class CodeTable:
    """What a scorer says of each grade code that occurs.

    Parameters
    ----------
    codes
        Rising.
    levels
        Shape (codes, comparisons): the levels behind each.
    weight
        Bits of each, the prior included; minus infinity for a code whose pairs are never kept.
    probability
        Probability of each; None works it out from the weight.
    extra
        Further columns, by name.
    """

    codes: NDArray[np.int64]
    levels: NDArray[np.uint8]
    weight: Floats
    probability: Floats | None
    extra: dict[str, NDArray[Any]]


def score_model(
    model: Model, levels: Levels, at_least: float | None, weight: float | None, frequencies: Frequencies | None
) -> Scores:
    """Score pairs by a Fellegi-Sunter model."""
    if at_least is None and weight is None:
        at_least = LEAST_PROBABILITY
    floor = least_weight(at_least, weight)
    check_comparisons(model.comparisons, levels)
    by_comparison = prepared_frequencies(model, levels.records, frequencies)
    gaps = model.prepared_gaps(levels.records)
    adjustments: list[PreparedAdjustment] = [*by_comparison.values(), *gaps.steps]
    if model.shared is not None:
        adjustments.append(model.shared.prepare(by_comparison))
    if model.family is not None:
        adjustments.append(model.family.prepare(model.comparisons, together(by_comparison, gaps.by_comparison)))
    codes, _ = levels.code_counts()
    patterns = levels.compiled.levels(codes)
    table = CodeTable(codes, patterns, model.evidence(patterns), None, {})
    return score_codes(levels, table, floor, adjustments)


def prepared_frequencies(
    model: Model, records: Records, frequencies: Frequencies | None
) -> dict[str, PreparedTermFrequency]:
    """Return a model's term frequencies, ready for some records, by comparison."""
    return {step.comparison: step.prepare(records, model.comparisons, frequencies) for step in model.adjustments}


def together(*adjustments: Mapping[str, PreparedAdjustment]) -> dict[str, PreparedAdjustment]:
    """Return what adjusts each comparison as one: relatives agree on a rare surname, and part, as one person does."""
    found: dict[str, PreparedAdjustment] = {}
    for steps in adjustments:
        for name, step in steps.items():
            found[name] = Several((found[name], step)) if name in found else step
    return found


def score_codes(
    levels: Levels, table: CodeTable, floor: float, adjustments: Sequence[PreparedAdjustment] = ()
) -> Scores:
    """Keep the pairs whose weight, adjustments added, reaches the floor.

    Pairs of codes that cannot reach it, even with the most that adjustments could add, are never made.
    """
    reach = table.weight + sum((step.bound(table.levels) for step in adjustments), np.zeros(len(table.codes)))
    chosen = np.flatnonzero((reach >= floor) & ~np.isneginf(table.weight))
    keep, weights, patterns = table.codes[chosen], table.weight[chosen], table.levels[chosen]
    parts: list[tuple[NDArray[Any], ...]] = []
    place_of = _places(keep, levels.compiled.size)
    for chunk in levels.graded(keep) if len(keep) else ():
        place = place_of(chunk.code)
        bits = [step.bits(chunk.left, chunk.right, patterns[place]) for step in adjustments]
        weight = weights[place]
        for gained in bits:
            weight = weight + gained
        reached = weight >= floor if adjustments else slice(None)
        columns: list[NDArray[Any]] = [chunk.left, chunk.right, chunk.rule, chosen[place], weight, *bits]
        parts.append(tuple(column[reached] for column in columns))
    left, right, rule, place, weight, *bits = _joined(parts, len(adjustments))
    order = pair_order(left, right)
    left, right, rule, place, weight = left[order], right[order], rule[order], place[order], weight[order]
    extra = {step.name: gained[order] for step, gained in zip(adjustments, bits, strict=True)}
    extra.update({name: values[place] for name, values in table.extra.items()})
    by_code = probability(table.weight) if table.probability is None else table.probability
    found = probability(weight) if adjustments else by_code[place]
    return Scores(levels.records, left, right, weight, found, table.levels[place], levels.comparisons, rule, extra)


def check_comparisons(comparisons: Sequence[Comparison], levels: Levels) -> None:
    """Raise where levels were graded by other comparisons than a model's."""
    if tuple(comparisons) == levels.comparisons:
        return
    ours, theirs = [c.name for c in comparisons], [c.name for c in levels.comparisons]
    if ours != theirs:
        raise ModelError(
            f"The model weighs {', '.join(ours)}; the pairs were compared on {', '.join(theirs)}. "
            "Compare them with model.comparisons."
        )
    changed = [a.name for a, b in zip(comparisons, levels.comparisons, strict=True) if a != b]
    raise ModelError(
        f"The model was trained with other levels of {', '.join(changed)} than the pairs were graded by. "
        "Compare them with model.comparisons."
    )


def pair_order(left: NDArray[np.uint32], right: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Return the order of pairs by left, then right row.

    Where row and position numbers are small enough to stand side by side in 64 bits, one plain sort does it, several
    times faster than sorting positions.
    """
    size = len(left)
    if not size:
        return np.empty(0, np.int64)
    row_bits = int(max(left.max(), right.max())).bit_length()
    position_bits = (size - 1).bit_length()
    key = (left.astype(np.uint64) << np.uint64(row_bits)) | right
    if 2 * row_bits + position_bits > 64:
        return np.argsort(key, kind="stable")
    packed = np.sort((key << np.uint64(position_bits)) | np.arange(size, dtype=np.uint64))
    return (packed & np.uint64((1 << position_bits) - 1)).astype(np.int64)


def _places(keep: NDArray[np.int64], size: int) -> Callable[[NDArray[np.int64]], NDArray[np.int64]]:
    """Return a function that finds codes among the kept ones: by a table where there are few, else by bisection."""
    if size > LARGEST_TABLE:
        return lambda code: np.searchsorted(keep, code)
    table = np.zeros(size, np.int64)
    table[keep] = np.arange(len(keep))
    return lambda code: table[code]


def _joined(parts: Sequence[tuple[NDArray[Any], ...]], adjustments: int) -> list[NDArray[Any]]:
    kinds = (np.uint32, np.uint32, np.uint8, np.int64, np.float64, *[np.float64] * adjustments)
    if not parts:
        return [np.empty(0, kind) for kind in kinds]
    return [np.concatenate(columns) if len(columns) > 1 else columns[0] for columns in zip(*parts, strict=True)]
