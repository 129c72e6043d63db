"""Quality at every threshold, of pairs and of clusters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.decide import Cluster, decide
from linkkit.tables import Scores

from ._clusters import cluster_quality
from ._truth import truth_from_ids

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["cluster_quality_at_thresholds", "quality_at_thresholds"]

_DIGITS = 9


def quality_at_thresholds(scores: Scores, truth: Any, *, rows: int = 1000) -> pd.DataFrame:
    """Return precision, recall and F1 of the pairs that reach each threshold.

    Parameters
    ----------
    scores
        Scored pairs.
    truth
        Whatever :func:`truth_from_ids` takes. Recall is over all true pairs, candidates or not.
    rows
        At most so many thresholds, evenly by rank; the first, the last and the best by F1 are always among them.

    Returns
    -------
    DataFrame
        ``weight`` and ``probability`` of each threshold (inclusive), strictest first, and ``links``, ``true_links``,
        ``precision``, ``recall``, ``f1`` of the pairs that reach it. Pairs whose truth is not known are left out.
    """
    import pandas as pd

    known = truth_from_ids(scores.records, truth)
    scores = scores.take(known.is_judged(scores.left, scores.right))
    weight = np.round(scores.weight, _DIGITS)
    order = np.argsort(-weight, kind="stable")
    falling = weight[order]
    ends = np.flatnonzero(np.append(falling[1:] != falling[:-1], np.ones(min(len(falling), 1), np.bool_)))
    hits: NDArray[np.int64] = np.cumsum(known.is_match(scores.left, scores.right)[order], dtype=np.int64)[ends]
    least = np.minimum.accumulate(scores.probability[order])[ends]
    links = ends + 1
    f1 = _divide(2 * hits, links + known.pair_count)
    shown = _thinned(f1, rows)
    return pd.DataFrame(
        {
            "weight": falling[ends],
            "probability": least,
            "links": links,
            "true_links": hits,
            "precision": _divide(hits, links),
            "recall": _divide(hits, np.full(len(hits), known.pair_count)),
            "f1": f1,
        }
    ).iloc[shown].reset_index(drop=True)  # fmt: skip


def cluster_quality_at_thresholds(
    scores: Scores,
    truth: Any,
    at_least: Sequence[float] = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999, 0.99999),
    *,
    unique: Sequence[str] = (),
) -> pd.DataFrame:
    """Return the quality of clusters at several thresholds.

    Parameters
    ----------
    scores
        Scored pairs.
    truth
        Whatever :func:`truth_from_ids` takes.
    at_least
        Match probabilities to cluster at.
    unique
        Datasets whose records may not share a cluster.

    Returns
    -------
    DataFrame
        ``at_least``, ``clusters``, ``largest``, and precision, recall and F1 of pairs and of B-cubed.
    """
    import pandas as pd

    known = truth_from_ids(scores.records, truth)
    rows = []
    for probability in at_least:
        clusters = decide(scores, Cluster(at_least=probability, unique=tuple(unique)))
        quality = cluster_quality(clusters, known)
        figures = {name: getattr(quality, name) for name in _SHOWN}
        rows.append(
            {"at_least": probability, "clusters": len(clusters), "largest": int(clusters.sizes().max()), **figures}
        )
    return pd.DataFrame(rows, columns=["at_least", "clusters", "largest", *_SHOWN])


_SHOWN = ("precision", "recall", "f1", "bcubed_precision", "bcubed_recall", "bcubed_f1")


def _divide(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return shares


def _thinned(f1: NDArray[np.float64], rows: int) -> NDArray[np.int64]:
    """Positions to show: evenly by rank, and the best."""
    if len(f1) <= rows:
        return np.arange(len(f1))
    best = int(np.nanargmax(f1)) if not np.isnan(f1).all() else 0
    return np.union1d(np.linspace(0, len(f1) - 1, max(rows - 1, 1)).round().astype(np.int64), best)
