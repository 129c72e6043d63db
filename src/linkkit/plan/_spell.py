"""Spell out what a plan left to the datasets, so that it can be saved whole."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from linkkit.dataset import Dataset

from ._plan import Plan

if TYPE_CHECKING:
    from linkkit.prepare import Step

__all__ = ["spelled_out"]


def spelled_out(plan: Plan, datasets: Sequence[Dataset]) -> Plan:
    """Return a plan with the recommended preparation written out, as it was carried out on prepared datasets.

    Where two datasets were prepared in different ways in one field, the preparation stays as it is: recommended.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.prepare import prepare
    >>> spelled_out(Plan(), [prepare(Dataset(pd.DataFrame({"id": [1], "sex": ["f"]})))]).prepare
    (Sex(fields=('sex',)),)
    """
    if plan.prepare is not None:
        return plan
    step_of: dict[str, Step] = {}
    for dataset in datasets:
        for change in dataset.preparation:
            step = dataclasses.replace(change.step, fields=(change.field,))
            if step_of.setdefault(change.field, step) != step:
                return plan
    together: dict[Step, list[str]] = {}
    for field, step in step_of.items():
        together.setdefault(dataclasses.replace(step, fields=("any",)), []).append(field)
    return plan.change(prepare=tuple(dataclasses.replace(step, fields=fields) for step, fields in together.items()))
