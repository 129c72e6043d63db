"""Compiled kernels: grades of many pairs of values at once.

A column is a `TextTable` of its distinct values and a code a record; a kernel takes codes and writes grades, small
whole numbers: 0 for missing, 1 for the strictest bound reached, and so on. Importing this package imports numba;
kernels are compiled, or loaded from the disk cache, when they are first called.
"""

from .all_pairs import AllPairs, all_pairs_block
from .equal import grade_equal
from .gauges import Gauge
from .jit import first_run, load_all, on_compile
from .rows import grade_row, grade_rows
from .text import grade_text, text_similarities
from .text_table import TextTable

__all__ = [
    "AllPairs",
    "Gauge",
    "TextTable",
    "all_pairs_block",
    "first_run",
    "grade_equal",
    "grade_row",
    "grade_rows",
    "grade_text",
    "load_all",
    "on_compile",
    "text_similarities",
]
