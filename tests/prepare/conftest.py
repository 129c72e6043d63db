"""What the tests of preparation share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest

from linkkit.dataset import Dataset
from linkkit.fields import Field, kind_of
from linkkit.prepare import Change, prepare


def _prepared(step: Any, values: Sequence[Any], kind: str | None = None) -> tuple[list[str], Change]:
    (name,) = step.fields
    table = pd.DataFrame({"id": range(len(values)), "column": pd.Series(list(values), dtype="object")})
    dataset = prepare(Dataset(table, name="trial", fields={name: Field("column", kind or kind_of(name))}), [step])
    return dataset.to_pandas()[name].fillna("").tolist(), dataset.preparation[0]


@pytest.fixture
def prepared():
    """Return a function: one step on one column of values gives the new values and the change."""
    return _prepared
