"""What makes an encoding weaker than it need be, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ._schema import Feature, Schema

__all__ = ["InsecureEncodingWarning", "Weakness", "secret_weaknesses", "weaknesses"]

_LEAST_SECRET_BYTES = 16
"""128 bits: below it, all secrets can be tried."""
_LEAST_KEY_BYTES = 16
_MOST_BLAKE_POSITIONS = 1 << 16
"""Positions are two bytes of a digest."""


class InsecureEncodingWarning(UserWarning):
    """An encoding is weaker than it need be; it is made all the same, since another party may have begun with it."""


@dataclass(frozen=True)
class Weakness:
    """Something that makes an encoding weaker than it need be.

    Parameters
    ----------
    name
        A short name.
    place
        Where in the schema it stands.
    meaning
        What it does.
    remedy
        What to do in a project that is free to choose.
    """

    name: str
    place: str
    meaning: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.meaning} {self.remedy}"


def weaknesses(schema: Schema) -> tuple[Weakness, ...]:
    """Return what makes the encodings of a schema weaker than they need be.

    Examples
    --------
    >>> from linkkit.pseudonymise.clkhash import read_schema
    >>> schema = read_schema({
    ...     "version": 1,
    ...     "clkConfig": {"l": 1024, "k": 20, "kdf": {"type": "HKDF"}, "hash": {"type": "doubleHash"}},
    ...     "features": [{"identifier": "name", "format": {"type": "string"}, "hashing": {"ngram": 2}}],
    ... })
    >>> [(weakness.name, weakness.place) for weakness in weaknesses(schema)]
    [('double_hash', "features[0] 'name'")]
    """
    found = [*_of_whole(schema)]
    for place, feature in enumerate(schema.features):
        if isinstance(feature, Feature):
            found += _of_feature(f"features[{place}] {feature.identifier!r}", feature, schema)
    return tuple(found)


def secret_weaknesses(secret: str | bytes) -> tuple[Weakness, ...]:
    """Return what makes a secret weak; nothing of it is shown."""
    if len(secret.encode() if isinstance(secret, str) else secret) >= _LEAST_SECRET_BYTES:
        return ()
    meaning = f"the secret has fewer than {_LEAST_SECRET_BYTES} bytes; all such secrets can be tried."
    return (Weakness("short_secret", "secret", meaning, "In a new project, use 32 random bytes."),)


def _of_whole(schema: Schema) -> Iterator[Weakness]:
    for place in schema.without_effect:
        if place.endswith("xorFolds"):
            yield Weakness(
                "ignored_xor_folds",
                place,
                "clkhash documents this option and does not heed it: nothing is folded.",
                "The option that it heeds is xor_folds; it changes every CLK, so that all parties must change at once.",
            )
        else:
            yield Weakness(
                "ignored_precision",
                place,
                "clkhash does not heed this option: digits behind the point are cut off.",
                "The option that it heeds is fractional_precision; it changes CLKs, so that all parties must change.",
            )
    if schema.derivation.key_size < _LEAST_KEY_BYTES:
        yield Weakness(
            "short_keys",
            "clkConfig.kdf.keySize",
            f"keys have {schema.derivation.key_size} bytes; all such keys can be tried.",
            "In a new project, leave it at 64.",
        )


def _of_feature(place: str, feature: Feature, schema: Schema) -> Iterator[Weakness]:
    hashing = feature.hashing
    if hashing.hash == "doubleHash":
        yield Weakness(
            "double_hash",
            place,
            "doubleHash is broken: names were read back from it without the secret (Niedermeyer et al., 2014).",
            "In a new project, use blakeHash, or linkkit's own filters.",
        )
    elif schema.hashed_length > _MOST_BLAKE_POSITIONS:
        yield Weakness(
            "unreachable_bits",
            place,
            f"blakeHash reaches the first {_MOST_BLAKE_POSITIONS:,} of {schema.hashed_length:,} bits only.",
            "In a new project, choose a shorter filter.",
        )
    if hashing.sentinel and hashing.replacement is None:
        yield Weakness(
            "unreplaced_sentinel",
            f"{place}.hashing.missingValue",
            "without replaceWith, the sentinel is hashed like a value: records that miss it look alike.",
            'In a new project, say "replaceWith": "".',
        )
    elif hashing.sentinel is not None and hashing.replacement:
        yield Weakness(
            "hashed_replacement",
            f"{place}.hashing.missingValue",
            "what replaces a missing value is hashed like a value: records that miss it look alike.",
            'In a new project, say "replaceWith": "".',
        )
