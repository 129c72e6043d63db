"""From a run and two ids to an explanation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.score import ClassifierModel, MixtureModel, Model, RuleModel
from linkkit.tables import Scores

from ._explanation import Explanation, Step
from ._find import find_pair
from ._values import shown_values
from ._verdict import Judged, verdict
from ._why_not import outcomes, suggestions

if TYPE_CHECKING:
    from linkkit.run import Run

__all__ = ["explain"]

Rows = NDArray[np.uint32]


def explain(run: Run, left: Any, right: Any, *, values: bool = True) -> Explanation:
    """Explain a pair: its waterfall of weights; or why it was never a candidate, and which rule would have made it.

    Parameters
    ----------
    run
        A linkage carried out.
    left, right
        Ids of the two records; ``(dataset, id)`` where an id alone could be in several datasets.
    values
        Whether the explanation holds the values compared, for a look on the screen.

    Raises
    ------
    DataError
        Where there is no such record.

    Examples
    --------
    >>> import linkkit as lk
    >>> trial, register = lk.synth.sample()
    >>> run = lk.link(trial.dataset(), register.dataset(), progress=False)
    >>> first = run.links.iloc[0]
    >>> explain(run, first["left_id"], first["right_id"]).verdict
    'link'
    """
    pair = find_pair(run.records, left, right)
    rows = np.array([pair.first], np.uint32), np.array([pair.second], np.uint32)
    code = run.records.engine.grade(run.records, run.levels.compiled, *rows)
    levels = run.levels.compiled.levels(code)[0]
    scored = _linked(run, pair.first, pair.second)
    if scored is None:
        scored = run.model.score(run.levels.of_pairs(*rows), at_least=0)
    rules = outcomes(run, *rows)
    is_candidate = any(rule.makes for rule in rules)
    weight, probability = _scored(scored)
    judged: Judged = verdict(run, pair.first, pair.second, weight, probability, is_candidate)
    shown = shown_values(run, levels, pair) if values else {}
    steps, notes = _steps(run.model, run.levels.comparisons, levels, scored, shown)
    return Explanation(
        left=pair.left_id,
        right=pair.right_id,
        left_dataset=pair.left_dataset,
        right_dataset=pair.right_dataset,
        verdict=judged.verdict,
        reason=judged.reason,
        weight=weight,
        probability=probability,
        threshold=run.linked.decision.bits,
        steps=steps,
        rules=rules,
        suggestions=() if is_candidate else suggestions(run, *rows),
        notes=notes,
    )


def _linked(run: Run, first: int, second: int) -> Scores | None:
    """The scores of a linked pair, with what the decision added to them; None where the pair is not linked."""
    scores = run.linked.scores
    place = np.flatnonzero((scores.left == first) & (scores.right == second))
    return scores.take(place) if len(place) else None


def _scored(scores: Scores) -> tuple[float | None, float | None]:
    if not len(scores):
        return None, None
    probability = float(scores.probability[0])
    return float(scores.weight[0]), None if np.isnan(probability) else probability


def _steps(
    model: Any, comparisons: Sequence[Any], levels: NDArray[np.uint8], scored: Scores, shown: dict[str, tuple[str, str]]
) -> tuple[tuple[Step, ...], tuple[str, ...]]:
    if isinstance(model, Model):
        return _weighed(model, levels, scored, shown), ()
    if isinstance(model, MixtureModel):
        return _mixed(model, int(levels[0]), scored, shown), ()
    if isinstance(model, ClassifierModel):
        return _added(model, levels, shown), (
            "A classifier has no weights: each step is what the comparison changes once those above it are known.",
        )
    steps = tuple(
        Step("comparison", one.name, one.labels[level], None, None, None, *shown.get(one.name, (None, None)))
        for one, level in zip(comparisons, levels.tolist(), strict=True)
    )
    return steps, _held(model, scored) if isinstance(model, RuleModel) else ()


def _weighed(
    model: Model, levels: NDArray[np.uint8], scored: Scores, shown: dict[str, tuple[str, str]]
) -> tuple[Step, ...]:
    steps = [Step("prior", "prior", f"1 in {1 / model.prior:,.0f}", model.prior_weight)]
    for place, (comparison, level) in enumerate(zip(model.comparisons, levels.tolist(), strict=True)):
        m = model.m_probability[place][level - 1] if level else None
        u = model.u_probability[place][level - 1] if level else None
        weight = float(model.weights[place][level])
        side = shown.get(comparison.name, (None, None))
        steps.append(Step("comparison", comparison.name, comparison.labels[level], weight, m, u, *side))
    return (*steps, *_adjusted(scored))


def _mixed(model: MixtureModel, level: int, scored: Scores, shown: dict[str, tuple[str, str]]) -> tuple[Step, ...]:
    """The prior, and what the one similarity adds to it: how often matches and others are at its level."""
    comparison = model.comparisons[0]
    matches, others = model.expected_matches, model.pair_count - model.expected_matches
    is_learned = model.matches[level] > 0
    m, u = (model.matches[level] / matches, model.others[level] / others) if is_learned else (None, None)
    bits = model.level_weights[level] - model.prior_weight
    side = shown.get(comparison.name, (None, None))
    return (
        Step("prior", "prior", f"1 in {1 / model.prior:,.0f}", model.prior_weight),
        Step("comparison", comparison.name, comparison.labels[level], bits, m, u, *side),
        *_adjusted(scored),
    )


def _adjusted(scored: Scores) -> tuple[Step, ...]:
    """What is added to a pair besides its levels; what does not apply to it adds nothing."""
    return tuple(
        Step("adjustment", name, _about(name), float(bits[0])) for name, bits in scored.extra.items() if bits[0]
    )


def _about(name: str) -> str:
    return _ABOUT.get(name, "people change it with time" if name.endswith(" time gap") else "")


def _added(model: ClassifierModel, levels: NDArray[np.uint8], shown: dict[str, tuple[str, str]]) -> tuple[Step, ...]:
    """What each comparison changes in the log odds, those before it known and those behind it taken as missing."""
    stages = np.tril(np.tile(levels, (len(levels), 1)))
    known = np.vstack([np.zeros_like(levels), stages]).astype(np.uint8)
    share = model.pattern_probabilities(known)
    with np.errstate(divide="ignore"):
        bits = np.clip(np.log2(share) - np.log1p(-share) / np.log(2.0), -_MOST_BITS, _MOST_BITS)
    steps = [Step("prior", "all missing", "", float(bits[0]))]
    for number, (comparison, level) in enumerate(zip(model.comparisons, levels.tolist(), strict=True)):
        change = float(bits[number + 1] - bits[number])
        side = shown.get(comparison.name, (None, None))
        steps.append(Step("comparison", comparison.name, comparison.labels[level], change, None, None, *side))
    return tuple(steps)


_ABOUT = {
    "family": "relatives agree so, too",
    "time gap": "how near in time matches are recorded",
    "shared frequency": "rare values that go together count once",
    "left over": "the others are linked",
}
# The odds of a classifier are kept within this many bits, as its scores are.
_MOST_BITS = 50.0


def _held(model: RuleModel, scored: Scores) -> tuple[str, ...]:
    """Say which rule of a list took the pair."""
    if not len(scored) or "rank" not in scored.extra:
        return (f"None of the {len(model.spec.rules)} rules holds.",)
    rank = int(scored.extra["rank"][0])
    asked = "; ".join(f"{name}: {level}" for name, level in model.spec.rules[rank - 1].items())
    return (f"Rule {rank} of {len(model.spec.rules)} is the first that holds: {asked}.",)
