"""The data language of a linkage: which pairs to make, how to grade them, what levels mean."""

from ._comparison import Comparison, Condition, Level, Threshold, all_of, either, negated, number_text
from ._gauges import Compiled, Gauge, LevelTable, compile_comparisons
from ._measures import (
    DateGap,
    DistanceKm,
    Equal,
    Function,
    Initial,
    Measure,
    NumberGap,
    SeriesFunction,
    SetOverlap,
    Swapped,
    TextSimilarity,
)
from ._rules import EveryPair, Listed, Made, MinHash, Neighbourhood, On, Rule, flatten

__all__ = [
    "Comparison",
    "Compiled",
    "Condition",
    "DateGap",
    "DistanceKm",
    "Equal",
    "EveryPair",
    "Function",
    "Gauge",
    "Initial",
    "Level",
    "LevelTable",
    "Listed",
    "Made",
    "Measure",
    "MinHash",
    "Neighbourhood",
    "NumberGap",
    "On",
    "Rule",
    "SeriesFunction",
    "SetOverlap",
    "Swapped",
    "TextSimilarity",
    "Threshold",
    "all_of",
    "compile_comparisons",
    "either",
    "flatten",
    "negated",
    "number_text",
]
