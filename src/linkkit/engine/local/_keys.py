"""One key a record from the codes of several columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Encoded

from ._runs import dense
from .kernels.pairs import extend_keys

__all__ = ["combined_key"]

Keys = NDArray[np.uint64]


def combined_key(columns: list[Encoded]) -> Keys:
    """Return one key a record from the codes of several columns; 0 where any is missing."""
    keys = columns[0].codes.astype(np.uint64)
    bound = len(columns[0].values)
    for column in columns[1:]:
        if bound * len(column.values) >= 2**63:
            keys = dense(keys)
            bound = int(keys.max(initial=np.uint64(0))) + 1
        extend_keys(keys, np.require(column.codes, np.uint32, ("C", "W")), np.uint64(len(column.values)))
        bound *= len(column.values)
    return keys
