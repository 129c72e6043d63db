"""A linkage as data: what to prepare, block, compare, score and decide; and its TOML file."""

from ._check import check_plan
from ._contained import Contained, contained_fields
from ._datasets import DatasetFile
from ._file import PlanFile, load_plan_file, save_plan_file
from ._given import carries_out, plan_of
from ._plan import Plan
from ._prepared import prepared_for, with_histories
from ._recommend import RECOMMENDED_SCORE, recommend
from ._schema import plan_schema
from ._spell import spelled_out

__all__ = [
    "RECOMMENDED_SCORE",
    "Contained",
    "DatasetFile",
    "Plan",
    "PlanFile",
    "carries_out",
    "check_plan",
    "contained_fields",
    "load_plan_file",
    "plan_of",
    "plan_schema",
    "prepared_for",
    "recommend",
    "save_plan_file",
    "spelled_out",
    "with_histories",
]
