"""What an algorithm linked: which pass made each link, counts of each pass, and how ties were settled."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.decide import cluster_ids, connected_components, dataset_names, record_ids
from linkkit.evaluate import Quality, pairs_within, quality_of_pairs, truth_from_ids
from linkkit.records import Records
from linkkit.tables import id_frame

from ._persons import NO_PERSON
from ._settle import BEATEN, LINK, OUTRANKED, REVIEW, TIED

if TYPE_CHECKING:
    import pandas as pd

    from linkkit.run import Run

    from ._spec import Algorithm

__all__ = ["AlgorithmLinks", "PassCount"]

Rows = NDArray[np.uint32]
_REASONS = {
    REVIEW: "pass for review", TIED: "tied", OUTRANKED: "linked by an earlier pass", BEATEN: "another scores higher",
}  # fmt: skip
_OUTCOMES = ("linked", "for review", "several candidates", "candidate of another", "no candidate")
_REASONS_OF_PERSONS = {
    TIED: "agrees with several persons",
    OUTRANKED: "of another person by another pass",
    NO_PERSON: "of no person yet",
}


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
        For people to look at: by the pass itself; more partners than allowed; a record linked to another before, or
        another candidate that scores higher.
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
        Shape (pairs,): the pass that links each, else the one whose score rejects it, else the first that makes it,
        from 0.
    status
        Shape (pairs,), uint8: 1 link, 2 for review, 3 tied, 4 outranked, 5 of no person, 6 beaten by
        another candidate's score.
    counts
        What each pass made.
    score
        Shape (pairs,), float: the score of each pair, where its pass gives one, of the step for the rest the match
        weight in bits; else NaN.
    hold
        Shape (pairs,): which hold of its pass keeps a pair for review, from 1; else 0.
    notes
        What was left out, in counts.
    rest
        The run of the step for what no pass links, with its model and its diagnosis; None where there was none.
    """

    algorithm: Algorithm
    records: Records
    left: Rows
    right: Rows
    rank: NDArray[np.int64]
    status: NDArray[np.uint8]
    counts: tuple[PassCount, ...]
    score: NDArray[np.float64]
    hold: NDArray[np.integer[Any]]
    notes: tuple[str, ...] = ()
    rest: Run | None = None

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
        kinds = np.column_stack([self.status[chosen], self.rank[chosen], self.hold[chosen]])
        distinct, place = np.unique(kinds, axis=0, return_inverse=True)
        reasons = np.array([self._reason(*kind) for kind in distinct.tolist()], object)
        return self._frame(chosen).assign(reason=pd.Series(reasons[place.reshape(-1)], dtype=object))

    @property
    def outcomes(self) -> pd.DataFrame:
        """What became of each record, in a link of two datasets of each left one: id, outcome, pass; and dataset.

        The outcome is ``linked``, ``for review``, ``several candidates``, ``candidate of another`` (linked to another
        record) or ``no candidate``, or what the source calls it (``algorithm.outcomes``); the pass is the first that
        says so.
        """
        import pandas as pd

        is_between = self.records.link_type == "link_only"
        size = int(self.records.starts[1]) if is_between else len(self.records)
        rows = np.concatenate([self.left, *(() if is_between else (self.right,))]).astype(np.int64)
        again = 1 if is_between else 2
        kind = np.select([self.status == LINK, self.status == REVIEW, self.status == TIED], [0, 1, 2], 3)
        # The best that a record came to, and the first pass at which it did.
        order = np.lexsort((np.tile(self.rank, again), np.tile(kind, again), rows))
        first = order[np.flatnonzero(np.diff(rows[order], prepend=-1))]
        outcome, step = np.full(size, 4), np.full(size, -1)
        outcome[rows[first]], step[rows[first]] = np.tile(kind, again)[first], np.tile(self.rank, again)[first]
        said = dict(self.algorithm.outcomes)
        names = np.array([said.get(name, name) for name in _OUTCOMES], object)
        passes = np.array([*(one.name for one in self.algorithm.steps), None], object)
        columns = {"id": record_ids(self.records)[:size], "outcome": names[outcome], "pass": passes[step]}
        if not is_between and len(self.records.datasets) > 1:
            columns["dataset"] = dataset_names(self.records)
        return pd.DataFrame(columns)

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

        columns = {"id": record_ids(self.records), "cluster_id": cluster_ids(self.records, self.cluster_labels())}
        if len(self.records.datasets) > 1:
            columns["dataset"] = dataset_names(self.records)
        return pd.DataFrame(columns)

    def cluster_labels(self) -> Rows:
        """Return for each record the smallest row of its cluster; shape (records,)."""
        return connected_components(*self.linked_rows(), len(self.records))

    def linked_rows(self) -> tuple[Rows, Rows]:
        """Return the rows of the links."""
        linked = self.status == LINK
        return self.left[linked], self.right[linked]

    def joined_rows(self, *, between: bool = False) -> tuple[Rows, Rows]:
        """Return the rows of all pairs that are of one person by the links.

        Between two datasets these are the links. Where records are put together, within one dataset or as persons,
        they are all pairs of a cluster, sorted; with ``between``, those of different datasets.
        """
        if self.records.link_type == "link_only":
            return self.linked_rows()
        left, right = pairs_within(self.cluster_labels().astype(np.int64))
        chosen = self.records.dataset_of(left) != self.records.dataset_of(right)
        return (left[chosen], right[chosen]) if between else (left, right)

    def evaluate(self, truth: Any, *, between: bool = False) -> Quality:
        """Hold the links against a truth: precision and recall, each with a 95 % interval.

        Parameters
        ----------
        truth
            Whatever :func:`linkkit.evaluate.truth_from_ids` takes. Within one dataset, and of persons, the pairs of a
            cluster are judged.
        between
            Of persons in several datasets: whether only pairs of different datasets are judged.

        Examples
        --------
        >>> import linkkit as lk
        >>> trial, register = lk.synth.sample()
        >>> made = lk.pipelines.algorithm("slk_581").link(trial.dataset(), register.dataset())
        >>> made.evaluate(trial.matches(register)).precision > 0.9
        True
        """
        records = Records(self.records.datasets) if between else self.records
        return quality_of_pairs(*self.joined_rows(between=between), truth_from_ids(records, truth))

    def save(self, directory: str | os.PathLike[str], *, command: Sequence[str] | None = None) -> Path:
        """Save the links as one set of files that is complete or not there; the set of an earlier run is replaced.

        Parameters
        ----------
        directory
            Where to; made if need be. It receives ``links``, ``review`` and ``outcomes`` as CSV and Parquet,
            ``clusters`` where records were put together, ``passes.csv``, and ``algorithm.json``: the algorithm with its
            version, citation and caveats, the counts, and the hashes of all files.
        command
            The command line to be kept in ``algorithm.json``.

        Examples
        --------
        >>> import tempfile, linkkit as lk
        >>> trial, register = lk.synth.sample()
        >>> made = lk.pipelines.algorithm("slk_581").link(trial.dataset(), register.dataset())
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     sorted(path.name for path in made.save(folder).glob("*.csv"))
        ['links.csv', 'outcomes.csv', 'passes.csv', 'review.csv']
        """
        from ._save import save_links

        return save_links(self, Path(directory), command)

    def _reason(self, status: int, rank: int, hold: int) -> str:
        if hold:
            return self.algorithm.passes[rank].holds[hold - 1].reason
        return (_REASONS_OF_PERSONS if self.algorithm.unique == "persons" else _REASONS)[status]

    def _frame(self, chosen: NDArray[np.bool_]) -> pd.DataFrame:
        frame = id_frame(self.records, self.left[chosen], self.right[chosen])
        names = np.array([step.name for step in self.algorithm.steps], object)
        meanings = np.array([step.meaning for step in self.algorithm.steps], object)
        frame["pass"], frame["meaning"] = names[self.rank[chosen]], meanings[self.rank[chosen]]
        if self.rest is not None or any(step.best is not None for step in self.algorithm.passes):
            frame["score"] = self.score[chosen]
        return frame
