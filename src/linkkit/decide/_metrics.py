"""The shape of clusters as graphs, in counts only: which are chains, which hang on one weak link."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.tables import Scores

from ._graphs import bridges
from ._ids import cluster_ids
from ._tables import Clusters

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["cluster_metrics"]


def cluster_metrics(clusters: Clusters, scores: Scores | None = None, *, smallest: int = 2) -> pd.DataFrame:
    """Describe each cluster as a graph of its links.

    Parameters
    ----------
    clusters
        The clusters.
    scores
        The pairs that count as edges where they lie within a cluster; by default those that reached the clusters'
        threshold.
    smallest
        Leave out clusters of fewer records.

    Returns
    -------
    DataFrame
        One row a cluster, in the order of their smallest records: ``cluster_id``, ``size`` (records), ``edges``,
        ``density`` (edges over possible edges), ``mean_degree``, ``largest_degree``, ``centralisation`` (Freeman's, of
        degrees: 1 for a star, 0 where all are alike; missing below three records), ``bridges`` (edges without which the
        cluster falls in two) and ``weakest_weight`` (bits; missing without edges).
    """
    import pandas as pd

    edges = clusters.links.decided().scores if scores is None else scores
    label = clusters.label
    edges = edges.take(label[edges.left] == label[edges.right])
    size = np.bincount(label, minlength=len(label))
    shown = np.flatnonzero(size >= max(smallest, 1))
    of_edge = label[edges.left]
    degree = np.bincount(edges.left, minlength=len(label)) + np.bincount(edges.right, minlength=len(label))
    edge_count = np.bincount(of_edge, minlength=len(label))[shown]
    is_bridge = bridges(edges.left, edges.right, len(label))
    largest = np.zeros(len(label), np.int64)
    np.maximum.at(largest, label, degree)
    weakest = np.full(len(label), np.inf)
    np.minimum.at(weakest, of_edge, edges.weight)
    size, largest, weakest = size[shown], largest[shown], weakest[shown]
    every_id = cluster_ids(clusters.records, label)
    return pd.DataFrame(
        {
            "cluster_id": every_id.iloc[shown].reset_index(drop=True),
            "size": size,
            "edges": edge_count,
            "density": _ratio(edge_count, size * (size - 1) // 2),
            "mean_degree": 2 * edge_count / size,
            "largest_degree": largest,
            "centralisation": _ratio(size * largest - 2 * edge_count, np.where(size > 2, (size - 1) * (size - 2), 0)),
            "bridges": np.bincount(of_edge[is_bridge], minlength=len(label))[shown],
            "weakest_weight": np.where(np.isinf(weakest), np.nan, weakest),
        }
    )


def _ratio(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return shares
