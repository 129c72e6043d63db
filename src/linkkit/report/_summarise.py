"""Everything a report says, as one plain dictionary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linkkit.errors import SpecError
from linkkit.evaluate import truth_from_ids

from ._blocking import blocking
from ._datasets import datasets, preparation
from ._decisions import clusters, links
from ._diagnosis import diagnosis
from ._disclosure import AUDIENCES, Audience, protect
from ._encoding import encoding
from ._facts import Facts, plain
from ._model import comparisons, model
from ._origin import origin
from ._quality import quality
from ._siblings import siblings
from ._study import study
from ._weights import histogram, patterns, thresholds

if TYPE_CHECKING:
    from linkkit.run import Run

__all__ = ["SCHEMA_VERSION", "summarise"]

SCHEMA_VERSION = 1


def summarise(
    run: Run, truth: Any = None, *, audience: Audience = "linker", decoys: bool | None = None
) -> dict[str, Any]:
    """Work out everything that a report says, as plain data that JSON can hold; no value of a person is in it.

    Parameters
    ----------
    run
        A linkage carried out.
    truth
        The truth, where it is known: whatever :func:`linkkit.evaluate.truth_from_ids` takes.
    audience
        ``"linker"`` sees every count; for ``"analyst"`` and ``"public"`` counts below 10 are hidden.
    decoys
        Whether to estimate precision by decoys too, which links again; by default where there are no more than two
        million candidates.

    Returns
    -------
    dict
        As ``report/schema.json`` describes it.

    Examples
    --------
    >>> import linkkit as lk
    >>> trial, register = lk.synth.sample()
    >>> run = lk.link(trial.dataset(), register.dataset(), progress=False)
    >>> lk.report.summarise(run)["headline"]["links"] == len(run.links)
    True
    """
    if audience not in AUDIENCES:
        raise SpecError(f"audience must be one of {', '.join(AUDIENCES)}; got {audience!r}.")
    facts = Facts(run, None if truth is None else truth_from_ids(run.records, truth), decoys)
    parts: dict[str, Any] = {
        "datasets": datasets(facts),
        "encoding": encoding(facts),
        "preparation": preparation(facts),
        "blocking": blocking(facts),
        "comparisons": comparisons(facts),
        "model": model(facts),
        "diagnosis": diagnosis(facts),
        "weights": histogram(facts),
        "patterns": patterns(facts),
        "thresholds": thresholds(facts),
        "links": links(facts),
        "clusters": clusters(facts),
        "siblings": siblings(facts),
        "quality": quality(facts),
        "origin": origin(facts),
        "study": study(facts),
    }
    first = {
        "schema_version": SCHEMA_VERSION,
        "audience": audience,
        "headline": _headline(facts, parts),
        "findings": _findings(parts),
    }
    return protect(plain({**first, **parts}), audience)


def _headline(facts: Facts, parts: dict[str, Any]) -> dict[str, Any]:
    measured, expected = parts["quality"]["measured"], parts["quality"]["expected"]
    best = measured["pairs"] if measured else expected or {}
    return {
        "link_type": facts.records.link_type,
        "datasets": [{"name": one["name"], "records": one["records"]} for one in parts["datasets"]],
        "links": parts["links"]["links"],
        "review": parts["links"]["review"],
        "clusters": parts["clusters"]["clusters"] if parts["clusters"]["are_decided"] else None,
        "quality_is": "measured" if measured else "expected" if expected else "unknown",
        "precision": best.get("precision"),
        "recall": best.get("recall"),
        "f1": best.get("f1"),
    }


def _findings(parts: dict[str, Any]) -> list[str]:
    """What a reader should look at first."""
    found = [
        f"{finding['explanation']} {finding['remedy']}".strip()
        for finding in parts["diagnosis"]["findings"]
        if finding["severity"] != "note"
    ]
    if parts["model"].get("status") == "stopped at the limit":
        found.insert(0, "The estimation of the model stopped at its limit of iterations; it has not converged.")
    found += [
        f"{one['where']}: {one['found']} {one['remedy']}"
        for one in (parts["encoding"] or {}).get("findings", [])
        if one["severity"] != "note" and not one["of_data"]
    ]
    found += parts["links"]["notes"]
    found += (parts["quality"]["estimates"] or {}).get("disagreements", [])
    # Shared evidence leaves what is too frequent to other rules, as it should; the table of passes has its counts.
    rules = parts["blocking"]["rules"]
    skipped = [row for row in rules if row["skipped_pairs"] and row["least_bits"] is None]
    if skipped:
        total = sum(row["skipped_pairs"] for row in skipped)
        found.append(f"Caps on blocks left out {total:,} pairs in {len(skipped)} of the blocking passes.")
    return found
