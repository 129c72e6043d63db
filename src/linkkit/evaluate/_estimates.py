"""What is known of the quality of a run, side by side: by the model, by methods that do not trust it, by the truth."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from linkkit.decide import Links
from linkkit.score import Model

from ._decoys import decoy_estimate
from ._duplicates import duplicate_method
from ._expected import ExpectedQuality
from ._quality import pair_quality
from ._run import expected_of_run
from ._show import Row, as_html, as_text, plain, share

if TYPE_CHECKING:
    from ._run import CarriedOut

__all__ = ["Estimate", "Estimates", "estimates_of_run"]

# Decoys need another run over the candidates; beyond so many they are made on request only.
MOST_CANDIDATES = 2_000_000
# A smaller difference is no matter, however sure.
LEAST_DIFFERENCE = 0.005
Interval = tuple[float, float]


@dataclass(frozen=True)
class Estimate:
    """Precision and recall by one method; None where it says nothing.

    Parameters
    ----------
    by
        ``"model"``, ``"duplicates"``, ``"decoys"`` or ``"truth"``.
    precision, precision_interval, recall, recall_interval
        What it says, with 95 % intervals.
    says
        What it rests on, in words.
    """

    by: str
    precision: float | None
    precision_interval: Interval | None
    recall: float | None
    recall_interval: Interval | None
    says: str


_SAYS = {
    "model": "what the model expects, if it fits",
    "duplicates": "how many records have several links where one can be true; takes false links to fall on all alike",
    "decoys": "links to made-up strangers and relatives; cautious where people have many records",
    "truth": "measured",
}
_CAUSES = {
    ("model", "duplicates"): "the model may not know a kind of false link, or records may have several true ones",
    ("model", "decoys"): "the model may take relatives for one person, or decoys may join large clusters too easily",
    ("model", "truth"): "the model does not fit these data; trust the truth",
    ("duplicates", "decoys"): "false links may gather on families, which the duplicate method does not see",
    ("duplicates", "truth"): "its assumption of one true match a record, or of false links on all alike, fails here",
    ("decoys", "truth"): "decoys are not like the false partners that real records have here",
}


@dataclass(frozen=True)
class Estimates:
    """All estimates, and where they disagree.

    Parameters
    ----------
    rows
        One for each method that could be used.
    disagreements
        In words, each pair of estimates that differ by 0.005 or more, and whose intervals do not meet.
    """

    rows: tuple[Estimate, ...]
    disagreements: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return every figure, as JSON can hold it."""
        rows = [{name: plain(value) for name, value in asdict(row).items()} for row in self.rows]
        return {"rows": rows, "disagreements": list(self.disagreements)}

    def __str__(self) -> str:
        return as_text(_TITLE, self._rows(), self.disagreements)

    def _repr_html_(self) -> str:
        return as_html(_TITLE, self._rows(), self.disagreements)

    def _rows(self) -> list[Row]:
        found = []
        for row in self.rows:
            for name, value, interval in (
                ("precision", row.precision, row.precision_interval),
                ("recall", row.recall, row.recall_interval),
            ):
                if value is not None:
                    found.append((f"{name}, by {row.by}", share(value, interval)))
        return found


_TITLE = "Estimates of quality"


def estimates_of_run(
    run: CarriedOut,
    truth: Any = None,
    *,
    decoys: bool | None = None,
    expected: ExpectedQuality | None = None,
    seed: int = 1,
) -> Estimates:
    """Put all that can be said of the quality of a run side by side, and say where estimates disagree.

    Parameters
    ----------
    run
        A run whose scores have probabilities.
    truth
        Whatever :func:`truth_from_ids` takes, where it is known.
    decoys
        Whether to link again with decoys, which takes about as long as the run; by default where there are no more than
        two million candidates.
    expected
        What the model expects, where that is worked out already.
    seed
        Of the draws.

    Examples
    --------
    >>> import linkkit as lk
    >>> trial, register = lk.synth.sample()
    >>> run = lk.link(trial.dataset(), register.dataset(), progress=False)
    >>> [row.by for row in estimates_of_run(run).rows]
    ['model', 'duplicates', 'decoys']
    """
    rows = [_by_model(expected or expected_of_run(run))]
    decision = run.decision
    if isinstance(decision, Links) and len(run.records.datasets) == 2 and decision.decision.single != "none":
        found = duplicate_method(decision)
        rows.append(_row("duplicates", found.precision_of_best, found.precision_of_best_interval))
    if isinstance(run.model, Model) and _are_wanted(decoys, run):
        made = decoy_estimate(run, seed=seed)
        rows.append(_row("decoys", made.precision, made.precision_interval))
    if truth is not None:
        known = pair_quality(run.decision, truth)
        rows.append(
            Estimate(
                "truth", known.precision, known.precision_interval, known.recall, known.recall_interval, _SAYS["truth"]
            )
        )
    kept = tuple(row for row in rows if row.precision is not None and not math.isnan(row.precision))
    return Estimates(kept, tuple(_disagreements(kept)))


def _are_wanted(decoys: bool | None, run: CarriedOut) -> bool:
    if decoys is not None:
        return decoys
    return int(run.levels.code_counts()[1].sum()) <= MOST_CANDIDATES


def _by_model(expected: ExpectedQuality) -> Estimate:
    says = _SAYS["model"]
    if expected.scope == "candidates":
        says += "; recall is among the candidates"
    return Estimate(
        "model", expected.precision, expected.precision_interval, expected.recall, expected.recall_interval, says
    )


def _row(by: str, precision: float, interval: Interval) -> Estimate:
    return Estimate(by, precision, interval, None, None, _SAYS[by])


def _disagreements(rows: tuple[Estimate, ...]) -> list[str]:
    found = []
    for one, other in combinations(rows, 2):
        for name in ("precision", "recall"):
            first, second = getattr(one, f"{name}_interval"), getattr(other, f"{name}_interval")
            if first is None or second is None or not _are_apart(first, second):
                continue
            if abs(getattr(one, name) - getattr(other, name)) < LEAST_DIFFERENCE:
                continue
            higher, lower = (one, other) if first[0] > second[1] else (other, one)
            found.append(
                f"The {name} is higher {_by(higher)} than {_by(lower)}, beyond both intervals: "
                f"{_CAUSES[(one.by, other.by)]}."
            )
    return found


def _by(row: Estimate) -> str:
    return f"by the {row.by}" if row.by in ("model", "truth") else f"by {row.by}"


def _are_apart(first: Interval, second: Interval) -> bool:
    return first[0] > second[1] or second[0] > first[1]
