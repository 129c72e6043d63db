"""From datasets and rules to candidate pairs, and counts of both before any pair is made."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from linkkit.dataset import Dataset
from linkkit.errors import PlanError, SpecError, did_you_mean
from linkkit.records import LinkType, Records
from linkkit.specs import Rule, flatten
from linkkit.tables import Pairs
from linkkit.values import fields_of, optional_fields_of

from ._complete import CompleteRules

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["candidate_pairs", "check_rules", "count_pairs", "largest_blocks", "sampled_blocks"]


def candidate_pairs(*inputs: Dataset | Records | Rule | Iterable[Any], link_type: LinkType | None = None) -> Pairs:
    """Return the pairs that any of the rules makes, each once.

    It checks nothing of consent, as no function of a single stage does; :func:`linkkit.link` does. Pass datasets
    through :func:`linkkit.permission.permitted` first.

    Parameters
    ----------
    *inputs
        One dataset (duplicates within it), two or more (pairs between them), or :class:`~linkkit.records.Records`;
        and last the rules, one or a sequence.
    link_type
        ``"link_only"``, ``"dedupe"`` or ``"link_and_dedupe"``; by default pairs within one dataset, or between several.

    Returns
    -------
    Pairs
        Lazy: nothing is made before it is iterated, counted or compared.

    Raises
    ------
    PlanError
        Where rules name fields that a dataset does not have; all at once.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.block import on
    >>> people = Dataset(pd.DataFrame({"id": [1, 2, 3], "surname": ["Lee", "Lee", "Poe"]}))
    >>> candidate_pairs(people, on("surname")).to_pandas()
       left_id  right_id           rule
    0        1         2  on('surname')
    """
    records, rules = _split(inputs, link_type)
    mistakes = check_rules(records, rules)
    if mistakes:
        raise PlanError(mistakes)
    return Pairs(records, rules, records.engine.pairs(records, rules))


def count_pairs(pairs: Pairs) -> pd.DataFrame:
    """Return what each rule makes, counted before any pair is made.

    Returns
    -------
    DataFrame
        A row for each rule: pairs, records that have what it asks for, blocks, records in the largest block, and what
        its cap skipped; of shared evidence, the least bits that its pairs share.
    """
    import pandas as pd

    rows = [
        {
            "rule": repr(count.rule),
            "pairs": count.pairs,
            "share_of_product": count.pairs / max(pairs.records.pair_count, 1),
            "records": count.records,
            "blocks": count.blocks,
            "largest_block": count.largest[0] if count.largest else 0,
            "skipped_blocks": count.skipped_blocks,
            "skipped_pairs": count.skipped_pairs,
            "least_bits": math.nan if count.least_bits is None else count.least_bits,
        }
        for count in pairs.counts()
    ]
    return pd.DataFrame(rows)


def largest_blocks(pairs: Pairs) -> pd.DataFrame:
    """Return the sizes of each rule's largest blocks, in records; the values behind them are not shown."""
    import pandas as pd

    rows = [
        {"rule": repr(count.rule), "rank": rank, "records": size}
        for count in pairs.counts()
        for rank, size in enumerate(count.largest, 1)
    ]
    return pd.DataFrame(rows, columns=["rule", "rank", "records"])


def sampled_blocks(pairs: Pairs) -> pd.DataFrame:
    """Return what tables of sampled bits brought together, for rules that ask for a completeness.

    Returns
    -------
    DataFrame
        A row for each such rule: its tables (none where every two filters were less work), the completeness expected at
        its bound, blocks, candidate pairs of different filters, counted in every table, and how many different filters
        of the left and of the right are in the largest block.
    """
    import pandas as pd

    rows = [
        {
            "rule": repr(count.rule),
            "tables": count.sampled.tables,
            "completeness": count.sampled.completeness,
            "blocks": count.sampled.blocks,
            "candidates": count.sampled.candidates,
            "largest_left": count.sampled.largest[0],
            "largest_right": count.sampled.largest[1],
        }
        for count in pairs.counts()
        if count.sampled is not None
    ]
    columns = ["rule", "tables", "completeness", "blocks", "candidates", "largest_left", "largest_right"]
    return pd.DataFrame(rows, columns=columns)


def check_rules(records: Records, rules: Sequence[Rule]) -> list[str]:
    """Return every mistake of some rules against the records: fields that a dataset does not have."""
    mistakes = []
    for number, rule in enumerate(rules):
        optional = {field for column in rule.columns for field in optional_fields_of(column)}
        needed = {field for column in rule.columns for field in fields_of(column) if field not in optional}
        for field in dict.fromkeys(field for column in rule.columns for field in fields_of(column)):
            lacking = [dataset for dataset in records.datasets if field not in dataset.fields]
            for dataset in lacking:
                if field in needed or len(lacking) == len(records.datasets):
                    hint = did_you_mean(field, dataset.fields) or f" It has: {', '.join(dataset.fields)}."
                    mistakes.append(f"block[{number}]: {dataset.name} has no field {field!r}.{hint}")
    return mistakes


def _split(inputs: Sequence[Any], link_type: LinkType | None) -> tuple[Records, tuple[Rule, ...]]:
    sources = [item for item in inputs if isinstance(item, Dataset | Records)]
    rules = flatten([item for item in inputs if not isinstance(item, Dataset | Records)])
    if not rules and not any(isinstance(item, CompleteRules) for item in inputs):  # which may find that none is needed
        raise SpecError(
            "candidate_pairs() needs at least one rule, such as on('surname'); every_pair() for no blocking."
        )
    if len(sources) == 1 and isinstance(sources[0], Records):
        return sources[0], rules
    return Records([source for source in sources if isinstance(source, Dataset)], link_type), rules
