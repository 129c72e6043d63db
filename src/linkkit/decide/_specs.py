"""What to decide: one frozen spec a method."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import SpecError

if TYPE_CHECKING:
    from linkkit.tables import Scores

__all__ = ["BestEach", "Cluster", "ClusterMethod", "Decision", "OneToMany", "OneToOne", "Threshold"]

Side = Literal["left", "right", "both"]
ClusterMethod = Literal["components", "score_order", "average", "profile"]
# Posteriors nearer to 0 or 1 than this count as this near: a threshold of 0 or 1 must have finite bits.
_NEAREST = 1e-12


class _Bounded:
    """What all decisions share: a threshold and a review band."""

    at_least: float
    weight: float | None
    review: tuple[float, float] | None
    least_gap: float | None = None

    def __post_init__(self) -> None:
        name = type(self).__name__
        if self.least_gap is not None and not (np.isfinite(self.least_gap) and self.least_gap >= 0):
            raise SpecError(f"{name}.least_gap is a number of bits, 0 or more; got {self.least_gap}.")
        if not 0 <= self.at_least <= 1:
            raise SpecError(
                f"{name}.at_least is a probability between 0 and 1; got {self.at_least:g}. For bits use weight=."
            )
        if self.weight is not None and not np.isfinite(self.weight):
            raise SpecError(f"{name}.weight must be a finite number of bits; got {self.weight}.")
        if self.review is None:
            return
        object.__setattr__(self, "review", tuple(self.review))
        if len(self.review) != 2 or not 0 <= self.review[0] < self.review[1] <= 1:
            raise SpecError(f"{name}.review must be two probabilities, the lower first; got {self.review}.")

    @property
    def bits(self) -> float:
        """The threshold as a match weight: log2 odds."""
        return _bits(self.at_least) if self.weight is None else self.weight

    @property
    def review_bits(self) -> float:
        """The lower end of the review band as a match weight; the threshold where there is no band."""
        return self.bits if self.review is None else _bits(self.review[0])

    @property
    def single(self) -> Side | Literal["none"]:
        """Whose records are taken to have one match at most."""
        return "none"

    def reached(self, scores: Scores) -> NDArray[np.bool_]:
        """Which pairs reach the threshold."""
        if self.weight is not None:
            return scores.weight >= self.weight
        return scores.probability >= self.at_least

    def is_review(self, scores: Scores) -> NDArray[np.bool_]:
        """Which pairs lie in the review band: from its lower end to below its upper."""
        if self.review is None:
            return np.zeros(len(scores), np.bool_)
        low, high = self.review
        return (scores.probability >= low) & (scores.probability < high)

    def threshold_text(self) -> str:
        """The threshold in words."""
        return f"weight >= {self.weight:g}" if self.weight is not None else f"probability >= {self.at_least:g}"


@dataclass(frozen=True)
class Threshold(_Bounded):
    """Link every pair that reaches a threshold.

    Parameters
    ----------
    at_least
        Match probability from which a pair is a link.
    weight
        Match weight in bits from which a pair is a link, in place of ``at_least``.
    review
        Match probabilities from and below which a pair is for a person to decide: its status is ``"review"``.

    Examples
    --------
    >>> Threshold(at_least=0.9, review=(0.5, 0.9))
    Threshold(at_least=0.9, weight=None, review=(0.5, 0.9))
    """

    at_least: float = 0.95
    weight: float | None = None
    review: tuple[float, float] | None = None
    kind: Literal["threshold"] = field(default="threshold", repr=False, kw_only=True)


@dataclass(frozen=True)
class BestEach(_Bounded):
    """Link each record to its best partner only (in each other dataset).

    Parameters
    ----------
    side
        Whose best counts: each ``"left"`` record's, each ``"right"`` record's, or ``"both"``: the pair must be the best
        of both.
    at_least, weight, review
        As in :class:`Threshold`.
    least_gap
        A link whose best rival (another pair that competes for one of its records) is nearer than this many bits is for
        review instead; so is every tie, even at 0. None: the best pair is a link however near the next comes.

    Examples
    --------
    >>> BestEach("left").side
    'left'
    """

    side: Side = "left"
    at_least: float = 0.5
    weight: float | None = None
    review: tuple[float, float] | None = None
    least_gap: float | None = None
    kind: Literal["best_each"] = field(default="best_each", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.side not in ("left", "right", "both"):
            raise SpecError(f"BestEach.side must be 'left', 'right' or 'both'; got {self.side!r}.")

    @property
    def single(self) -> Side:
        """Whose records are taken to have one match at most."""
        return self.side


@dataclass(frozen=True)
class OneToOne(_Bounded):
    """Link each record to one other at most, so that the weights above the threshold sum to the most possible.

    Parameters
    ----------
    at_least, weight, review
        As in :class:`Threshold`. Pairs of the review band are assigned among the records that have no link.
    leftovers
        Link the records that are left over, too, by the prior they have for each other once the linked ones are gone:
        right where each dataset holds a person once.
    least_gap
        As in :class:`BestEach`.
    by_expected_f1
        Link as many of all scored pairs as make the expected F1 the largest; ``at_least`` and ``weight`` are then not
        used. See :func:`linkkit.decide.most_expected_f1`.

    Examples
    --------
    >>> OneToOne().bits
    0.0
    """

    at_least: float = 0.5
    weight: float | None = None
    review: tuple[float, float] | None = None
    leftovers: bool = False
    least_gap: float | None = None
    by_expected_f1: bool = False
    kind: Literal["one_to_one"] = field(default="one_to_one", repr=False, kw_only=True)

    def reached(self, scores: Scores) -> NDArray[np.bool_]:
        """Which pairs may be links: those that reach the threshold, or all where the expected F1 decides."""
        return np.ones(len(scores), np.bool_) if self.by_expected_f1 else super().reached(scores)

    def threshold_text(self) -> str:
        """The threshold in words."""
        return "the largest expected F1" if self.by_expected_f1 else super().threshold_text()

    @property
    def single(self) -> Side:
        """Whose records are taken to have one match at most."""
        return "both"


@dataclass(frozen=True)
class OneToMany(_Bounded):
    """Link one record of a dataset to many of the other, each of which links to one only.

    Parameters
    ----------
    one
        The dataset whose records stand for one person each: ``"left"`` (a left record may have many links, a right
        record one) or ``"right"``.
    at_least, weight, review
        As in :class:`Threshold`.
    least_gap
        As in :class:`BestEach`.

    Examples
    --------
    >>> OneToMany("right").one
    'right'
    """

    one: Literal["left", "right"] = "left"
    at_least: float = 0.5
    weight: float | None = None
    review: tuple[float, float] | None = None
    least_gap: float | None = None
    kind: Literal["one_to_many"] = field(default="one_to_many", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.one not in ("left", "right"):
            raise SpecError(f"OneToMany.one must be 'left' or 'right'; got {self.one!r}.")

    @property
    def single(self) -> Side:
        """Whose records are taken to have one match at most: those of the side that is many."""
        return "right" if self.one == "left" else "left"


@dataclass(frozen=True)
class Cluster(_Bounded):
    """Put all records of a person into one cluster.

    Parameters
    ----------
    at_least, weight, review
        As in :class:`Threshold`. Pairs of the review band that would join two clusters are for review.
    method
        ``"components"``: whatever a chain of links connects. ``"score_order"``: merge along the strongest links first,
        and never two records of a dataset that is ``unique``. ``"average"``: likewise, but merge two clusters only
        where the mean weight of all pairs between them reaches the threshold, so that one false link does not join two
        persons; best at ``at_least=0.5``, on persons of many records. ``"profile"``: likewise, but merge two clusters
        where one person explains their distinct values better than two do, by the model behind the scores. By default
        components, and score order where ``unique`` is given.
    unique
        Names of datasets that hold a person once: no two of its records may share a cluster.
    unscored
        For ``"average"``: the weight in bits of pairs that were never candidates or fell below the floor of the scores.

    Examples
    --------
    >>> Cluster(at_least=0.9, unique=("register",)).ways
    'score_order'
    """

    at_least: float = 0.95
    weight: float | None = None
    review: tuple[float, float] | None = None
    method: ClusterMethod | None = None
    unique: tuple[str, ...] = ()
    unscored: float = -6.0
    kind: Literal["cluster"] = field(default="cluster", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        names: Any = self.unique
        object.__setattr__(self, "unique", (names,) if isinstance(names, str) else tuple(names))
        if self.method not in (None, *get_args(ClusterMethod)):
            listed = ", ".join(map(repr, get_args(ClusterMethod)))
            raise SpecError(f"Cluster.method is one of {listed}; got {self.method!r}.")
        if not np.isfinite(self.unscored):
            raise SpecError(f"Cluster.unscored must be a finite number of bits; got {self.unscored}.")
        if self.unique and self.method == "components":
            raise SpecError("Cluster.unique needs another method than 'components', which cannot keep records apart.")

    @property
    def ways(self) -> str:
        """The method in force."""
        return self.method or ("score_order" if self.unique else "components")


def _bits(probability: float) -> float:
    """A probability as log2 odds."""
    clipped = min(max(probability, _NEAREST), 1 - _NEAREST)
    return float(np.log2(clipped / (1 - clipped)))


Decision = Threshold | BestEach | OneToOne | OneToMany | Cluster
