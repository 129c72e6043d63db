"""What every part of a report reads: a run, its truth, and what is worked out from them once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.decide import Clusters, Links
from linkkit.tables import Patterns, Scores

if TYPE_CHECKING:
    import pandas as pd

    from linkkit.evaluate import Truth
    from linkkit.records import Records
    from linkkit.run import Run

__all__ = ["Facts", "packed", "plain", "rows_of"]


@dataclass(frozen=True, eq=False)
class Facts:
    """A run, and the truth about it where it is known."""

    run: Run
    truth: Truth | None = None
    decoys: bool | None = None

    @property
    def records(self) -> Records:
        """The records of the run."""
        return self.run.records

    @property
    def scores(self) -> Scores:
        """The scored pairs that were kept."""
        return self.run.scores

    @property
    def decision(self) -> Links | Clusters:
        """What was decided."""
        return self.run.decision

    @cached_property
    def patterns(self) -> Patterns:
        """How many candidate pairs have each pattern of levels."""
        return self.run.levels.patterns()

    @cached_property
    def pattern_weights(self) -> NDArray[np.float64] | None:
        """The weight of each pattern without adjustments; None where the scorer has none."""
        model = self.run.model
        if hasattr(model, "pattern_weights"):
            found: NDArray[np.float64] = model.pattern_weights(self.patterns.levels)
            return found
        if hasattr(model, "pattern_probabilities"):
            share = np.clip(model.pattern_probabilities(self.patterns.levels), 1e-15, 1 - 1e-15)
            return np.asarray(np.log2(share) - np.log2(1 - share))
        return None

    @cached_property
    def linked(self) -> Links:
        """The links, without pairs for review."""
        return self.run.linked.decided()

    @cached_property
    def status(self) -> NDArray[np.int8]:
        """For each scored pair 2 where it is a link, 1 where it is for review, else 0."""
        found = np.zeros(len(self.scores), np.int8)
        every = self.run.linked
        keys = packed(every.left, every.right)
        order = np.argsort(keys)
        asked = packed(self.scores.left, self.scores.right)
        if len(keys):
            place = np.minimum(np.searchsorted(keys[order], asked), len(keys) - 1)
            there = keys[order][place] == asked
            found[there] = np.where(every.is_review[order][place[there]], 1, 2)
        return found

    @cached_property
    def pattern_place(self) -> NDArray[np.int64]:
        """The place of each scored pair's pattern among the patterns."""
        compiled = self.run.levels.compiled
        codes = compiled.codes(self.patterns.levels)
        order = np.argsort(codes)
        found: NDArray[np.int64] = order[np.searchsorted(codes[order], compiled.codes(self.scores.levels))]
        return found

    @cached_property
    def has_probabilities(self) -> bool:
        """Whether scores have probabilities; a list of rules may have none."""
        return bool(np.isfinite(self.scores.probability).all())


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as dictionaries."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def packed(left: NDArray[Any], right: NDArray[Any]) -> NDArray[np.uint64]:
    """Return one number for each pair of rows."""
    return np.asarray((left.astype(np.uint64) << np.uint64(32)) | right.astype(np.uint64))


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it: numbers of numpy as Python's, NaN and infinity as None, tuples as lists.

    Examples
    --------
    >>> plain({"share": np.float64("nan"), "pairs": (np.int64(3), "x")})
    {'share': None, 'pairs': [3, 'x']}
    """
    if isinstance(value, Mapping):
        return {str(name): plain(held) for name, held in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(held) for held in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
