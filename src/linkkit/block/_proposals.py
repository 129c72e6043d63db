"""Rules proposed as a table: what each costs, and about how many matches it keeps, without any truth.

The share of matches that a rule keeps is estimated by capture and recapture (Petersen 1896, Lincoln 1930; for two lists
of the same events Sekar and Deming 1949): of the matches that a strict *reference* on other fields finds, the share
that the rule finds too.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkkit.dataset import Dataset
from linkkit.encoded import EncodedSets
from linkkit.records import LinkType, Records
from linkkit.specs import On, Rule
from linkkit.values import fields_of

from ._recommended import PAIRS_PER_RECORD, conjunctions

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["proposals"]

# The strict form of each kind of field that a reference may ask for.
_STRICT = {
    "given_name": "{}", "surname": "{}", "full_name": "{}", "date": "whole_date({})", "postcode": "{}",
    "identifier": "{}", "email": "{}", "phone": "{}",
}  # fmt: skip
# A reference asks for one of these at the least: a surname and a postcode are those of a family.
_OF_ONE_PERSON = ("given_name", "full_name", "date", "identifier", "email", "phone")
_NAMES = ("given_name", "surname", "full_name")
# A reference counts where chance makes no more than this share of its pairs, and so many are left.
MOST_CHANCE = 0.1
LEAST_MATCHES = 30


@dataclass(frozen=True)
class _Reference:
    """A strict rule, the matches that it is taken to find, and the pairs that chance gave it."""

    rule: On
    matches: float
    chance: float


def proposals(
    *inputs: Dataset | Records, pairs_per_record: float = PAIRS_PER_RECORD, link_type: LinkType | None = None
) -> pd.DataFrame:
    """Return the conjunctions that :func:`recommended` chooses from, with their cost and the matches they keep.

    The estimate assumes that the fields of a match go wrong independently of each other, and that the pairs of the
    references are matches apart from those that chance makes. Where errors come together (a record with a wrong
    surname more often has a wrong postcode too), it is too high.

    Parameters
    ----------
    *inputs
        Prepared datasets, or :class:`~linkkit.records.Records`.
    pairs_per_record
        How many pairs a record each rule may make.
    link_type
        As in :func:`candidate_pairs`.

    Returns
    -------
    DataFrame
        A row a rule, the most matches kept first: the rule; its ``pairs``; the share of records that have its fields;
        the estimated share of matches that it keeps, with the standard error of sampling; and the references that this
        rests on: how many, and their matches. Where no reference leaves the rule's fields out, the shares of its
        columns are multiplied and ``references`` is 0; where a column has none either, the estimate is missing.

    Examples
    --------
    >>> import linkkit as lk
    >>> from linkkit import prepare
    >>> trial, register = lk.synth.sample()
    >>> table = proposals(prepare.prepare(trial.dataset()), prepare.prepare(register.dataset()))
    >>> table["rule"][0]
    "on('first(whole_date(date_of_birth), 7)')"
    """
    import pandas as pd

    held = [one for one in inputs if isinstance(one, Records)]
    records = held[0] if held else Records([one for one in inputs if isinstance(one, Dataset)], link_type)
    rules = conjunctions(records, pairs_per_record)
    references = _references(records)
    counts = records.engine.pairs(records, rules).counts()
    shares = {count.rule: count.pairs / max(records.pair_count, 1) for count in counts}
    columns = {column: On((column,)) for rule in rules for column in rule.columns}
    estimates = _estimates(records, tuple(dict.fromkeys((*rules, *columns.values()))), references, shares)
    rows = []
    for count in counts:
        assert isinstance(count.rule, On)
        estimate = estimates[count.rule] or _product(estimates, [columns[column] for column in count.rule.columns])
        has_fields = count.records / max(len(records), 1)
        rows.append((repr(count.rule), count.pairs, count.records, has_fields, *estimate))
    names = ["rule", "pairs", "records", "share_of_records", "matches_kept", "standard_error", "references"]
    table = pd.DataFrame(rows, columns=[*names, "reference_matches"])
    return table.sort_values(["matches_kept", "pairs", "rule"], ascending=[False, True, True], ignore_index=True)


_Estimate = tuple[float, float, int, float]


def _references(records: Records) -> list[_Reference]:
    """Return the strict rules on two fields whose pairs are nearly all matches."""
    kinds = {field: records.datasets[0].kind_of(field) for field in records.personal_fields}
    strict = {field: _STRICT[kind].format(field) for field, kind in kinds.items() if kind in _STRICT}
    strict = {field: column for field, column in strict.items() if not _holds_sets(records, column)}
    pairs = [
        pair
        for pair in itertools.combinations(strict, 2)
        if any(kinds[field] in _OF_ONE_PERSON for field in pair) and not _overlap(kinds[pair[0]], kinds[pair[1]])
    ]
    singles = [On((column,)) for column in strict.values()]
    counted = records.engine.pairs(records, [*singles, *(On(tuple(strict[field] for field in pair)) for pair in pairs)])
    counts = counted.counts()
    product = max(records.pair_count, 1)
    share = {field: count.pairs / product for field, count in zip(strict, counts, strict=False)}
    found = []
    for pair, count in zip(pairs, counts[len(singles) :], strict=True):
        chance = product * share[pair[0]] * share[pair[1]]
        if count.pairs - chance >= LEAST_MATCHES and chance <= MOST_CHANCE * count.pairs:
            assert isinstance(count.rule, On)
            found.append(_Reference(count.rule, count.pairs - chance, chance))
    return found


def _holds_sets(records: Records, column: str) -> bool:
    return isinstance(records.column(column), EncodedSets)


def _overlap(one: str, other: str) -> bool:
    """Whether a field of one kind holds what a field of another does: a full name holds the others."""
    return "full_name" in (one, other) and one in _NAMES and other in _NAMES


def _estimates(
    records: Records, rules: Sequence[On], references: Sequence[_Reference], shares: dict[Rule, float]
) -> dict[On, _Estimate | None]:
    """Estimate what each rule keeps of the matches of every reference that reads none of its fields."""
    wanted = [(rule, one) for rule in rules for one in references if not _share_field(records, rule, one.rule)]
    both = [On((*rule.columns, *one.rule.columns)) for rule, one in wanted]
    counts = records.engine.pairs(records, both).counts()
    found: dict[On, tuple[float, float, int]] = dict.fromkeys(rules, (0.0, 0.0, 0))
    for (rule, reference), count in zip(wanted, counts, strict=True):
        kept, matches, used = found[rule]
        kept += count.pairs - reference.chance * shares.get(rule, 0.0)
        found[rule] = kept, matches + reference.matches, used + 1
    return {rule: _chapman(*held) if held[2] else None for rule, held in found.items()}


def _chapman(kept: float, matches: float, used: int) -> _Estimate:
    """The share kept, as Chapman (1951) corrects Petersen's for small counts, and its standard error."""
    share = min(max((kept + 1) / (matches + 1), 0.0), 1.0)
    # Pairs of one match stand in several references: each reference's matches count once for the error.
    return share, math.sqrt(share * (1 - share) / (matches / used + 1)), used, matches


def _product(estimates: dict[On, _Estimate | None], columns: Sequence[On]) -> _Estimate:
    """Multiply the shares of columns, as if they went wrong independently."""
    shares = [estimates[column] for column in columns]
    known = [one for one in shares if one is not None]
    if len(known) < len(shares):
        return math.nan, math.nan, 0, 0.0
    share = math.prod(one[0] for one in known)
    error = share * math.sqrt(sum((one[1] / one[0]) ** 2 for one in known if one[0] > 0))
    return share, error, 0, min(one[3] for one in known)


def _share_field(records: Records, rule: On, reference: On) -> bool:
    """Whether two rules read a field in common, or a name and a name that holds it."""
    kinds = records.datasets[0].kind_of
    fields = [{field for column in one.columns for field in fields_of(column)} for one in (rule, reference)]
    return bool(fields[0] & fields[1]) or any(_overlap(kinds(a), kinds(b)) for a in fields[0] for b in fields[1])
