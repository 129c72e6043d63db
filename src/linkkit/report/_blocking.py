"""The blocking of a report: what each pass made, what it found, and what only it found."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkkit.block import count_pairs, sampled_blocks

from ._facts import Facts, plain, rows_of

__all__ = ["blocking"]


def blocking(facts: Facts) -> dict[str, Any]:
    """Count the pairs of each rule, and the links that each found and that only it found."""
    pairs, patterns = facts.run.pairs, facts.patterns
    candidates = int(patterns.counts.sum()) + sum(facts.run.completed)
    # Which pairs of complete rules are new is known of those that were scored alone.
    looked_at = range(len(facts.run.plan.block), len(facts.run.plan.block) + len(facts.run.completed))
    counted = rows_of(count_pairs(pairs))
    made = _made_by(facts)
    alone = made.sum(axis=1) == 1
    first = patterns.rule_counts
    for number, row in enumerate(counted):
        row["least_bits"] = plain(row["least_bits"])
        row["pairs_new"] = (
            int(first[:, number].sum())
            if first is not None and number < first.shape[1] and number not in looked_at
            else None
        )
        row["links_found"] = int(made[:, number].sum())
        row["links_only_here"] = int((made[:, number] & alone).sum())
        row["share_of_links"] = row["links_found"] / len(made) if len(made) else None
    return {
        "pairs_possible": facts.records.pair_count,
        "candidates": candidates,
        "reduction_ratio": 1 - candidates / max(facts.records.pair_count, 1),
        "scored_and_kept": len(facts.scores),
        "keep": facts.run.plan.keep,
        "notes": list(facts.run.notes),
        "rules": counted,
        "sampled": rows_of(sampled_blocks(pairs)),
    }


def _made_by(facts: Facts) -> NDArray[np.bool_]:
    links = facts.linked
    if not len(links):
        return np.zeros((0, len(facts.run.pairs.rules)), np.bool_)
    return np.asarray(facts.run.pairs.source.made_by(links.left, links.right))
