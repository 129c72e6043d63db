"""What the stages hand on: pairs, levels, patterns, scores. Pairs and levels are lazy: they know how to be made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .encoded import Codes, Encoded
from .engine import GradedPairs, PairChunk, PairSource, RuleCount
from .records import Records
from .specs import Comparison, Compiled, On, Rule

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Levels", "Pairs", "Patterns", "Scores"]

Rows = NDArray[np.uint32]
# Graded pairs are kept between passes where they take no more than this; beyond it they are made again.
HELD_PAIRS = 16_000_000
# Codes are looked up in a table where no more than this are possible.
LARGEST_TABLE = 2**21


class Pairs:
    """Candidate pairs: which they are is known, none is held.

    Iterating gives :class:`~linkkit.engine.PairChunk`. Each pair comes once, and belongs to the first rule that makes
    it.
    """

    def __init__(self, records: Records, rules: Sequence[Rule], source: PairSource) -> None:
        self.records = records
        self.rules = tuple(rules)
        self.source = source
        self._counts: tuple[RuleCount, ...] | None = None

    def __iter__(self) -> Iterator[PairChunk]:
        return self.source.chunks()

    def __repr__(self) -> str:
        return f"<Pairs of {self.records!r} by {len(self.rules)} rule{'s' if len(self.rules) != 1 else ''}>"

    def counts(self) -> tuple[RuleCount, ...]:
        """Count what each rule makes, before making pairs (a pair of two rules counts for both)."""
        if self._counts is None:
            self._counts = self.source.counts()
        return self._counts

    def count(self) -> int:
        """Count the pairs, each once, by making them."""
        return sum(len(chunk.left) for chunk in self)

    def to_pandas(self, most: int | None = 1_000_000) -> pd.DataFrame:
        """Return the pairs as a DataFrame: left_id, right_id, rule (with many datasets left_dataset, right_dataset
        too).

        Parameters
        ----------
        most
            Raise where there are more pairs than this; None for no limit.
        """
        chunks: list[PairChunk] = []
        total = 0
        for chunk in self:
            chunks.append(chunk)
            total += len(chunk.left)
            if most is not None and total > most:
                raise ValueError(
                    f"There are more than {most:,} pairs; raise the limit with most=, or iterate over the chunks."
                )
        left = np.concatenate([chunk.left for chunk in chunks]) if chunks else np.empty(0, np.uint32)
        right = np.concatenate([chunk.right for chunk in chunks]) if chunks else np.empty(0, np.uint32)
        rule = np.repeat([chunk.rule for chunk in chunks], [len(chunk.left) for chunk in chunks])
        frame = id_frame(self.records, left, right)
        frame["rule"] = [repr(self.rules[number]) for number in rule.tolist()]
        return frame.sort_values(list(frame.columns[:-1]), ignore_index=True)


@dataclass(frozen=True, eq=False)
class Patterns:
    """How many pairs have each pattern of levels.

    Parameters
    ----------
    comparisons
        The comparisons, one a column of ``levels``.
    levels
        Shape (patterns, comparisons), uint8: 0 missing, 1 the strictest level ... the last *other*. Sorted, each once.
    counts
        Shape (patterns,), int64: pairs of each.
    pair_count
        How many pairs there are in the whole product of the records (not only among the candidates).
    rule_counts
        Shape (patterns, rules), int64, by the first rule that made the pair; or None.
    """

    comparisons: tuple[Comparison, ...]
    levels: NDArray[np.uint8]
    counts: NDArray[np.int64]
    pair_count: int
    rule_counts: NDArray[np.int64] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the comparisons."""
        return tuple(comparison.name for comparison in self.comparisons)

    def to_pandas(self) -> pd.DataFrame:
        """Return the patterns as a DataFrame of labels and counts, commonest first."""
        import pandas as pd

        columns: dict[str, Any] = {
            comparison.name: np.array(comparison.labels, object)[self.levels[:, place]]
            for place, comparison in enumerate(self.comparisons)
        }
        frame = pd.DataFrame({**columns, "pairs": self.counts})
        return frame.sort_values("pairs", ascending=False, kind="stable", ignore_index=True)


class Levels:
    """How well the pairs agree: a level for each comparison. Lazy, as pairs are; pattern counts are kept.

    Iterating gives chunks of rows and levels; ``patterns()`` counts; ``sample()`` shows pairs with their values side
    by side.
    """

    def __init__(self, pairs: Pairs, compiled: Compiled) -> None:
        self.pairs = pairs
        self._is_main = bool(pairs.rules)
        self.records = pairs.records
        self.compiled = compiled
        self.comparisons = compiled.comparisons
        self._counted: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None
        self._held: list[GradedPairs] | None = None

    def __repr__(self) -> str:
        return f"<Levels of {len(self.comparisons)} comparisons on {self.pairs!r}>"

    def __iter__(self) -> Iterator[tuple[Rows, Rows, NDArray[np.uint8]]]:
        for chunk in self.graded():
            yield chunk.left, chunk.right, self.compiled.levels(chunk.code)

    def graded(self, keep: NDArray[np.int64] | None = None) -> Iterator[GradedPairs]:
        """Iterate over the pairs with their pattern codes; with ``keep`` (rising codes) only pairs of these."""
        if self._held is None:
            yield from self.pairs.source.graded(self.compiled, keep)
            return
        is_kept = None if keep is None else _member_test(keep, self.compiled.size)
        for chunk in self._held:
            if is_kept is None:
                yield chunk
                continue
            chosen = np.flatnonzero(is_kept(chunk.code))
            yield GradedPairs(chunk.left[chosen], chunk.right[chosen], chunk.code[chosen], chunk.rule[chosen])

    def code_counts(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the pattern codes that occur, rising, and how many pairs have each by first rule; counted once."""
        if self._counted is None:
            if self._is_main and sum(count.pairs for count in self.pairs.counts()) <= HELD_PAIRS:
                self._held = list(self.pairs.source.graded(self.compiled))
                self._counted = _count_codes(self._held, max(len(self.pairs.rules), 1))
            else:
                self._counted = self.pairs.source.grade_counts(self.compiled)
        return self._counted

    def patterns(self) -> Patterns:
        """Count the pairs of each pattern of levels."""
        codes, counts = self.code_counts()
        levels, place = np.unique(self.compiled.levels(codes), axis=0, return_inverse=True)
        by_rule = np.zeros((len(levels), counts.shape[1]), np.int64)
        np.add.at(by_rule, place.reshape(-1), counts)
        return Patterns(self.comparisons, levels, by_rule.sum(axis=1), self.records.pair_count, by_rule)

    def of_rule(self, rule: Rule) -> Levels:
        """Return the levels of all the pairs that one rule makes, whatever other rules make them too."""
        source = self.records.engine.pairs(self.records, [rule])
        found = Levels(Pairs(self.records, [rule], source), self.compiled)
        found._is_main = False  # counted, never scored: nothing is worth keeping
        found._counted = self._counted_of(rule)
        return found

    def count_of_rule(self, rule: Rule) -> int:
        """Count the pairs that one rule makes: among the held pairs, where a looser rule of theirs makes them all."""
        numbers = [number for number, own in enumerate(self.pairs.rules) if _covers(own, rule)]
        columns = [self.records.column(column) for column in rule.columns]
        if self._held is None or not numbers or not all(isinstance(column, Encoded) for column in columns):
            return self.records.engine.pairs(self.records, [rule]).counts()[0].pairs
        known = self.pairs.rules[numbers[0]].columns
        asked = [codes.codes for name, codes in zip(rule.columns, columns, strict=True) if name not in known]
        return sum(
            int(
                np.logical_and.reduce(
                    [np.ones(len(left), bool), *(_agree(codes, left, right) for codes in asked)]
                ).sum()
            )
            for left, right, _ in self._held_of(numbers[0])
        )

    def _counted_of(self, rule: Rule) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
        """Count the pattern codes of a rule from the pairs that are held, where it is one of theirs."""
        numbers = [number for number, own in enumerate(self.pairs.rules) if _is_same(own, rule)]
        if self._held is None or not numbers:
            return None
        chunks = [
            GradedPairs(left, right, code, np.zeros(len(code), np.uint8))
            for left, right, code in self._held_of(numbers[0])
        ]
        return _count_codes(chunks, 1)

    def _held_of(self, number: int) -> Iterator[tuple[Rows, Rows, NDArray[np.int64]]]:
        """Iterate over the held pairs that a rule makes, whichever rule came first."""
        for chunk in self._held or ():
            first = int(chunk.rule[0]) if len(chunk.rule) else number + 1
            if first < number:
                made = self.pairs.source.makes(number, chunk.left, chunk.right)
                yield chunk.left[made], chunk.right[made], chunk.code[made]
            elif first == number:  # and a pair of a later rule is made by no earlier one
                yield chunk.left, chunk.right, chunk.code

    def of_random_pairs(self, size: int, seed: int) -> Levels:
        """Return the levels of about so many pairs drawn evenly from the whole product."""
        source = self.records.engine.random_pairs(self.records, size, seed)
        return Levels(Pairs(self.records, (), source), self.compiled)

    def of_pairs(self, left: Rows, right: Rows) -> Levels:
        """Return the levels of these very pairs (rows of the records)."""
        source = self.records.engine.given_pairs(self.records, left, right)
        return Levels(Pairs(self.records, (), source), self.compiled)

    def sample(self, size: int = 20, seed: int = 1) -> pd.DataFrame:
        """Return some pairs with their levels and the values compared side by side.

        Parameters
        ----------
        size
            How many pairs.
        seed
            The pairs are those of the smallest seeded hash of their rows, so the same whatever the order of rows.
        """
        best: list[tuple[NDArray[np.uint64], Rows, Rows]] = []
        for chunk in self.pairs:
            hashed = _hash_pairs(chunk.left, chunk.right, seed)
            nearest = (
                np.argpartition(hashed, min(size, len(hashed) - 1))[:size]
                if len(hashed) > size
                else np.arange(len(hashed))
            )
            best.append((hashed[nearest], chunk.left[nearest], chunk.right[nearest]))
        if not best:
            return self.show(np.empty(0, np.uint32), np.empty(0, np.uint32))
        hashed, left, right = (np.concatenate(parts) for parts in zip(*best, strict=True))
        first = np.argsort(hashed, kind="stable")[:size]
        order = first[np.lexsort((right[first], left[first]))]
        return self.show(left[order], right[order])

    def show(self, left: Rows, right: Rows) -> pd.DataFrame:
        """Return these pairs (rows of the records) with their levels and values side by side."""
        frame = id_frame(self.records, left, right)
        codes = self.records.engine.grade(self.records, self.compiled, left, right)
        levels = self.compiled.levels(codes)
        fields = dict.fromkeys(field for comparison in self.comparisons for field in comparison.every_field)
        for place, comparison in enumerate(self.comparisons):
            frame[f"{comparison.name} level"] = np.array(comparison.labels, object)[levels[:, place]]
        for name in fields:
            for side, rows in (("left", left), ("right", right)):
                frame[f"{name} {side}"] = _values(self.records, name, rows)
        return frame


@dataclass(frozen=True, eq=False)
class Scores:
    """Scored pairs above a floor.

    Parameters
    ----------
    records
        What the rows are of.
    left, right
        Shape (pairs,), uint32: rows, sorted by left, then right.
    weight
        Shape (pairs,), float64: match weight in bits, the prior included: log2 of the odds that the pair is a match.
    probability
        Shape (pairs,), float64. Weights order pairs where probabilities are all but 1.
    levels
        Shape (pairs, comparisons), uint8.
    comparisons
        The comparisons behind ``levels``.
    rule
        Shape (pairs,), uint8: the first rule that made each pair.
    extra
        Further columns, by name, such as the adjustment by term frequencies.
    """

    records: Records
    left: Rows
    right: Rows
    weight: NDArray[np.float64]
    probability: NDArray[np.float64]
    levels: NDArray[np.uint8]
    comparisons: tuple[Comparison, ...]
    rule: NDArray[np.uint8]
    extra: dict[str, NDArray[Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.left)

    def __repr__(self) -> str:
        return f"<Scores of {len(self):,} pairs>"

    def take(self, chosen: NDArray[Any]) -> Scores:
        """Return some of the pairs, by positions or a mask."""
        return Scores(
            self.records, self.left[chosen], self.right[chosen], self.weight[chosen], self.probability[chosen],
            self.levels[chosen], self.comparisons, self.rule[chosen],
            {name: values[chosen] for name, values in self.extra.items()},
        )  # fmt: skip

    def at_least(self, *, weight: float | None = None, probability: float | None = None) -> Scores:
        """Return the pairs that reach a weight, a probability, or both."""
        chosen = np.ones(len(self), bool)
        if weight is not None:
            chosen &= self.weight >= weight
        if probability is not None:
            chosen &= self.probability >= probability
        return self.take(chosen)

    def to_pandas(self) -> pd.DataFrame:
        """Return the pairs as a DataFrame: ids, match_weight, match_probability, a level for each comparison."""
        frame = id_frame(self.records, self.left, self.right)
        frame["match_weight"] = self.weight
        frame["match_probability"] = self.probability
        for place, comparison in enumerate(self.comparisons):
            frame[comparison.name] = np.array(comparison.labels, object)[self.levels[:, place]]
        return frame.assign(**self.extra)


def _is_same(one: Rule, other: Rule) -> bool:
    """Whether two rules make the same pairs: the order of columns does not count."""
    if isinstance(one, On) and isinstance(other, On):
        return set(one.columns) == set(other.columns) and one.cap == other.cap
    return one == other


def _covers(looser: Rule, rule: Rule) -> bool:
    """Whether a rule makes, at the least, every pair of another: fewer columns of single values, and no cap."""
    if not (isinstance(looser, On) and isinstance(rule, On)) or looser.cap is not None or rule.cap is not None:
        return False
    return set(looser.columns) <= set(rule.columns)


def _agree(codes: Codes, left: Rows, right: Rows) -> NDArray[np.bool_]:
    """Tell which pairs agree on a column."""
    ours = codes[left]
    found: NDArray[np.bool_] = (ours == codes[right]) & (ours > 0)
    return found


def id_frame(records: Records, left: Rows, right: Rows) -> pd.DataFrame:
    """Return the ids of pairs: left_id, right_id; with more than two datasets their names too."""
    import pandas as pd

    if len(records.datasets) == 1:
        return pd.DataFrame({"left_id": records.ids(left).to_pandas(), "right_id": records.ids(right).to_pandas()})
    if len(records.datasets) == 2 and records.link_type == "link_only":
        return pd.DataFrame(
            {"left_id": records.ids(left, 0).to_pandas(), "right_id": records.ids(right, 1).to_pandas()}
        )
    names = np.array([dataset.name for dataset in records.datasets], object)
    return pd.DataFrame(
        {
            "left_dataset": names[records.dataset_of(left)],
            "left_id": records.ids_as_objects(left),
            "right_dataset": names[records.dataset_of(right)],
            "right_id": records.ids_as_objects(right),
        }
    )


def isin_sorted(values: NDArray[np.int64], members: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which values are among some rising members."""
    if not len(members):
        return np.zeros(len(values), bool)
    place = np.searchsorted(members, values)
    place[place == len(members)] = 0
    found: NDArray[np.bool_] = members[place] == values
    return found


def _counted(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return distinct keys, rising, and how often each occurs: by a table where they are small, else by sorting."""
    if not len(keys) or int(keys.max()) > 4 * len(keys):
        return np.unique(keys, return_counts=True)
    table = np.bincount(keys)
    distinct = np.flatnonzero(table)
    return distinct, table[distinct]


def _member_test(members: NDArray[np.int64], size: int) -> Callable[[NDArray[np.int64]], NDArray[np.bool_]]:
    """Return a function that tells which codes are among some: by a table where few are possible, else by bisection."""
    if size > LARGEST_TABLE:
        return lambda codes: isin_sorted(codes, members)
    table = np.zeros(size, np.bool_)
    table[members] = True
    return lambda codes: table[codes]


def _count_codes(chunks: Sequence[GradedPairs], rules: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count the pattern codes of held pairs by rule: chunk by chunk, then together."""
    counted = [_counted(chunk.code * rules + chunk.rule) for chunk in chunks]
    if not counted:
        return np.empty(0, np.int64), np.empty((0, rules), np.int64)
    keys, place = np.unique(np.concatenate([key for key, _ in counted]), return_inverse=True)
    totals = np.bincount(place, np.concatenate([count for _, count in counted])).astype(np.int64)
    codes, place = np.unique(keys // rules, return_inverse=True)
    table = np.zeros((len(codes), rules), np.int64)
    table[place, keys % rules] = totals
    return codes, table


def _hash_pairs(left: Rows, right: Rows, seed: int) -> NDArray[np.uint64]:
    """A seeded hash of each pair (splitmix64)."""
    with np.errstate(over="ignore"):
        mixed = (
            (left.astype(np.uint64) << np.uint64(32))
            ^ right.astype(np.uint64)
            ^ (np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15))
        )
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return mixed ^ (mixed >> np.uint64(31))


def _values(records: Records, name: str, rows: Rows) -> NDArray[Any]:
    if any(dataset.holds_sets(name) for dataset in records.datasets):
        sets = records.encoded_sets(name)
        texts = sets.values.to_pylist()
        listed = [
            tuple(texts[m] for m in sets.members[sets.starts[c] : sets.starts[c + 1]].tolist())
            for c in sets.codes[rows].tolist()
        ]
        found = np.empty(len(listed), object)
        found[:] = [members or None for members in listed]
        return found
    column = records.encoded(name)
    shown = np.array(column.texts(), object)
    shown[0] = None
    return shown[column.codes[rows]]
