"""A linkage as data: what to prepare, block, compare, score and decide."""

from ._check import check_plan
from ._plan import Plan
from ._recommend import recommend

__all__ = ["Plan", "check_plan", "recommend"]
