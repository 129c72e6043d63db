"""Whether relatives are a class of their own is for the data to say: the same pairs fitted with and without it.

Both fits see the same patterns over the whole product, and both hold m and u at what was learned with the class; only
the shares of the classes differ. So one model is a case of the other, the likelihood of both has one maximum, and the
class costs one parameter. It is used where the Bayesian information criterion (Schwarz 1978) is lower with it. Two
classes that learn an m of their own would take relatives for matches, and be the better fit for it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["ClassFit", "FamilyEvidence", "bic", "compare_fits"]


@dataclass(frozen=True)
class ClassFit:
    """How well some classes of pairs explain the pairs of a linkage.

    Parameters
    ----------
    log_likelihood
        Natural logarithm, of all pairs of the whole product; those that are no candidates count as strangers.
    parameters
        How many differ from fit to fit: the shares of the classes that were learned.
    bic
        Bayesian information criterion: lower is better.
    expected_matches, expected_relatives
        How many pairs of each the fit expects.

    Examples
    --------
    >>> ClassFit(-1000.0, 5, 2050.0, 120.0, 40.0).bic
    2050.0
    """

    log_likelihood: float
    parameters: int
    bic: float
    expected_matches: float
    expected_relatives: float


@dataclass(frozen=True)
class FamilyEvidence:
    """What spoke for relatives as a class of their own, or against it.

    Parameters
    ----------
    pairs
        Pairs of the whole product, over which both fits were compared.
    two_classes, three_classes
        The fit of matches and strangers, and that of matches, relatives and strangers.
    is_used
        Whether the model weighs pairs against relatives.
    reason
        Why, in words.

    Examples
    --------
    >>> two, three = ClassFit(-1000.0, 5, 2050.0, 160.0, 0.0), ClassFit(-900.0, 6, 1860.0, 120.0, 40.0)
    >>> FamilyEvidence(10_000, two, three, True, "...").gain
    100.0
    """

    pairs: int
    two_classes: ClassFit
    three_classes: ClassFit
    is_used: bool
    reason: str

    @property
    def gain(self) -> float:
        """How much the log-likelihood rises with the class."""
        return self.three_classes.log_likelihood - self.two_classes.log_likelihood

    @property
    def likelihood_ratio(self) -> float:
        """Twice the gain: the statistic of the likelihood-ratio test of an empty class."""
        return 2.0 * self.gain


def bic(log_likelihood: float, parameters: int, pairs: int) -> float:
    """Return the Bayesian information criterion, ``parameters log(pairs) - 2 log-likelihood``.

    Examples
    --------
    >>> round(bic(-100.0, 2, 1000), 2)
    213.82
    """
    return float(parameters * np.log(max(pairs, 1)) - 2.0 * log_likelihood)


def compare_fits(two: ClassFit, three: ClassFit, pairs: int, *, is_found: bool = True) -> FamilyEvidence:
    """Choose between two fits of the same pairs by their information criterion.

    Parameters
    ----------
    two, three
        Without and with the class of relatives.
    pairs
        Pairs of the whole product.
    is_found
        Whether the fit with the class left anybody in it.

    Examples
    --------
    >>> two, three = ClassFit(-1000.0, 5, 2050.0, 160.0, 0.0), ClassFit(-900.0, 6, 1860.0, 120.0, 40.0)
    >>> compare_fits(two, three, 10_000).reason
    'BIC is lower by 190 with 40 pairs of relatives'
    """
    fall = two.bic - three.bic
    if not is_found:
        return FamilyEvidence(pairs, two, three, False, "fewer than one pair of relatives is expected")
    how = f"is lower by {fall:,.0f}" if fall > 0 else f"would be higher by {-fall:,.0f}"
    reason = f"BIC {how} with {three.expected_relatives:,.0f} pairs of relatives"
    return FamilyEvidence(pairs, two, three, fall > 0, reason)
