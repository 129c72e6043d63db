"""From candidate pairs and comparisons to levels."""

from __future__ import annotations

from collections.abc import Sequence

from linkkit.errors import PlanError, SpecError, did_you_mean
from linkkit.records import Records
from linkkit.specs import Comparison, compile_comparisons
from linkkit.tables import Levels, Pairs

__all__ = ["check_comparisons", "compare_pairs"]


def compare_pairs(pairs: Pairs, comparisons: Sequence[Comparison] | Comparison) -> Levels:
    """Grade how well candidate pairs agree.

    Parameters
    ----------
    pairs
        From :func:`linkkit.block.candidate_pairs`.
    comparisons
        One comparison or several, such as ``[name("given_name"), date("date_of_birth")]``.

    Returns
    -------
    Levels
        Lazy: iterate over chunks, count ``patterns()``, or look at a ``sample()`` with values side by side.

    Raises
    ------
    PlanError
        Where comparisons read fields that a dataset does not have; all at once.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.block import candidate_pairs, every_pair
    >>> from linkkit.compare import text
    >>> from linkkit.dataset import Dataset
    >>> people = Dataset(pd.DataFrame({"id": [1, 2], "surname": ["Leigh", "Leighe"]}))
    >>> levels = compare_pairs(candidate_pairs(people, every_pair()), [text("surname")])
    >>> levels.sample(1)[["surname left", "surname right", "surname level"]].values.tolist()
    [['Leigh', 'Leighe', '>= 0.92']]
    """
    listed = (comparisons,) if isinstance(comparisons, Comparison) else tuple(comparisons)
    if not listed:
        raise SpecError("compare_pairs() needs at least one comparison.")
    mistakes = check_comparisons(pairs.records, listed)
    if mistakes:
        raise PlanError(mistakes)
    return Levels(pairs, compile_comparisons(listed))


def check_comparisons(records: Records, comparisons: Sequence[Comparison]) -> list[str]:
    """Return every mistake of some comparisons against the records: fields that a dataset does not have."""
    mistakes = []
    for number, comparison in enumerate(comparisons):
        optional = comparison.optional_fields
        for field in comparison.every_field:
            lacking = [dataset for dataset in records.datasets if field not in dataset.fields]
            for dataset in lacking:
                if field not in optional or len(lacking) == len(records.datasets):
                    hint = did_you_mean(field, dataset.fields) or f" It has: {', '.join(dataset.fields)}."
                    mistakes.append(
                        f"compare[{number}] ({comparison.name}): {dataset.name} has no field {field!r}.{hint}"
                    )
    return mistakes
