"""How good are the links: against a truth, or by what the model itself expects."""

from ._clusters import ClusterQuality, cluster_quality
from ._expected import ExpectedQuality, expected_at_thresholds, expected_quality
from ._mistakes import prediction_errors
from ._quality import Quality, confusion, pair_quality
from ._run import RunQuality, evaluate_run, expected_of_run
from ._thresholds import cluster_quality_at_thresholds, quality_at_thresholds
from ._truth import Truth, truth_from_ids

__all__ = [
    "ClusterQuality",
    "ExpectedQuality",
    "Quality",
    "RunQuality",
    "Truth",
    "cluster_quality",
    "cluster_quality_at_thresholds",
    "confusion",
    "evaluate_run",
    "expected_at_thresholds",
    "expected_of_run",
    "expected_quality",
    "pair_quality",
    "prediction_errors",
    "quality_at_thresholds",
    "truth_from_ids",
]
