"""Fit the sizes of the classes with relatives and without, everything else held, and compare."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ._cells import Cells
from ._classes import ClassEstimate, learn_classes
from ._family_evidence import ClassFit, FamilyEvidence, bic, compare_fits
from ._layout import Floats, Layout

__all__ = ["family_evidence", "without_relatives"]


def family_evidence(
    cells: Cells, layout: Layout, found: ClassEstimate, u: Floats, pairs: int, prior: float | None, *, is_found: bool
) -> FamilyEvidence:
    """Compare two classes with three on the same pairs, m and u held at what was learned with relatives.

    Parameters
    ----------
    cells
        The candidate pairs. That pairs compete is left out: both fits are plain mixtures, whose likelihoods compare.
    layout, found, u
        What was learned with the class.
    pairs
        Pairs of the whole product.
    prior
        The prior, where it is given.
    is_found
        Whether anybody is left in the class.
    """
    plain = replace(cells, rivals=None)
    two = _sizes(plain, layout, found, u, pairs, prior, None)
    three = _sizes(plain, layout, found, u, pairs, prior, found.ties)
    learned = int(prior is None)
    fits = [_fit_of(fit, learned + extra, pairs) for extra, fit in enumerate((two, three))]
    return compare_fits(fits[0], fits[1], pairs, is_found=is_found)


def without_relatives(
    cells: Cells, layout: Layout, found: ClassEstimate, u: Floats, pairs: int, prior: float | None
) -> ClassEstimate:
    """Return the same estimate without the class of relatives, the prior learned anew."""
    return _sizes(cells, layout, found, u, pairs, prior, None)


def _sizes(
    cells: Cells, layout: Layout, found: ClassEstimate, u: Floats, pairs: int, prior: float | None,
    ties: Floats | None,
) -> ClassEstimate:  # fmt: skip
    """Learn how large the classes are, and nothing else."""
    return learn_classes(
        cells, layout, u_probability=u, m_probability=found.m_probability, prior=prior or found.prior, ties=ties,
        others=float(pairs - cells.counts.sum()), pseudo=np.zeros(layout.size), fixed_m=found.m_probability,
        free_prior=prior is None,
    )  # fmt: skip


def _fit_of(found: ClassEstimate, parameters: int, pairs: int) -> ClassFit:
    likelihood = found.log_likelihood
    return ClassFit(
        likelihood, parameters, bic(likelihood, parameters, pairs), found.prior * pairs, found.family_prior * pairs
    )
