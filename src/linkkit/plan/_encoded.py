"""A plan for encoded datasets: what an encoding lets compare, and where rules find their columns in it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from linkkit import compare
from linkkit.block import on, recommended
from linkkit.errors import PlanError
from linkkit.fields import kind_of
from linkkit.pseudonymise import Encoding, Token
from linkkit.pseudonymise.bloom import Blip, BloomField, Clk, expected_dice, levels_for
from linkkit.records import Records
from linkkit.score import FellegiSunter, Mixture
from linkkit.specs import Comparison, EveryPair, Evidence, Near, On, Rule, SharedEvidence, number_text
from linkkit.values import fields_of

from ._record_level import near_filters

if TYPE_CHECKING:
    from ._plan import Plan

__all__ = ["comparisons_of", "encoded_plan", "fields_compared", "rules_for_encoded"]


def comparisons_of(encoding: Encoding, fields: Sequence[str] | None = None) -> tuple[Comparison, ...]:
    """Return the comparisons of what an encoding makes.

    Parameters
    ----------
    encoding
        The encoding.
    fields
        Only comparisons of these columns, or of tokens made of these fields; by default all.

    Returns
    -------
    tuple of comparisons
        A filter: equal, then by bounds of Dice that are placed from its encoding, so that values with one mistake
        and with two have levels of their own. Tokens of one field: equal in the first of them, else in the next, and so
        on; where the field has a filter too, behind its levels. Tokens of several fields are for blocking and have
        none. A filter of the record is compared only where it holds a field that nothing else carries: its agreement
        would count twice.
    """
    of_field: dict[str, list[BloomField | Token]] = {}
    for column in encoding.columns:
        if not isinstance(column, Clk) and (field := _field_of(column)) is not None:
            held = of_field.get(field, [])
            is_second = isinstance(column, BloomField) and any(isinstance(one, BloomField) for one in held)
            of_field.setdefault(column.name if is_second else field, []).append(column)
    found: list[Comparison] = []
    carried: set[str | None] = set()
    for columns in of_field.values():
        made = _of_field(columns)
        if fields is None or set(made.fields) & set(fields):
            found.append(made)
            carried |= {_field_of(column) for column in columns}
    for column in encoding.columns:
        if isinstance(column, Clk) and (fields is None or column.name in fields):
            read = {field for part in column.fields for field in fields_of(part.column)}
            found += [] if read <= carried else [compare.record_filter(column.name)]
    return tuple(found)


def fields_compared(comparisons: Iterable[Comparison]) -> tuple[str, ...]:
    """Return the fields that comparisons read, each once."""
    return tuple(dict.fromkeys(field for comparison in comparisons for field in comparison.fields))


def encoded_plan(plan: Plan, encoding: Encoding) -> Plan:
    """Return a plan that does with encoded datasets what another does with clear ones.

    Raises
    ------
    PlanError
        With every part that the encoding does not carry.
    """
    mistakes: list[str] = []
    if plan.model is not None:
        mistakes.append("model: a model of clear text knows no encodings; leave it out, and learn one.")
    comparisons = comparisons_of(encoding, _compared(plan, encoding)) if plan.compare else ()
    if plan.compare and not comparisons:
        mistakes.append("compare: the encoding holds no column of the fields that the plan compares.")
    block = _rules(plan.block, encoding, "block", mistakes)
    score = plan.score
    if isinstance(score, FellegiSunter):
        passes = _rules(score.passes, encoding, "score.passes", mistakes)
        prior_rules = _rules(score.prior_rules, encoding, "score.prior_rules", mistakes)
        if score.anchor is not None and score.anchor not in encoding.forms:
            mistakes.append(f"score.anchor: {score.anchor!r} is not encoded as a column of its own.")
        if score.fixed:
            mistakes.append("score.fixed: encodings have other levels; fix those of the encoded plan.")
        if not mistakes:
            score = replace(score, passes=passes, prior_rules=prior_rules)
    elif score is not None and not isinstance(score, Mixture):
        mistakes.append(f"score: a {type(score).__name__} asks for levels of clear text; say it anew for the encoding.")
    if mistakes:
        raise PlanError(mistakes)
    if encoding.level == "records":
        score = score if isinstance(score, Mixture) else None
    return plan.change(prepare=(), block=block, compare=comparisons, score=score)


def _compared(plan: Plan, encoding: Encoding) -> tuple[str, ...]:
    """The columns of comparisons that carry what a plan compares; a filter of the record carries all of it."""
    wanted = fields_compared(plan.compare)
    clks = [column.name for column in encoding.columns if isinstance(column, Clk)]
    sources = {
        column.name: set(fields_of(column.column)) for column in encoding.columns if isinstance(column, BloomField)
    }
    filters = [name for name, read in sources.items() if read & set(wanted)]
    return (*wanted, *filters, *clks)


def rules_for_encoded(records: Records, encoding: Encoding) -> tuple[Rule, ...]:
    """Return blocking rules for encoded records: equal values of columns, and every block token by itself.

    Filters under noise are never equal, and those of records seldom: of those, the ones that are near.
    """
    blocks = [block.name for block in encoding.blocks if block.name in records.fields]
    noisy = [column.name for column in encoding.columns if isinstance(column, BloomField) and _is_noisy(column)]
    whole = [column.name for column in encoding.columns if isinstance(column, Clk)]
    columns = [field for field in records.personal_fields if field not in (*blocks, *noisy, *whole)]
    if encoding.level == "records":
        noisy += whole
    nears = [near_filters(records, name, "dice") for name in noisy if name in records.fields]
    equal = recommended(records, fields=columns) if columns else ()
    return (*(on(block) for block in blocks), *equal, *filter(None, nears))


# --- comparisons -------------------------------------------------------------------------------------------------


def _field_of(column: BloomField | Token) -> str | None:
    """Return the one field that a column reads; None where it reads several together."""
    texts = column.columns if isinstance(column, Token) else (column.column,)
    read = {field for text in texts for field in fields_of(text)}
    return read.pop() if len(texts) == 1 and len(read) == 1 else None


def _of_field(columns: Sequence[BloomField | Token]) -> Comparison:
    """Compare a field by its filter, if it has one, and its tokens, in their order."""
    first = next((column for column in columns if isinstance(column, BloomField)), columns[0])
    levels = [compare.level("exact", compare.equal(first.name))]
    if isinstance(first, BloomField):
        levels += [
            compare.level(f"dice >= {number_text(bound)}", compare.similar(first.name, bound, "dice_bits"))
            for bound in _bounds(first)
        ]
    levels += [
        compare.level(str(token.columns[0]), compare.equal(token.name))
        for token in columns
        if isinstance(token, Token) and token is not first
    ]
    is_telling = kind_of(first.name) != "sex" and (isinstance(first, Token) or _keeps_equality(first))
    return Comparison(first.name, tuple(levels), (first.name,), first.name if is_telling else None)


@lru_cache(maxsize=256)
def _bounds(column: BloomField) -> tuple[float, ...]:
    """Bounds below equality: what half of the values with one mistake reach, then what most with one and two do."""
    middle = math.floor(1000 * expected_dice(column).middle) / 1000
    loose = [bound for bound in levels_for(column) if bound < 1]
    return tuple(sorted({*loose, *([middle] if loose and loose[0] < middle < 1 else [])}, reverse=True))


# --- rules -------------------------------------------------------------------------------------------------------


def _rules(rules: Sequence[Rule], encoding: Encoding, place: str, mistakes: list[str]) -> tuple[Rule, ...]:
    found = []
    for number, rule in enumerate(rules):
        made = _rule(rule, encoding)
        if made is None:
            mistakes.append(
                f"{place}[{number}]: {rule!r} cannot be followed on this encoding: it holds no token or filter of what "
                "the rule reads. Let plan.encoding(...) design it, or leave the rule out."
            )
        else:
            found.append(made)
    return tuple(found)


def _rule(rule: Rule, encoding: Encoding) -> Rule | None:
    if isinstance(rule, EveryPair):
        return rule
    if isinstance(rule, On):
        joint = [token.name for token in (*encoding.blocks, *encoding.columns)
                 if isinstance(token, Token) and set(token.columns) == set(rule.columns)]  # fmt: skip
        if joint:
            return replace(rule, columns=(joint[0],))
        single = [_column(column, encoding) for column in rule.columns]
        return None if None in single else replace(rule, columns=tuple(filter(None, single)))
    if isinstance(rule, Near):
        held = [
            column for column in encoding.columns if isinstance(column, BloomField) and column.column == rule.column
        ]
        others = [_column(column, encoding) for column in rule.on]
        if not held or None in others or rule.crossed_with is not None:
            return None
        bounds = _bounds(held[0]) or (1.0,)
        return Near(held[0].name, "dice_bits", bounds[-1], tuple(filter(None, others)), cap=rule.cap)
    if isinstance(rule, SharedEvidence):
        columns = dict.fromkeys(_column(column, encoding) for one in rule.evidence for column in one.columns)
        kept = tuple(Evidence((column,), "value") for column in columns if column is not None)
        return replace(rule, evidence=kept) if kept else None
    return None


def _column(column: str, encoding: Encoding) -> str | None:
    """Return the name of what stands for a column of clear text: equal where it is."""
    for encoded in (*encoding.columns, *encoding.blocks):
        if isinstance(encoded, Token) and tuple(encoded.columns) == (column,):
            return encoded.name
        if isinstance(encoded, BloomField) and encoded.column == column and _keeps_equality(encoded):
            return encoded.name
    return None


def _keeps_equality(column: BloomField) -> bool:
    """Whether equal values have equal filters, and other values others."""
    return column.salt is None and not _is_noisy(column)


def _is_noisy(column: BloomField) -> bool:
    """Whether each filter has noise of its own, so that equal values have other filters."""
    return any(isinstance(step, Blip) for step in column.hardening)
