"""Blocking rules that choose themselves: shared evidence, and the loosest conjunctions of keys that a budget allows.

Shared evidence finds the pairs that agree on rare values, whichever they are; conjunctions find those that agree on a
few common ones. A conjunction of fewer, looser keys misses fewer matches and makes more pairs. Keys of every shared
field are tried alone, then by two, then by three, each counted before any pair is made; one that fits the budget is
taken, and what it already covers is not tried.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from linkkit.encoded import Encoded
from linkkit.records import Records
from linkkit.specs import On, Rule, SharedEvidence

from ._rules import evidence_of

__all__ = ["conjunctions", "recommended"]

# A rule may make so many pairs a record (never fewer than the floor): enough for every true match of a record, and
# what the kernels compare in a few seconds at a million records.
PAIRS_PER_RECORD = 10
LEAST_BUDGET = 100_000
MOST_RULES = 60
# In large files all conjunctions together may make so many pairs a record, and so many for each record of the smaller
# of two files: the rules overlap, most matches are made by many of them, and the loosest add the fewest.
TOTAL_PAIRS_PER_RECORD = 50
MOST_PAIRS_OF_A_RECORD = 1_000
# The budget of shared evidence, of which each pair counts once, where every conjunction has its own.
EVIDENCE_PAIRS_PER_RECORD = 20.0
# Beyond so many records the search would take as long as all the rest of a linkage: there it is asked for by name.
MOST_RECORDS = 250_000


@dataclass(frozen=True)
class _Key:
    """A column to block on, and the looser columns that agree wherever it does."""

    column: str
    field: str
    implies: tuple[str, ...] = ()


def recommended(
    records: Records, *, pairs_per_record: float = PAIRS_PER_RECORD, fields: Sequence[str] | None = None
) -> tuple[Rule, ...]:
    """Return blocking rules for the fields that the datasets share.

    Parameters
    ----------
    records
        The records to be linked.
    pairs_per_record
        How many pairs a record each rule may make.
    fields
        The fields to use; by default all that the datasets share and that say who somebody is.

    Returns
    -------
    tuple of rules
        Shared evidence, where there are more pairs than its budget and at most 250,000 records; then conjunctions of
        keys, fewest pairs first.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> people = Dataset(pd.DataFrame({"id": [1, 2], "surname": ["Lee", "Leigh"]}))
    >>> recommended(Records([people]))
    (on('first(surname, 3)'), on('soundex(surname)'))
    """
    used = records.personal_fields if fields is None else tuple(fields)
    return (*_shared(records, used), *conjunctions(records, pairs_per_record, used))


def conjunctions(records: Records, pairs_per_record: float, fields: Sequence[str] | None = None) -> tuple[On, ...]:
    """Return the loosest conjunctions of keys that each fit a budget, fewest pairs first."""
    used = records.personal_fields if fields is None else fields
    keys = [key for field in used for key in _keys(field, records.datasets[0].kind_of(field))]
    coded = {key: _coded(records, key) for key in keys}
    keys = [key for key in keys if coded[key] is not None]
    budget = max(LEAST_BUDGET, pairs_per_record * len(records))
    chosen: list[tuple[frozenset[_Key], float]] = []
    for size in (1, 2, 3):
        for combination in itertools.combinations(keys, size):
            wanted = frozenset(combination)
            if len({key.field for key in wanted}) < size or any(_covers(taken, wanted) for taken, _ in chosen):
                continue
            pairs = _expected_pairs(records, [coded[key] for key in combination])
            if pairs <= budget:
                chosen = [(taken, count) for taken, count in chosen if not _covers(wanted, taken)]
                chosen.append((wanted, pairs))
    chosen.sort(key=lambda item: (item[1], sorted(key.column for key in item[0])))
    chosen = _affordable(chosen, records)
    order = {key: place for place, key in enumerate(keys)}
    return tuple(
        On(tuple(key.column for key in sorted(taken, key=order.__getitem__))) for taken, _ in chosen[:MOST_RULES]
    )


def _affordable(chosen: list[tuple[frozenset[_Key], float]], records: Records) -> list[tuple[frozenset[_Key], float]]:
    """Of conjunctions, fewest pairs first, those that the budget of all of a large file allows; one at the least."""
    if len(records) <= MOST_RECORDS:
        return chosen
    budget = float(TOTAL_PAIRS_PER_RECORD * len(records))
    if records.link_type == "link_only":
        budget = min(budget, MOST_PAIRS_OF_A_RECORD * float(np.diff(records.starts).min()))
    spent = np.cumsum([pairs for _, pairs in chosen])
    return chosen[: max(int((spent <= max(budget, LEAST_BUDGET)).sum()), 1)]


def _shared(records: Records, fields: Sequence[str]) -> tuple[SharedEvidence, ...]:
    """Shared evidence of some fields; none where its budget allows every pair, which conjunctions then come near, nor
    where the search would take too long.
    """
    if records.pair_count <= max(LEAST_BUDGET, EVIDENCE_PAIRS_PER_RECORD * len(records)) or len(records) > MOST_RECORDS:
        return ()
    evidence = evidence_of(fields, [records.datasets[0].kind_of(field) for field in fields])
    return (SharedEvidence(evidence, EVIDENCE_PAIRS_PER_RECORD),)


def _keys(field: str, kind: str) -> list[_Key]:
    """The keys of a field, each with the looser ones that it implies."""
    forms: dict[str, tuple[tuple[str, ...], ...]] = {
        "given_name": (("{}",), ("soundex({})", "first({}, 1)"), ("first({}, 3)", "first({}, 1)")),
        "date": (
            ("whole_date({})",),
            ("first(whole_date({}), 7)", "year({})"),
            ("last(whole_date({}), 5)",),
            ("year({})",),
        ),
        "postcode": (("{}",), ("sector({})", "outward({})"), ("outward({})",)),
        "address": (("{}",), ("sorted_words({})",), ("digits({})",)),
        "place": (("{}",), ("soundex({})",)),
        "email": (("{}",), ("first({}, 5)",)),
        "phone": (("{}",), ("last({}, 6)",)),
        "identifier": (("{}",), ("first({}, 5)",), ("last({}, 5)",)),
        "house_number": (("{}",),),
        "text": (("{}",),),
        "filter": (("{}",),),
        "token": (("{}",),),
    }
    forms["surname"] = forms["given_name"]
    forms["full_name"] = (("{}",), ("sorted_words({})",), ("first({}, 4)",), ("last({}, 4)",))
    found = [tuple(form.format(field) for form in key) for key in forms.get(kind, ())]
    # The first form, the value itself, agrees only where every other does.
    implied = {
        key: tuple(column for other in found[1:] for column in other) if key is found[0] else key[1:] for key in found
    }
    return [_Key(key[0], field, implied[key]) for key in found]


def _covers(taken: frozenset[_Key], wanted: frozenset[_Key]) -> bool:
    """Whether every pair that agrees on the wanted keys agrees on the taken ones too."""
    return all(any(key == other or key.column in other.implies for other in wanted) for key in taken)


def _coded(records: Records, key: _Key, sample: int = 50_000) -> tuple[np.ndarray, np.ndarray] | None:
    """A sample's codes of a key, spread over each dataset; None where the key says nothing."""
    column = records.column(key.column)
    if not isinstance(column, Encoded) or column.size < 2:
        return None
    parts = []
    for start, stop in itertools.pairwise(records.starts.tolist()):
        step = max((stop - start) // sample, 1)
        parts.append(column.codes[start:stop:step].astype(np.int64))
    return np.concatenate(parts), np.repeat(np.arange(len(parts)), [len(part) for part in parts])


def _expected_pairs(records: Records, coded: Sequence[tuple[np.ndarray, np.ndarray] | None]) -> float:
    """About how many pairs agree on every one of some keys, from a sample of each dataset."""
    columns = [column for column in coded if column is not None]
    datasets = columns[0][1]
    code = np.zeros(len(datasets), np.int64)
    present = np.ones(len(datasets), bool)
    for values, _ in columns:
        code = np.unique(code * (int(values.max(initial=0)) + 1) + values, return_inverse=True)[1]
        present &= values > 0
    groups, place = np.unique(code[present], return_inverse=True)
    counts = np.zeros((len(records.datasets), len(groups)))
    np.add.at(counts, (datasets[present], place), 1)
    sizes = np.diff(records.starts)
    scale = sizes / np.maximum(np.bincount(datasets, minlength=len(sizes)), 1)
    within = (counts * (counts - 1) / 2).sum(axis=1) @ scale**2
    total = (counts * scale[:, None]).sum(axis=0)
    between = ((total**2).sum() - ((counts * scale[:, None]) ** 2).sum()) / 2
    return float({"dedupe": within, "link_only": between, "link_and_dedupe": within + between}[records.link_type])
