"""The cheapest set of drivers such that every pattern of agreement above a threshold has one: exact, without listing
the patterns.

A pattern is a *rank* in each comparison: 0 for the grade that adds most, and so on; the last stands for no agreement
that a rule could enumerate. A *driver* asks for a rank or better in a few comparisons. The patterns above a threshold
are closed upwards, so only the least of them matter, those that lose the threshold with any agreement less. They are
found as they are needed: solve the cover of those known, ask for a pattern that it misses, take it up, and again, until
nothing is missed. That last question is the proof.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Ladder", "Ladders", "cheapest_cover", "missed_pattern"]

Floats = NDArray[np.float64]
Columns = NDArray[np.int16]
Ranks = tuple[int, ...]
# A pattern this near below the threshold counts as above: sums of bits differ in their last digits.
_NEARLY = 1e-9
_MOST_JOINED = 3
_MOST_ROUNDS = 400
# How often costs are worked out with care and the cover is solved again.
_MOST_WEIGHED = 5


@dataclass(frozen=True)
class Ladder:
    """What a comparison adds at each rank: bits for a match and for relatives, the best first.

    The last rank is that of no agreement. Use :meth:`of`, which makes a better rank never worse.
    """

    bits: tuple[float, ...]
    kin: tuple[float, ...]

    @classmethod
    def of(cls, bits: Sequence[float], kin: Sequence[float], rest: Sequence[tuple[float, float]]) -> Ladder:
        """Make a ladder of grades, and of all those (bits, kin) that no rule enumerates.

        A rank's bits become the most of it and all after it, and its kin no more than keeps it the best whatever
        else the pair has; both only raise the bound of a pattern.
        """
        best = max(rest)
        useful = [one for one in rest if best[0] - one[0] < best[1] - one[1] or one == best]
        new_bits, new_kin = [best[0]], [min(one[1] for one in useful)]
        for own, for_kin in zip(reversed(bits), reversed(kin), strict=True):
            raised = max(own, new_bits[0])
            limit = min(after + raised - added for added, after in zip(new_bits, new_kin, strict=True))
            new_bits.insert(0, raised)
            new_kin.insert(0, min(for_kin, limit))
        return cls(tuple(new_bits), tuple(new_kin))

    @property
    def none(self) -> int:
        """The rank of no agreement."""
        return len(self.bits) - 1


@dataclass(frozen=True)
class Ladders:
    """All comparisons, the prior of a match and that of relatives."""

    ladders: tuple[Ladder, ...]
    prior: float
    kin_prior: float

    def reach(self, ranks: Ranks) -> float:
        """Return the most bits of a pattern: it falls as ranks rise."""
        total, kin = self.prior, self.kin_prior
        for ladder, rank in zip(self.ladders, ranks, strict=True):
            total += ladder.bits[rank]
            kin += ladder.kin[rank]
        return total if kin == -np.inf else total - float(np.logaddexp2(0.0, kin))

    def least(self, ranks: Ranks, floor: float, order: Sequence[int]) -> Ranks:
        """Return a pattern that keeps the floor with as few agreements as can be, given up in an order."""
        found = list(ranks)
        for place in order:
            for rank in range(self.ladders[place].none, found[place], -1):
                tried = (*found[:place], rank, *found[place + 1 :])
                if self.reach(tried) >= floor - _NEARLY:
                    found[place] = rank
                    break
        return tuple(found)


Driver = tuple[tuple[int, int], ...]


def missed_pattern(ladders: Ladders, drivers: Sequence[Driver], floor: float) -> Ranks | None:
    """Return a pattern above the floor that no driver covers; None where there is none.

    A driver asks for pairs (comparison, worst rank).

    Examples
    --------
    >>> two = Ladders((Ladder((10.0, 0.0), (0.0, 0.0)), Ladder((9.0, 0.0), (0.0, 0.0))), -8.0, -np.inf)
    >>> missed_pattern(two, [((0, 0),)], 0.0), missed_pattern(two, [((0, 0),), ((1, 0),)], 0.0)
    ((1, 0), None)
    """

    def search(ranks: Ranks, left: Sequence[Driver]) -> Ranks | None:
        if ladders.reach(ranks) < floor - _NEARLY:
            return None
        holding = [driver for driver in left if all(ranks[place] <= worst for place, worst in driver)]
        if not holding:
            return ranks
        driver = min(holding, key=len)
        for place, worst in driver:
            if worst < ladders.ladders[place].none:
                found = search((*ranks[:place], worst + 1, *ranks[place + 1 :]), holding)
                if found is not None:
                    return found
        return None

    return search((0,) * len(ladders.ladders), drivers)


def cheapest_cover(
    ladders: Ladders, cost: Callable[[Driver], float], guess: Callable[[Columns], Floats], floor: float
) -> tuple[tuple[Driver, ...], Ranks | None]:
    """Return drivers that cover every pattern above a floor, at about the least cost.

    Parameters
    ----------
    ladders
        The comparisons.
    cost
        What a driver costs, worked out with care: asked of the few that are chosen.
    guess
        About what each of many drivers costs: rows of the worst rank asked of each comparison, the last rank where
        nothing is asked.
    floor
        The threshold in bits.

    Returns
    -------
    tuple of drivers, and None; or no driver and a pattern above the floor that has nothing to ask for.
    """
    known: dict[Driver, float] = {}
    patterns: set[Ranks] = set()
    columns = _columns(ladders)
    covers = np.zeros((len(columns), 0), bool)
    guessed = guess(columns)
    chosen: tuple[Driver, ...] = ()
    weighed = 0
    best: tuple[float, tuple[Driver, ...]] = (np.inf, ())
    for _ in range(_MOST_ROUNDS):
        missed = missed_pattern(ladders, chosen, floor)
        if missed is not None:
            new = {ladders.least(missed, floor, order) for order in _orders(len(ladders.ladders))}
            bare = [one for one in new if all(r == each.none for r, each in zip(one, ladders.ladders, strict=True))]
            if bare:
                return (), bare[0]
            added = np.array(sorted(new - patterns)).reshape(-1, len(ladders.ladders))
            covers = np.hstack([covers, _covers(columns, added)])
            patterns |= new
        else:
            settled = weighed == _MOST_WEIGHED or all(driver in known for driver in chosen)
            weighed += 1
            known.update({driver: cost(driver) for driver in chosen if driver not in known})
            best = min(best, (sum(known[driver] for driver in chosen), chosen))
            if settled:
                break
        chosen = _solved(columns, covers, guessed, known, ladders)
    chosen = best[1] if best[0] < np.inf else _completed(ladders, chosen, columns, guessed, floor)
    return tuple(sorted(chosen, key=lambda driver: (cost(driver), driver))), None


def _completed(
    ladders: Ladders, chosen: tuple[Driver, ...], columns: Columns, guess: Floats, floor: float
) -> tuple[Driver, ...]:
    """Add drivers until nothing is missed: where the rounds ran out, completeness still holds."""
    while (missed := missed_pattern(ladders, chosen, floor)) is not None:
        fitting = _covers(columns, np.array([missed]))[:, 0]
        chosen = (*chosen, _driver(columns[int(np.argmin(np.where(fitting, guess, np.inf)))], ladders))
    return chosen


def _orders(size: int) -> Iterator[tuple[int, ...]]:
    """Orders in which agreements are given up: each comparison in turn is the first, and each the last."""
    for first in range(size):
        turned = (*range(first, size), *range(first))
        yield turned
        yield turned[::-1]


def _columns(ladders: Ladders) -> Columns:
    """Every driver of up to three comparisons: the worst rank asked of each, or the last where nothing is asked."""
    none = [ladder.none for ladder in ladders.ladders]
    rows = []
    for size in range(1, min(_MOST_JOINED, len(none)) + 1):
        for places in itertools.combinations([p for p, last in enumerate(none) if last], size):
            ranks = np.meshgrid(*(np.arange(none[place]) for place in places), indexing="ij")
            made = np.tile(np.array(none, np.int16), (ranks[0].size, 1))
            for place, values in zip(places, ranks, strict=True):
                made[:, place] = values.ravel()
            rows.append(made)
    return np.concatenate(rows) if rows else np.empty((0, len(none)), np.int16)


def _solved(
    columns: Columns, covers: NDArray[np.bool_], guess: Floats, known: dict[Driver, float], ladders: Ladders
) -> tuple[Driver, ...]:
    """Return the cheapest drivers that cover the patterns known so far."""
    places, costs = _worth_asking(columns, covers, guess, known, ladders)
    covers = covers[places]
    distinct = _cheapest_of_each(covers, costs)
    solve = _milp if covers[distinct].size <= _MOST_CELLS else _greedy
    chosen = solve(covers[distinct], costs[distinct])
    return tuple(_driver(columns[place], ladders) for place in places[distinct[chosen]])


def _worth_asking(
    columns: Columns, covers: NDArray[np.bool_], guess: Floats, known: dict[Driver, float], ladders: Ladders
) -> tuple[NDArray[np.int64], Floats]:
    """Return the columns that cover a pattern, and their costs: as worked out, else as guessed."""
    places = np.flatnonzero(covers.any(axis=1))
    costs = guess[places].copy()
    if known:
        where = {columns[place].tobytes(): number for number, place in enumerate(places)}
        for driver, value in known.items():
            number = where.get(_row(driver, ladders).tobytes())
            if number is not None:
                costs[number] = value
    return places, costs


def _covers(columns: Columns, patterns: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which columns cover which patterns: shape (columns, patterns)."""
    found = np.ones((len(columns), len(patterns)), bool)
    for place in range(columns.shape[1]):
        found &= patterns[:, place][None, :] <= columns[:, place][:, None]
    return found


def _cheapest_of_each(covers: NDArray[np.bool_], costs: Floats) -> NDArray[np.int64]:
    """Of columns that cover the same patterns, the cheapest; ties go to the first."""
    order = np.lexsort((np.arange(len(costs)), costs))
    packed = np.packbits(covers[order], axis=1)
    _, first = np.unique(packed, axis=0, return_index=True)
    return np.sort(order[first])


# Costs are estimates: a choice within a tenth of the cheapest is as good. Nodes are limited rather than time, so that
# the same records always get the same rules.
_NEAR_ENOUGH, _MOST_NODES = 0.1, 20
# Where there are more drivers times patterns than this, the best is not looked for: taking the cheapest for what it
# adds, again and again, is seldom much dearer.
_MOST_CELLS = 20_000


def _milp(covers: NDArray[np.bool_], costs: Floats) -> NDArray[np.int64]:
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    scaled = costs / max(float(costs.min(initial=np.inf)), 1e-9)
    constraint = LinearConstraint(csr_array(covers.T.astype(np.float64)), lb=np.ones(covers.shape[1]))
    found = milp(
        np.minimum(scaled, 1e9), constraints=constraint, integrality=np.ones(len(costs), np.int64), bounds=Bounds(0, 1),
        options={"mip_rel_gap": _NEAR_ENOUGH, "node_limit": _MOST_NODES},
    )  # fmt: skip
    if found.x is None:
        return _greedy(covers, costs)
    return np.flatnonzero(found.x > 0.5)


def _greedy(covers: NDArray[np.bool_], costs: Floats) -> NDArray[np.int64]:
    """Cover by taking, again and again, what costs least for each pattern it adds."""
    left, chosen = np.ones(covers.shape[1], bool), []
    while left.any():
        gain = covers[:, left].sum(axis=1)
        best = int(np.argmin(np.where(gain > 0, costs / np.maximum(gain, 1), np.inf)))
        chosen.append(best)
        left &= ~covers[best]
    return np.array(sorted(chosen))


def _driver(column: Columns, ladders: Ladders) -> Driver:
    return tuple(
        (place, int(rank))
        for place, (rank, ladder) in enumerate(zip(column, ladders.ladders, strict=True))
        if rank < ladder.none
    )


def _row(driver: Driver, ladders: Ladders) -> Columns:
    row = np.array([ladder.none for ladder in ladders.ladders], np.int16)
    for place, rank in driver:
        row[place] = rank
    return row
