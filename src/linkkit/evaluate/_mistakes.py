"""Which links are false and which true pairs are missed, for a look at them one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.decide import Clusters, Links
from linkkit.tables import Pairs, id_frame

from ._counts import holds, pack, pairs_within
from ._quality import is_candidate
from ._truth import Truth, truth_from_ids

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["prediction_errors"]

Rows = NDArray[np.uint32]


def prediction_errors(
    links: Links | Clusters, truth: Any, *, candidates: Pairs | None = None, most: int | None = 100_000
) -> pd.DataFrame:
    """Return the false links and the missed true pairs, with ids.

    Parameters
    ----------
    links
        Links (those for review do not count), or clusters: every pair of records in one cluster is a link.
    truth
        Whatever :func:`truth_from_ids` takes.
    candidates
        The candidate pairs, to tell missed pairs that were never compared.
    most
        At most so many rows: false links by falling weight, then missed pairs by falling weight; None for all.

    Returns
    -------
    DataFrame
        The ids, ``error`` (``"false link"`` or ``"missed match"``), ``reason``, ``match_weight`` and
        ``match_probability`` (missing where the pair was not scored).
    """
    known = truth_from_ids(links.records, truth)
    left, right = _linked(links, known)
    linked = np.sort(pack(left, right))
    is_false = ~known.is_match(left, right)
    true_left, true_right = known.pairs()
    missed = ~holds(linked, pack(true_left, true_right))
    wrong_left, wrong_right = (
        np.concatenate([left[is_false], true_left[missed]]),
        np.concatenate([right[is_false], true_right[missed]]),
    )
    is_missed = np.arange(len(wrong_left)) >= int(is_false.sum())
    weight, probability = _scored(links, wrong_left, wrong_right)
    shown = np.lexsort((wrong_right, wrong_left, -np.nan_to_num(weight, nan=-np.inf), is_missed))[:most]
    compared = None if candidates is None else is_candidate(candidates, wrong_left[shown], wrong_right[shown])
    frame = id_frame(links.records, wrong_left[shown], wrong_right[shown])
    frame["error"] = np.where(is_missed[shown], "missed match", "false link")
    frame["reason"] = _reasons(is_missed[shown], np.isnan(weight[shown]), compared)
    frame["match_weight"] = weight[shown]
    frame["match_probability"] = probability[shown]
    return frame


def _linked(links: Links | Clusters, truth: Truth) -> tuple[Rows, Rows]:
    """The linked pairs that can be judged."""
    if isinstance(links, Links):
        decided = links.decided()
        left, right = decided.left, decided.right
        chosen = truth.is_judged(left, right)
    else:
        left, right = pairs_within(links.label.astype(np.int64))
        chosen = truth.is_judged(left, right) & truth.is_allowed(left, right)
    return left[chosen], right[chosen]


def _scored(links: Links | Clusters, left: Rows, right: Rows) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The weights and probabilities of pairs, missing where they were not scored."""
    scores = links.all_scores
    keys = pack(scores.left, scores.right)
    order = np.argsort(keys, kind="stable")
    asked = pack(left, right)
    there = holds(keys[order], asked)
    place = order[np.searchsorted(keys[order], asked[there])]
    weight, probability = np.full(len(left), np.nan), np.full(len(left), np.nan)
    weight[there], probability[there] = scores.weight[place], scores.probability[place]
    return weight, probability


def _reasons(
    missed: NDArray[np.bool_], unscored: NDArray[np.bool_], compared: NDArray[np.bool_] | None
) -> NDArray[Any]:
    """Why each pair is wrong, as far as the tables tell."""
    reason = np.full(len(missed), "not linked", object)
    reason[unscored] = "not scored: never a candidate, or below the floor of the scores"
    if compared is not None:
        reason[unscored & compared] = "below the floor of the scores"
        reason[unscored & ~compared] = "never a candidate"
    reason[~missed] = "linked"
    reason[~missed & unscored] = "in one cluster through other records"
    return reason
