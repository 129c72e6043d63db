"""Everything that can be said about the quality of a run, with a truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from linkkit.decide import Clusters, Links
from linkkit.records import Records
from linkkit.score import MixtureModel, Model
from linkkit.tables import Levels, Pairs, Scores

from ._calibration import Calibration, calibration
from ._clusters import ClusterQuality, cluster_quality
from ._expected import ExpectedQuality, expected_quality
from ._mixture import mixture_quality
from ._quality import Quality, pair_quality
from ._stated import stated_quality
from ._thresholds import quality_at_thresholds
from ._truth import truth_from_ids

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RunQuality", "evaluate_run", "expected_of_run"]


class CarriedOut(Protocol):
    """What is asked of a run."""

    @property
    def plan(self) -> Any:
        """What it carried out."""
        ...

    @property
    def records(self) -> Records:
        """The records."""
        ...

    @property
    def pairs(self) -> Pairs:
        """The candidate pairs."""
        ...

    @property
    def levels(self) -> Levels:
        """How well they agree."""
        ...

    @property
    def model(self) -> Any:
        """The model that scored them."""
        ...

    @property
    def scores(self) -> Scores:
        """The scored pairs."""
        ...

    @property
    def decision(self) -> Links | Clusters:
        """Links or clusters, as decided."""
        ...

    @property
    def clustered(self) -> Clusters:
        """The clusters, or what the links connect."""
        ...


@dataclass(frozen=True, eq=False)
class RunQuality:
    """How good a run is: what it found against the truth, and what it expected.

    Parameters
    ----------
    pairs
        The links, or the pairs within clusters, against the truth; with what blocking lost.
    clusters
        The clusters (of links: what they connect) against the truth.
    expected
        What the model itself expects, without the truth.
    thresholds
        Precision, recall and F1 of the scored pairs at every threshold.
    calibration
        How true the probabilities are, band by band.
    """

    pairs: Quality
    clusters: ClusterQuality
    expected: ExpectedQuality
    thresholds: pd.DataFrame
    calibration: Calibration

    def to_dict(self) -> dict[str, Any]:
        """Return every figure, as JSON can hold it."""
        return {
            "pairs": self.pairs.to_dict(),
            "clusters": self.clusters.to_dict(),
            "expected": self.expected.to_dict(),
            "calibration": self.calibration.to_dict(),
            "thresholds": self.thresholds.astype(object).where(self.thresholds.notna(), None).to_dict("records"),
        }

    def __str__(self) -> str:
        return "\n".join([str(self.pairs), str(self.clusters), str(self.expected), str(self.calibration)])

    def _repr_html_(self) -> str:
        parts = (self.pairs, self.clusters, self.expected, self.calibration)
        return "".join(part._repr_html_() for part in parts)


def evaluate_run(run: CarriedOut, truth: Any) -> RunQuality:
    """Measure a run against the truth.

    Parameters
    ----------
    run
        A run.
    truth
        Whatever :func:`truth_from_ids` takes.
    """
    known = truth_from_ids(run.records, truth)
    return RunQuality(
        pair_quality(run.decision, known, candidates=run.pairs),
        cluster_quality(run.clustered, known),
        getattr(run, "expected", None) or expected_of_run(run),
        quality_at_thresholds(run.scores, known),
        calibration(run.decision, known),
    )


def expected_of_run(run: CarriedOut) -> ExpectedQuality:
    """Say what a run's model expects of its links, without truth: recall is over all true pairs, candidates or not.

    Pairs that blocking never made and pairs below the threshold are estimated from how the found matches err; see
    ``docs/concepts/stated-quality.md``. Where the scorer is no Fellegi-Sunter model, recall is among the candidates.

    Parameters
    ----------
    run
        A run.

    Examples
    --------
    >>> import linkkit as lk
    >>> trial, register = lk.synth.sample()
    >>> run = lk.link(trial.dataset(), register.dataset(), progress=False)
    >>> expected_of_run(run).scope
    'all pairs'
    """
    # The patterns of an update are those of its own pairs, its links are old and new.
    is_update = getattr(run, "update", None) is not None
    if isinstance(run.model, Model) and not is_update:
        return stated_quality(run.decision, run.model, run.levels.patterns(), tuple(run.pairs.rules))
    if isinstance(run.model, MixtureModel) and not is_update:
        return mixture_quality(run.decision, run.model)
    if not hasattr(run.model, "pattern_probabilities") or is_update:
        return expected_quality(run.decision)
    return expected_quality(run.decision, patterns=run.levels.patterns(), model=run.model)
