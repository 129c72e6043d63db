"""Design an encoding that carries what a plan compares and blocks on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from linkkit.dataset import Dataset
from linkkit.errors import PlanError, did_you_mean
from linkkit.pseudonymise import Encoding, Token
from linkkit.pseudonymise.bloom import BloomField, Clk, sized_for
from linkkit.records import Records
from linkkit.specs import On, Rule

from ._encoded import fields_compared

if TYPE_CHECKING:
    from ._plan import Plan

__all__ = ["LEVELS", "designed"]

EncodingLevel = Literal["tokens", "filters", "records"]
LEVELS = ("tokens", "filters", "records")
# What agrees though a value has a mistake, by the kind of its field, from strict to loose; the value itself is first.
_LOOSER = {
    "given_name": ("soundex({})", "first({}, 1)"),
    "surname": ("soundex({})", "first({}, 3)"),
    "full_name": ("sorted_words({})", "first({}, 4)"),
    "date": ("first(whole_date({}), 7)", "last(whole_date({}), 5)", "year({})"),
    "postcode": ("sector({})", "outward({})"),
    "address": ("sorted_words({})", "digits({})"),
    "place": ("soundex({})",),
    "identifier": ("first({}, 5)", "last({}, 5)"),
    "phone": ("last({}, 6)",),
}
# Names that are often written as a letter, which shares hardly a bit with the whole.
_INITIALS = ("given_name",)


def designed(
    plan: Plan, level: EncodingLevel, datasets: Sequence[Dataset], fields: Sequence[str] | None = None
) -> Encoding:
    """Return an encoding of the fields that datasets share at a level, with sizes from what the first holds.

    Raises
    ------
    PlanError
        Where the level is none, or the dataset lacks what the plan compares.
    """
    if level not in LEVELS:
        raise PlanError([f"level must be one of {', '.join(LEVELS)}; got {level!r}.{did_you_mean(str(level), LEVELS)}"])
    if not datasets:
        raise PlanError(["encoding() needs a dataset from which sizes are chosen."])
    dataset = datasets[0]
    chosen = _chosen(plan, datasets, fields)
    if level == "tokens":
        tokens = [token for field in chosen for token in _tokens(field, dataset.kind_of(field))]
        return Encoding(tuple(tokens), _blocks(plan.block, tokens))
    kinds = {field: dataset.kind_of(field) for field in chosen}
    filters = [_filter(field, kind) for field, kind in kinds.items()]
    if level == "records":
        letters = [BloomField(f"first({field}, 1)", "exact", name=f"{field}_initial") for field in _named(kinds)]
        return Encoding((sized_for(dataset, Clk((*filters, *letters)), shares="information"),))
    sized = tuple(sized_for(dataset, column) for column in filters)
    held = [Token(column.name, column.column) for column in sized]
    initials = [Token(f"{field}_initial", f"first({field}, 1)") for field in _named(kinds)]
    return Encoding((*sized, *initials), _blocks(plan.block, [*held, *initials]))


def _chosen(plan: Plan, datasets: Sequence[Dataset], fields: Sequence[str] | None) -> tuple[str, ...]:
    """Return the fields to encode: those that the plan compares; recommended ones only where all datasets have them."""
    from ._recommend import recommended_comparisons_of

    asked = fields_compared(plan.compare) if plan.compare else tuple(fields or ())
    mistakes = [
        f"{'compare' if plan.compare else 'fields'}: {dataset.name} has no field {field!r}."
        f"{did_you_mean(field, tuple(dataset.fields))}"
        for dataset in datasets
        for field in asked
        if field not in dataset.fields
    ]
    if mistakes:
        raise PlanError(mistakes)
    if asked:
        return tuple(field for field in asked if fields is None or field in fields)
    # A field that repeats another is left out only where all datasets have the other.
    return fields_compared(recommended_comparisons_of(Records(list(datasets))))


def _tokens(field: str, kind: str) -> list[Token]:
    looser = [form.format(field) for form in _LOOSER.get(kind, ())]
    return [Token(field, field), *(Token(f"{field}_looser_{number}", text) for number, text in enumerate(looser, 1))]


def _named(kinds: Mapping[str, str]) -> list[str]:
    """Return the fields whose values are often written as a letter."""
    return [field for field, kind in kinds.items() if kind in _INITIALS]


def _filter(field: str, kind: str) -> BloomField:
    if kind == "date":
        return BloomField(field, "date")
    if kind == "number":
        return BloomField(field, "number")
    if kind in ("sex", "category", "set", "house_number"):
        return BloomField(field, "exact")
    if kind == "postcode":  # places tell its parts apart
        return BloomField(field, q=1, padded=False, positional=True)
    return BloomField(field)


def _blocks(rules: Sequence[Rule], held: Sequence[Token]) -> tuple[Token, ...]:
    """Return a block token for each rule that asks for what no column by itself holds; rules of sets have none."""
    singles = {text for token in held if len(token.columns) == 1 for text in token.columns}
    wanted = [tuple(rule.columns) for rule in rules if isinstance(rule, On) and not set(rule.columns) <= singles]
    return tuple(Token(f"block_{number}", columns) for number, columns in enumerate(dict.fromkeys(wanted), 1))
