"""A screen before the sieve: most pairs of complete rules are dropped by a few words of their records.

A pair's bits are at most what the best grades that its words allow would give it. A text's words bound its
similarity, a code's or a date's word tells its grade; what is not known counts as the best that it can be, so that no
pair above the floor is ever dropped. Grades that an earlier rule has made all pairs of are no pair's of this rule.
Which gauges are worth reading, and in what order, is chosen for each rule from a sample of its pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from linkkit.engine import Sieve
from linkkit.specs import Compiled, Rule

from ._grading import Grading
from ._made_before import Made, made_before
from ._screen_gauges import LookUps, ScreenGauge, Words
from .kernels.screen import best_grades, screen

__all__ = ["RuleScreen", "Screen"]

U32 = NDArray[np.uint32]
I32 = NDArray[np.int32]
Floats = NDArray[np.float64]
# Steps to a bit; sums of no more bits than these are far below what 32 bits hold.
_STEPS, _MOST_BITS = 2**12, 2.0**15
# A gauge is read where it takes away so many bits in the mean for each unit of its cost; a finer screen reads more.
_COARSE, _FINE = 0.1, 0.02
# A finer screen is chosen from so many pairs of the sample at least.
_FEW = 32


class Screen:
    """What is known of the records of a linkage, and the bits that it allows.

    Parameters
    ----------
    grading, compiled, sieve
        What pairs are graded by, and what lets them through; the sieve's bits must be finite.
    """

    def __init__(self, grading: Grading, compiled: Compiled, sieve: Sieve) -> None:
        words = Words()
        self._records, self._compiled, self._sieve = grading.records, compiled, sieve
        known = [words.gauge(grader) for grader in grading.graders]
        # Fewer bits than these decide as much: not even the best of all others makes up for them.
        self._lowest = -_size_of(sieve) - 1.0
        self._gauges: list[tuple[ScreenGauge | None, ...]] = []
        self._bits: list[Floats] = []
        for place, table in enumerate(compiled.tables):
            gauges, most = [known[gauge] for gauge in table.gauges], sieve.most[place]
            rarity = sieve.rarity_of(place)
            if rarity is not None:
                gauges.append(words.rarity(rarity.classes))
                most = rarity.most
            self._gauges.append(tuple(gauges))
            self._bits.append(np.maximum(most, self._lowest)[table.levels])
        self._words = words.table(len(grading.records))
        self._look_ups = LookUps.of(words)

    @staticmethod
    def fits(sieve: Sieve) -> bool:
        """Tell whether bits can be added up in whole steps."""
        return bool(np.isfinite(sieve.slack)) and _size_of(sieve) < _MOST_BITS

    def of_rule(self, rule: Rule, earlier: Sequence[Rule], left: U32, right: U32) -> RuleScreen:
        """Return the screen for the pairs of a rule, chosen from some of them, that no earlier rule makes."""
        made = made_before(self._records, self._compiled, rule, earlier)
        bits = [self._left_by(place, made) for place in range(len(self._bits))]
        most = np.empty((len(self._records), len(bits)), np.int32)
        for place, one in enumerate(bits):
            rarity = self._sieve.rarity_of(place)
            if rarity is None:
                most[:, place] = _steps(one.max(keepdims=True)).ravel()
            else:
                by_class = np.maximum.accumulate(one.reshape(-1, one.shape[-1]).max(axis=0))
                most[:, place] = _steps(by_class)[rarity.classes]
        # One more for each comparison, since bits are rounded up one by one.
        slack = most.sum(axis=1, dtype=np.int32) - np.int32(np.floor(self._sieve.floor * _STEPS) - len(bits))
        whole = RuleScreen(self._words, self._look_ups, slack, most)
        coarse = self._chosen(whole, bits, left, right, _COARSE)
        kept = coarse.kept(left, right)
        if len(kept) < _FEW:
            return coarse
        return replace(coarse, then=self._chosen(whole, bits, left[kept], right[kept], _FINE))

    def _left_by(self, place: int, made: Sequence[Made]) -> Floats:
        """Return the most bits of a comparison's grades, those that are made already out of reach."""
        gauges = self._compiled.tables[place].gauges
        rarity = self._sieve.rarity_of(place)
        bits = self._bits[place].copy()
        for one in made:
            if one.gauge not in gauges:
                continue
            within = [slice(None)] * bits.ndim
            within[gauges.index(one.gauge)] = slice(1, one.grades + 1)
            if one.cap is not None:
                column = self._records.encoded(one.column)
                rare = column.counts()[column.codes] <= one.cap
                if rarity is None:
                    if not rare.all():
                        continue
                else:
                    common = rarity.classes[~rare]
                    within[-1] = slice(int(common.max(initial=0)) + 1, None)
            bits[tuple(within)] = self._lowest
        return bits

    def _chosen(self, whole: RuleScreen, bits: Sequence[Floats], left: U32, right: U32, least: float) -> RuleScreen:
        """Choose the gauges that are worth reading for pairs such as these, and their order."""
        gauges = list({gauge: None for one in self._gauges for gauge in one if gauge is not None})
        grades = np.empty((len(gauges), len(left)), np.uint8)
        rows = np.array([_row(gauge, 0) for gauge in gauges], np.int64).reshape(-1, 6)
        best_grades(left, right, self._words, self._words.view(np.float64), rows, *self._look_ups, grades)
        found = dict(zip(gauges, grades, strict=True))
        scarcer = np.where(whole.slack[left] < whole.slack[right], left, right)
        able = np.flatnonzero(whole.slack[scarcer] >= 0)
        sample = {gauge: one[able] for gauge, one in found.items()}
        spare = whole.slack[scarcer[able]] / _STEPS
        choices = [
            _choice(
                place,
                _Readable(self._gauges[place], one),
                sample,
                whole.most[scarcer[able], place] / _STEPS,
                spare,
                least,
            )
            for place, one in enumerate(bits)
        ]
        chosen = sorted((one for one in choices if one.gauges), key=lambda one: -one.worth)
        return whole.reading(chosen)


@dataclass(frozen=True, eq=False)
class _Readable:
    """The gauges of one comparison that a screen can read, and the most bits by the grades of all of its gauges."""

    gauges: tuple[ScreenGauge | None, ...]
    bits: Floats

    def most(self, chosen: Sequence[int]) -> Floats:
        """Return the most bits by the best grades of some gauges, one axis each, in their order."""
        bits = self.bits
        for axis, gauge in enumerate(self.gauges):
            if axis not in chosen:
                bits = bits.max(axis=axis, keepdims=True)
            elif gauge is not None and not gauge.is_exact:
                bits = np.concatenate([bits.take([0], axis), _best_from(bits, axis)], axis)
        others = [axis for axis in range(bits.ndim) if axis not in chosen]
        return bits.transpose([*chosen, *others]).reshape([bits.shape[axis] for axis in chosen])


def _best_from(bits: Floats, axis: int) -> Floats:
    """Return for each grade but missing the best of it and all looser ones."""
    known = np.flip(bits.take(np.arange(1, bits.shape[axis]), axis), axis)
    return np.flip(np.maximum.accumulate(known, axis), axis)


@dataclass(frozen=True, eq=False)
class _Choice:
    """How one comparison is read: gauges, the most bits by their grades, and what that takes away for its cost."""

    place: int
    gauges: tuple[ScreenGauge, ...]
    bits: Floats
    worth: float


def _choice(
    place: int,
    readable: _Readable,
    grades: dict[ScreenGauge, NDArray[np.uint8]],
    most: Floats,
    spare: Floats,
    least: float,
) -> _Choice:
    """Leave out gauges one by one, each time the one that takes away least for what it costs; the others stay.

    Not the other way round: where a level can be reached in several ways, all of them have to be ruled out together.
    """

    def lost(axes: Sequence[int]) -> float:
        held = readable.most(axes)[tuple(grades[readable.gauges[axis]] for axis in axes)]  # type: ignore[index]
        return float(np.minimum(most - held, spare + 1.0).mean())

    costs = [0 if gauge is None else gauge.cost for gauge in readable.gauges]
    chosen = [axis for axis, gauge in enumerate(readable.gauges) if gauge is not None and len(spare)]
    of_all = lost(chosen) if chosen else 0.0
    while chosen:
        without = {axis: lost([one for one in chosen if one != axis]) for axis in chosen}
        axis = min(chosen, key=lambda axis: (of_all - without[axis]) / costs[axis])
        if of_all - without[axis] >= least * costs[axis]:
            break
        chosen.remove(axis)
        of_all = without[axis]
    picked = tuple(gauge for axis in chosen if (gauge := readable.gauges[axis]) is not None)
    return _Choice(place, picked, readable.most(chosen), of_all / max(sum(costs[axis] for axis in chosen), 1))


@dataclass(frozen=True, eq=False)
class RuleScreen:
    """The screen of one rule, as the kernel reads it; ``then`` looks closer at what it leaves."""

    words: NDArray[np.uint64]
    look_ups: LookUps
    slack: I32
    most: I32
    gauges: NDArray[np.int64] = field(default_factory=lambda: np.empty((0, 6), np.int64))
    comparisons: NDArray[np.int64] = field(default_factory=lambda: np.empty((0, 4), np.int64))
    bits: I32 = field(default_factory=lambda: np.zeros(1, np.int32))
    then: RuleScreen | None = None

    def reading(self, choices: Sequence[_Choice]) -> RuleScreen:
        """Return the screen that reads the chosen gauges."""
        gauges: list[tuple[int, ...]] = []
        comparisons, bits = [], [np.zeros(1, np.int32)]
        for choice in choices:
            strides = np.cumprod([1, *choice.bits.shape[:0:-1]])[::-1].tolist()
            comparisons.append((len(gauges), len(gauges) + len(strides), sum(map(len, bits)), choice.place))
            gauges += [_row(gauge, stride) for gauge, stride in zip(choice.gauges, strides, strict=True)]
            bits.append(_steps(choice.bits).ravel())
        return replace(
            self,
            gauges=np.array(gauges, np.int64).reshape(-1, 6),
            comparisons=np.array(comparisons, np.int64).reshape(-1, 4),
            bits=np.concatenate(bits),
        )

    def kept(self, left: U32, right: U32) -> NDArray[np.uint32]:
        """Return the places of the pairs that may reach the floor."""
        kept = np.empty(len(left), np.uint32)
        count = screen(
            left, right, self.words, self.words.view(np.float64), self.gauges, *self.look_ups, self.comparisons,
            self.bits, self.slack, self.most, kept,
        )  # fmt: skip
        kept = kept[:count]
        return kept if self.then is None else kept[self.then.kept(left[kept], right[kept])]


def _size_of(sieve: Sieve) -> float:
    """Return what no sum of bits exceeds, either way; levels that never happen left out."""
    return abs(sieve.floor) + sum(float(np.abs(most[np.isfinite(most)]).max(initial=0.0)) for most in sieve.most)


def _row(gauge: ScreenGauge, stride: int) -> tuple[int, ...]:
    return (gauge.kind, gauge.one, gauge.other, gauge.first, gauge.bounds, stride)


def _steps(bits: Floats) -> I32:
    """Return bits as whole steps, rounded up."""
    return np.ceil(bits * _STEPS).astype(np.int32)
