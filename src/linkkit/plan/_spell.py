"""Spell out what a plan left to the datasets, so that it can be saved whole."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from linkkit.dataset import Dataset
from linkkit.prepare import Step, recommended

from ._plan import Plan

__all__ = ["spelled_out"]


def spelled_out(plan: Plan, datasets: Sequence[Dataset]) -> Plan:
    """Return a plan with the recommended preparation written out.

    Where two datasets have a field of different kinds, it stays as it is: recommended for each.

    Examples
    --------
    >>> import pandas as pd
    >>> spelled_out(Plan(), [Dataset(pd.DataFrame({"id": [1], "sex": ["f"]}))]).prepare
    (Sex(fields=('sex',)),)
    """
    if plan.prepare is not None:
        return plan
    step_of: dict[str, Step] = {}
    for dataset in datasets:
        for step in recommended(dataset):
            for field in step.fields:
                single = dataclasses.replace(step, fields=(field,))
                if step_of.setdefault(field, single) != single:
                    return plan
    together: dict[Step, list[str]] = {}
    for field, step in step_of.items():
        together.setdefault(dataclasses.replace(step, fields=("any",)), []).append(field)
    return plan.change(prepare=tuple(dataclasses.replace(step, fields=fields) for step, fields in together.items()))
