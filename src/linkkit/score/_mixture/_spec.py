"""Mixture: the spec of a scorer for one similarity of whole records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from linkkit.errors import SpecError, did_you_mean
from linkkit.score._diagnosis._catalogue import FINDINGS

__all__ = ["Mixture"]


@dataclass(frozen=True)
class Mixture:
    """Learn what one similarity says, as a mixture of matches and others: for a record-level encoding, without truth.

    The plan has one comparison, of many levels in equal steps of a similarity. The pairs at each level are divided into
    matches and others: two smooth curves, whose ratio rises with the similarity. In files that hold each person once,
    pairs compete for records, which tells the two apart: the pairs that are second to a match are no matches. Without
    that, matches are what stands out above the falling curve of the others, so that many similar relatives can be
    taken for matches.

    Parameters
    ----------
    unique
        Names of the datasets that hold each person once. Of two datasets, a record has then one match at most in the
        other.
    max_iterations, tolerance
        Expectation-maximisation stops when it moves less than this share of the matches, or at the limit.
    repeats
        How often records (or, without competition, counts) are drawn again for the interval of the number of matches;
        0 for none.
    seed
        Seed of these draws.
    accept
        Names of serious findings that shall not stop the linkage (see :data:`FINDINGS`), or ``"all"``.

    Notes
    -----
    A threshold on a similarity says nothing of how many links are right; a calibrated mixture does (Belin and Rubin,
    A method for calibrating false-match rates in record linkage, JASA 90, 1995). They fit two normal curves to
    transformed weights and learn the transformation from labels. Here curves are smoothed counts (Eilers and Marx,
    Flexible smoothing with B-splines and penalties, Statistical Science 11, 1996), since matches with and without
    errors, strangers and relatives make no normal curves, and nothing is labelled. The weight is that of Fellegi and
    Sunter (JASA 64, 1969): log2 of the odds at a level.

    Examples
    --------
    >>> Mixture(unique=["hospital", "register"])
    Mixture(unique=('hospital', 'register'), max_iterations=300, tolerance=0.0001, repeats=20, seed=1, accept=())
    """

    unique: tuple[str, ...] = ()
    max_iterations: int = 300
    tolerance: float = 1e-4
    repeats: int = 20
    seed: int = 1
    accept: tuple[str, ...] = ()
    kind: Literal["mixture"] = field(default="mixture", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        for several in ("unique", "accept"):  # one name may stand for itself
            named: Any = getattr(self, several)
            object.__setattr__(self, several, (named,) if isinstance(named, str) else tuple(named))
        for name, least in {"max_iterations": 1, "repeats": 0, "seed": 0}.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise SpecError(f"Mixture({name}=) must be a whole number of at least {least}; got {value!r}.")
        if not 0 < self.tolerance < 1:
            raise SpecError(f"Mixture(tolerance=) must lie between 0 and 1; got {self.tolerance}.")
        for name in self.accept:
            if name != "all" and name not in FINDINGS:
                raise SpecError(f"accept names {name!r}, which is no finding.{did_you_mean(name, FINDINGS)}")
