"""How far two fields agree together beyond what the model expects.

The model takes comparisons as independent given the class of a pair. Among non-matches this is checked on the whole
product, which no blocking has chosen: how many pairs agree on two columns at once is counted from their values;
matches (by their posteriors among the candidates) and relatives are taken out. Among matches it is checked on the
candidates by their posteriors.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Encoded
from linkkit.score._agreement import agreeing_pairs, equality_columns
from linkkit.score._em import product_prior
from linkkit.score._layout import Floats

from ._diagnosis import Dependence, Matrix
from ._finding import Finding

if TYPE_CHECKING:
    from linkkit.records import Records
    from linkkit.score._model import Model
    from linkkit.specs import Comparison
    from linkkit.tables import Patterns

__all__ = ["dependence_findings", "inflation_findings", "measure_dependence"]

# The usual bound of what conditional independence forgives; above the second, one agreement all but tells the other.
WORTH_A_NOTE, WORTH_A_WARNING = 0.1, 0.5
# Pairs that agree on two columns are counted in so many records of each dataset, spread evenly.
MOST_RECORDS = 10_000
# Correlations of fewer agreeing pairs, or matches, are noise.
LEAST_PAIRS, LEAST_MATCHES = 30, 100
# Where matches are more of the agreeing pairs than this leaves, what is left is the error of a difference.
LEAST_LEFT = 0.25
# Non-matches agree on both so many times as often as expected, or it is not worth correcting.
LEAST_RATIO = 1.5
# Of the expected matches so many times too many: a twentieth is worth a look; with more than a seventh, a stated
# precision of one would be one of .87.
INFLATED, SERIOUSLY_INFLATED = 1.05, 1.15


def measure_dependence(model: Model, records: Records, patterns: Patterns) -> Dependence | None:
    """Measure every two comparisons; None where there are fewer than two."""
    size = len(model.comparisons)
    if size < 2:
        return None
    posterior = model.pattern_probabilities(patterns.levels)
    matches = patterns.counts * posterior
    among_matches = _among_matches(patterns.levels, matches)
    others, observed, expected = (np.full((size, size), np.nan) for _ in range(3))
    columns = [_column(records, comparison) for comparison in model.comparisons]
    rows = _rows(records)
    for one in range(size):
        for other in range(one + 1, size):
            first, second = columns[one], columns[other]
            if first is None or second is None:
                continue
            shares = _shares(first, second, rows, records)
            if shares is None:
                continue
            at_one, at_other = patterns.levels[:, one] == 1, patterns.levels[:, other] == 1
            present = (patterns.levels[:, one] > 0) & (patterns.levels[:, other] > 0)
            agreeing = [float(matches[own & present].sum()) for own in (at_one, at_other, at_one & at_other)]
            found = _beyond(model, one, other, shares, agreeing, records.pair_count)
            for matrix, value in zip((others, observed, expected), found, strict=True):
                matrix[one, other] = matrix[other, one] = value
    return Dependence(model.names, *map(_tuples, (among_matches, others, observed, expected)))


def dependence_findings(found: Dependence | None) -> Iterator[Finding]:
    """Return the two comparisons that depend most on each other, among non-matches and among matches."""
    if found is None:
        return
    for name, matrix, where in (
        ("dependence", found.among_others, "non-matches"),
        ("dependence_among_matches", found.among_matches, "matches"),
    ):
        table = np.nan_to_num(np.array(matrix, np.float64), nan=0.0)
        np.fill_diagonal(table, 0.0)
        one, other = np.unravel_index(int(np.argmax(table)), table.shape)
        largest = float(table[one, other])
        if largest <= WORTH_A_NOTE:
            continue
        names = (found.comparisons[one], found.comparisons[other])
        count = int((np.triu(table) > WORTH_A_NOTE).sum())
        more = "" if count == 1 else f" {count:,} twos of fields go beyond {WORTH_A_NOTE:g} in all."
        is_warning = name == "dependence" and largest > WORTH_A_WARNING
        yield Finding(
            name, "warning" if is_warning else "note",
            f"{names[0]} and {names[1]} agree together among {where} (residual correlation {largest:.2f}), which the "
            f"model takes for independent; agreement on both counts in part twice.{more}",
            "Leave one of them out, or make one comparison of both." if name == "dependence" else
            "Probabilities are surer than they should be, and matches that are wrong in one field are wrong in others: "
            "more are missed than the stated recall says. The order of pairs suffers little.",
            largest, WORTH_A_WARNING if is_warning else WORTH_A_NOTE, names,
        )  # fmt: skip


def inflation_findings(model: Model, patterns: Patterns, found: Dependence | None) -> Iterator[Finding]:
    """Say how many of the expected matches hang on counting the agreement of dependent fields twice.

    Non-matches are given the pairs of fields that depend on each other most, as a tree (Chow and Liu 1968): where both
    agree, a pair loses the bits by which non-matches do so more often than the model expects. The prior is then learned
    again, m and u held.
    """
    if found is None or model.prior_source != "estimated":
        return
    bits, names = _double_counted(model, patterns, found)
    if not names:
        return
    weight = model.pattern_weights(patterns.levels) - model.prior_weight
    before, after = (
        product_prior(each, patterns.counts, patterns.pair_count) * patterns.pair_count
        for each in (weight, weight - bits)
    )
    ratio = before / max(after, 1.0)
    if before < LEAST_MATCHES or ratio <= INFLATED:
        return
    is_serious = ratio > SERIOUSLY_INFLATED
    yield Finding(
        "inflated_by_dependence", "serious" if is_serious else "warning",
        f"{before:,.0f} matches are expected; {after:,.0f} are left when agreement on {' and '.join(names)} together "
        "is counted as often as it occurs among non-matches. The rest are pairs whose evidence counts twice.",
        "Leave out the field that the other tells, or make one comparison of both.",
        ratio, SERIOUSLY_INFLATED if is_serious else INFLATED, names,
    )  # fmt: skip


def _double_counted(model: Model, patterns: Patterns, found: Dependence) -> tuple[Floats, tuple[str, ...]]:
    """Return the bits that each pattern has too many, and the comparisons at the heaviest edge of the tree."""
    matches = patterns.counts * model.pattern_probabilities(patterns.levels)
    agrees = patterns.levels == 1
    edges = []
    for one in range(len(found.comparisons)):
        for other in range(one + 1, len(found.comparisons)):
            both = agrees[:, one] & agrees[:, other]
            matched = float(matches[both].sum())
            observed, expected = found.observed[one][other] - matched, found.expected[one][other] - matched
            is_known = found.among_others[one][other] > 0 and observed > LEAST_LEFT * found.observed[one][other]
            if is_known and expected > 0 and observed > LEAST_RATIO * expected:
                edges.append((float(np.log2(observed / expected)), one, other))
    tree = list(range(len(found.comparisons)))
    bits = np.zeros(len(patterns.levels))
    names: tuple[str, ...] = ()
    for gain, one, other in sorted(edges, reverse=True):
        if tree[one] == tree[other]:
            continue
        tree = [tree[one] if branch == tree[other] else branch for branch in tree]
        bits += gain * (agrees[:, one] & agrees[:, other])
        names = names or (found.comparisons[one], found.comparisons[other])
    return bits, names


def _among_matches(levels: NDArray[np.uint8], matches: Floats) -> Floats:
    """Return the correlation of agreement of every two columns among matches where both are present."""
    is_present, agrees = (levels > 0).astype(np.float64), (levels == 1).astype(np.float64)
    weighted = matches[:, None]
    total = is_present.T @ (weighted * is_present)
    both = agrees.T @ (weighted * agrees)
    first = agrees.T @ (weighted * is_present)
    with np.errstate(invalid="ignore", divide="ignore"):
        p, q, joint = first / total, first.T / total, both / total
        found = (joint - p * q) / np.sqrt(p * (1 - p) * q * (1 - q))
    found[(total < LEAST_MATCHES) | ~np.isfinite(found)] = np.nan
    np.fill_diagonal(found, np.nan)
    return np.asarray(found)


def _column(records: Records, comparison: Comparison) -> Encoded | None:
    columns = equality_columns(comparison)
    column = records.column(columns[0]) if columns else None
    return column if isinstance(column, Encoded) else None


def _rows(records: Records) -> list[NDArray[np.int64]]:
    """Return rows of each dataset, spread evenly."""
    return [
        np.unique(np.linspace(start, stop - 1, min(stop - start, MOST_RECORDS)).astype(np.int64))
        for start, stop in zip(records.starts[:-1].tolist(), records.starts[1:].tolist(), strict=True)
        if stop > start
    ]


def _shares(
    first: Encoded, second: Encoded, rows: list[NDArray[np.int64]], records: Records
) -> tuple[float, float, float, float, float] | None:
    """Return the shares of pairs that agree on the first, the second and both; how many pairs have both present;
    and what share they are.
    """
    codes = [(first.codes[part].astype(np.int64), second.codes[part].astype(np.int64)) for part in rows]
    whole = [(one[(one > 0) & (other > 0)], other[(one > 0) & (other > 0)]) for one, other in codes]
    sizes = np.array([[len(one)] for one, _ in whole])
    pairs = agreeing_pairs(sizes, records.link_type)
    if not pairs:
        return None
    width = len(second.values)
    counted = [
        agreeing_pairs(_counted(parts), records.link_type)
        for parts in ([a for a, _ in whole], [b for _, b in whole], [a * width + b for a, b in whole])
    ]
    if min(counted[:2]) < LEAST_PAIRS:
        return None
    everything = agreeing_pairs(np.array([[len(part)] for part in rows]), records.link_type)
    return counted[0] / pairs, counted[1] / pairs, counted[2] / pairs, float(pairs), pairs / everything


def _counted(parts: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Return how many records of each dataset hold each value, shape (datasets, values)."""
    _, place = np.unique(np.concatenate(parts), return_inverse=True)
    place = place.reshape(-1)
    size = int(place.max(initial=-1)) + 1
    bounds = np.cumsum([0, *map(len, parts)])
    return np.stack([np.bincount(place[a:b], minlength=size) for a, b in pairwise(bounds.tolist())]).astype(np.int64)


def _beyond(
    model: Model, one: int, other: int, shares: tuple[float, ...], matches: list[float], pair_count: int
) -> tuple[float, float, float]:
    """Return the residual correlation among non-matches, and pairs that agree on both, observed and expected.

    ``matches`` are those that agree on the first, on the second and on both.
    """
    agree_one, agree_other, agree_both, pairs, present = shares
    scale = max(pair_count * present, 1.0)
    u_one, u_other = agree_one - matches[0] / scale, agree_other - matches[1] / scale
    if u_one < LEAST_LEFT * agree_one or u_other < LEAST_LEFT * agree_other:
        return math.nan, agree_both * scale, math.nan
    kin = 0.0 if model.family is None else model.family.prior
    ties = {} if model.family is None else dict(model.family.ties)
    agree_as_kin = [
        (tie := ties.get(model.names[at], 0.0)) * model.m_probability[at][0] + (1 - tie) * u
        for at, u in ((one, u_one), (other, u_other))
    ]
    relatives = kin * agree_as_kin[0] * agree_as_kin[1]
    expected = matches[2] / scale + relatives + (1.0 - model.prior - kin) * u_one * u_other
    spread = math.sqrt(u_one * (1 - u_one) * u_other * (1 - u_other))
    # Of few agreeing pairs a large correlation can come by chance: three standard errors are taken off.
    noise = 3.0 * math.sqrt(max(agree_both * pairs, 1.0)) / pairs
    gap = agree_both - expected
    correlation = math.copysign(max(abs(gap) - noise, 0.0), gap) / spread if spread > 0 else math.nan
    return max(-1.0, min(correlation, 1.0)), agree_both * scale, expected * scale


def _tuples(matrix: Floats) -> Matrix:
    # The one NaN of `math`, so that equal matrices compare equal.
    return tuple(tuple(math.nan if value != value else float(value) for value in row) for row in matrix)
