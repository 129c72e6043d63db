"""A mixture as a table, as text and as HTML."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from linkkit._text_tables import aligned, html_table
from linkkit.weights import probability

if TYPE_CHECKING:
    import pandas as pd

    from ._model import MixtureModel

__all__ = ["headline", "mixture_frame", "mixture_html", "mixture_text"]

_COLUMNS = ("level", "pairs", "matches", "others", "probability", "weight")
# As many levels as fit on a screen.
_MOST_ROWS = 24


def mixture_frame(model: MixtureModel) -> pd.DataFrame:
    """Return a row for each level but missing."""
    import pandas as pd

    weight = model.weights[0][1:]
    return pd.DataFrame(
        {
            "comparison": model.comparisons[0].name,
            "level": list(model.comparisons[0].labels[1:]),
            "pairs": np.array(model.pairs[1:]).astype(np.int64),
            "expected_matches": np.array(model.matches[1:], np.float64),
            "expected_others": np.array(model.others[1:], np.float64),
            "match_probability": probability(weight),
            "weight": weight,
        }
    )


def headline(model: MixtureModel) -> str:
    """Return what was learned, in a line."""
    interval = model.expected_matches_interval
    between = "" if interval is None else f" ({interval[0]:,.0f} to {interval[1]:,.0f})"
    how = f"pairs compete in {' and '.join(model.unique)}" if model.unique else "records may have several matches"
    return (
        f"Mixture on {model.comparisons[0].name}: {model.expected_matches:,.0f} matches expected{between} among "
        f"{model.pair_count:,} pairs; {how}; {model.status}."
    )


def mixture_text(model: MixtureModel) -> str:
    """Return a model as a table of plain text."""
    lines = aligned(_COLUMNS, _rows(model), numbers=range(len(_COLUMNS)), is_ruled=True)
    return "\n".join([headline(model), *lines, *(f"Finding: {finding}" for finding in model.findings)])


def mixture_html(model: MixtureModel) -> str:
    """Return a model as an HTML table."""
    findings = "".join(f"<li>{escape(finding)}</li>" for finding in model.findings)
    listed = f"<ul>{findings}</ul>" if findings else ""
    return f"<p>{escape(headline(model))}</p>{html_table(_COLUMNS, _rows(model))}{listed}"


def _rows(model: MixtureModel) -> list[tuple[str, ...]]:
    """The levels as texts; of many, those around the even odds, where links are decided."""
    weight = model.weights[0][1:]
    share = probability(weight)
    middle = int(np.argmin(np.abs(weight)))
    first = int(np.clip(middle - _MOST_ROWS // 2, 0, max(len(weight) - _MOST_ROWS, 0)))
    chosen = sorted({0, *range(first, min(first + _MOST_ROWS, len(weight))), len(weight) - 1})
    return [
        (
            model.comparisons[0].labels[place + 1],
            f"{model.pairs[place + 1]:,.0f}",
            f"{model.matches[place + 1]:,.1f}",
            f"{model.others[place + 1]:,.1f}",
            f"{share[place]:.4f}",
            f"{weight[place]:+.2f}",
        )
        for place in chosen
    ]
