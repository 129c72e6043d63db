"""The step for what no pass links: a plan carried out on the records that are left."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import DiagnosisError
from linkkit.plan import Plan
from linkkit.records import Records
from linkkit.run import Run, link
from linkkit.specs import Comparison, On, Rule
from linkkit.values import fields_of

from ._linked import PassCount
from ._pairs import Rows, no_pairs
from ._settle import LIMITS, LINK, REVIEW, TIED
from ._spec import Algorithm
from ._steps import Rest

__all__ = ["LinkedRest", "can_link_rest", "linked_rest"]

# With fewer comparisons than this next to nothing is weighed, and of fewer records nothing is learned.
LEAST_COMPARISONS, LEAST_RECORDS = 3, 30


@dataclass(frozen=True, eq=False)
class LinkedRest:
    """What the step made: rows, status and match weight of each pair; its count, notes and run, if any."""

    left: Rows
    right: Rows
    status: NDArray[np.uint8]
    weight: NDArray[np.float64]
    count: PassCount
    notes: list[str]
    run: Run | None


def linked_rest(
    algorithm: Algorithm, records: Records, left: Rows, right: Rows, status: NDArray[np.uint8]
) -> LinkedRest:
    """Link what the passes left of two datasets.

    Parameters
    ----------
    algorithm
        The algorithm, with a step for the rest.
    records
        The two datasets, prepared.
    left, right, status
        The pairs of the passes, and what became of them.

    Raises
    ------
    DiagnosisError
        Where the model cannot be right.
    """
    rest = algorithm.rest
    assert rest is not None
    keep = _left(algorithm, records, left, right, status)
    plan, gone = _without_absent(rest, records.fields)
    least = min(int(kept.sum()) for kept in keep)
    if plan is None or least < LEAST_RECORDS:
        lacking = tuple(gone) if plan is None else ()
        few = f"{rest.name}: not carried out, since one dataset has {least} records left, and it takes {LEAST_RECORDS}"
        count = PassCount(rest.name, rest.meaning, 0, 0, 0, 0, 0, 0, lacking)
        nothing = np.empty(0)
        return LinkedRest(*no_pairs(), nothing.astype(np.uint8), nothing, count, [] if plan is None else [few], None)
    datasets = [
        dataset.restricted(kept, "linked by an earlier pass")
        for dataset, kept in zip(records.datasets, keep, strict=True)
    ]
    try:
        run = link(*datasets, plan=plan, link_type="link_only", progress=False)
    except DiagnosisError as error:
        raise DiagnosisError(
            f"{algorithm.name}, step {rest.name}: {error} Or link by its passes alone: "
            "dataclasses.replace(algorithm, rest=None).",
            error.diagnosis,
            error.model,
        ) from error
    found = run.linked
    start, size = int(records.starts[1]), len(datasets[0])
    one, two = np.flatnonzero(keep[0])[found.left], start + np.flatnonzero(keep[1])[found.right - size]
    made = np.where(found.is_review, REVIEW, LINK).astype(np.uint8)
    count = PassCount(rest.name, rest.meaning, len(one), len(one), found.link_count, found.review_count, 0, 0)
    notes = [f"{rest.name}: without {', '.join(gone)}, which not all datasets have"] if gone else []
    return LinkedRest(one.astype(np.uint32), two.astype(np.uint32), made, found.weight, count, notes, run)


def can_link_rest(algorithm: Algorithm, records: Records) -> bool:
    """Whether the step for the rest has the fields and the records that it takes, whatever the passes have."""
    if algorithm.rest is None or records.link_type != "link_only":
        return False
    is_enough = min(map(len, records.datasets)) >= LEAST_RECORDS
    return is_enough and _without_absent(algorithm.rest, records.fields)[0] is not None


def _left(
    algorithm: Algorithm, records: Records, left: Rows, right: Rows, status: NDArray[np.uint8]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell of each dataset which records are left: those without their one link, and not kept for people."""
    is_kept = (status == REVIEW) | ((status == TIED) & (algorithm.ties == "hold"))
    free = np.ones(len(records), np.bool_)
    for rows, has_one in zip((left, right), LIMITS[algorithm.unique], strict=True):
        free[rows[is_kept]] = False
        if has_one:
            free[rows[status == LINK]] = False
    start = int(records.starts[1])
    return free[:start], free[start:]


def _without_absent(rest: Rest, fields: Sequence[str]) -> tuple[Plan | None, list[str]]:
    """Return the plan without what reads fields that are not there, and these fields; None where too little is left."""
    read = [*rest.fields, *(field for one in rest.plan.compare for field in one.every_field)]
    read += [field for rule in rest.plan.block for field in sorted(_reads(rule))]
    gone = [field for field in dict.fromkeys(read) if field not in fields]
    compare = [found for one in rest.plan.compare if (found := _with_fields(one, fields)) is not None]
    block = [rule for rule in rest.plan.block if _reads(rule) <= set(fields)]
    if len(compare) < LEAST_COMPARISONS or not block:
        return None, gone
    return rest.plan.change(compare=compare, block=block, prepare=()), gone


def _with_fields(comparison: Comparison, fields: Collection[str]) -> Comparison | None:
    """Return a comparison with the levels whose fields are there; None where none is left."""
    levels = tuple(
        level for level in comparison.levels if set(Comparison("level", (level,)).every_field) <= set(fields)
    )
    named = tuple(field for field in comparison.fields if field in fields)
    return replace(comparison, levels=levels, fields=named) if levels else None


def _reads(rule: Rule) -> set[str]:
    assert isinstance(rule, On)  # as the step was checked to have
    return {field for column in rule.columns for field in fields_of(column)}
