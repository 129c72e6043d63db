"""Learn a model again from the clusters that it led to, with a guard against a model that confirms itself.

Expectation-maximisation sees the candidate pairs, and believes each as far as its own levels go. Clusters know more:
two records that agree on little may be one person's through a third record. The pairs within clusters therefore show
how differently matches are recorded, and how many there are. But clusters that are wrong teach a model that is more
wrong, so a model learned again is taken only where it still explains the candidate pairs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import ModelError
from linkkit.tables import Levels, Patterns

from ._agreement import layout_of
from ._classes import ordered
from ._family import FamilyAlternative
from ._layout import Floats, Layout
from ._model import LEAST_PROBABILITY, Model

__all__ = ["Relearned", "fit_from_clusters", "pairs_within"]

Rows = NDArray[np.uint32]
# Clusters of more records show the pairs of each record with so many others only: they are few, and have many pairs.
MOST_PARTNERS = 100
# What the model said before counts as so many matches, so that a level no cluster shows keeps its place.
PSEUDO_MATCHES = 20.0
# More or fewer matches than this many times what the model expected: clusters and model tell of different things.
MOST_CHANGE = 2.0
# Share of the pairs within clusters that must be of clusters of three records or more. The pair of two alone was
# believed for its own sake: to learn from it is to hear one's own words.
LEAST_OF_THREE = 0.5
# Bits a match that the candidate pairs may become less likely under the model learned again.
MOST_LOST = 1.0


@dataclass(frozen=True, eq=False)
class Relearned:
    """A model learned from clusters.

    Parameters
    ----------
    model
        The model.
    pairs
        How many pairs within clusters it was learned from.
    lost
        Bits for each of them by which the candidate pairs are less likely than under the model before.
    objection
        Why it should not be used, in words; None where nothing speaks against it.
    """

    model: Model
    pairs: int
    lost: float
    objection: str | None


def fit_from_clusters(levels: Levels, model: Model, label: Rows) -> Relearned:
    """Learn m and the prior again from the pairs within clusters; u stays.

    Parameters
    ----------
    levels
        The candidate pairs, compared. Pairs within clusters need not be among them.
    model
        The model behind the clusters.
    label
        Shape (records,): the cluster of each record.

    Raises
    ------
    ModelError
        Where no cluster has two records.

    Examples
    --------
    >>> pairs_within(np.array([0, 1, 0, 0], np.uint32))[0].tolist()
    [0, 2, 0]
    """
    left, right = pairs_within(label)
    if levels.records.link_type == "link_only":
        across = levels.records.dataset_of(left) != levels.records.dataset_of(right)
        left, right = left[across], right[across]
    if not len(left):
        raise ModelError("No cluster has two records; there is nothing to learn from.")
    layout = layout_of(model.comparisons)
    matches = levels.of_pairs(left, right).patterns()
    m, u = np.concatenate(model.m_probability), np.concatenate(model.u_probability)
    counts = layout.mass(layout.places(matches.levels), matches.counts.astype(np.float64))
    free = np.full(layout.size, np.nan)
    learned = layout.normalised(counts + PSEUDO_MATCHES * m, free)
    in_order = np.array([own for c in model.comparisons for own in (*(level.in_order for level in c.levels), True)])
    learned = np.maximum(layout.normalised(ordered(learned, u, layout, in_order), free), LEAST_PROBABILITY)
    prior = min(len(left) / max(levels.records.pair_count, 1), 0.5)
    found = replace(
        model,
        m_probability=tuple(tuple(part.tolist()) for part in layout.parts(learned)),
        m_source=tuple(("pairs within clusters",) * size for size in layout.sizes),
        prior=prior,
        prior_source="pairs within clusters",
        family=_retied(model, learned, u, layout),
    )
    patterns = levels.patterns()
    lost = (_likelihood(model, patterns) - _likelihood(found, patterns)) / len(left)
    sizes = np.bincount(label, minlength=1)
    of_three = float((sizes[label[left]] > 2).mean())
    return Relearned(found, len(left), lost, _objection(model, found, lost, of_three))


def pairs_within(label: Rows) -> tuple[Rows, Rows]:
    """Return the pairs of records within clusters; in clusters of more than 101 records those of near neighbours."""
    order = np.argsort(label, kind="stable").astype(np.uint32)
    grouped = label[order]
    parts: list[tuple[Rows, Rows]] = []
    places = np.arange(len(order))
    for distance in range(1, MOST_PARTNERS + 1):
        places = places[places + distance < len(order)]
        places = places[grouped[places] == grouped[places + distance]]
        if not len(places):
            break
        parts.append((order[places], order[places + distance]))
    if not parts:
        return np.empty(0, np.uint32), np.empty(0, np.uint32)
    return np.concatenate([left for left, _ in parts]), np.concatenate([right for _, right in parts])


def _retied(model: Model, m: Floats, u: Floats, layout: Layout) -> FamilyAlternative | None:
    """Return the family alternative with the weights that the m learned again gives its levels."""
    if model.family is None:
        return None
    parts = layout.parts(np.log2(m) - np.log2(u))
    places = model.family.places(model.comparisons)
    return replace(model.family, weights=tuple((0.0, *parts[place].tolist()) for place in places))


def _likelihood(model: Model, patterns: Patterns) -> float:
    """Return log2 of how likely the whole product is, against everybody being a stranger to everybody."""
    family = 0.0 if model.family is None else model.family.prior
    strangers = np.log2(max(1.0 - model.prior - family, LEAST_PROBABILITY))
    odds = np.logaddexp2(0.0, model.evidence(patterns.levels))
    if model.family is not None:
        places = model.family.places(model.comparisons)
        odds = np.logaddexp2(odds, model.family.odds(patterns.levels, places, [0.0] * len(places)))
    return float(patterns.counts @ odds + patterns.pair_count * strangers)


def _objection(before: Model, after: Model, lost: float, of_three: float) -> str | None:
    """Say what speaks against a model learned from the clusters of another."""
    if of_three < LEAST_OF_THREE:
        return "most are pairs of two records, which show nothing that the model did not"
    change = after.prior / before.prior
    if not 1.0 / MOST_CHANGE <= change <= MOST_CHANGE:
        return f"the clusters hold {change:.2g} times the matches that the model expected"
    for name, m, u in zip(after.names, after.m_probability, after.u_probability, strict=True):
        if m[0] < u[0]:
            return f"within clusters {name} would agree less often than among strangers"
    if lost > MOST_LOST:
        return f"the candidate pairs would be {lost:.1f} bits a match less likely"
    return None
