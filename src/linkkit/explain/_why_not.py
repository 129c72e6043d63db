"""Why blocking did not make a pair: what each rule would have needed, and which rule would have made it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Encoded, EncodedSets
from linkkit.specs import EveryPair, Listed, MinHash, Near, Neighbourhood, On, Rule, SharedEvidence, TextSimilarity

from ._explanation import RuleOutcome

if TYPE_CHECKING:
    from linkkit.records import Records
    from linkkit.run import Run

__all__ = ["outcomes", "suggestions"]

Rows = NDArray[np.uint32]
_MOST_SUGGESTED = 5
# Forms of a field to block on, from strict to loose, by the kind of field.
_FORMS: dict[str, tuple[str, ...]] = {
    "given_name": ("{}", "soundex({})", "first({}, 3)", "first({}, 1)"),
    "surname": ("{}", "soundex({})", "first({}, 3)", "first({}, 1)"),
    "full_name": ("{}", "sorted_words({})", "first({}, 4)", "last({}, 4)"),
    "date": ("whole_date({})", "first(whole_date({}), 7)", "last(whole_date({}), 5)", "year({})"),
    "postcode": ("{}", "sector({})", "outward({})", "area({})"),
    "address": ("{}", "sorted_words({})", "digits({})"),
}


def outcomes(run: Run, left: Rows, right: Rows) -> tuple[RuleOutcome, ...]:
    """Say of each blocking rule whether it makes the pair, and if not, what it would have needed."""
    records = run.records
    if not _is_allowed(records, left, right):
        why = "link_only makes no pair within one dataset"
        return tuple(RuleOutcome(repr(rule), False, why) for rule in run.pairs.rules)
    made = run.pairs.source.made_by(left, right)[0].tolist()
    return tuple(
        RuleOutcome(repr(rule), makes, "" if makes else _why(run, rule, left, right))
        for rule, makes in zip(run.pairs.rules, made, strict=True)
    )


def suggestions(run: Run, left: Rows, right: Rows) -> tuple[str, ...]:
    """Return which rules on the fields that agree would have made the pair, and how many pairs each would make."""
    records = run.records
    if not _is_allowed(records, left, right):
        return ("Two records of one dataset are paired by link_type='link_and_dedupe'.",)
    columns = [column for field in records.fields if (column := _strictest(records, field, left, right))]
    if not columns:
        return (
            "No shared field agrees in any form that rules are made of; only every_pair(), sorted_neighbourhood(...) "
            "or minhash(...) could have made the pair.",
        )
    rules = [On((column,)) for column in columns]
    rules += [On(tuple(columns))] if len(columns) > 1 else []
    source = records.engine.pairs(records, rules)
    counted = sorted(((count.pairs, repr(count.rule)) for count in source.counts()), key=lambda one: one[0])
    return tuple(f"{rule} would have made it, among {pairs:,} pairs." for pairs, rule in counted[:_MOST_SUGGESTED])


def _is_allowed(records: Records, left: Rows, right: Rows) -> bool:
    same = bool(records.dataset_of(left)[0] == records.dataset_of(right)[0])
    return records.link_type == "link_and_dedupe" or same == (records.link_type == "dedupe")


def _why(run: Run, rule: Rule, left: Rows, right: Rows) -> str:
    records = run.records
    if isinstance(rule, On):
        needs = [f"{column} {state}" for column in rule.columns if (state := _state(records, column, left, right))]
        if needs:
            return "; ".join(needs)
        cap = "" if rule.cap is None else f" of more than {rule.cap:,} records"
        return f"its columns agree, but the block{cap} was skipped"
    if isinstance(rule, Near):
        return _why_not_near(records, rule, left, right)
    if isinstance(rule, Neighbourhood):
        state = _state(records, rule.column, left, right)
        if "missing" in state:
            return f"{rule.column} {state}"
        return f"more than {rule.window - 1} records apart when sorted by {rule.column}"
    if isinstance(rule, MinHash):
        state = _state(records, rule.column, left, right)
        return f"{rule.column} {state}" if "missing" in state else f"{rule.column} too unlike for its hashes to meet"
    if isinstance(rule, SharedEvidence):
        least = next(one.least_bits for one in run.pairs.counts() if one.rule == rule)
        return f"shares less than {least:.1f} bits, or only keys that more than the capped number of records have"
    if isinstance(rule, Listed):
        return "the pair is not listed"
    if isinstance(rule, EveryPair):
        return "link_only makes no pair within one dataset"
    return "it does not make the pair"


def _why_not_near(records: Records, rule: Near, left: Rows, right: Rows) -> str:
    needs = [f"{column} {state}" for column in rule.on if (state := _state(records, column, left, right))]
    joined = [rule.column] if rule.crossed_with is None else [rule.column, rule.crossed_with]
    states = [(column, _state(records, column, left, right)) for column in joined]
    needs += [f"{column} {state}" for column, state in states if "missing" in state]
    if needs:
        return "; ".join(needs)
    if rule.crossed_with is not None:
        return f"{rule.column} is not near {rule.crossed_with} of the other record, both ways"
    cap = "" if rule.cap is None else f", or held by more than {rule.cap:,} records"
    if rule.completeness is not None:
        measured = records.engine.similarities(records, TextSimilarity(rule.column, rule.metric), left, right)
        if measured[0] >= rule.bound:
            return f"{rule.column} near enough, but the sampled bits of no table agree{cap}"
    return f"{rule.column} not near enough{cap}"


def _state(records: Records, column: str, left: Rows, right: Rows) -> str:
    """How a column stands between the two records: an empty text where it agrees."""
    held = records.column(column)
    codes = int(held.codes[left[0]]), int(held.codes[right[0]])
    if not all(codes):
        sides = "both" if not any(codes) else "the left" if not codes[0] else "the right"
        return f"is missing on {sides}"
    if isinstance(held, EncodedSets):
        return "" if _shares_member(held, *codes) else "shares no member"
    return "" if codes[0] == codes[1] else "differs"


def _shares_member(held: EncodedSets, first: int, second: int) -> bool:
    sets = [held.members[held.starts[code] : held.starts[code + 1]] for code in (first, second)]
    return bool(np.isin(sets[0], sets[1]).any())


def _strictest(records: Records, field: str, left: Rows, right: Rows) -> str | None:
    """The strictest form of a field that agrees between two records."""
    kind = records.datasets[0].kind_of(field)
    if kind in ("sex", "category", "number", "set"):
        return None
    for form in _FORMS.get(kind, ("{}",)):
        column = form.format(field)
        held = records.column(column) if not _holds_sets(records, field) or form == "{}" else None
        if held is not None and not _state(records, column, left, right):
            return column if isinstance(held, Encoded | EncodedSets) else None
    return None


def _holds_sets(records: Records, field: str) -> bool:
    return any(dataset.holds_sets(field) for dataset in records.datasets)
