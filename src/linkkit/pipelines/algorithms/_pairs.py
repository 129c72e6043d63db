"""The pairs of each pass: which fulfil it, which of them people must look at, and which fields it lacks."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from linkkit.block import candidate_pairs, on
from linkkit.compare import compare_pairs
from linkkit.records import Records
from linkkit.specs import Comparison, Condition, Level
from linkkit.tables import Pairs
from linkkit.values import fields_of

from ._score import most_joined
from ._settle import moved_together
from ._steps import Hold, Pass

__all__ = ["Rows", "found_persons", "held", "lacking_fields", "no_pairs", "pairs_of", "together"]

Rows = NDArray[np.uint32]


def pairs_of(step: Pass, records: Records) -> tuple[Rows, Rows]:
    """Return the rows of the pairs that fulfil a pass."""
    rules = step.rules_for(records.fields)
    pairs = candidate_pairs(records, rules)
    left, right = _made(pairs) if step.where is None else _holding(pairs, step.where)
    if step.best is not None:
        kept = most_joined(records, left, right, rules, step.best.most)
        left, right = left[kept], right[kept]
    if step.moved_together:
        addresses = [
            [records.encoded(column).codes for column in columns] for columns in _addresses(step, records.fields)
        ]
        kept = moved_together(left, right, addresses, len(records))
        left, right = left[kept], right[kept]
    return left, right


def held(step: Pass, left: Rows, right: Rows, records: Records) -> NDArray[np.uint8]:
    """Return for each pair of a pass which hold keeps it for people, from 1; 0 for none. The first that does counts."""
    found = np.zeros(len(left), np.uint8)
    for number, hold in reversed(list(enumerate(step.holds, 1))):
        if hold.where is None:
            shared = _has_another(hold, records)
            found[shared[left] | shared[right]] = number
        elif len(left):
            levels = compare_pairs(candidate_pairs(records, step.rules_for(records.fields)), _comparison(hold.where))
            caught = [_packed(one, other)[level[:, 0] == 1] for one, other, level in levels.of_pairs(left, right)]
            found[np.isin(_packed(left, right), np.concatenate(caught))] = number
    return found


def found_persons(step: Pass, records: Records) -> NDArray[np.bool_]:
    """Tell which records have a value for every column of some rule of a pass; shape (records,)."""
    found = np.zeros(len(records), bool)
    for rule in step.rules_for(records.fields):
        found |= np.all([records.encoded(column).codes > 0 for column in rule.columns], axis=0)
    return found


def lacking_fields(step: Pass, fields: Sequence[str], empty: Collection[str] = ()) -> tuple[str, ...]:
    """Return the fields for want of which a pass cannot run; none where it can.

    Parameters
    ----------
    step
        The pass.
    fields
        The fields that every dataset has.
    empty
        Those of them that hold nothing anywhere: no rule can join by them.
    """
    joined = [field for field in fields if field not in empty]
    needed = [field for field in step.needs if field not in joined]
    wheres = [step.where, *(hold.where for hold in step.holds)]
    asked = [field for where in wheres for column in _columns_where(where) for field in fields_of(column)]
    shared = [column for hold in step.holds for column in (*hold.sharing, hold.differing) if column]
    asked += [field for column in shared for field in fields_of(column)]
    lacking = [*needed, *(field for field in asked if field not in fields)]
    if not step.rules_for(joined):
        lacking += [f for rule in step.joins for column in rule.columns for f in fields_of(column) if f not in joined]
    if step.moved_together and not _addresses(step, fields):
        lacking += [field for columns in step.moved_together for field in columns if field not in fields]
    return tuple(dict.fromkeys(lacking))


def _has_another(hold: Hold, records: Records) -> NDArray[np.bool_]:
    """Tell which records share columns with a record of their dataset that differs in another column, or lacks it."""
    assert hold.differing is not None
    found = np.zeros(len(records), bool)
    value = records.encoded(hold.differing).codes
    for dataset, start in zip(records.datasets, records.starts.tolist(), strict=False):
        for chunk in candidate_pairs(Records([dataset]), on(*hold.sharing)):
            left, right = chunk.left + start, chunk.right + start
            # Two gaps may be two people.
            differ = (value[left] != value[right]) | (value[left] == 0)
            found[left[differ]] = True
            found[right[differ]] = True
    return found


def _made(pairs: Pairs) -> tuple[Rows, Rows]:
    return together([(chunk.left, chunk.right) for chunk in pairs])


def _holding(pairs: Pairs, where: Condition) -> tuple[Rows, Rows]:
    levels = compare_pairs(pairs, _comparison(where))
    return together([(left[kept], right[kept]) for left, right, level in levels for kept in [level[:, 0] == 1]])


def together(chunks: Sequence[tuple[Rows, Rows]]) -> tuple[Rows, Rows]:
    """Put lists of pairs behind each other."""
    if not chunks:
        return no_pairs()
    left, right = (np.concatenate(side) for side in zip(*chunks, strict=True))
    return left, right


def no_pairs() -> tuple[Rows, Rows]:
    """Return an empty list of pairs."""
    return np.empty(0, np.uint32), np.empty(0, np.uint32)


def _packed(left: Rows, right: Rows) -> NDArray[np.uint64]:
    """Return each pair as one number."""
    return (left.astype(np.uint64) << np.uint64(32)) | right


def _columns_where(where: Condition | None) -> tuple[str, ...]:
    return () if where is None else _comparison(where).every_field


def _comparison(where: Condition) -> Comparison:
    return Comparison("holds", (Level("holds", where),))


def _addresses(step: Pass, fields: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the kinds of address whose first column is there, with the columns of it that are."""
    known = [columns for columns in step.moved_together if columns[0] in fields]
    return [tuple(column for column in columns if column in fields) for columns in known]
