"""Findings about single levels and comparisons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from linkkit.score._family import kind_of

from ._finding import Finding

if TYPE_CHECKING:
    from linkkit.records import Records
    from linkkit.score._model import Model
    from linkkit.tables import Patterns

__all__ = [
    "at_the_edge",
    "borrowed_levels",
    "disagreeing_matches",
    "missing_everywhere",
    "out_of_order",
    "speaks_against",
]

# Weights of neighbouring levels may be out of order by this many bits before it is worth a word.
ORDER_SLACK = 1.0
# Levels that fewer matches than this are at are not worth a word.
LEAST_M = 0.001
# Agreement that weighs less than this, either way, changes no odds by more than a thirtieth.
LEAST_BITS = 0.05
# What identifies a person is recorded alike: studies of linked health and school records find forenames, surnames,
# dates and sex to disagree in one to ten pairs of a hundred, and typed historical records in up to a third. Where more
# than half of the expected matches disagree, most of them agree by less than chance would have it of one person.
IDENTITY_KINDS = ("given_name", "date", "sex")
# Surnames change with marriage, for most of some groups, and numbers may be of different registers: never refused.
CHANGING_KINDS = ("surname", "identifier")
MOST_DISAGREEMENT, SERIOUS_DISAGREEMENT = 0.35, 0.5
# Probabilities nearer to 0 or 1 than this come from nothing seen, or from a field that never varies.
EDGE = 1e-6
# An m of 0 matters at levels that random pairs are at more often than this.
COMMON = 1e-3
# What was learned from levels that no expected match is at ends so in `m_source`.
BORROWED = "neighbouring levels"
# What people say of m, against what was learned by itself.
SAID = ("fixed", "by hand", "labels")


def out_of_order(model: Model) -> Iterator[Finding]:
    """Neighbouring levels whose weights rise from strict to loose."""
    for comparison, weights, m in zip(model.comparisons, model.weights, model.m_probability, strict=True):
        labels = comparison.labels
        for number in range(1, len(weights) - 1):
            if not all(level.in_order for level in comparison.levels[number - 1 : number + 1]):
                continue
            rise = float(weights[number + 1] - weights[number])
            if max(m[number - 1], m[number]) >= LEAST_M and rise > ORDER_SLACK:
                yield Finding(
                    "levels_out_of_order", "warning",
                    f"{comparison.name}: the level {labels[number]!r} weighs {weights[number]:+.2f} bits, less than "
                    f"the looser {labels[number + 1]!r} ({weights[number + 1]:+.2f}).",
                    "Look at sample pairs of both, or merge them.", rise, ORDER_SLACK, (comparison.name,),
                )  # fmt: skip


def speaks_against(model: Model, records: Records) -> Iterator[Finding]:
    """Comparisons whose strictest level has m below u, or says nothing."""
    for comparison, weights, u, sources in zip(
        model.comparisons, model.weights, model.u_probability, model.m_source, strict=True
    ):
        weight, label, is_usual = float(weights[1]), comparison.labels[1], u[0] > 0.5
        if abs(weight) < LEAST_BITS and is_usual:
            yield Finding(
                "says_nothing", "note",
                f"{comparison.name}: agreement ({label!r}) says nothing either way ({weight:+.2f} bits): most pairs "
                "agree on it.",
                "It does no harm; leave it out for a shorter report.", weight, LEAST_BITS, (comparison.name,),
            )  # fmt: skip
        elif weight <= 0:
            is_serious = kind_of(records, comparison) in IDENTITY_KINDS and not is_usual and _is_learned(sources)
            yield Finding(
                "m_below_u", "serious" if is_serious else "warning",
                f"{comparison.name}: agreement ({label!r}) speaks against a match ({weight:+.2f} bits). Other pairs "
                "may have been taken for matches.",
                "Give other passes, fix its m, or learn m from an identifier or from labels.",
                weight, 0.0, (comparison.name,),
            )  # fmt: skip


def disagreeing_matches(model: Model, records: Records) -> Iterator[Finding]:
    """Comparisons of what identifies a person on which too many expected matches are at the loosest level."""
    for comparison, m, sources in zip(model.comparisons, model.m_probability, model.m_source, strict=True):
        kind = kind_of(records, comparison)
        if kind not in (*IDENTITY_KINDS, *CHANGING_KINDS) or m[-1] <= MOST_DISAGREEMENT:
            continue
        is_serious = kind in IDENTITY_KINDS and m[-1] > SERIOUS_DISAGREEMENT and _is_learned(sources)
        yield Finding(
            "implausible_disagreement", "serious" if is_serious else "warning",
            f"{comparison.name}: {m[-1]:.0%} of the expected matches disagree on it ({comparison.labels[-1]!r}), which "
            "records of one person seldom do. Relatives or neighbours may have been taken for matches.",
            "Look at sample pairs; learn m from an identifier or from labels; fix its m; or leave out fields that "
            "repeat each other (see the dependence of fields).",
            m[-1], SERIOUS_DISAGREEMENT, (comparison.name,),
        )  # fmt: skip


def at_the_edge(model: Model) -> Iterator[Finding]:
    """Comparisons with a probability of all but 0 or 1, so that one level decides alone."""
    for comparison, m, u, sources in zip(
        model.comparisons, model.m_probability, model.u_probability, model.m_source, strict=True
    ):
        if all(source == "fixed" for source in sources):
            continue
        least = min([1 - max(m), *(share for share, other in zip(m, u, strict=True) if other > COMMON)])
        if least < EDGE:
            yield Finding(
                "parameter_at_edge", "note",
                f"{comparison.name}: an m is all but 0 or 1, so that one level settles a pair whatever the rest says.",
                "A larger m_pseudo_pairs or m_prior_share keeps it off the edge.", least, EDGE, (comparison.name,),
            )  # fmt: skip
        elif max(u) > 1 - EDGE:
            yield Finding(
                "parameter_at_edge", "note",
                f"{comparison.name}: all random pairs are at one level; it cannot tell one person from another.",
                "Leave it out.", max(u), 1 - EDGE, (comparison.name,),
            )  # fmt: skip


def borrowed_levels(model: Model) -> Iterator[Finding]:
    """Levels that no expected match was at."""
    for comparison, sources in zip(model.comparisons, model.m_source, strict=True):
        labels = [
            label for label, source in zip(comparison.labels[1:], sources, strict=True) if source.endswith(BORROWED)
        ]
        if labels:
            yield Finding(
                "level_never_seen", "note",
                f"{comparison.name}: less than one expected match is at {', '.join(map(repr, labels))}; "
                f"{'its weight is' if len(labels) == 1 else 'their weights are'} drawn towards their neighbours'.",
                "Merge levels that hardly occur.", 0.0, 1.0, (comparison.name,),
            )  # fmt: skip


def missing_everywhere(model: Model, patterns: Patterns) -> Iterator[Finding]:
    """Comparisons that no candidate pair has."""
    for name, column in zip(model.names, patterns.levels.T, strict=True):
        if not np.any(column):
            yield Finding(
                "missing_everywhere", "warning", f"{name}: missing in every candidate pair; it says nothing.",
                "Look whether the datasets hold it under one spelling, or leave it out.", 0.0, 1.0, (name,),
            )  # fmt: skip


def _is_learned(sources: tuple[str, ...]) -> bool:
    return not all(source.startswith(SAID) for source in sources)
