"""From scores to links: thresholds, best links, optimal one-to-one, clusters, and a band for review by people."""

from ._continued import continue_clusters
from ._decide import (
    best_each,
    check_decision,
    clusters,
    decide,
    leftover_bits,
    one_to_many,
    one_to_one,
    threshold,
)
from ._expected_f1 import most_expected_f1
from ._graphs import connected_components
from ._ids import cluster_ids, dataset_names, record_ids
from ._judgements import Judgements
from ._metrics import cluster_metrics
from ._specs import BestEach, Cluster, Decision, OneToMany, OneToOne, Threshold
from ._stable_ids import Renamed, stable_ids
from ._tables import Clusters, Links

__all__ = [
    "BestEach",
    "Cluster",
    "Clusters",
    "Decision",
    "Judgements",
    "Links",
    "OneToMany",
    "OneToOne",
    "Renamed",
    "Threshold",
    "best_each",
    "check_decision",
    "cluster_ids",
    "cluster_metrics",
    "clusters",
    "connected_components",
    "continue_clusters",
    "dataset_names",
    "decide",
    "leftover_bits",
    "most_expected_f1",
    "one_to_many",
    "one_to_one",
    "record_ids",
    "stable_ids",
    "threshold",
]
