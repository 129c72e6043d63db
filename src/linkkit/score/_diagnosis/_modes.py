"""Several starts of expectation-maximisation, and where they end.

A likelihood with more than one summit gives the one that is nearest to the start, matches or households. Starting over
from few matches, from many, and from badly recorded ones shows it. Patterns are few, so that this costs little.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from linkkit.score._layout import Floats

from ._diagnosis import Mode
from ._finding import Finding

__all__ = ["Ending", "Start", "explore", "mode_findings", "starts_of"]

# Solutions that differ by less are one.
SAME_M, SAME_MATCHES = 0.1, 0.1
# Log-likelihood for each thousand pairs within which two solutions fit alike.
ALIKE = 2.0
# A second solution that fits better and has so many times fewer matches leaves no ground for the first. One that has
# more is a warning: households and repeated fields always offer it, with relatives for matches, and the model did not
# take it.
OTHER_WORLD = 2.0
# Where neither solution has so many matches, the files are too small to tell; people look at so few.
LEAST_MATCHES = 100.0
# Poorly recorded matches agree exactly only this often.
POOR = 0.5


@dataclass(frozen=True, eq=False)
class Start:
    """Where to start: m, flat, and how many matches."""

    name: str
    m: Floats
    matches: float


@dataclass(frozen=True, eq=False)
class Ending:
    """Where a start ended: m, flat, the matches expected, and the log-likelihood with its priors."""

    m: Floats
    matches: float
    likelihood: float


def starts_of(m: Floats, random: Floats, records: float, pairs: float) -> tuple[Start, ...]:
    """Return starts far apart: few matches and many, well recorded and badly.

    Parameters
    ----------
    m
        The usual start, flat.
    random
        Shares of the levels among the candidate pairs, flat.
    records, pairs
        Records of the smaller file, and candidate pairs.
    """
    return (
        Start("few, well recorded", m, 0.05 * records),
        Start("half of the candidates", 0.5 * (m + random), 0.5 * pairs),
        Start("badly recorded", POOR * m + (1 - POOR) * random, 0.5 * records),
    )


def explore(own: Ending, starts: Sequence[Start], run: Callable[[Start], Ending], pairs: int) -> tuple[Mode, ...]:
    """Return where each start ends, the model's own first."""
    found = [Mode("the model's own", own.matches, 0.0, 0.0)]
    for start in starts:
        end = run(start)
        found.append(
            Mode(
                start.name,
                end.matches,
                1000.0 * (end.likelihood - own.likelihood) / max(pairs, 1),
                float(np.abs(end.m - own.m).max(initial=0.0)),
            )
        )
    return tuple(found)


def mode_findings(modes: Sequence[Mode], pairs: int) -> Iterator[Finding]:
    """Return the best of the other solutions that fit as well as the model's own."""
    if not modes or not pairs:
        return
    own = modes[0]
    others = [mode for mode in modes[1:] if _differs(own, mode) and mode.likelihood > -ALIKE]
    if not others:
        return
    best = max(others, key=lambda mode: mode.likelihood)
    ratio = max(best.expected_matches, 1.0) / max(own.expected_matches, 1.0)
    is_another = ratio < 1 / OTHER_WORLD
    is_large = max(own.expected_matches, best.expected_matches) >= LEAST_MATCHES
    is_serious = best.likelihood > 0 and is_another and is_large
    yield Finding(
        "several_modes", "serious" if is_serious else "warning",
        f"Another start ({best.start}) ends with {best.expected_matches:,.0f} expected matches where the model has "
        f"{own.expected_matches:,.0f}, and fits {'better' if best.likelihood > 0 else 'about as well'} "
        f"({best.likelihood:+.3g} log-likelihood for each 1,000 pairs). The pairs do not say which is right.",
        "Learn m from an identifier or from labels, fix what is known, or leave out fields that repeat each other.",
        best.likelihood, -ALIKE,
    )  # fmt: skip


def _differs(own: Mode, mode: Mode) -> bool:
    gap = abs(mode.expected_matches - own.expected_matches)
    return mode.distance > SAME_M or gap > SAME_MATCHES * max(own.expected_matches, 1.0)
