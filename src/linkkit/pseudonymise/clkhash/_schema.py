"""A linkage schema of clkhash, as it takes effect: what version 1, 2 and 3 of its JSON have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, Literal

from linkkit.errors import SpecError, numbered_mistakes

__all__ = [
    "DateFormat",
    "Derivation",
    "EnumFormat",
    "Exact",
    "Feature",
    "Format",
    "Hashing",
    "IgnoredFeature",
    "IntegerFormat",
    "NGrams",
    "Numeric",
    "Schema",
    "SchemaError",
    "TextFormat",
]


class SchemaError(SpecError):
    """A linkage schema cannot be used.

    Parameters
    ----------
    mistakes
        Every mistake found, each with its place in the JSON.

    Examples
    --------
    >>> print(SchemaError(["clkConfig.l must be a whole number of at least 1; got 0."]))
    The linkage schema has 1 mistake:
      1. clkConfig.l must be a whole number of at least 1; got 0.
    """

    def __init__(self, mistakes: Sequence[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__(numbered_mistakes("The linkage schema", self.mistakes))


@dataclass(frozen=True)
class TextFormat:
    """What texts a feature may hold; they are hashed as they stand.

    Parameters
    ----------
    encoding
        How characters become bytes: ``"ascii"``, ``"utf-8"``, ``"utf-16"`` or ``"utf-32"``.
    case
        ``"upper"``, ``"lower"`` or ``"mixed"``.
    min_length, max_length
        Numbers of characters, or None.
    pattern
        A regular expression that the whole text must match; without case and lengths.
    description
        For people.
    """

    _: KW_ONLY
    encoding: str = "utf-8"
    case: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    description: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as in version 3 of the JSON."""
        lengths = {"minLength": self.min_length, "maxLength": self.max_length}
        return _known(type="string", encoding=self.encoding, case=self.case, **lengths, pattern=self.pattern) | _known(
            description=self.description
        )


@dataclass(frozen=True)
class IntegerFormat:
    """Whole numbers, hashed without blanks, leading zeros and plus signs.

    Parameters
    ----------
    minimum, maximum
        The smallest and largest, or None.
    description
        For people.
    """

    encoding: ClassVar[str] = "utf-8"
    _: KW_ONLY
    minimum: int | None = None
    maximum: int | None = None
    description: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as in version 3 of the JSON."""
        return _known(type="integer", minimum=self.minimum, maximum=self.maximum, description=self.description)


@dataclass(frozen=True)
class DateFormat:
    """Dates, hashed as year, month and day in digits.

    Parameters
    ----------
    format
        How they are written, as in ``datetime.strptime``.
    description
        For people.
    """

    encoding: ClassVar[str] = "utf-8"
    format: str
    _: KW_ONLY
    description: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as in version 3 of the JSON."""
        return _known(type="date", format=self.format, description=self.description)


@dataclass(frozen=True)
class EnumFormat:
    """One of some values, hashed as it stands.

    Parameters
    ----------
    values
        The values.
    description
        For people.
    """

    encoding: ClassVar[str] = "utf-8"
    values: tuple[str, ...]
    _: KW_ONLY
    description: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as in version 3 of the JSON."""
        return _known(type="enum", values=list(self.values), description=self.description)


Format = TextFormat | IntegerFormat | DateFormat | EnumFormat


@dataclass(frozen=True)
class NGrams:
    """Tokens are the n-grams of a value, padded by n - 1 blanks on both sides.

    Parameters
    ----------
    n
        Characters of a token.
    positional
        Whether a token begins with its place in the value, counted from 1.
    """

    n: int
    positional: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return it as in version 3 of the JSON."""
        return {"type": "ngram", "n": self.n, "positional": self.positional}


@dataclass(frozen=True)
class Exact:
    """The whole value is its one token."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as in version 3 of the JSON."""
        return {"type": "exact"}


@dataclass(frozen=True)
class Numeric:
    """Tokens are the numbers around a value, so that near numbers share some (Vatsalan and Christen, 2016).

    Parameters
    ----------
    threshold_distance
        Numbers further apart share no token.
    resolution
        Tokens on each side of the value.
    fractional_precision
        Digits behind the point that count. With 0, they are cut off.
    """

    threshold_distance: float
    resolution: int
    fractional_precision: int = 0

    @property
    def step(self) -> int:
        """The distance of two neighbouring tokens, in units of the precision divided by twice the resolution."""
        return round(self.threshold_distance * int(10**self.fractional_precision))

    def to_dict(self) -> dict[str, Any]:
        """Return it as in version 3 of the JSON."""
        return {
            "type": "numeric",
            "thresholdDistance": self.threshold_distance,
            "resolution": self.resolution,
            "fractional_precision": self.fractional_precision,
        }


@dataclass(frozen=True)
class Hashing:
    """How the tokens of a feature become bits.

    Parameters
    ----------
    comparison
        How a value becomes tokens.
    bits
        How often hash functions are applied.
    per
        ``"token"``: so often to each token; ``"feature"``: so often to all tokens of a value together.
    hash
        ``"blakeHash"``, independent hash functions; or ``"doubleHash"``, which is broken.
    prevent_singularity
        For double hashing: whether tokens that would set one bit only are hashed again; None where not said.
    sentinel
        The text that stands for a missing value, or None.
    replacement
        What is hashed in its place; None hashes the sentinel itself.
    """

    comparison: NGrams | Exact | Numeric
    bits: int
    _: KW_ONLY
    per: Literal["token", "feature"] = "token"
    hash: Literal["blakeHash", "doubleHash"] = "blakeHash"
    prevent_singularity: bool | None = None
    sentinel: str | None = None
    replacement: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as in version 3 of the JSON."""
        missing = None if self.sentinel is None else _known(sentinel=self.sentinel, replaceWith=self.replacement)
        return _known(
            comparison=self.comparison.to_dict(),
            strategy={"bitsPerToken" if self.per == "token" else "bitsPerFeature": self.bits},
            hash=_known(type=self.hash, prevent_singularity=self.prevent_singularity),
            missingValue=missing,
        )


@dataclass(frozen=True)
class Feature:
    """A column that is encoded.

    Parameters
    ----------
    identifier
        Its name.
    format
        What it may hold.
    hashing
        How it becomes bits.
    description
        For people.
    """

    identifier: str
    format: Format
    hashing: Hashing
    _: KW_ONLY
    description: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as in version 3 of the JSON."""
        named = _known(identifier=self.identifier, description=self.description)
        return {**named, "format": self.format.to_dict(), "hashing": self.hashing.to_dict()}


@dataclass(frozen=True)
class IgnoredFeature:
    """A column that is not encoded, though keys are derived for it: it must stay where it stands.

    Parameters
    ----------
    identifier
        Its name.
    description
        For people.
    """

    identifier: str
    _: KW_ONLY
    description: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as in version 3 of the JSON."""
        return _known(identifier=self.identifier, ignored=True, description=self.description)


@dataclass(frozen=True)
class Derivation:
    """How keys are derived from the secret by HKDF.

    Parameters
    ----------
    hash
        ``"SHA256"`` or ``"SHA512"``.
    salt, info
        Base64, as in the JSON; neither is secret.
    key_size
        Bytes of each key.
    """

    _: KW_ONLY
    hash: Literal["SHA256", "SHA512"] = "SHA256"
    salt: str | None = None
    info: str | None = None
    key_size: int = 64

    def to_dict(self) -> dict[str, Any]:
        """Return it as in version 3 of the JSON."""
        return _known(type="HKDF", hash=self.hash, salt=self.salt, info=self.info, keySize=self.key_size)


@dataclass(frozen=True)
class Schema:
    """A linkage schema; :func:`read_schema` makes it of JSON and checks it.

    Parameters
    ----------
    features
        The columns, in their order.
    length
        Bits of a CLK, after folding.
    xor_folds
        How often a filter is folded onto its half.
    derivation
        How keys are derived.
    version
        The version of the JSON that was read.
    without_effect
        Places of options that clkhash takes and does not heed.

    Examples
    --------
    >>> from linkkit.pseudonymise.clkhash import read_schema
    >>> schema = read_schema({
    ...     "version": 3,
    ...     "clkConfig": {"l": 1024, "kdf": {"type": "HKDF"}},
    ...     "features": [{"identifier": "row", "ignored": True}],
    ... })
    >>> schema.features
    (IgnoredFeature(identifier='row', description=None),)
    """

    features: tuple[Feature | IgnoredFeature, ...]
    length: int
    _: KW_ONLY
    xor_folds: int = 0
    derivation: Derivation = Derivation()
    version: int = 3
    without_effect: tuple[str, ...] = ()

    @property
    def identifiers(self) -> tuple[str, ...]:
        """The names of the columns, in their order."""
        return tuple(feature.identifier for feature in self.features)

    @property
    def hashed_length(self) -> int:
        """Bits of a filter before it is folded."""
        return self.length << self.xor_folds

    def to_dict(self) -> dict[str, Any]:
        """Return the schema as version 3 of the JSON, without the options that have no effect."""
        config: dict[str, Any] = {"l": self.length, "kdf": self.derivation.to_dict()}
        if self.xor_folds:
            config["xor_folds"] = self.xor_folds
        return {"version": 3, "clkConfig": config, "features": [feature.to_dict() for feature in self.features]}


def _known(**entries: Any) -> dict[str, Any]:
    return {key: value for key, value in entries.items() if value is not None}
