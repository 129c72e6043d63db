"""The relatives of a report: whether they are a class of their own, and how many pairs, twins and families it found."""

from __future__ import annotations

from typing import Any

import numpy as np

from linkkit.score import ClassFit, FamilyEvidence
from linkkit.siblings import Siblings

from ._facts import Facts

__all__ = ["evidence", "siblings"]

_SHARES = ((0.5, 0.9), (0.9, 0.99), (0.99, 1.1))
_LARGEST_SHOWN = 6


def siblings(facts: Facts) -> dict[str, Any] | None:
    """Count the pairs of relatives by probability, twins, links with a twin rival, and families by size.

    None where relatives are no class of the model.
    """
    if not facts.run.has_relatives:
        return None
    found = facts.run.related
    links = facts.linked
    rivals = found.has_twin[links.left] | found.has_twin[links.right]
    return {
        "sibling_pairs": len(found),
        "at_least": found.at_least,
        "between": _where(facts),
        "twin_pairs": int((found.is_twin == 1).sum()),
        "links_with_twin_rival": int(rivals.sum()),
        "sibling_probabilities": [
            {
                "range": f"{low:g} or more" if high > 1 else f"{low:g} to {high:g}",
                "sibling_pairs": int(((found.probability >= low) & (found.probability < high)).sum()),
            }
            for low, high in _SHARES
        ],
        "family_sizes": _sizes(found),
    }


def evidence(found: FamilyEvidence) -> dict[str, Any]:
    """Return how the fits with and without the class compare."""
    return {
        "is_used": found.is_used,
        "reason": found.reason,
        "gain": found.gain,
        "fits": [
            {"classes": name, **_fit(one)}
            for name, one in (
                ("matches and strangers", found.two_classes),
                ("matches, relatives and strangers", found.three_classes),
            )
        ],
    }


def _fit(one: ClassFit) -> dict[str, float]:
    return {
        "log_likelihood": one.log_likelihood,
        "parameters": one.parameters,
        "bic": one.bic,
        "expected_matches": one.expected_matches,
        "expected_relatives": one.expected_relatives,
    }


def _where(facts: Facts) -> str:
    within = {"dedupe": "within the dataset", "link_only": "between the datasets"}
    return within.get(facts.records.link_type, "within the datasets and between them")


def _sizes(found: Siblings) -> list[dict[str, Any]]:
    """Families of two persons or more, by how many persons they have."""
    own = np.arange(len(found.person))
    persons = found.family[own[found.person == own]]
    counts = np.bincount(persons, minlength=1)
    sizes = counts[counts > 1]
    rows = [
        {"size": str(size), "families": int((sizes == size).sum())}
        for size in range(2, _LARGEST_SHOWN + 1)
        if bool((sizes == size).any())
    ]
    large = int((sizes > _LARGEST_SHOWN).sum())
    return [*rows, {"size": f"{_LARGEST_SHOWN + 1} or more", "families": large}] if large else rows
