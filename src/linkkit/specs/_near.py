"""Near: the rule that pairs records whose texts are alike, however large the product."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from linkkit.errors import SpecError, did_you_mean
from linkkit.values import canonical

from ._measures import BIT_SIMILARITIES

__all__ = ["NEAR_METRICS", "Near"]

# Metrics that a similarity join takes, and whether less is nearer.
NEAR_METRICS = {
    "jaro_winkler": False, "jaro": False, "osa_similarity": False, "levenshtein_similarity": False,
    "osa": True, "levenshtein": True, **dict.fromkeys(BIT_SIMILARITIES, False),
}  # fmt: skip
# Similarities that bound in how many places two filters differ.
_SAMPLED_METRICS = ("dice_bits", "jaccard_bits", "hamming_bits")


@dataclass(frozen=True)
class Near:
    """Pairs of records whose texts are near each other, the same texts included (a similarity join).

    Parameters
    ----------
    column
        Field or column expression; a record that misses it makes no pair.
    metric
        ``jaro_winkler``, ``jaro``, ``osa_similarity``, ``levenshtein_similarity``, a distance in edits: ``osa``,
        ``levenshtein``; or of bit filters ``dice_bits``, ``jaccard_bits``, ``overlap_bits``, ``hamming_bits``.
    bound
        The least similarity, in (0, 1], or the greatest distance.
    on
        Columns of single values on which a pair agrees besides.
    crossed_with
        A second column: the column of each record is near this column of the other, both ways, as where given name
        and surname were exchanged.
    cap
        Values that more records hold than this make no pair, and are reported; None keeps every value.
    completeness
        Of bit filters: the share, in (0, 1), of the pairs at exactly the bound that is expected to be found at the
        least; of more similar pairs it is higher. Filters are compared that agree on all sampled bits of one of several
        tables (Hamming LSH), where that is less work than every two. None: every pair.
    seed
        From which the sampled bits are drawn.

    Examples
    --------
    >>> Near("surname", "jaro_winkler", 0.92, on=("postcode",))
    near('surname', 'jaro_winkler', 0.92, on=('postcode',))
    >>> Near("clk", "dice_bits", 0.8, completeness=0.95)
    near('clk', 'dice_bits', 0.8, completeness=0.95)
    """

    column: str
    metric: str = "jaro_winkler"
    bound: float = 0.92
    on: tuple[str, ...] = ()
    crossed_with: str | None = None
    cap: int | None = None
    completeness: float | None = None
    seed: int = 1
    kind: Literal["near"] = field(default="near", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "column", canonical(self.column))
        object.__setattr__(self, "on", tuple(dict.fromkeys(canonical(column) for column in self.on)))
        if self.crossed_with is not None:
            object.__setattr__(self, "crossed_with", canonical(self.crossed_with))
        if self.metric not in NEAR_METRICS:
            hint = did_you_mean(self.metric, tuple(NEAR_METRICS)) or f" Known: {', '.join(NEAR_METRICS)}."
            raise SpecError(f"near() cannot join values by {self.metric!r}.{hint}")
        object.__setattr__(self, "bound", float(self.bound))
        if self.is_distance and not 0 <= self.bound < float("inf"):
            raise SpecError(f"near(bound=) of {self.metric!r} is a number of edits, 0 or more; got {self.bound:g}.")
        if not self.is_distance and not 0 < self.bound <= 1:
            raise SpecError(f"near(bound=) of {self.metric!r} must be above 0 and at most 1; got {self.bound:g}.")
        if self.crossed_with is not None and (self.is_distance or self.metric in BIT_SIMILARITIES):
            raise SpecError(f"near(crossed_with=) takes a similarity such as 'jaro_winkler'; got {self.metric!r}.")
        if self.cap is not None and self.cap < 1:
            raise SpecError(f"near(cap=) must be at least 1 record; got {self.cap}.")
        self._check_completeness()

    def _check_completeness(self) -> None:
        if self.completeness is None:
            if self.seed != 1:
                raise SpecError("near(seed=) draws the sampled bits of near(completeness=), and says nothing without.")
            return
        if self.metric not in _SAMPLED_METRICS:
            raise SpecError(
                f"near(completeness=) is for similarities that bound in how many bits two filters differ: "
                f"{', '.join(_SAMPLED_METRICS)}; got {self.metric!r}. Leave it out to join every pair of values."
            )
        if isinstance(self.completeness, bool | str) or not 0 < self.completeness < 1:
            raise SpecError(
                f"near(completeness=) must be above 0 and below 1; got {self.completeness!r}. Leave it out to find "
                "every pair."
            )
        if type(self.seed) is not int or not 0 <= self.seed < 2**63:
            raise SpecError(f"near(seed=) must be a whole number from 0 on; got {self.seed!r}.")
        object.__setattr__(self, "completeness", float(self.completeness))

    def __repr__(self) -> str:
        parts = [repr(self.column), repr(self.metric), f"{self.bound:g}"]
        parts += [f"on={self.on!r}"] if self.on else []
        parts += [f"crossed_with={self.crossed_with!r}"] if self.crossed_with is not None else []
        parts += [f"cap={self.cap}"] if self.cap is not None else []
        parts += [f"completeness={self.completeness!r}"] if self.completeness is not None else []
        parts += [f"seed={self.seed}"] if self.seed != 1 else []
        return f"near({', '.join(parts)})"

    @property
    def is_distance(self) -> bool:
        """Whether less is nearer."""
        return NEAR_METRICS[self.metric]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        crossed = () if self.crossed_with is None else (self.crossed_with,)
        return (self.column, *crossed, *self.on)
