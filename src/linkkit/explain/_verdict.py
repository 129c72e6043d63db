"""What became of a pair, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from linkkit.decide import Clusters, Links, OneToMany, OneToOne

from ._explanation import Verdict

if TYPE_CHECKING:
    from linkkit.run import Run

__all__ = ["Judged", "verdict"]


@dataclass(frozen=True)
class Judged:
    """A verdict and its reason."""

    verdict: Verdict
    reason: str


def verdict(
    run: Run, first: int, second: int, weight: float | None, probability: float | None, is_candidate: bool
) -> Judged:
    """Say what became of a pair of rows.

    Parameters
    ----------
    run
        The linkage.
    first, second
        Rows, the smaller first.
    weight, probability
        What the scorer says of the pair.
    is_candidate
        Whether blocking made it.
    """
    links = run.linked
    place = np.flatnonzero((links.left == first) & (links.right == second))
    limit = links.decision.threshold_text()
    if len(place):
        return _chosen(links, int(place[0]), limit)
    if run.judged is not None and run.judged.is_negative(np.array([first]), np.array([second]))[0]:
        return Judged("judged", "A person judged that it is no match.")
    together = isinstance(run.decision, Clusters) and run.decision.label[first] == run.decision.label[second]
    if together:
        return Judged("link", "Other records connect them: they are in one cluster without a link of their own.")
    if not is_candidate:
        return Judged("never a candidate", f"No blocking rule made this pair. {_would_have(run, weight, probability)}")
    if weight is None:
        return Judged("not a link", "No rule of the scorer holds for it.")
    reaches = links.decision.bits <= weight if probability is None else _reaches(links, weight, probability)
    if not reaches:
        return Judged("not a link", f"It is {links.decision.bits - weight:.2f} bits below the threshold ({limit}).")
    if isinstance(run.decision, Clusters):
        also = "" if run.judged is None else ", or two that people keep apart,"
        return Judged(
            "not a link",
            f"It reaches the threshold, but would have put two records of a unique dataset{also} together.",
        )
    return Judged(
        "not a link", f"It reaches the threshold ({limit}), but {_rivals(run, links, first, second, weight)}."
    )


def _chosen(links: Links, place: int, limit: str) -> Judged:
    """Say why a pair is a link or for review."""
    if links.is_judged[place]:
        return Judged("judged", "A person judged that it is a match, whatever its weight.")
    gap = _gap(float(links.gap[place]), isinstance(links.decision, OneToOne | OneToMany))
    if links.is_review[place]:
        why = "in the review band" if links.decision.is_review(links.scores)[place] else "too near to a rival"
        return Judged("review", f"It is {why}: a person decides. {gap}")
    raised = float(links.scores.extra["left over"][place]) if "left over" in links.scores.extra else 0.0
    if raised:
        return Judged("link", f"Its records are left over once all others are linked, {_raised(raised, limit)} {gap}")
    return Judged("link", f"It reaches the threshold ({limit}). {gap}")


def _raised(bits: float, limit: str) -> str:
    return f"which makes them {bits:.2f} bits likelier to match: enough for the threshold ({limit})."


def _reaches(links: Links, weight: float, probability: float) -> bool:
    decision = links.decision
    return weight >= decision.weight if decision.weight is not None else probability >= decision.at_least


def _gap(gap: float, is_exclusive: bool) -> str:
    if np.isinf(gap):
        return "No other scored pair has either of its records."
    if gap < 0 and is_exclusive:
        return f"A pair {-gap:.2f} bits stronger gave way, so that more is linked overall."
    if gap < 0:
        return f"The best other pair of its records is {-gap:.2f} bits stronger."
    return f"It is {gap:.2f} bits above the best other pair of its records."


def _would_have(run: Run, weight: float | None, probability: float | None) -> str:
    if weight is None:
        return "No rule of the scorer would have held for it."
    decision = run.linked.decision
    reaches = decision.bits <= weight if probability is None else _reaches(run.linked, weight, probability)
    if reaches:
        return f"It would have reached the threshold ({decision.threshold_text()}) with {weight:+.2f} bits."
    return f"It would have stayed {decision.bits - weight:.2f} bits below the threshold ({decision.threshold_text()})."


def _rivals(run: Run, links: Links, first: int, second: int, weight: float) -> str:
    """Which links took the records."""
    said = []
    for row in (first, second):
        for at in np.flatnonzero((links.left == row) | (links.right == row)).tolist():
            other = int(links.right[at] if links.left[at] == row else links.left[at])
            ids = run.records.ids_as_objects(np.array([row, other], np.uint32))
            margin = float(links.weight[at]) - weight
            more = f"{margin:.2f} bits stronger" if margin >= 0 else f"{-margin:.2f} bits weaker, but best overall"
            said.append(f"{ids[0]} is linked to {ids[1]}, {more}")
    return " and ".join(said) or "a better choice left it out"
