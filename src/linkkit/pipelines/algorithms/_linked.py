"""What an algorithm linked: which pass made each link, counts of each pass, and how ties were settled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.records import Records
from linkkit.tables import id_frame

from ._settle import LINK, OUTRANKED, REVIEW, TIED

if TYPE_CHECKING:
    import pandas as pd

    from ._spec import Algorithm

__all__ = ["AlgorithmLinks", "PassCount"]

Rows = NDArray[np.uint32]
_REASONS = {REVIEW: "pass for review", TIED: "tied", OUTRANKED: "linked by an earlier pass"}


@dataclass(frozen=True)
class PassCount:
    """What one pass made, in pairs of records.

    Parameters
    ----------
    name, meaning
        The pass.
    pairs
        Pairs that fulfil it.
    new
        Pairs that belong to it: linked by it, or not linked and made by no earlier pass; the sum of the next four.
    links
        Linked by it.
    review, tied, outranked
        For people to look at: by the pass itself; more partners than allowed; a record linked to another before.
    lacking
        Fields for want of which it did not run.
    """

    name: str
    meaning: str
    pairs: int
    new: int
    links: int
    review: int
    tied: int
    outranked: int
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, repr=False)
class AlgorithmLinks:
    """The links of an algorithm.

    Parameters
    ----------
    algorithm
        What was carried out.
    records
        The prepared datasets, with the fields that it derived.
    left, right
        Shape (pairs,), uint32: rows of every pair that some pass made, sorted.
    rank
        Shape (pairs,): the pass that links each, else the first that makes it, from 0.
    status
        Shape (pairs,), uint8: 1 link, 2 for review, 3 tied, 4 outranked.
    counts
        What each pass made.
    score
        Shape (pairs,), float: the score of each pair, where its pass gives one; else NaN.
    """

    algorithm: Algorithm
    records: Records
    left: Rows
    right: Rows
    rank: NDArray[np.int64]
    status: NDArray[np.uint8]
    counts: tuple[PassCount, ...]
    score: NDArray[np.float64]

    def __len__(self) -> int:
        return int((self.status == LINK).sum())

    def __repr__(self) -> str:
        skipped = sum(bool(count.lacking) for count in self.counts)
        aside = len(self.status) - len(self)
        return (
            f"<AlgorithmLinks of {self.algorithm.name}: {len(self):,} links, {aside:,} pairs not linked, "
            f"{skipped} of {len(self.counts)} passes lacked fields>"
        )

    @property
    def links(self) -> pd.DataFrame:
        """The links, sorted by ids: left_id, right_id, pass, meaning; score, where a pass gives one."""
        return self._frame(self.status == LINK)

    @property
    def review(self) -> pd.DataFrame:
        """The pairs that were not linked: left_id, right_id, pass, meaning, reason."""
        import pandas as pd

        chosen = self.status != LINK
        reasons = [_REASONS[kind] for kind in self.status[chosen].tolist()]
        return self._frame(chosen).assign(reason=pd.Series(reasons, dtype=object))

    @property
    def passes(self) -> pd.DataFrame:
        """What each pass made: pass, meaning, pairs, new, links, review, tied, outranked, lacking."""
        import pandas as pd

        rows = [{**vars(count), "lacking": ", ".join(count.lacking)} for count in self.counts]
        return pd.DataFrame(rows).rename(columns={"name": "pass"})

    @property
    def clusters(self) -> pd.DataFrame:
        """Every record with its cluster: whoever links connect, directly or not."""
        import pandas as pd

        from linkkit.decide._graphs import connected_components
        from linkkit.decide._ids import cluster_ids, dataset_names, record_ids

        linked = self.status == LINK
        label = connected_components(self.left[linked], self.right[linked], len(self.records))
        columns = {"id": record_ids(self.records), "cluster_id": cluster_ids(self.records, label)}
        if len(self.records.datasets) > 1:
            columns["dataset"] = dataset_names(self.records)
        return pd.DataFrame(columns)

    def linked_rows(self) -> tuple[Rows, Rows]:
        """Return the rows of the links."""
        linked = self.status == LINK
        return self.left[linked], self.right[linked]

    def _frame(self, chosen: NDArray[np.bool_]) -> pd.DataFrame:
        frame = id_frame(self.records, self.left[chosen], self.right[chosen])
        names = np.array([step.name for step in self.algorithm.passes], object)
        meanings = np.array([step.meaning for step in self.algorithm.passes], object)
        frame["pass"], frame["meaning"] = names[self.rank[chosen]], meanings[self.rank[chosen]]
        if any(step.best is not None for step in self.algorithm.passes):
            frame["score"] = self.score[chosen]
        return frame
