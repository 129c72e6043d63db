"""Report: one self-contained HTML page about a linkage with its JSON, and charts for notebooks; no person's value."""

from ._charts import (
    dependence_chart,
    em_trace_chart,
    m_u_chart,
    threshold_chart,
    waterfall_chart,
    weight_histogram,
    weights_chart,
)
from ._render import render
from ._summarise import summarise
from ._write import load_schema, write_report

__all__ = [
    "dependence_chart",
    "em_trace_chart",
    "load_schema",
    "m_u_chart",
    "render",
    "summarise",
    "threshold_chart",
    "waterfall_chart",
    "weight_histogram",
    "weights_chart",
    "write_report",
]
