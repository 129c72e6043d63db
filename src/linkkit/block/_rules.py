"""Functions that write blocking rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from linkkit.errors import SpecError
from linkkit.fields import kind_of
from linkkit.specs import (
    EveryPair,
    Evidence,
    Listed,
    MinHash,
    Near,
    Neighbourhood,
    On,
    Rule,
    SharedEvidence,
    flatten,
)
from linkkit.specs._evidence import EvidenceForm
from linkkit.values import fields_of

__all__ = [
    "any_of",
    "every_pair",
    "evidence",
    "listed",
    "minhash",
    "near",
    "on",
    "shared_evidence",
    "sorted_neighbourhood",
]

# The keys by which the values of each kind of field count.
_FORM_OF_KIND: dict[str, EvidenceForm] = {
    "given_name": "name", "surname": "name", "full_name": "name", "date": "date", "postcode": "postcode",
    "address": "words", "place": "words", "text": "words", "identifier": "code", "email": "code", "phone": "code",
}  # fmt: skip


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
    completeness: float | None = None,
    seed: int = 1,
) -> Near:
    """Pairs of records whose texts are near each other, the same texts included (a similarity join).

    Distinct values are joined, not records: the work grows with the product of the distinct values, and the pairs
    with the records behind them.

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
        A second column: the column of each record is near this column of the other, both ways.
    cap
        Values that more records hold than this make no pair.
    completeness
        Of bit filters too many to compare every two (from some 100,000 on either side): the share of the pairs at
        exactly the bound that is expected to be found at the least; of more similar pairs it is higher. Filters are put
        into blocks by a few sampled bits, several times over (Hamming LSH), as often as that takes; see
        :func:`sampled_blocks`. Where every two are less work, they are compared. None: every pair.
    seed
        From which the sampled bits are drawn; they are no secret.

    Raises
    ------
    SpecError
        Where the metric cannot be joined, the bound is out of its range, or a completeness is asked of a metric that
        bounds no number of differing bits.

    Examples
    --------
    >>> near("surname", "jaro_winkler", 0.92, on=["postcode"])
    near('surname', 'jaro_winkler', 0.92, on=('postcode',))
    >>> near("clk", "dice_bits", 0.8, completeness=0.95)
    near('clk', 'dice_bits', 0.8, completeness=0.95)
    """
    agreed = tuple([on] if isinstance(on, str) else on)
    return Near(column, metric, bound, agreed, crossed_with, cap, completeness, seed)


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


def evidence(*columns: str, form: EvidenceForm = "value") -> Evidence:
    """Columns whose values are one kind of evidence, for :func:`shared_evidence`.

    Parameters
    ----------
    *columns
        Fields or column expressions; a value of one counts as shared where another of them has it.
    form
        By which keys a value counts: see :class:`~linkkit.specs.Evidence`.

    Examples
    --------
    >>> evidence("given_name", "surname", form="name")
    evidence('given_name', 'surname', form='name')
    """
    return Evidence(columns, form)


def evidence_of(fields: Sequence[str], kinds: Sequence[str]) -> tuple[Evidence, ...]:
    """Return the evidence of some fields by their kinds: names together, every other field by itself."""
    forms = [_FORM_OF_KIND.get(kind, "value") for kind in kinds]
    names = tuple(field for field, form in zip(fields, forms, strict=True) if form == "name")
    found = [Evidence(names, "name")] if names else []
    return (*found, *(Evidence((field,), form) for field, form in zip(fields, forms, strict=True) if form != "name"))


def shared_evidence(
    *what: str | Evidence, pairs_per_record: float = 20.0, least_bits: float = 5.0, cap: int | None = None
) -> SharedEvidence:
    """Pairs of records that share enough evidence over many fields, a rare value worth more than a common one.

    A key that c of n records have is worth log2(n / c) bits. Pairs are kept from a floor of bits, which is chosen by
    counting so that about as many pairs come as the budget allows.

    Parameters
    ----------
    *what
        Fields, which count by their kind (name fields together, so that swapped names are seen); column expressions,
        which count whole; or what :func:`evidence` returns.
    pairs_per_record
        The budget; never less than 100,000 pairs in all.
    least_bits
        The floor is never lower.
    cap
        Keys of more records than this make pairs only together with others.

    Raises
    ------
    SpecError
        Where nothing is given, or a column is not an expression that linkkit knows.

    Examples
    --------
    >>> shared_evidence("given_name", "surname", "date_of_birth")
    shared_evidence(evidence('given_name', 'surname', form='name'), evidence('date_of_birth', form='date'))
    """
    if not what:
        raise SpecError("shared_evidence() needs evidence: fields, or what evidence() returns.")
    columns = [one for one in what if not isinstance(one, Evidence)]
    kinds = ["" if fields_of(column) != (column,) else kind_of(column) for column in columns]
    given = tuple(one for one in what if isinstance(one, Evidence))
    return SharedEvidence((*evidence_of(columns, kinds), *given), pairs_per_record, least_bits, cap)


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
