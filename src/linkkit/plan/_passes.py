"""Which pairs to learn from: exact agreements on two fields that make mostly matches.

Expectation-maximisation finds the matches where they are many among its pairs. The share of pairs that agree on two fields by chance
is known from value counts, so the share of matches is, too, without any label. Pairs that agree only on what a family shares (surname,
home) are not learned from: they are relatives as often as matches.
"""

from __future__ import annotations

import itertools

import numpy as np

from linkkit.encoded import Encoded
from linkkit.records import Records
from linkkit.specs import On, Rule

__all__ = ["training_passes"]

# Kinds of fields that the members of a family usually share.
FAMILY_KINDS = ("surname", "postcode", "address", "house_number", "place", "phone", "category", "sex")
# Kinds that are hardly a key by themselves.
WEAK_KINDS = ("sex", "category", "number", "set", "house_number", "text", "full_name")
LEAST_PAIRS = 50
LEAST_MATCH_SHARE = 0.5
MOST_PASSES = 6


def training_passes(records: Records) -> tuple[Rule, ...]:
    """Return rules to learn from: pairs of fields whose exact agreement makes mostly matches, the surest first.

    Parameters
    ----------
    records
        The records to be linked, prepared.

    Returns
    -------
    tuple of rules
        Empty where no two fields do; the blocking rules serve then.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> training_passes(Records([Dataset(pd.DataFrame({"id": [1, 2], "surname": ["Lee", "Lee"]}))]))
    ()
    """
    kinds = {field: records.datasets[0].kind_of(field) for field in records.fields}
    useful = [
        f for f, kind in kinds.items() if kind not in WEAK_KINDS and isinstance(records.column(_key(f, kind)), Encoded)
    ]
    found: list[tuple[float, On]] = []
    for one, other in itertools.combinations(useful, 2):
        if kinds[one] in FAMILY_KINDS and kinds[other] in FAMILY_KINDS:
            continue
        rule = On((_key(one, kinds[one]), _key(other, kinds[other])))
        pairs = records.engine.pairs(records, [rule]).counts()[0].pairs
        chance = records.pair_count * _agreement(records, rule.columns[0]) * _agreement(records, rule.columns[1])
        share = 1 - chance / max(pairs, 1)
        if pairs >= LEAST_PAIRS and share >= LEAST_MATCH_SHARE:
            found.append((share, rule))
    found.sort(key=lambda item: (-item[0], item[1].columns))
    return tuple(rule for _, rule in found[:MOST_PASSES])


def _key(field: str, kind: str) -> str:
    return f"whole_date({field})" if kind == "date" else field


def _agreement(records: Records, column: str) -> float:
    """Share of all pairs that agree on a column, missing values counting as no agreement."""
    codes = records.encoded(column).codes
    size = int(codes.max(initial=0)) + 1
    bounds = itertools.pairwise(records.starts.tolist())
    counts = np.array([np.bincount(codes[start:stop], minlength=size)[1:] for start, stop in bounds], np.float64)
    within = (counts * (counts - 1) / 2).sum()
    between = (counts.sum(axis=0) ** 2 - (counts**2).sum(axis=0)).sum() / 2
    pairs = {"dedupe": within, "link_only": between, "link_and_dedupe": within + between}[records.link_type]
    return float(pairs / max(records.pair_count, 1))
