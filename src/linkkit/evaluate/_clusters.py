"""How good are clusters: as pairs, by B-cubed, and cluster for cluster."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkkit.decide import Clusters

from ._quality import Quality, f_score, pair_quality, ratio
from ._show import Row, as_html, as_text, number, plain, share
from ._truth import truth_from_ids

__all__ = ["ClusterQuality", "bcubed", "cluster_quality"]

Groups = NDArray[np.int64]


@dataclass(frozen=True)
class ClusterQuality:
    """How good clusters are.

    Parameters
    ----------
    pairs
        Every pair of records in one cluster, taken as a link.
    bcubed_precision, bcubed_recall
        For each record, the share of its cluster that is its person, and the share of its person that is in its
        cluster; the mean over records (Bagga and Baldwin 1998).
    clusters, true_clusters
        How many clusters and persons there are, of records whose person is known.
    exact_clusters
        How many clusters hold all records of a person and no other.
    """

    pairs: Quality
    bcubed_precision: float
    bcubed_recall: float
    clusters: int
    true_clusters: int
    exact_clusters: int

    @property
    def precision(self) -> float:
        """Share of the pairs in one cluster that are true."""
        return self.pairs.precision

    @property
    def recall(self) -> float:
        """Share of all true pairs that are in one cluster."""
        return self.pairs.recall

    @property
    def f1(self) -> float:
        """Harmonic mean of the precision and recall of pairs."""
        return self.pairs.f1

    @property
    def bcubed_f1(self) -> float:
        """Harmonic mean of B-cubed precision and recall."""
        return f_score(self.bcubed_precision, self.bcubed_recall)

    @property
    def exact_share(self) -> float:
        """Share of the persons whose records came out exactly as one cluster."""
        return ratio(self.exact_clusters, self.true_clusters)

    def to_dict(self) -> dict[str, Any]:
        """Return every figure, as JSON can hold it."""
        figures = {**asdict(self), "bcubed_f1": self.bcubed_f1, "exact_share": self.exact_share}
        return {**{name: plain(value) for name, value in figures.items()}, "pairs": self.pairs.to_dict()}

    def __str__(self) -> str:
        return as_text(_TITLE, self._rows())

    def _repr_html_(self) -> str:
        return as_html(_TITLE, self._rows())

    def _rows(self) -> list[Row]:
        exact = f"{share(self.exact_share)} of persons: {number(self.exact_clusters)} of {number(self.true_clusters)}"
        return [
            *(
                (f"pair {name}" if name in ("precision", "recall", "F1") else name, value)
                for name, value in self.pairs._rows()
            ),
            ("B-cubed precision", share(self.bcubed_precision)),
            ("B-cubed recall", share(self.bcubed_recall)),
            ("B-cubed F1", share(self.bcubed_f1)),
            ("clusters", number(self.clusters)),
            ("exact", exact),
        ]


_TITLE = "Quality of clusters, against the truth"


def cluster_quality(clusters: Clusters, truth: Any) -> ClusterQuality:
    """Measure clusters against the truth; records whose person is not known are left out.

    Parameters
    ----------
    clusters
        The clusters.
    truth
        Whatever :func:`truth_from_ids` takes; listed pairs are closed to persons for B-cubed and for exact clusters.
    """
    known = truth_from_ids(clusters.records, truth)
    judged = known.person >= 0
    label, person = _numbered(clusters.label[judged]), _numbered(known.person[judged])
    precision, recall, exact = bcubed(label, person)
    counts = int(label.max(initial=-1)) + 1, int(person.max(initial=-1)) + 1
    return ClusterQuality(pair_quality(clusters, known), precision, recall, *counts, exact)


def bcubed(label: Groups, person: Groups) -> tuple[float, float, int]:
    """Return B-cubed precision and recall, and how many clusters are exactly one person.

    Parameters
    ----------
    label, person
        The cluster and the person of each record, as numbers from 0.

    Examples
    --------
    >>> bcubed(np.array([0, 0, 1]), np.array([0, 1, 1]))
    (0.6666666666666666, 0.6666666666666666, 0)
    """
    if not len(label):
        return float("nan"), float("nan"), 0
    cells, shared = np.unique(label.astype(np.int64) * (int(person.max()) + 1) + person, return_counts=True)
    in_cluster = np.bincount(label)[cells // (int(person.max()) + 1)]
    of_person = np.bincount(person)[cells % (int(person.max()) + 1)]
    square = shared.astype(np.float64) ** 2
    exact = int(((shared == in_cluster) & (shared == of_person)).sum())
    return float((square / in_cluster).sum() / len(label)), float((square / of_person).sum() / len(label)), exact


def _numbered(names: NDArray[np.integer[Any]]) -> Groups:
    numbers: Groups = np.unique(names, return_inverse=True)[1].astype(np.int64)
    return numbers
