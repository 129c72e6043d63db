"""Datasets as a plan asks for them: prepared, and with the earlier values that their cards name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from linkkit.prepare import prepare, with_card_histories

from ._plan import Plan

if TYPE_CHECKING:
    from linkkit.dataset import Dataset

__all__ = ["prepared_for", "with_histories"]


def prepared_for(plan: Plan, datasets: Sequence[Dataset]) -> list[Dataset]:
    """Return datasets prepared as a plan says, with the earlier values that their cards name.

    Where the plan says what is compared, only those dated versions are made that it names.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> people = Dataset(pd.DataFrame({"id": [1], "surname": ["LEE "]}))
    >>> prepared_for(Plan(), [people])[0].to_pandas()["surname"].tolist()
    ['lee']
    """
    return with_histories(plan, [prepare(dataset, plan.prepare, skip_absent=True) for dataset in datasets])


def with_histories(plan: Plan, prepared: Sequence[Dataset]) -> list[Dataset]:
    """Return prepared datasets with the earlier values that their cards name and the plan compares."""
    is_open = not plan.compare and plan.model is None
    wanted = None if is_open else set(re.findall(r"\w+", repr((plan.compare, plan.block, plan.score))))
    return list(with_card_histories(prepared, wanted))
