"""Explain: why a pair linked, or did not, or was never a candidate."""

from ._explain import explain
from ._explanation import Explanation, RuleOutcome, Step

__all__ = ["Explanation", "RuleOutcome", "Step", "explain"]
