"""What the model itself expects of its links, without any truth; and what it cannot know."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from linkkit.decide import Clusters, Links
from linkkit.tables import Patterns

from ._counts import pack
from ._quality import f_score
from ._show import Row, as_html, as_text, number, plain, share

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ExpectedQuality", "expected_at_thresholds", "expected_quality"]

Floats = NDArray[np.float64]
_Z = 1.959963984540054
LIMITS = (
    "These are the model's own figures. They assume that fields err independently given the truth, and that the model "
    "fits: siblings, twins and shared addresses make them too good.",
    "True pairs that blocking never made are left out of the expected recall: the recall over all true pairs is lower.",
    "The intervals hold the chance of each pair being a match, and not the error of the model.",
)
_CLUSTER_LIMIT = "Only pairs that reached the threshold are in them, none that clusters join through other records."
_SINGLE_LIMIT = (
    "Records are taken to have one match at most, as the decision says: probability is shared out among the pairs that "
    "compete for a record. Pairs below the floor of the scores are left out."
)
_FLOOR_LIMIT = "Pairs below the floor of the scores are left out too: give patterns= and model= to count them."


class PatternModel(Protocol):
    """A model that knows the match probability of a pattern."""

    def pattern_probabilities(self, levels: NDArray[np.uint8]) -> Floats:
        """Return the match probability of each pattern of levels."""
        ...


@dataclass(frozen=True)
class ExpectedQuality:
    """What a model expects of its links.

    Parameters
    ----------
    links
        How many pairs are linked.
    precision, recall
        Expected share of the links that are true, and of the true pairs that are linked.
    precision_interval, recall_interval
        95 % intervals, if the model is right.
    expected_true_links
        The sum of the links' match probabilities.
    expected_matches
        How many matches are expected among all pairs that count for the recall.
    limits
        What these figures assume and leave out, in words.
    scope
        What the recall is over: all true pairs of the product, or those among the candidates only.
    made_share
        Expected share of all matches that some blocking rule makes; None where it is not known.
    expected_matches_interval
        95 % interval of the number of matches, if the model is right; None where it is not known.
    """

    links: int
    precision: float
    recall: float
    precision_interval: tuple[float, float]
    recall_interval: tuple[float, float]
    expected_true_links: float
    expected_matches: float
    limits: tuple[str, ...]
    scope: Literal["candidates", "all pairs"] = "candidates"
    made_share: float | None = None
    expected_matches_interval: tuple[float, float] | None = None

    @property
    def f1(self) -> float:
        """Harmonic mean of expected precision and recall."""
        return f_score(self.precision, self.recall)

    def to_dict(self) -> dict[str, Any]:
        """Return every figure, as JSON can hold it."""
        return {name: plain(value) for name, value in {**asdict(self), "f1": self.f1}.items()}

    def __str__(self) -> str:
        return as_text(_TITLE, self._rows(), self.limits)

    def _repr_html_(self) -> str:
        return as_html(_TITLE, self._rows(), self.limits)

    def _rows(self) -> list[Row]:
        over = " among candidates" if self.scope == "candidates" else ""
        matches = number(self.expected_matches)
        if self.expected_matches_interval is not None:
            matches += " ({} to {})".format(*map(number, self.expected_matches_interval))
        rows = [
            ("expected precision", share(self.precision, self.precision_interval)),
            (f"expected recall{over}", share(self.recall, self.recall_interval)),
            ("links", f"{number(self.links)}, of which {number(self.expected_true_links)} expected to be true"),
            (f"matches expected{over}", matches),
        ]
        if self.made_share is not None:
            rows.append(("of them made by blocking", share(self.made_share)))
        return rows


_TITLE = "Expected quality, without truth"


def expected_quality(
    links: Links | Clusters, *, patterns: Patterns | None = None, model: PatternModel | None = None
) -> ExpectedQuality:
    """Say what the match probabilities themselves expect: no truth is needed, and none is put in.

    Parameters
    ----------
    links
        Links (those for review do not count), or clusters.
    patterns, model
        The counts of all patterns and the model that weighs them, so that recall counts candidates below the floor of
        the scores too (without adjustments such as term frequencies). Without them, and where the decision lets records
        have one match at most, only scored pairs count.

    Examples
    --------
    >>> print(ExpectedQuality(10, 0.97, 0.9, (0.9, 1.0), (0.8, 1.0), 9.7, 10.8, ("...",)))
    Expected quality, without truth
      expected precision                 0.9700 (0.9000 to 1.0000)
      expected recall among candidates   0.9000 (0.8000 to 1.0000)
      links                              10, of which 10 expected to be true
      matches expected among candidates  11
      ...
    """
    table = links.links if isinstance(links, Clusters) else links
    every = table.shared_probability()
    kept = every[_positions(table)]
    limits = [*LIMITS]
    total, variance = float(every.sum()), float((every * (1 - every)).sum())
    if table.decision.single != "none":
        limits.append(_SINGLE_LIMIT)
    elif patterns is not None and model is not None:
        probability = model.pattern_probabilities(patterns.levels)
        total = float((patterns.counts * probability).sum())
        variance = float((patterns.counts * probability * (1 - probability)).sum())
    else:
        limits.append(_FLOOR_LIMIT)
    limits += [_CLUSTER_LIMIT] if isinstance(links, Clusters) else []
    missed = max(total - float(kept.sum()), 0.0)
    return _expected(kept, missed, variance - float((kept * (1 - kept)).sum()), tuple(limits))


def _positions(links: Links) -> NDArray[np.int64]:
    """Where the decided links stand among all scores."""
    scores, decided = links.all_scores, links.decided()
    keys = pack(scores.left, scores.right)
    order = np.argsort(keys, kind="stable")
    return np.asarray(order[np.searchsorted(keys[order], pack(decided.left, decided.right))])


def expected_at_thresholds(weight: Floats, count: NDArray[np.integer[Any]] | None = None) -> pd.DataFrame:
    """Return the expected precision and recall of the pairs that reach each threshold, without truth.

    Parameters
    ----------
    weight
        Match weights in bits: one a pair, or one a pattern.
    count
        How many pairs have each weight; by default one.

    Returns
    -------
    DataFrame
        ``weight`` (inclusive, strictest first), ``probability``, ``links``, ``expected_precision``,
        ``expected_recall`` (among these pairs, so without what blocking lost).

    Examples
    --------
    >>> expected_at_thresholds(np.array([-2.0, 3.0]), np.array([90, 10])).round(2).values.tolist()
    [[3.0, 0.89, 10.0, 0.89, 0.33], [-2.0, 0.2, 100.0, 0.27, 1.0]]
    """
    import pandas as pd

    levels, place = np.unique(-np.round(weight, 9), return_inverse=True)
    pairs = np.bincount(place, None if count is None else count, minlength=len(levels))
    probability = np.asarray(1 / (1 + np.exp2(np.clip(levels, -1000, 1000))))
    links, matches = np.cumsum(pairs), np.cumsum(pairs * probability)
    total = matches[-1] if len(matches) else 0.0
    return pd.DataFrame(
        {
            "weight": -levels,
            "probability": probability,
            "links": links.astype(np.int64),
            "expected_precision": matches / np.maximum(links, 1),
            "expected_recall": matches / total if total else np.full(len(matches), np.nan),
        }
    )


def _expected(kept: Floats, missed: float, spread: float, limits: tuple[str, ...]) -> ExpectedQuality:
    """The figures of some links: ``missed`` matches are expected among the other pairs, with this variance."""
    count, hits = len(kept), float(kept.sum())
    error, missed_error = _Z * float(np.sqrt((kept * (1 - kept)).sum())), _Z * float(np.sqrt(max(spread, 0.0)))
    low, high = max(hits - error, 0.0), min(hits + error, float(count))
    most_missed, least_missed = missed + missed_error, max(missed - missed_error, 0.0)
    return ExpectedQuality(
        count,
        _over(hits, count),
        _over(hits, hits + missed),
        (_over(low, count), _over(high, count)),
        (_over(low, low + most_missed), _over(high, high + least_missed)),
        hits,
        hits + missed,
        limits,
    )


def _over(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")
