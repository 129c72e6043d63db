"""Findings of a linkage schema of clkhash."""

from __future__ import annotations

import math
from collections.abc import Iterator

from linkkit.fields import kind_of, recognise
from linkkit.pseudonymise.clkhash import Schema, weaknesses
from linkkit.pseudonymise.clkhash._schema import DateFormat, EnumFormat, Exact, Feature, IntegerFormat, NGrams

from ._described import FieldFacts, SpecFacts
from ._domains import log2_values
from ._finding import Finding, Severity
from ._of_specs import at_the_boundary, guessed_alone, of_fills

__all__ = ["NAME", "of_schema", "schema_facts"]

NAME = "clk"
_LEAST_RECORD = 512
_USUAL_CHARACTERS = 7
_DATE_CHARACTERS = 8
_SEVERITY: dict[str, Severity] = {
    "double_hash": "serious",
    "hashed_replacement": "note",
    "ignored_precision": "note",
    "ignored_xor_folds": "warning",
    "short_keys": "serious",
    "unreachable_bits": "warning",
    "unreplaced_sentinel": "warning",
}


def schema_facts(schema: Schema) -> SpecFacts:
    """Return what follows from a linkage schema; its one column is called ``clk``."""
    features = [feature for feature in schema.features if isinstance(feature, Feature)]
    drawn = sum(_drawn(feature) for feature in features)
    fill = -math.expm1(-drawn / schema.hashed_length)
    fields = tuple(_facts(feature) for feature in features)
    return SpecFacts(NAME, "filters" if len(features) == 1 else "records", schema.length, fill, fields)


def of_schema(schema: Schema, destination: str) -> Iterator[Finding]:
    """Give the findings of a linkage schema whose CLKs go to a destination."""
    facts = schema_facts(schema)
    for weakness in weaknesses(schema):
        severity = _SEVERITY[weakness.name]
        # Within a trusted unit it is what an existing project has.
        mild = severity == "serious" and destination == "trusted_unit"
        yield Finding(weakness.name, "warning" if mild else severity, weakness.place, weakness.meaning)
    yield from at_the_boundary(facts, destination)
    yield from guessed_alone(facts, destination)
    if facts.level == "filters":
        yield Finding("single_field_record", "warning", NAME, "the CLK holds one field.", 1)
    elif destination == "semi_trusted_unit":
        yield Finding("graph_matching", "warning", NAME, "clkhash has no diffusion.")
    for place, feature in enumerate(schema.features):
        if isinstance(feature, Feature):
            yield from _of_feature(f"features[{place}] {feature.identifier!r}", feature)
    yield from of_fills(NAME, facts.fill or 0.0, schema.length, (), _LEAST_RECORD)


def _of_feature(place: str, feature: Feature) -> Iterator[Finding]:
    hashing, tokens = feature.hashing, _usual_tokens(feature)
    varies = isinstance(hashing.comparison, NGrams) and not isinstance(feature.format, DateFormat)
    if hashing.per == "token" and varies:
        yield Finding("length_told", "warning", place, f"each token sets {hashing.bits} bits.", hashing.bits)
    if hashing.per == "feature" and hashing.bits < 2 * tokens:
        text = f"{hashing.bits} bits for a value of usually {tokens} tokens."
        yield Finding("few_bits_a_token", "warning", place, text, hashing.bits / tokens)


def _usual_tokens(feature: Feature) -> int:
    comparison = feature.hashing.comparison
    if isinstance(comparison, NGrams):
        characters = _DATE_CHARACTERS if isinstance(feature.format, DateFormat) else _USUAL_CHARACTERS
        return max(1, characters + comparison.n - 1)
    return 1 if isinstance(comparison, Exact) else 2 * comparison.resolution + 1


def _drawn(feature: Feature) -> int:
    bits = feature.hashing.bits
    return bits if feature.hashing.per == "feature" else bits * _usual_tokens(feature)


def _facts(feature: Feature) -> FieldFacts:
    known = next(iter(recognise([feature.identifier])), None)
    size = None if known is None else log2_values(known)
    held = feature.format
    if isinstance(held, DateFormat):
        return FieldFacts(feature.identifier, "date", log2_values("date_of_birth"))
    if isinstance(held, EnumFormat):
        size = math.log2(max(1, len(held.values)))
    elif isinstance(held, IntegerFormat) and held.minimum is not None and held.maximum is not None:
        size = math.log2(max(1, held.maximum - held.minimum + 1))
    return FieldFacts(feature.identifier, "text" if known is None else kind_of(known), size)
