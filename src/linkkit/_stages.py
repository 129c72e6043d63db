"""The steps of a run one by one, as a plan says: learn, score, complete; with their times."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from .completion import Completed, complete_scores
from .errors import ModelError
from .plan import Plan
from .progress import Progress
from .score import Classifier, Mixture, Model, RuleList, fit, fit_from_labels, load_model, score_reaching
from .tables import Levels, Scores
from .weights import log2_odds

if TYPE_CHECKING:
    import pandas as pd

    from .dataset import Dataset

__all__ = ["CarriesOut", "completed", "learned", "require_one_encoding", "saved_model", "scored", "timer"]


class CarriesOut(Protocol):
    """A pipeline: a plan, and what comes before and after it (:class:`linkkit.pipelines.Pipeline`)."""

    def run(self, *datasets: Dataset, progress: bool | Progress | None = None) -> Any:
        """Carry it out on datasets."""
        ...


def completed(plan: Plan, levels: Levels, model: Any) -> Completed:
    """Score the candidates, and whatever else the plan asks for above the threshold."""
    return complete_scores(plan, levels.records, model, levels, scored(model, levels, plan))


def timer(shown: Progress, seconds: dict[str, float]) -> Callable[[str], Any]:
    """Return a context that shows a step and takes its time."""

    @contextmanager
    def step(name: str) -> Iterator[None]:
        started = time.perf_counter()
        shown.step(name)
        yield
        seconds[name] = time.perf_counter() - started

    return step


def scored(model: Any, levels: Levels, plan: Plan) -> Scores:
    """Score pairs and keep those that the plan keeps."""
    if isinstance(plan.score, RuleList) and not plan.score.probabilities:
        scores: Scores = model.score(levels, weight=1.0)  # ranks, not bits: every pair that a rule holds for
    else:
        scores = _scored_by_weight(model, levels, plan.keep)
    return scores


def _scored_by_weight(model: Any, levels: Levels, keep: float) -> Scores:
    """Score pairs; graded again where they are too many to be held, they are dropped as soon as none can be kept."""
    if isinstance(model, Model) and not levels.is_held and keep > 0:
        return score_reaching(model, levels, log2_odds(keep))[0]
    found: Scores = model.score(levels, at_least=keep)
    return found


def require_one_encoding(datasets: Sequence[Dataset]) -> None:
    """Raise where some datasets are encoded and not all alike."""
    if any(dataset.encoded_by is not None for dataset in datasets):  # else nothing of encodings is loaded
        from .pseudonymise.encode import require_one_encoding as check

        check(datasets)


def saved_model(plan: Plan) -> Any:
    """Load the model that a plan names; None where it names none."""
    return None if plan.model is None else load_model(plan.model)


def learned(levels: Levels, plan: Plan, labels: pd.DataFrame | None) -> Any:
    """Learn the model that a plan asks for."""
    if isinstance(plan.score, Classifier):
        if labels is None:
            raise ModelError("The plan's classifier learns from labels: give labels= (left_id, right_id, is_match).")
        return fit_from_labels(levels, labels, plan.score)
    if isinstance(plan.score, Mixture):
        if labels is not None:
            raise ModelError("A Mixture learns without labels; leave labels= out, or score with FellegiSunter.")
        return fit(levels, plan.score)
    if labels is not None and not isinstance(plan.score, RuleList):
        return fit_from_labels(levels, labels, plan.score)
    return fit(levels, plan.score)
