"""Charts of models, scores and pairs for a notebook; drawn without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from linkkit.decide import Clusters
from linkkit.errors import ModelError

from . import _draw
from ._facts import packed, rows_of
from ._heat_map import dependence_map, dependence_rows

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from linkkit.decide import Links
    from linkkit.score import Diagnosis, Model
    from linkkit.tables import Scores

__all__ = [
    "dependence_chart",
    "em_trace_chart",
    "m_u_chart",
    "threshold_chart",
    "waterfall_chart",
    "weight_histogram",
    "weights_chart",
]


class _Explained(Protocol):
    def to_pandas(self, *, values: bool = ...) -> pd.DataFrame: ...

    @property
    def threshold(self) -> float | None: ...


def weights_chart(model: Model) -> alt.Chart:
    """Draw the match weight of each level of a model.

    Parameters
    ----------
    model
        A Fellegi-Sunter model.

    Examples
    --------
    >>> from linkkit.compare import exact
    >>> from linkkit.score import by_hand
    >>> model = by_hand([exact("sex")], {"sex": (0.98, 0.02)}, {"sex": (0.5, 0.5)}, prior=0.1)
    >>> type(weights_chart(model)).__name__
    'FacetChart'
    """
    table = model.to_pandas()
    is_missing = table["m_probability"].isna()
    learned = table[is_missing & (table["weight"] != 0)]
    return _draw.weight_bars([*_levels(model), *rows_of(learned)])


def m_u_chart(model: Model) -> alt.Chart:
    """Draw how often matches (m) and non-matches (u) are at each level of a model.

    Examples
    --------
    >>> from linkkit.compare import exact
    >>> from linkkit.score import by_hand
    >>> model = by_hand([exact("sex")], {"sex": (0.98, 0.02)}, {"sex": (0.5, 0.5)}, prior=0.1)
    >>> type(m_u_chart(model)).__name__
    'FacetChart'
    """
    return _draw.m_u_bars(_levels(model))


def dependence_chart(diagnosis: Diagnosis) -> alt.Chart:
    """Draw how far every two comparisons depend on each other, among non-matches and among matches.

    Parameters
    ----------
    diagnosis
        Of a model or of a run.

    Raises
    ------
    ModelError
        Where the diagnosis measured no dependence.

    Examples
    --------
    >>> import linkkit as lk
    >>> run = lk.dedupe(lk.synth.sample()[1].dataset(), progress=False)
    >>> type(dependence_chart(run.diagnosis)).__name__
    'HConcatChart'
    """
    rows = [] if diagnosis.dependence is None else dependence_rows(diagnosis.dependence.rows())
    if diagnosis.dependence is None or not rows:
        raise ModelError("The diagnosis measured no dependence: the model was not trained, or too few pairs agree.")
    return dependence_map(rows, diagnosis.dependence.comparisons)


def em_trace_chart(model: Model) -> alt.Chart:
    """Draw how the log-likelihood of each training pass rose, as a share of its whole gain.

    Examples
    --------
    >>> import linkkit as lk
    >>> register = lk.synth.sample()[1]
    >>> run = lk.dedupe(register.dataset(), progress=False)
    >>> type(em_trace_chart(run.model)).__name__
    'Chart'
    """
    rows = []
    for number, step in enumerate(model.passes, 1):
        rise = (step.trace[-1] - step.trace[0]) or 1.0
        rows += [
            {"name": f"{number}: {step.name}", "iteration": at, "gain": (value - step.trace[0]) / rise}
            for at, value in enumerate(step.trace)
        ]
    return _draw.trace_lines(rows)


def weight_histogram(scores: Scores, links: Links | Clusters | None = None, *, bits: float = 1.0) -> alt.Chart:
    """Draw how many scored pairs have each match weight.

    Parameters
    ----------
    scores
        Scored pairs.
    links
        What was decided; each status gets a panel of its own.
    bits
        The width of a bar.

    Examples
    --------
    >>> import linkkit as lk
    >>> run = lk.dedupe(lk.synth.sample()[1].dataset(), progress=False)
    >>> type(weight_histogram(run.scores, run.decision)).__name__
    'VConcatChart'
    """
    status = np.zeros(len(scores), np.int64)
    threshold = None
    if links is not None:
        table = links.links if isinstance(links, Clusters) else links
        threshold = table.decision.bits
        keys = packed(scores.left, scores.right)
        for number, chosen in ((2, ~table.is_review), (1, table.is_review)):
            status[np.isin(keys, packed(table.left[chosen], table.right[chosen]))] = number
    place = np.floor(scores.weight / bits).astype(np.int64)
    rows = []
    for number, name in enumerate(("not linked", "review", "link")):
        found, counts = np.unique(place[status == number], return_counts=True)
        rows += [
            {"low": at * bits, "high": (at + 1) * bits, "status": name, "pairs": count}
            for at, count in zip(found.tolist(), counts.tolist(), strict=True)
        ]
    return _draw.status_histogram(rows, threshold)


def threshold_chart(table: pd.DataFrame, *, points: int = 15) -> alt.Chart:
    """Draw precision and recall by threshold.

    Parameters
    ----------
    table
        From :func:`linkkit.evaluate.quality_at_thresholds` or :func:`linkkit.evaluate.expected_at_thresholds`:
        ``weight``, and precision and recall, measured or expected.
    points
        At most so many thresholds, evenly by rank.

    Examples
    --------
    >>> from linkkit.evaluate import expected_at_thresholds
    >>> type(threshold_chart(expected_at_thresholds(np.array([-2.0, 3.0]), np.array([90, 10])))).__name__
    'Chart'
    """
    chosen = np.unique(np.linspace(0, len(table) - 1, min(points, len(table))).round().astype(int))
    shown = table.iloc[chosen[::-1]]
    names = [name for name in ("precision", "recall", "expected_precision", "expected_recall") if name in table.columns]
    rows = [
        {"threshold": f"{weight:+.1f}", "measure": name.replace("_", " "), "share": share}
        for name in names
        for weight, share in zip(shown["weight"].tolist(), shown[name].tolist(), strict=True)
        if share == share
    ]
    return _draw.threshold_lines(rows)


def waterfall_chart(explanation: _Explained, *, values: bool = False) -> alt.Chart:
    """Draw how the weights of a pair add up.

    Parameters
    ----------
    explanation
        From :meth:`linkkit.Run.explain`.
    values
        Whether the values compared stand beside the levels: values of people, for the screen, not for a report.
    """
    frame = explanation.to_pandas(values=values)
    rows: list[dict[str, Any]] = []
    for row in frame.to_dict("records"):
        is_total = row["kind"] == "total"
        start = 0.0 if is_total else row["total"] - row["weight"]
        step = f"{row['name']}: {row['level']}" if row["level"] else row["name"]
        if row.get("left") or row.get("right"):
            step += f" ({row['left']} | {row['right']})"
        kind = "total" if is_total else "for a match" if row["weight"] >= 0 else "against a match"
        end = row["total"]
        rows.append(
            {
                "step": step,
                "start": start,
                "end": end,
                "most": max(start, end, 0.0),
                "weight": row["weight"],
                "kind": kind,
            }
        )
    return _draw.waterfall_bars(rows, explanation.threshold)


def _levels(model: Model) -> list[dict[str, Any]]:
    table = model.to_pandas()
    return rows_of(table[table["m_probability"].notna()])
