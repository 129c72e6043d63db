"""Best-practice ways to link by name: published algorithms, run by one rule engine.

>>> from linkkit import pipelines
>>> pipelines.algorithm("slk_581").title
'SLK-581, the statistical linkage key'
"""

from . import trials
from ._file import load_pipeline_file
from ._pipeline import Pipeline, PipelineRun, Step
from ._registry import PIPELINES, pipeline
from .algorithms import Algorithm, AlgorithmLinks, Pass, algorithm, algorithm_names, compare, matchkey, matchkeys
from .trials import trial_to_admin

__all__ = [
    "PIPELINES",
    "Algorithm",
    "AlgorithmLinks",
    "Pass",
    "Pipeline",
    "PipelineRun",
    "Step",
    "algorithm",
    "algorithm_names",
    "compare",
    "load_pipeline_file",
    "matchkey",
    "matchkeys",
    "pipeline",
    "trial_to_admin",
    "trials",
]
