"""Best-practice ways to link by name: published algorithms, run by one rule engine.

>>> from linkkit import pipelines
>>> pipelines.algorithm("slk_581").title
'SLK-581, the statistical linkage key'
"""

from . import trials
from ._file import load_pipeline_file
from ._pipeline import Pipeline, PipelineRun, Step
from ._recommend import Recommended, recommend
from ._registry import PIPELINES, pipeline
from .algorithms import Algorithm, AlgorithmLinks, Pass, algorithm, algorithm_names, compare, matchkey, matchkeys
from .case_studies import Attribute, CaseStudy, CaseStudyRun, case_study
from .interventions import intervention_to_admin
from .spines import Spine, SpineLinks, SpineRun, load_spine, spine
from .trials import trial_to_admin

__all__ = [
    "PIPELINES",
    "Algorithm",
    "AlgorithmLinks",
    "Attribute",
    "CaseStudy",
    "CaseStudyRun",
    "Pass",
    "Pipeline",
    "PipelineRun",
    "Recommended",
    "Spine",
    "SpineLinks",
    "SpineRun",
    "Step",
    "algorithm",
    "algorithm_names",
    "case_study",
    "compare",
    "intervention_to_admin",
    "load_pipeline_file",
    "load_spine",
    "matchkey",
    "matchkeys",
    "pipeline",
    "recommend",
    "spine",
    "trial_to_admin",
    "trials",
]
