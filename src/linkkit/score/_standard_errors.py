"""Standard errors of m, u and the prior.

m and the prior solve estimating equations summed over pairs (at expectation-maximisation's end, level by level:
expected matches at the level less m times all expected matches). Their covariance is the sandwich of Huber (1967)
and White (1982): with A the slope of the equations and B the summed products of each pair's share in them,
``A^-1 B A^-T``. A holds the information that is lost because nobody knows which pairs match (Louis 1982), since the
posteriors move with the parameters. Everything is worked out on pattern counts.

Pairs are taken as independent, and u as known: its own error, of the sampled levels alone, is binomial.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Encoded
from linkkit.specs import Comparison

from ._classes import family_probability
from ._layout import Floats, Layout

if TYPE_CHECKING:
    from linkkit.records import Records
    from linkkit.tables import Patterns

    from ._model import Model

__all__ = ["StandardErrors", "standard_errors", "with_standard_errors"]

# Shares are kept off 0 by this, so that quotients stay finite.
TINY = 1e-300
# Patterns that expect fewer matches and relatives than this tell nothing of them.
NEGLIGIBLE = 1e-6


@dataclass(frozen=True, eq=False)
class StandardErrors:
    """Standard errors of what was learned.

    Parameters
    ----------
    m
        Flat; NaN where held.
    prior
        Of the share of matches in the whole product; NaN where held.
    """

    m: Floats
    prior: float


def standard_errors(
    levels: NDArray[np.uint8],
    counts: NDArray[np.int64] | Floats,
    layout: Layout,
    *,
    m: Floats,
    u: Floats,
    prior: float,
    others: float = 0.0,
    family_prior: float = 0.0,
    tie: Floats | None = None,
    pseudo: float | Floats = 0.0,
    held: NDArray[np.bool_] | None = None,
    free_prior: bool = True,
) -> StandardErrors:
    """Return standard errors of m and the prior, learned from pattern counts with u held.

    Parameters
    ----------
    levels, counts
        Patterns of the candidate pairs, and how many have each.
    layout
        Where each level stands in the flat arrays.
    m, u, prior
        The solution.
    others
        Pairs of the product that are no candidates.
    family_prior, tie
        Share of relatives, and for each level how much of the time they agree as matches do.
    pseudo
        Matches added to each level as a prior.
    held
        Flat: which m were held.
    free_prior
        Whether the prior was learned.

    Examples
    --------
    Ten thousand pairs of which every one is sure to match or not: m is a share of 1,000 matches.

    >>> levels = np.array([[1, 1], [2, 1], [2, 2]], np.uint8)
    >>> found = standard_errors(
    ...     levels, np.array([900, 100, 9000]), Layout((2, 2)), m=np.array([0.9, 0.1, 1 - 1e-9, 1e-9]),
    ...     u=np.array([1e-9, 1 - 1e-9, 1e-9, 1 - 1e-9]), prior=0.1,
    ... )
    >>> round(float(found.m[0]), 4), round((0.9 * 0.1 / 1000) ** 0.5, 4), round(found.prior, 4)
    (0.0095, 0.0095, 0.003)
    """
    weights = np.asarray(counts, np.float64)
    total = float(weights.sum()) + others
    is_held = np.zeros(layout.size, bool) if held is None else held
    kin = family_probability(m, u, tie) if tie is not None else u
    stranger = max(1.0 - prior - family_prior, TINY)
    shares = (prior, stranger, max(family_prior, TINY))
    match, rest, relative = _posteriors(layout.places(levels), (m, u, kin), shares)
    kept = weights * (match + relative) > NEGLIGIBLE
    others += float(weights[~kept].sum())
    weights, levels = weights[kept], levels[kept]
    match, rest, relative = match[kept], rest[kept], relative[kept]
    at_level = _indicators(levels, layout)
    # How the posteriors move with each m, and with the two shares.
    by_m = at_level / np.maximum(m, TINY)
    by_kin = at_level * (tie / np.maximum(kin, TINY)) if tie is not None else np.zeros_like(at_level)
    mean = match[:, None] * by_m + relative[:, None] * by_kin
    to_prior, to_family = match / prior - rest / stranger, relative / shares[2] - rest / stranger
    match_by = np.column_stack([match[:, None] * (by_m - mean), match * (1 / prior - to_prior), match * -to_family])
    relative_by = np.column_stack(
        [relative[:, None] * (by_kin - mean), relative * -to_prior, relative * (1 / shares[2] - to_family)]
    )
    # Each pair's share in the equations, and their slope. Levels that are not held share what the held ones leave.
    left = (1.0 - layout.sums(np.where(is_held, m, 0.0)))[layout.owner]
    free_seen = np.where(is_held, 0.0, at_level) @ (layout.owner[:, None] == layout.owner[None, :])
    gap = at_level * left - m * free_seen
    equations = np.column_stack([match[:, None] * gap, match - prior, relative - family_prior])
    weighted = weights[:, None] * match_by
    strength = np.where(is_held, 0.0, np.broadcast_to(np.asarray(pseudo, np.float64), (layout.size,)))
    slope = np.vstack([gap.T @ weighted, weighted.sum(axis=0), (weights[:, None] * relative_by).sum(axis=0)])
    seen = free_seen.T @ (weights * match) + layout.sums(strength)[layout.owner]
    slope -= np.diag(np.append(np.maximum(seen, TINY), [total, total]))
    spread = equations.T @ (weights[:, None] * equations)
    # A pair that is no candidate has a share in the two equations of sizes alone.
    spread[-2:, -2:] += others * np.outer([prior, family_prior], [prior, family_prior])
    free = np.append(~is_held, [free_prior, tie is not None])
    return _solved(slope, spread, free)


def with_standard_errors(
    model: Model,
    records: Records,
    patterns: Patterns,
    *,
    random_pairs: int,
    pseudo: float | Floats,
    known: Floats | None = None,
) -> Model:
    """Return a model with the standard errors of m, u and the prior.

    Parameters
    ----------
    model
        The model.
    records, patterns
        What it was learned from.
    random_pairs
        How many random pairs the u of sampled levels was learned from.
    pseudo
        Matches added to each level as a prior.
    known
        Flat: known matches seen of the comparison, where m was learned from such (labels, an identifier); 0 elsewhere.
        There m is a plain share.
    """
    layout = Layout(tuple(len(values) for values in model.m_probability))
    m, u = np.concatenate(model.m_probability), np.concatenate(model.u_probability)
    held = np.array([source == "fixed" for sources in model.m_source for source in sources])
    ties = np.zeros(len(model.comparisons))
    if model.family is not None:
        for place, (_, tie) in zip(model.family.places(model.comparisons), model.family.ties, strict=True):
            ties[place] = tie
    is_known = np.zeros(len(m), bool) if known is None else known > 0
    found = standard_errors(
        patterns.levels, patterns.counts, layout, m=m, u=u, prior=model.prior,
        others=float(patterns.pair_count - patterns.counts.sum()),
        family_prior=0.0 if model.family is None else model.family.prior,
        tie=None if model.family is None else ties[layout.owner],
        pseudo=pseudo, held=held | is_known, free_prior=model.prior_source == "estimated",
    )  # fmt: skip
    m_error = found.m
    if known is not None:
        m_error = np.where(is_known & ~held, np.sqrt(m * (1 - m) / np.maximum(known, 1.0)), m_error)
    return replace(
        model,
        m_standard_error=_tuples(m_error, layout),
        u_standard_error=_tuples(_of_u(model, records, random_pairs), layout),
        prior_standard_error=found.prior,
    )


def _of_u(model: Model, records: Records, random_pairs: int) -> Floats:
    """Return the binomial error of sampled levels; counted ones have none, held ones NaN."""
    found = []
    drawn = min(random_pairs, records.pair_count)
    left_over = 1.0 - drawn / max(records.pair_count, 1)  # nothing is left to chance where all pairs are taken
    for comparison, u, sources in zip(model.comparisons, model.u_probability, model.u_source, strict=True):
        seen = max(drawn * _present_share(records, comparison), 1.0)
        for value, source in zip(u, sources, strict=True):
            sampled = float(np.sqrt(value * (1 - value) / seen * left_over))
            found.append(np.nan if source == "fixed" else 0.0 if source == "value counts" else sampled)
    return np.array(found)


def _present_share(records: Records, comparison: Comparison) -> float:
    share = 1.0
    for field in comparison.fields[:1]:
        column = records.column(field)
        if isinstance(column, Encoded):
            share = float((column.codes > 0).mean()) if len(column.codes) else 0.0
    return share**2


def _solved(slope: Floats, spread: Floats, free: NDArray[np.bool_]) -> StandardErrors:
    """Return the roots of the sandwich's diagonal; the last two parameters are the shares of matches and relatives."""
    errors = np.full(len(free), np.nan)
    chosen = np.flatnonzero(free)
    try:
        inverse = np.linalg.inv(slope[np.ix_(chosen, chosen)])
    except np.linalg.LinAlgError:
        return StandardErrors(errors[:-2], float("nan"))
    variance = np.einsum("ij,jk,ik->i", inverse, spread[np.ix_(chosen, chosen)], inverse)
    errors[chosen] = np.sqrt(np.maximum(variance, 0.0))
    return StandardErrors(errors[:-2], float(errors[-2]))


def _indicators(levels: NDArray[np.uint8], layout: Layout) -> Floats:
    """Return shape (patterns, levels of all comparisons): 1 where a pattern is at a level."""
    found = np.zeros((len(levels), layout.size + 1))
    np.put_along_axis(found, layout.places(levels), 1.0, axis=1)
    return found[:, :-1]


def _posteriors(
    places: NDArray[np.int64], classes: tuple[Floats, Floats, Floats], shares: tuple[float, float, float]
) -> tuple[Floats, Floats, Floats]:
    """Return the probability of each class for each pattern: match, stranger, relative."""
    parts = [
        np.log(max(share, TINY)) + np.append(np.log(np.maximum(flat, TINY)), 0.0)[places].sum(axis=1)
        for flat, share in zip(classes, shares, strict=True)
    ]
    every = np.logaddexp.reduce(parts)
    match, rest, relative = (np.exp(part - every) for part in parts)
    return match, rest, relative


def _tuples(flat: Floats, layout: Layout) -> tuple[tuple[float, ...], ...]:
    # The one NaN of `math`, so that equal models compare equal.
    return tuple(tuple(math.nan if value != value else float(value) for value in part) for part in layout.parts(flat))
