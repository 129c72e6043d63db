"""Findings that follow from how columns are encoded, whatever they hold."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from linkkit.pseudonymise.bloom import Balance, Blip, BloomField, Clk, Diffuse, Hardening, Rule90
from linkkit.pseudonymise.encoding import columns_of
from linkkit.pseudonymise.tokens import Token
from linkkit.values import fields_of

from ._boundary import DESTINATIONS, LEVELS, may_go
from ._described import SpecFacts, bits_of, described, fill_of, fills_through
from ._domains import in_words, log2_values, values_in_words
from ._finding import Finding, Severity

__all__ = ["at_the_boundary", "guessed_alone", "in_a_filter", "of_fills", "of_specs", "outside"]

Spec = BloomField | Clk | Token
_FEW_VALUES_LOG2 = 10.0
"""Where a thousand values are all there are, their frequencies order them."""
_NUMBERS = ("nhs_number", "upn", "national_id", "phone", "email")
_OVERFULL, _NEARLY_EMPTY = 0.6, 0.05
"""Twice, and an eighth, of the 0.4 at which filters tell most apart."""
_LEAST_RECORD, _LEAST_FIELD = 512, 64
"""Bits: a quarter for each of four fields, and what linkkit's own shortest filter has."""
_ALIKE, _LEAST_KEPT = 0.9, 0.5
"""Of the likeness of filters with such a Dice coefficient (a mistake in a record) so much should outlive diffusion."""
_LEAST_TOKEN_BITS = 2


def of_specs(columns: Sequence[Spec], blocks: Sequence[Token], destination: str) -> Iterator[Finding]:
    """Give the findings of the columns and block tokens of an encoding that goes to a destination."""
    facts = [described(spec) for spec in columns]
    for spec, fact in zip(columns, facts, strict=True):
        yield from at_the_boundary(fact, destination, match_key=isinstance(spec, Token) and len(spec.columns) > 1)
        yield from guessed_alone(fact, destination)
        if isinstance(spec, Clk):
            yield from _of_record(spec, destination)
        elif isinstance(spec, BloomField):
            yield from _of_field(spec, destination)
    has_record = any(fact.level == "records" for fact in facts)
    beside = [fact.name for fact in facts if fact.level == "filters"]
    if has_record and beside:
        found = f"field-level filters ({', '.join(beside)}) stand beside a record-level one."
        yield Finding("field_of_record", outside(destination), "", found, len(beside))
    yield from _of_one_field(columns, destination)
    for token in blocks:
        yield from _of_block(token, has_record, destination)


def _of_one_field(columns: Sequence[Spec], destination: str) -> Iterator[Finding]:
    """Give the fields that several columns encode, each by itself."""
    of_field: dict[str, list[str]] = {}
    for spec in columns:
        fields = {field for column in columns_of(spec) for field in fields_of(column)}
        if len(fields) == 1:
            of_field.setdefault(fields.pop(), []).append(spec.name)
    for field, names in of_field.items():
        if len(names) > 1:
            text = f"{field} is encoded in {len(names)} columns."
            yield Finding("several_of_one_field", outside(destination, "warning"), ", ".join(names), text, len(names))


def outside(destination: str, beyond: Severity = "serious") -> Severity:
    """Return how severe it is where it goes: a note within a trusted unit."""
    return "note" if destination == "trusted_unit" else beyond


def at_the_boundary(fact: SpecFacts, destination: str, *, match_key: bool = False) -> Iterator[Finding]:
    """Give the finding of a level that must not go there, or must be deleted after."""
    what = f"{LEVELS[fact.level]} can be seen"
    if not may_go(fact.level, destination):
        # Several columns together have fewer equal values, so that counting says less of them.
        mild = match_key and destination == "semi_trusted_unit"
        found = f"{_WHAT[fact.level]}: {what}, and it would go to {DESTINATIONS[destination]}."
        yield Finding("not_for_destination", "warning" if mild else "serious", fact.name, found)
    elif fact.level != "records":
        yield Finding("delete_afterwards", "note", fact.name, f"{_WHAT[fact.level]}: {what}.")


_WHAT = {"tokens": "tokens", "filters": "filters of one field", "records": "filters of whole records"}


def guessed_alone(fact: SpecFacts, destination: str) -> Iterator[Finding]:
    """Give the findings of what can be tried: how long it takes, and whether it stands alone."""
    if not fact.fields:
        return
    seconds, alone = fact.seconds_to_try, fact.fields[0]
    if seconds is not None:
        known = [field for field in fact.fields if field.values_log2 is not None]
        counts = ", ".join(f"{field.name} about {values_in_words(field.values_log2 or 0.0)}" for field in known)
        text = f"with the key all values ({counts}) are tried in {in_words(seconds)}."
        yield Finding("brute_force", "note", fact.name, text, seconds)
    size = alone.values_log2
    if fact.level == "records" or size is None:
        return
    name = ""
    if size <= _FEW_VALUES_LOG2:
        name = "few_values"
    elif alone.kind == "date":
        name = "date_alone"
    elif alone.kind == "identifier" or alone.name in _NUMBERS:
        name = "identifier_alone"
    if name:
        yield Finding(
            name, outside(destination), fact.name, f"{_ALONE[name]} (about {values_in_words(size)} values).", size
        )


_ALONE = {
    "few_values": "a field of few values is encoded by itself",
    "date_alone": "a date is encoded by itself",
    "identifier_alone": "an identifier is encoded by itself",
}


def _of_record(clk: Clk, destination: str) -> Iterator[Finding]:
    if len(clk.fields) == 1:
        yield Finding("single_field_record", "warning", clk.name, "the record-level filter holds one field.", 1)
    elif destination == "semi_trusted_unit" and not any(isinstance(step, Diffuse) for step in clk.hardening):
        steps = ", ".join(type(step).__name__ for step in clk.hardening) or "no hardening"
        yield Finding("graph_matching", "warning", clk.name, f"there is {steps}, and no diffusion.")
    for field, bits in zip(clk.fields, clk.budgets, strict=True):
        yield from in_a_filter(field, f"{clk.name}, {field.name}", bits, clk.hardening)
    yield from of_fills(clk.name, fill_of(clk), clk.length, clk.hardening, _LEAST_RECORD)
    drawn = bits_of(clk)
    token_bits = max(_token_bits(field, bits) for field, bits in zip(clk.fields, drawn, strict=True))
    yield from _of_noise(clk.name, clk.hardening, token_bits, max(drawn))


def _of_field(field: BloomField, destination: str) -> Iterator[Finding]:
    bits = field.bits_per_value or (0 if field.hashes else field.bits)
    yield from in_a_filter(field, field.name, bits, field.hardening)
    yield from of_fills(field.name, fill_of(field), field.filter_length, field.hardening, _LEAST_FIELD)
    yield from _of_noise(field.name, field.hardening, _token_bits(field, field.bits), field.bits)


def _token_bits(field: BloomField, bits: int) -> int:
    """Bits that one token of a usual value sets."""
    return field.hashes or math.ceil(bits / field.usual_tokens)


def in_a_filter(field: BloomField, where: str, bits: int, hardening: Sequence[Hardening]) -> Iterator[Finding]:
    """Give the findings of how the values of one field set bits."""
    if field.hashes and field.kind == "text" and not any(isinstance(step, Balance) for step in hardening):
        yield Finding("length_told", "warning", where, f"each token sets {field.hashes} bits.", field.hashes)
    if not field.hashes and bits < _LEAST_TOKEN_BITS * field.usual_tokens:
        found = f"{bits} bits for a value of usually {field.usual_tokens} tokens."
        yield Finding("few_bits_a_token", "warning", where, found, bits / field.usual_tokens)
    if field.salt is not None:
        size = log2_values(field.salt)
        many = "" if size is None else f", which has about {values_in_words(size)} values"
        yield Finding("salted_by_field", "note", where, f"salted by {field.salt}{many}.", size)


def of_fills(name: str, fill: float, length: int, hardening: Sequence[Hardening], least: int) -> Iterator[Finding]:
    """Give the findings of how full filters are expected to be, and how long they are."""
    if fill > _OVERFULL:
        yield Finding("overfull", "warning", name, f"a usual value sets {fill:.0%} of the bits.", fill)
    if fill < _NEARLY_EMPTY and not any(isinstance(step, Diffuse) for step in hardening):
        yield Finding("nearly_empty", "warning", name, f"a usual value sets {fill:.1%} of the bits.", fill)
    if length < least:
        yield Finding("short_filter", "warning", name, f"{length} bits.", length)
    for before, step in zip(fills_through(fill, hardening), hardening, strict=False):
        if not isinstance(step, Diffuse):
            continue
        # Two filters of fill f and Dice s differ in 2 f (1 - s) of their places; an XOR of t bits keeps (1 - 2 d)**t.
        kept = max(0.0, 1 - 4 * before * (1 - _ALIKE)) ** step.inputs
        if kept < _LEAST_KEPT:
            found = (
                f"filters are {before:.0%} full before diffusion; {kept:.0%} of the likeness of a near pair is left."
            )
            yield Finding("damped_away", "warning", name, found, kept)


def _of_noise(name: str, hardening: Sequence[Hardening], token_bits: int, value_bits: int) -> Iterator[Finding]:
    """Give what noise is worth: its epsilon for one token more or less, and for a value replaced by another."""
    reach, epsilon_of_bit = 1, 0.0
    for step in hardening:
        if isinstance(step, Blip):
            epsilon_of_bit += step.epsilon(reach)
            if step.seed is not None:
                yield Finding("repeatable_noise", "serious", name, "the noise has a seed.")
        else:
            reach *= _reach(step)
    if epsilon_of_bit:
        token, value = token_bits * epsilon_of_bit, 2 * value_bits * epsilon_of_bit
        found = f"noise of an epsilon of {token:,.1f} for one token, {value:,.0f} for a value replaced by another."
        yield Finding("bit_noise", "note", name, found, token)


def _reach(step: Hardening) -> int:
    """How many bits afterwards hang on one before."""
    if isinstance(step, Diffuse):
        return step.inputs
    return 2 if isinstance(step, Balance | Rule90) else 1


def _of_block(token: Token, has_record: bool, destination: str) -> Iterator[Finding]:
    fact = described(token, is_block=True)
    size = fact.fields[0].values_log2
    blocks = "" if size is None else f"; about {values_in_words(size)} blocks at most"
    found = f"a block token of {fact.fields[0].name}{blocks}."
    if has_record:
        beyond: Severity = "warning" if destination == "semi_trusted_unit" and len(token.columns) > 1 else "serious"
        yield Finding("block_tokens", outside(destination, beyond), token.name, found, size)
    else:
        yield from at_the_boundary(fact, destination, match_key=len(token.columns) > 1)
