"""A model as text and as HTML."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

from linkkit._text_tables import aligned, html_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from ._model import Model

__all__ = ["gap_frame", "model_frame", "model_html", "model_text"]

_COLUMNS = ("comparison", "level", "m", "u", "weight", "m learned from", "u learned from")


def model_frame(model: Model) -> pd.DataFrame:
    """Return a row for each level of each comparison, missing first."""
    import pandas as pd

    nan = math.nan
    unknown = tuple((nan,) * len(values) for values in model.m_probability)
    m_error, u_error = model.m_standard_error or unknown, model.u_standard_error or unknown
    rows = [
        (comparison.name, label, m, u, float(weight), m_from, u_from, m_spread, u_spread)
        for place, comparison in enumerate(model.comparisons)
        for label, m, u, weight, m_from, u_from, m_spread, u_spread in zip(
            comparison.labels,
            (nan, *model.m_probability[place]),
            (nan, *model.u_probability[place]),
            model.weights[place],
            ("", *model.m_source[place]),
            ("", *model.u_source[place]),
            (nan, *m_error[place]),
            (nan, *u_error[place]),
            strict=True,
        )
    ]
    names = ["comparison", "level", "m_probability", "u_probability", "weight", "m_source", "u_source"]
    return pd.DataFrame(rows, columns=[*names, "m_standard_error", "u_standard_error"])


def gap_frame(model: Model, years: Sequence[float]) -> pd.DataFrame:
    """Return a row for each level of each comparison that fades and each gap: ``comparison, level, years,
    m_probability, weight``.
    """
    import numpy as np
    import pandas as pd

    rows = []
    for one in () if model.time_gaps is None else model.time_gaps.rates:
        place = model.names.index(one.comparison)
        m = model.m_probability[place]
        table = one.m_at(m, np.asarray(years, np.float64))
        for label, own, mean, weight in zip(model.labels[place][1:], table, m, model.weights[place][1:], strict=True):
            for gap, share in zip(years, own.tolist(), strict=True):
                rows.append((one.comparison, label, gap, share, float(weight + math.log2(share / mean))))
    return pd.DataFrame(rows, columns=["comparison", "level", "years", "m_probability", "weight"])


def model_text(model: Model) -> str:
    """Return a model as a table of plain text."""
    lines = aligned(_COLUMNS, _rows(model), numbers=(2, 3, 4), is_ruled=True)
    findings = [f"Finding: {finding}" for finding in model.findings]
    return "\n".join([_headline(model), *_families(model), *_fading(model), *lines, *findings])


def model_html(model: Model) -> str:
    """Return a model as an HTML table."""
    findings = "".join(f"<li>{escape(finding)}</li>" for finding in model.findings)
    listed = f"<ul>{findings}</ul>" if findings else ""
    told = escape(" ".join([_headline(model), *_families(model), *_fading(model)]))
    return f"<p>{told}</p>{html_table(_COLUMNS, _rows(model))}{listed}"


def _headline(model: Model) -> str:
    expected = "" if model.expected_matches is None else f", {model.expected_matches:,.0f} matches expected"
    return (
        f"Fellegi-Sunter model of {len(model.comparisons)} comparisons: prior {model.prior:.3g} "
        f"({model.prior_weight:+.2f} bits, {model.prior_source}{expected}); {model.status}."
    )


def _families(model: Model) -> list[str]:
    """Say whether pairs are weighed against relatives, and why; nothing where relatives were not looked for."""
    found = model.family_evidence
    if found is None:
        return [] if model.family is None else ["Relatives are a class of their own."]
    return [f"Relatives are {'a class of their own' if found.is_used else 'no class of their own'}: {found.reason}."]


def _fading(model: Model) -> list[str]:
    """Say how fast fields change, and why one does not; nothing where time is left aside."""
    if model.time_gaps is None:
        return []
    told = [
        f"{one.comparison} changes {one.rate:.3g} times a year "
        + (
            f"(standard error {one.standard_error:.2g}, from {one.matches:,.0f} matches)."
            if one.source == "learned"
            else "(given)."
        )
        for one in model.time_gaps.rates
    ]
    if any(model.time_gaps.gap_weights):
        low, high = min(model.time_gaps.gap_weights), max(model.time_gaps.gap_weights)
        told.append(f"The time between two records adds {low:+.2g} to {high:+.2g} bits by itself.")
    return [*told, *model.time_gaps.notes]


def _rows(model: Model) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for place, comparison in enumerate(model.comparisons):
        for number, label in enumerate(comparison.labels[1:]):
            rows.append(
                (
                    comparison.name if number == 0 else "",
                    label,
                    f"{model.m_probability[place][number]:.3g}",
                    f"{model.u_probability[place][number]:.3g}",
                    f"{model.weights[place][number + 1]:+.2f}",
                    model.m_source[place][number],
                    model.u_source[place][number],
                )
            )
    return rows
