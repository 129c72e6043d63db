"""The pipelines as functions, each by the name of its two kinds of dataset."""

from __future__ import annotations

from typing import Any

from .interventions import InterventionToAdmin

__all__ = ["intervention_to_admin"]


def intervention_to_admin(**parts: Any) -> InterventionToAdmin:
    """Return the pipeline that links an intervention programme to a register.

    Parameters
    ----------
    **parts
        What shall not be as usual: the parts of :class:`~linkkit.pipelines.interventions.InterventionToAdmin`.

    Examples
    --------
    >>> intervention_to_admin(merge_days=14).merge_days
    14
    """
    return InterventionToAdmin(**parts)
