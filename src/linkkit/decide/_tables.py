"""What deciding hands on: links, and clusters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.records import Records
from linkkit.tables import Scores, id_frame

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from ._judgements import Judgements
    from ._specs import Cluster, Decision

__all__ = ["Clusters", "Links"]

Rows = NDArray[np.uint32]


@dataclass(frozen=True, eq=False)
class Links:
    """Pairs that were decided to be links, or to be looked at by a person.

    Parameters
    ----------
    scores
        The pairs with their weights, probabilities and levels, sorted by left, then right.
    gap
        Shape (pairs,), float64: bits between each pair and the best other pair that competes for one of its records;
        inf where none does, negative where a better one gave way.
    is_review
        Shape (pairs,), bool: pairs of the review band.
    decision
        The spec behind them.
    all_scores
        All the pairs that were there to choose from.
    notes
        What a reader should know, in words.
    judged
        What people decided, where they did.
    """

    scores: Scores
    gap: NDArray[np.float64]
    is_review: NDArray[np.bool_]
    decision: Decision
    all_scores: Scores
    notes: tuple[str, ...] = ()
    judged: Judgements | None = None

    def __len__(self) -> int:
        return len(self.scores)

    def __repr__(self) -> str:
        review = f", {self.review_count:,} for review" if self.review_count else ""
        return f"<Links: {self.link_count:,} by {self.decision.kind}{review}>"

    @property
    def records(self) -> Records:
        """What the rows are of."""
        return self.scores.records

    @property
    def left(self) -> Rows:
        """The left rows."""
        return self.scores.left

    @property
    def right(self) -> Rows:
        """The right rows."""
        return self.scores.right

    @property
    def weight(self) -> NDArray[np.float64]:
        """The match weights in bits."""
        return self.scores.weight

    @property
    def probability(self) -> NDArray[np.float64]:
        """The match probabilities."""
        return self.scores.probability

    @property
    def status(self) -> NDArray[Any]:
        """``"link"``, ``"review"`` or, of a link that people decided, ``"judged"``, for each pair."""
        by_score = np.where(self.is_review, np.array("review", object), np.array("link", object))
        return np.where(self.is_judged, np.array("judged", object), by_score)

    @property
    def is_judged(self) -> NDArray[np.bool_]:
        """Which pairs are links because people said so."""
        if self.judged is None:
            return np.zeros(len(self), np.bool_)
        return self.judged.is_positive(self.left, self.right)

    @property
    def judged_count(self) -> int:
        """How many links were decided by people."""
        return int(self.is_judged.sum())

    @property
    def link_count(self) -> int:
        """How many pairs are links."""
        return len(self) - self.review_count

    @property
    def review_count(self) -> int:
        """How many pairs are for review."""
        return int(self.is_review.sum())

    def decided(self) -> Links:
        """Return the links alone, without the pairs for review."""
        return self.take(~self.is_review)

    def shared_probability(self) -> NDArray[np.float64]:
        """Return the match probability of each of ``all_scores``, given what the decision takes for granted.

        Where records have one match at most, the probability is shared out among the pairs that compete for a record.
        What people judged to match is certain.
        """
        from ._rivals import keys_of, shared_probability
        from ._settled import certain

        scores = certain(self.all_scores, self.judged)
        if self.decision.single == "none":
            return scores.probability
        return shared_probability(keys_of(scores, self.decision.single), scores.weight)

    def take(self, chosen: NDArray[Any]) -> Links:
        """Return some of the pairs, by rising positions or a mask."""
        return Links(
            self.scores.take(chosen), self.gap[chosen], self.is_review[chosen], self.decision, self.all_scores,
            self.notes, self.judged,
        )  # fmt: skip

    def to_pandas(self) -> pd.DataFrame:
        """Return ids, match_weight, match_probability, gap, status and the scores' further columns, sorted by id."""
        frame = id_frame(self.records, self.left, self.right)
        frame["match_weight"] = self.weight
        frame["match_probability"] = self.probability
        frame["gap"] = self.gap
        frame["status"] = self.status
        return frame.assign(**self.scores.extra)


@dataclass(frozen=True, eq=False)
class Clusters:
    """Every record in one cluster; a record without links is a cluster of its own.

    Parameters
    ----------
    records
        What the rows are of.
    label
        Shape (records,), uint32: the smallest row of each record's cluster.
    decision
        The spec behind them.
    all_scores
        The pairs that were there to choose from.
    refused
        How many pairs reached the threshold but were left out: they would have put two records of a unique dataset
        together, or clusters that do not fit on the whole.
    judged
        What people decided, where they did.
    names
        The id of each record's cluster, where it does not come from this run alone.
    notes
        What a reader should know, in words.
    """

    records: Records
    label: Rows
    decision: Cluster
    all_scores: Scores
    refused: int = 0
    judged: Judgements | None = None
    names: pa.Array | None = None
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return int((self.label == np.arange(len(self.label))).sum())

    def __repr__(self) -> str:
        refused = f", {self.refused:,} pairs refused" if self.refused else ""
        largest = int(self.sizes().max(initial=0))
        return f"<Clusters: {len(self):,} of {len(self.label):,} records, largest {largest:,}{refused}>"

    def sizes(self) -> NDArray[np.int64]:
        """Return the size of each cluster, in the order of their smallest records."""
        counts = np.bincount(self.label, minlength=1)
        return counts[counts > 0]

    @cached_property
    def links(self) -> Links:
        """The pairs at the threshold within clusters; for review, pairs of the band that would join two clusters."""
        from ._clusters import links_of

        return links_of(self)

    def bridges(self, *, below: float = 0.95) -> pd.DataFrame:
        """Return the weak pairs that alone hold a cluster together: without such a pair it falls in two.

        Parameters
        ----------
        below
            Match probability below which a pair is weak.

        Returns
        -------
        DataFrame
            One row a pair: cluster_id, the ids of its records (and datasets, where there are several), match_weight,
            match_probability, ``size`` of the cluster and ``cut_off``, the records of the smaller part. The weakest
            pair is first.

        Notes
        -----
        A cluster is looked at as the graph of its scored pairs, weak ones too; those below the floor of the scores are
        not there. Two records by themselves are a cluster of one pair, which is always a bridge.

        Examples
        --------
        >>> import linkkit as lk
        >>> register = lk.synth.people(400, seed=1).register(duplicates=0.3)
        >>> run = lk.dedupe(register.dataset(), progress=False)
        >>> run.clustered.bridges().columns.tolist()[:4]
        ['cluster_id', 'left_id', 'right_id', 'match_weight']
        """
        from ._bridges import weak_bridges

        return weak_bridges(self, below)

    def to_pandas(self) -> pd.DataFrame:
        """Return id and cluster_id of every record, sorted by id (with several datasets: dataset, id, cluster_id).

        A cluster is called by the smallest id of its records; with several datasets by its first, ``dataset:id``.
        After an update it keeps the id that it had: see :func:`linkkit.update`.
        """
        import pandas as pd

        from ._ids import as_ids, cluster_ids, dataset_names, record_ids

        if self.names is None:
            named = cluster_ids(self.records, self.label)
        else:
            named = as_ids(self.records, self.names).to_pandas()
        columns = {"id": record_ids(self.records), "cluster_id": named}
        if len(self.records.datasets) > 1:
            columns = {"dataset": dataset_names(self.records), **columns}
        return pd.DataFrame(columns)
