"""What looks wrong with a mixture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from linkkit.score._diagnosis import Finding, Mode

from ._components import ALIKE, Components

__all__ = ["mixture_findings", "modes_of"]

# Two components have to explain the pairs so much better than one falling curve (log-likelihood) that chance does not:
# half of log(pairs) for each of the few numbers a second curve needs, by the criterion of Schwarz (1978).
LEAST_GAIN = 25.0
# Of the pairs above even odds this share must be matches; else the similarity cannot tell them.
LEAST_PRECISION = 0.9
# Of the matches, so many must be above even odds; with fewer than half the rest are told by the curve alone.
USUAL_RECALL, LEAST_RECALL = 0.8, 0.5
# Matches below the floor: a hundredth is worth a look, with a tenth the number of matches is a guess.
WORTH_A_LOOK, MOST_MISSED = 0.01, 0.1
# The shape of fewer matches rests on smoothness more than on them.
FEW_MATCHES = 50.0
# A match to a record means that people have three records each throughout; between datasets one may hold many of each.
MOST_WITHIN, MOST_BETWEEN = 1.0, 2.0
# Another start differs if its matches differ by a tenth.
ANOTHER = 0.1


def mixture_findings(
    ends: Sequence[Components],
    alone: float,
    missed: float,
    records: float,
    iterations: int,
    *,
    competes: bool,
    within: bool,
) -> Iterator[Finding]:
    """Return the findings.

    Parameters
    ----------
    ends
        Where each start ended, the best first.
    alone
        Log-likelihood of there being no matches.
    missed
        Matches expected below the lowest bin.
    records
        Records of the smaller file.
    iterations
        The limit of iterations.
    competes
        Whether pairs competed for records.
    within
        Whether pairs are made within a dataset too.
    """
    best = ends[0]
    gain, total = best.likelihood - alone, best.total
    if gain < LEAST_GAIN or total < 1:
        yield Finding(
            "one_component", "serious",
            f"One falling curve explains the pairs all but as well as two components do (log-likelihood {gain:+.3g}): "
            "there is no sign of matches apart from other pairs.",
            "Look at the most similar pairs; files may share nobody, or be encoded with different keys or settings.",
            gain, LEAST_GAIN,
        )  # fmt: skip
        return
    yield from _overlapping(best)
    if not competes:
        yield Finding(
            "no_competition", "warning",
            "Pairs did not compete for records: matches are what stands out above the falling curve of other pairs. "
            "Relatives stand out too where they share most of what was encoded, and no figure here can tell.",
            "Say which datasets hold each person once (unique=); else look at pairs of each similarity.",
        )  # fmt: skip
    share = missed / (total + missed)
    if share > WORTH_A_LOOK:
        yield Finding(
            "floor_too_high", "serious" if share > MOST_MISSED else "warning",
            f"Matches still come at the lowest similarity that was looked at: about {missed:,.0f} more lie below it.",
            "Make candidates, and levels, from a lower similarity on.",
            share, MOST_MISSED if share > MOST_MISSED else WORTH_A_LOOK,
        )  # fmt: skip
    if total < FEW_MATCHES:
        yield Finding(
            "scarce_matches", "warning",
            f"Only {total:,.0f} matches are expected: how similar matches are was learned from few.",
            "Look at links before they are used; take the model of larger files that were encoded alike.",
            total, FEW_MATCHES,
        )  # fmt: skip
    others = [end for end in ends[1:] if abs(end.total - total) > ANOTHER * max(total, 1.0)]
    if others and others[0].likelihood > best.likelihood - ALIKE:
        found = others[0]
        yield Finding(
            "several_modes", "warning",
            f"Another start ({found.start}) ends with {found.total:,.0f} expected matches where the model has "
            f"{total:,.0f}, and fits as well (log-likelihood {found.likelihood - best.likelihood:+.3g}).",
            "The fewer were taken. Say which files hold each person once (unique=), or look at pairs of even odds.",
            found.likelihood - best.likelihood, -ALIKE,
        )  # fmt: skip
    most = (MOST_WITHIN if within else MOST_BETWEEN) * records
    if total > most:
        yield Finding(
            "implausible_overlap", "serious" if within else "warning",
            f"{total:,.0f} matches are expected of {records:,.0f} records: either records repeat people often, or "
            "relatives were taken for matches.",
            "Look at pairs of even odds; encode a field that differs between relatives, or compare fields one by one.",
            total, most,
        )  # fmt: skip
    if best.status != "converged":
        yield Finding(
            "stopped_at_limit", "warning",
            f"The estimation stopped at its limit of {iterations} iterations.", "Raise max_iterations.",
            float(iterations), float(iterations),
        )  # fmt: skip


def modes_of(ends: Sequence[Components], pairs: float) -> tuple[Mode, ...]:
    """Return where each start ended, the model's own first."""
    best = ends[0]

    def distance(end: Components) -> float:
        ours, theirs = (one.matches / max(one.total, 1e-9) for one in (best, end))
        return float(abs(ours - theirs).max())

    return tuple(
        Mode(end.start, end.total, 1000.0 * (end.likelihood - best.likelihood) / max(pairs, 1.0), distance(end))
        for end in ends
    )


def _overlapping(best: Components) -> Iterator[Finding]:
    """Matches and others that the similarity cannot tell apart."""
    matches, pairs = best.sure
    precision, recall = matches / max(pairs, 1), matches / max(best.total, 1e-9)
    if precision < LEAST_PRECISION:
        yield Finding(
            "overlapping_components", "serious",
            f"Of the pairs that are likelier matches than not, {precision:.0%} are expected to be matches: the "
            "similarity does not tell matches from others.",
            "Encode more fields, or fields that differ between relatives; or compare fields one by one.",
            precision, LEAST_PRECISION,
        )  # fmt: skip
    elif recall < USUAL_RECALL:
        yield Finding(
            "overlapping_components", "serious" if recall < LEAST_RECALL else "warning",
            f"Of the expected matches, {recall:.0%} are among the pairs that are likelier matches than not; the others "
            "look like pairs of different people.",
            "Encode more fields, or compare fields one by one.",
            recall, LEAST_RECALL if recall < LEAST_RECALL else USUAL_RECALL,
        )  # fmt: skip
