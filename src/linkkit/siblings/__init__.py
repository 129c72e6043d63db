"""Brothers, sisters and twins: the pairs of one family and two persons that a linkage found on its way."""

from ._births import is_one_birth
from ._siblings import Siblings, find_siblings

__all__ = ["Siblings", "find_siblings", "is_one_birth"]
