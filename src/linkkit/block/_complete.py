"""Rules that make every pair above a threshold: complete blocking, derived from a model."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkkit.dataset import Dataset
from linkkit.errors import SpecError
from linkkit.records import LinkType, Records
from linkkit.specs import EveryPair, Near, On, Rule
from linkkit.weights import least_weight, probability

from ._cover import Driver, Ladder, Ladders, cheapest_cover
from ._enclose import Agreement, Conjunction, conjoined, rule_of, simplified
from ._evidence import Evidence, Grade, ScoringModel, evidence_of
from ._join_seconds import join_seconds
from ._merged import merged_rules
from ._shares import Shares

__all__ = ["CompleteRules", "complete"]

Floats = NDArray[np.float64]
# Seconds, on one core: a pair looked at; a record grouped.
_A_PAIR, _A_RECORD = 3e-8, 5e-7
# An agreement that more than so large a share of pairs has narrows nothing down.
_MOST_SHARE = 0.25
_MOST_RULES = 200


@dataclass(frozen=True, eq=False)
class CompleteRules(Sequence[Rule]):
    """Blocking rules that make every pair whose weight reaches a floor, and what they cost.

    A sequence of ordinary rules: give it wherever rules are taken.

    Parameters
    ----------
    rules
        The rules: those of equality, then the others; of each kind those that make fewest pairs first.
    weight
        The floor in bits, the prior included.
    pairs
        For each rule about how many pairs it makes.
    seconds
        About how long making and grading the pairs takes on one core.
    every_pair
        How many pairs the whole product has.
    findings
        What is to be known of the rules, in words.
    """

    rules: tuple[Rule, ...]
    weight: float
    pairs: tuple[float, ...]
    seconds: float
    every_pair: int
    findings: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.rules)

    def __getitem__(self, place: Any) -> Any:
        return self.rules[place]

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    @property
    def pair_count(self) -> float:
        """About how many pairs the rules make together, a pair of two rules counted twice."""
        return float(sum(self.pairs))

    @property
    def guarantee(self) -> str:
        """What the rules promise, in a sentence."""
        chance = float(probability(np.array([self.weight]))[0])
        return (
            f"Every pair of weight {self.weight:.2f} bits or more (probability {chance:.3g}) is made by one of "
            f"{len(self.rules)} rules."
        )

    def __repr__(self) -> str:
        lines = [self.guarantee]
        width = max((len(repr(rule)) for rule in self.rules), default=0)
        lines += [f"  {rule!r:<{width}}  {pairs:>15,.0f}" for rule, pairs in zip(self.rules, self.pairs, strict=True)]
        share = self.pair_count / max(self.every_pair, 1)
        lines.append(f"About {self.pair_count:,.0f} pairs ({share:.3g} of all), {self.seconds:.1f} s on one core.")
        return "\n".join([*lines, *self.findings])


def complete(
    model: ScoringModel,
    *inputs: Dataset | Records,
    at_least: float | None = 0.5,
    weight: float | None = None,
    frequencies: Mapping[str, Mapping[str, float]] | None = None,
    link_type: LinkType | None = None,
) -> CompleteRules:
    """Return rules that make every pair which a model would score at a threshold or above.

    Weights add up, so a pair above the threshold must agree on some fields: the least sets of agreements that reach
    it follow from the weights, the prior, the family alternative and the most that term frequencies can add. The
    rules are the cheapest that cover all of them. No pair is made: the cost is estimated from the records.

    Parameters
    ----------
    model
        A Fellegi-Sunter model.
    *inputs
        The datasets that are to be linked, or their :class:`~linkkit.records.Records`.
    at_least
        The threshold as a probability.
    weight
        The threshold in bits, the prior included; the higher of the two counts where both are given.
    frequencies
        A table of value frequencies that the model is to be scored with, in place of those of the records.
    link_type
        As in :func:`candidate_pairs`.

    Returns
    -------
    CompleteRules
        The rules; printed, they show the guarantee and the cost.

    Raises
    ------
    SpecError
        Where the model is none whose weights add up, or the threshold is no probability above 0.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.compare import exact
    >>> from linkkit.score import by_hand
    >>> names = [f"Name {number // 2}" for number in range(40)]
    >>> people = Dataset(pd.DataFrame({"id": range(40), "surname": names, "sex": ["f", "m"] * 20}))
    >>> model = by_hand(
    ...     [exact("surname"), exact("sex")],
    ...     {"surname": (0.9, 0.1), "sex": (0.98, 0.02)}, {"surname": (0.01, 0.99), "sex": (0.5, 0.5)}, prior=0.05,
    ... )
    >>> complete(model, people).rules
    (on('surname'),)
    """
    records = _records(inputs, link_type)
    floor = least_weight(at_least if weight is None or at_least != 0.5 else None, weight)
    if not np.isfinite(floor):
        raise SpecError("complete() needs a threshold: at_least= above 0 and below 1, or weight= in bits.")
    evidence = evidence_of(model, records, frequencies)
    return _Plan(records, evidence, floor).rules()


class _Plan:
    """The way from evidence to rules."""

    def __init__(self, records: Records, evidence: Evidence, floor: float) -> None:
        self.records = records
        self.evidence = evidence
        self.floor = floor
        self.shares = Shares(records)
        self._join_seconds: dict[Rule, float] = {}
        self._costs: dict[Driver, tuple[tuple[Rule, ...], tuple[float, ...], float]] = {}
        climbs = [self._climb(grades) for grades in evidence.grades]
        self.ladders = Ladders(tuple(one[0] for one in climbs), evidence.prior, evidence.kin_prior)
        self.offers = [one[1] for one in climbs]

    def rules(self) -> CompleteRules:
        """Return the cheapest rules."""
        total = self.records.pair_count
        drivers, bare = cheapest_cover(self.ladders, lambda driver: self._cost(driver)[2], self._guess, self.floor)
        if bare is not None:
            return self._everything(
                "No agreement that rules could enumerate is needed to reach the threshold: only every_pair() is "
                "complete. Ask for a higher threshold, or compare more fields."
            )
        made = [self._cost(driver) for driver in drivers]
        merged = merged_rules([pair for rules, pairs, _ in made for pair in zip(rules, pairs, strict=True)])
        seconds = self._seconds(merged)
        # Whether a rule of equality made a pair is seen at a glance; whether another did takes a comparison of values,
        # so those stand last.
        merged.sort(key=lambda one: not self._is_equality(one[0]))
        if seconds >= total * _A_PAIR or len(merged) > _MOST_RULES:
            return self._everything("every_pair() costs no more than rules that make all pairs above the threshold.")
        return CompleteRules(
            tuple(rule for rule, _ in merged), self.floor, tuple(pairs for _, pairs in merged), seconds, total
        )

    def _is_equality(self, rule: Rule) -> bool:
        return isinstance(rule, On) and not any(self.shares.holds_sets(column) for column in rule.columns)

    def _everything(self, finding: str) -> CompleteRules:
        total = self.records.pair_count
        return CompleteRules((EveryPair(),), self.floor, (float(total),), total * _A_PAIR, total, (finding,))

    def _climb(self, grades: Sequence[Grade]) -> tuple[Ladder, list[tuple[Conjunction, ...]]]:
        """Return a comparison's ladder, and what rules enumerate of each rank or better."""
        offered = sorted((one for one in grades if one.alternatives is not None), key=lambda one: -one.bits)
        rest = [one for one in grades if one.alternatives is None]
        taken: list[Grade] = []
        offers: list[tuple[Conjunction, ...]] = []
        for place, grade in enumerate(offered):
            assert grade.alternatives is not None
            offer = simplified([*(offers[-1] if offers else ()), *grade.alternatives], self.records)
            if self._share(offer) > _MOST_SHARE:
                rest += offered[place:]
                break
            taken.append(grade)
            offers.append(offer)
        ladder = Ladder.of(
            [one.bits for one in taken], [one.kin for one in taken], [(one.bits, one.kin) for one in rest]
        )
        return ladder, offers

    def _guess(self, columns: NDArray[np.int16]) -> Floats:
        """About how many seconds each of many drivers takes, as if agreements came independently."""
        pairs = np.full(len(columns), float(self.records.pair_count))
        rules, joins = np.ones(len(columns)), np.zeros(len(columns))
        asked = sum((columns[:, place] < ladder.none).astype(int) for place, ladder in enumerate(self.ladders.ladders))
        for place, offers in enumerate(self.offers):
            rank = columns[:, place]
            alone = np.array([*(self._share(offer) for offer in offers), 1.0])
            beside = np.array([*(self._share(map(_uncapped, offer)) for offer in offers), 1.0])
            pairs *= np.where(asked > 1, beside[rank], alone[rank])
            rules *= np.array([*(len(offer) for offer in offers), 1])[rank]
            joins += np.array([*(self._joins(offer) for offer in offers), 0.0])[rank]
        return np.asarray(pairs * _A_PAIR + rules * len(self.records) * _A_RECORD + joins)

    def _joins(self, offer: Iterable[Conjunction]) -> float:
        return sum(self._join(self._rule(conjunction)[0]) for conjunction in offer)

    def _share(self, offer: Iterable[Conjunction]) -> float:
        return min(sum(self._rule(conjunction)[1] for conjunction in offer), 1.0)

    def _rule(self, conjunction: Conjunction) -> tuple[Rule, float]:
        asked = [*conjunction, *(replace(one, cap=None) for one in conjunction)]
        share = {one: self.shares.of(one) for one in asked}
        return rule_of(conjunction, {one.column: self.shares.holds_sets(one.column) for one in conjunction}, share)

    def _cost(self, driver: Driver) -> tuple[tuple[Rule, ...], tuple[float, ...], float]:
        """Return the rules of a driver, the pairs of each, and about how many seconds they take."""
        if driver not in self._costs:
            alternatives: list[Conjunction] = [frozenset()]
            for place, rank in driver:
                alternatives = conjoined(alternatives, self.offers[place][rank])
            found = [self._rule(conjunction) for conjunction in simplified(alternatives, self.records)]
            rules = tuple(rule for rule, _ in found)
            pairs = tuple(self._pairs(rule, share) for rule, share in found)
            self._costs[driver] = rules, pairs, self._seconds(list(zip(rules, pairs, strict=True)))
        return self._costs[driver]

    def _pairs(self, rule: Rule, share: float) -> float:
        """About how many pairs a rule makes: of several columns counted together, since they go together."""
        total = self.records.pair_count
        on = rule.columns if isinstance(rule, On) else rule.on if isinstance(rule, Near) else ()
        single = [column for column in on if not self.shares.holds_sets(column)]
        if len(single) < 2:
            return share * total
        alone = math.prod(self.shares.of(Agreement(column)) for column in single)
        together = self.shares.of_columns(single, rule.cap if isinstance(rule, On) and len(single) == len(on) else None)
        if isinstance(rule, On) and len(single) == len(on):
            return together * total
        return min(share * total * float(together / max(alone, 1e-300)), together * total)

    def _seconds(self, rules: Sequence[tuple[Rule, float]]) -> float:
        """About how many seconds some rules take together: those that ask for the same near values share the join."""
        joins = {
            (rule.column, rule.crossed_with, rule.metric, rule.bound, rule.cap): self._join(rule)
            for rule, _ in rules
            if isinstance(rule, Near)
        }
        pairs, grouped = sum(count for _, count in rules), len(rules) * len(self.records)
        return pairs * _A_PAIR + grouped * _A_RECORD + sum(joins.values())

    def _join(self, rule: Rule) -> float:
        if rule not in self._join_seconds:
            self._join_seconds[rule] = join_seconds(self.records, rule)
        return self._join_seconds[rule]


def _uncapped(conjunction: Conjunction) -> Conjunction:
    """The same agreements on values however common: a cap says little beside other columns."""
    return frozenset(replace(one, cap=None) for one in conjunction)


def _records(inputs: Sequence[Dataset | Records], link_type: LinkType | None) -> Records:
    if len(inputs) == 1 and isinstance(inputs[0], Records):
        return inputs[0]
    datasets = [one for one in inputs if isinstance(one, Dataset)]
    if not datasets or len(datasets) < len(inputs):
        raise SpecError("complete() takes a model, and then the datasets that are to be linked, or their Records.")
    return Records(datasets, link_type)
