"""Graders: how the local engine takes each measure, per distinct value where it can."""

from ._bits import BIT_METRICS, BitsGrader, BitsTable, grade_bits
from ._build import build_grader
from ._contract import Grader
from ._equal import EqualGrader
from ._text import InitialGrader, SwappedGrader, TextGrader

__all__ = [
    "BIT_METRICS",
    "BitsGrader",
    "BitsTable",
    "EqualGrader",
    "Grader",
    "InitialGrader",
    "SwappedGrader",
    "TextGrader",
    "build_grader",
    "grade_bits",
]
