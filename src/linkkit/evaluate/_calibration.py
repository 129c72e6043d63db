"""Calibration: of the pairs that are said to match with some probability, as many should be true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from linkkit.decide import Clusters, Links
from linkkit.proportions import wilson

from ._show import as_html, as_text, plain
from ._stated import held_probability
from ._truth import truth_from_ids

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BANDS", "Calibration", "calibration"]

BANDS = (0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1.0)


@dataclass(frozen=True, eq=False)
class Calibration:
    """How true probabilities are.

    Parameters
    ----------
    table
        A row a band of probability: ``low``, ``high``, ``pairs``, ``expected_share`` (mean probability),
        ``true_share``, ``true_low``, ``true_high`` (Wilson's 95 % interval). Bands without pairs are left out.
    calibration_error
        Expected calibration error: the mean over pairs of how far the expected share of their band is from the true one
        (Naeini, Cooper and Hauskrecht 2015).
    brier
        Brier's score: the mean squared difference of probability and truth (0 the best).
    pairs
        How many pairs could be judged.
    """

    table: pd.DataFrame
    calibration_error: float
    brier: float
    pairs: int

    def to_dict(self) -> dict[str, Any]:
        """Return every figure, as JSON can hold it."""
        return {
            "bands": [{name: plain(value) for name, value in row.items()} for row in self.table.to_dict("records")],
            "calibration_error": plain(self.calibration_error),
            "brier": plain(self.brier),
            "pairs": self.pairs,
        }

    def __str__(self) -> str:
        return as_text(_TITLE, self._rows())

    def _repr_html_(self) -> str:
        return as_html(_TITLE, self._rows())

    def _rows(self) -> list[tuple[str, str]]:
        bands = [
            (
                f"{row['low']:g} to {row['high']:g}",
                f"{row['pairs']:,} pairs, expected {row['expected_share']:.4f}, true {row['true_share']:.4f} "
                f"({row['true_low']:.4f} to {row['true_high']:.4f})",
            )
            for row in self.table.to_dict("records")
        ]
        summary = [("calibration error", f"{self.calibration_error:.4f}"), ("Brier score", f"{self.brier:.4f}")]
        return [*bands, *summary]


_TITLE = "Calibration, against the truth"


def calibration(links: Links | Clusters, truth: Any) -> Calibration:
    """Compare the probabilities of the scored pairs with the truth, band by band.

    Probabilities are those that the stated precision and recall are made of: given that a record has one match at most,
    or what its cluster says, where the decision has it so.

    Parameters
    ----------
    links
        Links or clusters, with all the scored pairs behind them.
    truth
        Whatever :func:`truth_from_ids` takes.

    Examples
    --------
    >>> import linkkit as lk
    >>> trial, register = lk.synth.sample()
    >>> run = lk.link(trial.dataset(), register.dataset(), progress=False)
    >>> persons = {one.name: one.truth.set_index("record_id")["person_id"] for one in (trial, register)}
    >>> calibration(run.decision, persons).calibration_error < 0.05
    True
    """
    import pandas as pd

    known = truth_from_ids(links.records, truth)
    held = held_probability(links)
    judged = known.is_judged(held.scores.left, held.scores.right) & np.isfinite(held.probability)
    probability = held.probability[judged]
    is_match = known.is_match(held.scores.left[judged], held.scores.right[judged])
    band = np.clip(np.searchsorted(BANDS, probability, side="right") - 1, 0, len(BANDS) - 2)
    size = len(BANDS) - 1
    pairs = np.bincount(band, minlength=size)
    expected, true = np.bincount(band, probability, size), np.bincount(band, is_match, size)
    rows = []
    for number in np.flatnonzero(pairs).tolist():
        count, hits = int(pairs[number]), int(true[number])
        low, high = wilson(hits, count)
        rows.append((BANDS[number], BANDS[number + 1], count, expected[number] / count, hits / count, low, high))
    table = pd.DataFrame(
        rows, columns=["low", "high", "pairs", "expected_share", "true_share", "true_low", "true_high"]
    )
    total = len(probability)
    return Calibration(
        table,
        float(np.abs(expected - true).sum() / total) if total else float("nan"),
        float(np.mean((probability - is_match) ** 2)) if total else float("nan"),
        total,
    )
