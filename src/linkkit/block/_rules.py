"""Functions that write blocking rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from linkkit.specs import EveryPair, Listed, MinHash, Near, Neighbourhood, On, Rule, flatten

__all__ = ["any_of", "every_pair", "listed", "minhash", "near", "on", "sorted_neighbourhood"]


def on(*columns: str, cap: int | None = None) -> On:
    """Pairs of records that agree on every one of these columns.

    Parameters
    ----------
    *columns
        Fields or column expressions; a column of sets agrees where the sets share a member. A missing value makes no
        pair.
    cap
        Blocks of more records than this are skipped and reported.

    Raises
    ------
    SpecError
        Where a column is not an expression that linkkit knows.

    Examples
    --------
    >>> from linkkit.values import soundex, year
    >>> on(soundex("surname"), year("date_of_birth"))
    on('soundex(surname)', 'year(date_of_birth)')
    """
    return On(columns, cap)


def any_of(*rules: Rule | Iterable[Any]) -> tuple[Rule, ...]:
    """Pairs that at least one of the rules makes; a pair belongs to the first that does.

    Examples
    --------
    >>> any_of(on("surname"), [on("postcode"), on("surname")])
    (on('surname'), on('postcode'))
    """
    return flatten(rules)


def near(
    column: str,
    metric: str = "jaro_winkler",
    bound: float = 0.92,
    *,
    on: Sequence[str] = (),
    crossed_with: str | None = None,
    cap: int | None = None,
) -> Near:
    """Pairs of records whose texts are near each other, the same texts included (a similarity join).

    Distinct values are joined, not records: the work grows with the product of the distinct values, and the pairs
    with the records behind them.

    Parameters
    ----------
    column
        Field or column expression; a record that misses it makes no pair.
    metric
        ``jaro_winkler``, ``jaro``, ``osa_similarity``, ``levenshtein_similarity``, or a distance in edits: ``osa``,
        ``levenshtein``.
    bound
        The least similarity, in (0, 1], or the greatest distance.
    on
        Columns of single values on which a pair agrees besides.
    crossed_with
        A second column: the column of each record is near this column of the other, both ways.
    cap
        Values that more records hold than this make no pair.

    Raises
    ------
    SpecError
        Where the metric cannot be joined, or the bound is out of its range.

    Examples
    --------
    >>> near("surname", "jaro_winkler", 0.92, on=["postcode"])
    near('surname', 'jaro_winkler', 0.92, on=('postcode',))
    """
    return Near(column, metric, bound, tuple([on] if isinstance(on, str) else on), crossed_with, cap)


def sorted_neighbourhood(column: str, window: int = 5) -> Neighbourhood:
    """Pairs of records that stand within a window of records sorted by a column (Hernandez and Stolfo 1995).

    Examples
    --------
    >>> sorted_neighbourhood("surname", window=3)
    sorted_neighbourhood('surname', window=3)
    """
    return Neighbourhood(column, window)


def minhash(
    column: str, bands: int = 20, rows: int = 4, *, characters: int = 3, cap: int | None = None, seed: int = 1
) -> MinHash:
    """Pairs of records whose q-grams are probably alike, by MinHash locality-sensitive hashing.

    A pair of Jaccard similarity s is made with probability ``1 - (1 - s**rows)**bands``.

    Examples
    --------
    >>> minhash("address")
    minhash('address', bands=20, rows=4)
    """
    return MinHash(column, bands, rows, characters, cap, seed)


def every_pair() -> EveryPair:
    """No blocking: every pair is compared.

    Examples
    --------
    >>> every_pair()
    every_pair()
    """
    return EveryPair()


def listed(left: Sequence[Any], right: Sequence[Any], label: str = "listed pairs") -> Listed:
    """Pairs that were made elsewhere, by the ids of their records.

    Examples
    --------
    >>> listed(["T1", "T2"], ["P7", "P9"])
    listed(<2 pairs>)
    """
    return Listed(left, right, label)
