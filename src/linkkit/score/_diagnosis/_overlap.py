"""Findings about the number of matches that a model expects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Encoded
from linkkit.score._family import kind_of

from ._finding import Finding

if TYPE_CHECKING:
    from linkkit.records import Records
    from linkkit.score._model import Model
    from linkkit.tables import Patterns

__all__ = ["overlap", "pairs_per_record", "tiny_share"]

# Two files that hold each person once have no more matches than the smaller has records; this much is rounding.
ROUNDING = 1.02
# Repeated people with errors in them look like different people, so what repetition allows is doubled before a model
# is refused.
REPETITION_SLACK = 2.0
# More duplicates of a record than this are implausible for records of people, unless exact repetition shows them.
MOST_DUPLICATES = 20
# m learned from fewer matches than this has a standard error of 5 points at 0.85.
FEW_MATCHES = 50
# Of pairs where less than one in a hundred is a match, a little dependence among the others outweighs the matches.
TINY_SHARE = 0.01
WHO = ("given_name", "surname", "full_name", "date", "identifier")


def overlap(model: Model, records: Records) -> Iterator[Finding]:
    """More matches than the records can have, or hardly any."""
    expected = model.expected_matches or 0.0
    if model.prior_source != "given" and expected < 1:
        yield Finding(
            "no_matches", "warning",
            "Fewer than one match is expected among all pairs: the records may have nobody in common, or the "
            "comparisons say little.",
            "Look at the best-scoring pairs; compare more fields.", expected, 1.0,
        )  # fmt: skip
        return
    if model.prior_source != "given" and model.passes and expected < FEW_MATCHES:
        yield Finding(
            "few_matches", "note",
            f"m was learned from {expected:,.0f} expected matches; see its standard errors.",
            "Learn m on larger files, from labels or from an identifier, or fix what is known.",
            expected, float(FEW_MATCHES),
        )  # fmt: skip
    sizes = np.diff(records.starts)
    two = records.link_type == "link_only" and len(sizes) == 2
    if expected <= (sizes.min() * ROUNDING if two else sizes.sum() * MOST_DUPLICATES):
        return
    most = _most_matches(model, records)
    if two:
        is_serious = model.prior_source != "given" and expected > most
        yield Finding(
            "implausible_overlap", "serious" if is_serious else "warning",
            f"{expected:,.0f} matches are expected, more than the {int(sizes.min()):,} records of the smaller dataset: "
            "either datasets repeat people, or other pairs (relatives, say) were taken for matches.",
            _REMEDY, expected, most if is_serious else float(sizes.min()),
        )  # fmt: skip
    elif expected > most:
        yield Finding(
            "implausible_overlap", "warning" if model.prior_source == "given" else "serious",
            f"{expected:,.0f} matches are expected among {int(sizes.sum()):,} records, which is implausibly many.",
            _REMEDY, expected, most,
        )  # fmt: skip


_REMEDY = (
    "Leave out fields that repeat each other, learn m from an identifier or from labels, weigh relatives "
    "(families=True), or give the prior."
)


def tiny_share(model: Model, patterns: Patterns) -> Iterator[Finding]:
    """Training passes that hold hardly any of their pairs for matches."""
    for step in model.passes:
        share = step.expected_matches / max(step.pairs, 1)
        if share < TINY_SHARE:
            # Where u is held and the whole product is taken into account, a small share of loose candidates is usual.
            is_usual = step.name == "all candidate pairs" and step.expected_matches >= FEW_MATCHES
            yield Finding(
                "match_share_tiny", "note" if is_usual else "warning",
                f"The pass {step.name} holds {share:.2%} of its pairs for matches; m learned from so few is unsure.",
                "Use stricter rules to learn from, or fix what is known.", share, TINY_SHARE,
            )  # fmt: skip


def pairs_per_record(records: Records, columns: list[NDArray[np.int64]], dataset: int) -> float:
    """Return how many records, in the mean over records, repeat a record's values exactly; itself counted."""
    start, stop = int(records.starts[dataset]), int(records.starts[dataset + 1])
    parts = [column[start:stop] for column in columns]
    whole = np.logical_and.reduce([part > 0 for part in parts])
    if not whole.any():
        return 1.0
    key = parts[0][whole]
    for part in parts[1:]:
        key = np.unique(key, return_inverse=True)[1].reshape(-1) * (int(part.max()) + 1) + part[whole]
    counts = np.unique(key, return_counts=True)[1].astype(np.float64)
    return float((counts**2).sum() / counts.sum())


def _most_matches(model: Model, records: Records) -> float:
    """Return how many matches the records could have at most, as far as exact repetition of people shows it."""
    sizes = np.diff(records.starts).astype(np.float64)
    repeated = [1.0] * len(sizes)
    columns = _who(model, records)
    if columns:
        repeated = [pairs_per_record(records, columns, dataset) for dataset in range(len(sizes))]
    if records.link_type == "link_only" and len(sizes) == 2:
        return REPETITION_SLACK * float(min(sizes[0] * repeated[1], sizes[1] * repeated[0]))
    return float(sizes.sum()) * max(float(MOST_DUPLICATES), REPETITION_SLACK * max(repeated) * len(sizes))


def _who(model: Model, records: Records) -> list[NDArray[np.int64]]:
    """Return the columns that say who somebody is; fewer than two say too little, and are not returned."""
    found = []
    for comparison in model.comparisons:
        if comparison.fields and kind_of(records, comparison) in WHO:
            column = records.column(comparison.fields[0])
            if isinstance(column, Encoded):
                found.append(column.codes.astype(np.int64))
    return found if len(found) > 1 else []
