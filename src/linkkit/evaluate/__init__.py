"""How good are the links: against a truth, or by what the model itself expects."""

from ._calibration import Calibration, calibration
from ._clusters import ClusterQuality, cluster_quality
from ._counts import pairs_within
from ._decoys import DecoyEstimate, decoy_estimate
from ._duplicates import DuplicateEstimate, duplicate_estimate, duplicate_method
from ._estimates import Estimate, Estimates, estimates_of_run
from ._expected import ExpectedQuality, expected_at_thresholds, expected_quality
from ._mistakes import prediction_errors
from ._quality import Quality, confusion, pair_quality, quality_of_pairs
from ._run import RunQuality, evaluate_run, expected_of_run
from ._thresholds import cluster_quality_at_thresholds, quality_at_thresholds
from ._truth import Truth, truth_from_ids

__all__ = [
    "Calibration",
    "ClusterQuality",
    "DecoyEstimate",
    "DuplicateEstimate",
    "Estimate",
    "Estimates",
    "ExpectedQuality",
    "Quality",
    "RunQuality",
    "Truth",
    "calibration",
    "cluster_quality",
    "cluster_quality_at_thresholds",
    "confusion",
    "decoy_estimate",
    "duplicate_estimate",
    "duplicate_method",
    "estimates_of_run",
    "evaluate_run",
    "expected_at_thresholds",
    "expected_of_run",
    "expected_quality",
    "pair_quality",
    "pairs_within",
    "prediction_errors",
    "quality_at_thresholds",
    "quality_of_pairs",
    "truth_from_ids",
]
