"""How good are links or clusters as pairs, against the truth."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.decide import Clusters, Links
from linkkit.proportions import wilson
from linkkit.tables import Pairs

from ._show import Row, as_html, as_text, number, plain, share
from ._truth import Truth, truth_from_ids

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Quality", "confusion", "f_score", "pair_quality", "quality_of_pairs"]

Rows = NDArray[np.uint32]


@dataclass(frozen=True)
class Quality:
    """How good links are as pairs.

    Parameters
    ----------
    links
        How many pairs were linked and can be judged.
    found_pairs
        How many of them are true.
    true_pairs
        How many true pairs there are in all, candidates or not.
    precision_interval, recall_interval
        Wilson's 95 % intervals. They take pairs as drawn one by one; where persons have many records, they are too
        narrow.
    lost_in_blocking
        How many true pairs were never candidates; None where the candidates were not given.
    unjudged
        How many links were left out, since the truth of a record is not known.
    """

    links: int
    found_pairs: int
    true_pairs: int
    precision_interval: tuple[float, float]
    recall_interval: tuple[float, float]
    lost_in_blocking: int | None = None
    unjudged: int = 0

    @property
    def precision(self) -> float:
        """Share of the links that are true."""
        return ratio(self.found_pairs, self.links)

    @property
    def recall(self) -> float:
        """Share of all true pairs that are linked."""
        return ratio(self.found_pairs, self.true_pairs)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 0 where there are no links but true pairs."""
        return ratio(2 * self.found_pairs, self.links + self.true_pairs)

    @property
    def blocking_loss(self) -> float | None:
        """Share of all true pairs that were never candidates; None where the candidates were not given."""
        return None if self.lost_in_blocking is None else ratio(self.lost_in_blocking, self.true_pairs)

    def to_dict(self) -> dict[str, Any]:
        """Return every figure, as JSON can hold it."""
        figures = {
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "blocking_loss": self.blocking_loss,
        }
        return {name: plain(value) for name, value in {**figures, **asdict(self)}.items()}

    def __str__(self) -> str:
        return as_text(_TITLE, self._rows())

    def _repr_html_(self) -> str:
        return as_html(_TITLE, self._rows())

    def _rows(self) -> list[Row]:
        rows = [
            ("precision", share(self.precision, self.precision_interval)),
            ("recall", share(self.recall, self.recall_interval)),
            ("F1", share(self.f1)),
            ("links", f"{number(self.links)}, of which {number(self.found_pairs)} true"),
            ("true pairs", number(self.true_pairs)),
        ]
        if self.lost_in_blocking is not None and self.blocking_loss is not None:
            rows.append(
                (
                    "lost in blocking",
                    f"{share(self.blocking_loss)}: {number(self.lost_in_blocking)} true pairs never compared",
                )
            )
        if self.unjudged:
            rows.append(("not judged", f"{number(self.unjudged)} links of records whose person is not known"))
        return rows


_TITLE = "Quality of pairs, against the truth"


def pair_quality(links: Links | Clusters, truth: Any, *, candidates: Pairs | None = None) -> Quality:
    """Count how many links are true, and how many true pairs are linked.

    Parameters
    ----------
    links
        Links (those for review do not count), or clusters: every pair of records in one cluster is a link.
    truth
        Whatever :func:`truth_from_ids` takes.
    candidates
        The candidate pairs, to tell how many true pairs blocking lost.

    Examples
    --------
    >>> Quality(90, 81, 100, (0.82, 0.95), (0.72, 0.87)).precision
    0.9
    """
    known = truth_from_ids(links.records, truth)
    linked, found, unjudged = _counts(links, known)
    return Quality(
        linked,
        found,
        known.pair_count,
        wilson(found, linked),
        wilson(found, known.pair_count),
        None if candidates is None else int((~is_candidate(candidates, *known.pairs())).sum()),
        unjudged,
    )


def quality_of_pairs(left: Rows, right: Rows, truth: Truth) -> Quality:
    """Count how many pairs of rows are true, and how many true pairs are among them.

    Parameters
    ----------
    left, right
        Shape (pairs,): rows of the records of the truth, each pair once, left below right.
    truth
        Made by :func:`truth_from_ids`.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> from linkkit.records import Records
    >>> people = Records([Dataset(pd.DataFrame({"id": [1, 2, 3], "surname": ["Lee", "Leigh", "Poe"]}))])
    >>> truth = truth_from_ids(people, {1: "p", 2: "p", 3: "q"})
    >>> quality_of_pairs(np.array([0, 0], np.uint32), np.array([1, 2], np.uint32), truth).precision
    0.5
    """
    judged = truth.is_judged(left, right)
    linked, found = int(judged.sum()), int(truth.is_match(left, right).sum())
    return Quality(
        linked,
        found,
        truth.pair_count,
        wilson(found, linked),
        wilson(found, truth.pair_count),
        unjudged=len(left) - linked,
    )


def confusion(links: Links | Clusters, truth: Any) -> pd.DataFrame:
    """Count pairs by decision and truth: over every pair that this kind of linkage can make of judged records.

    Returns
    -------
    DataFrame
        Rows ``link`` and ``no link``, columns ``match`` and ``no match``.
    """
    import pandas as pd

    known = truth_from_ids(links.records, truth)
    linked, found, _ = _counts(links, known)
    everything = known.pairs_of(np.zeros(len(known.person), np.int64))
    missed = known.pair_count - found
    table = [[found, linked - found], [missed, everything - linked - missed]]
    return pd.DataFrame(table, index=["link", "no link"], columns=["match", "no match"])


def is_candidate(candidates: Pairs, left: NDArray[np.uint32], right: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which pairs some rule makes."""
    return np.asarray(candidates.source.made_by(left, right).any(axis=1))


def f_score(precision: float, recall: float) -> float:
    """Return the harmonic mean of precision and recall.

    Examples
    --------
    >>> f_score(0.5, 1.0)
    0.6666666666666666
    """
    return 2 * precision * recall / (precision + recall) if precision + recall > 0 else precision + recall


def ratio(part: int, whole: int) -> float:
    """Return a share; missing where there is nothing to count."""
    return part / whole if whole else float("nan")


def _counts(links: Links | Clusters, truth: Truth) -> tuple[int, int, int]:
    """How many pairs were linked and can be judged, how many of them are true, and how many cannot be judged."""
    if isinstance(links, Links):
        decided = links.decided()
        judged = truth.is_judged(decided.left, decided.right)
        found = int(truth.is_match(decided.left, decided.right).sum())
        return int(judged.sum()), found, int((~judged).sum())
    linked = truth.pairs_of(links.label)
    if truth.listed is None:
        found = truth.pairs_of(truth.person, links.label)
    else:
        left, right = truth.pairs()
        found = int((links.label[left] == links.label[right]).sum())
    every = Truth(links.records, np.zeros(len(links.label), np.int64)).pairs_of(links.label)
    return linked, found, every - linked
