"""Read a feature of a linkage schema: each version has its own way to say how a feature is hashed."""

from __future__ import annotations

import datetime
import re
from typing import Any, Literal

from ._json_checks import Checked
from ._schema import (
    DateFormat,
    EnumFormat,
    Exact,
    Feature,
    Format,
    Hashing,
    IgnoredFeature,
    IntegerFormat,
    NGrams,
    Numeric,
    TextFormat,
)

__all__ = ["read_feature"]

_PER_TOKEN: Literal["token"] = "token"
_BLAKE: Literal["blakeHash"] = "blakeHash"
_MOST_DIGITS = 308
"""Digits that a floating number can be moved by."""
_ENCODINGS = ("ascii", "utf-8", "utf-16", "utf-32")


def read_feature(
    feature: Checked, version: int, hash_count: int | None, hashed: Checked | None
) -> Feature | IgnoredFeature | None:
    """Return a feature, or None where it has a mistake.

    Parameters
    ----------
    feature
        The entry in the JSON.
    version
        The version of the schema.
    hash_count, hashed
        In version 1, ``clkConfig.k`` and ``clkConfig.hash``, which hold for all features; else None.
    """
    if not feature.is_object:
        return None
    before = len(feature.mistakes)
    identifier, description = feature.text("identifier"), feature.text("description", needed=False)
    if feature.boolean("ignored", default=False):
        return IgnoredFeature(identifier, description=description)
    described, hashing = feature.inner("format"), feature.inner("hashing")
    weight = None if hashing is None else hashing.entries.get("weight")
    if version == 1 and weight == 0 and not isinstance(weight, bool):
        return IgnoredFeature(identifier, description=description)
    read_format = None if described is None else _read_format(described)
    read_hashing = None if hashing is None else _read_hashing(hashing, version, hash_count, hashed)
    if len(feature.mistakes) > before or read_format is None or read_hashing is None:
        return None
    return Feature(identifier, read_format, read_hashing, description=description)


# --- formats ------------------------------------------------------------------------------------------------------


def _read_format(described: Checked) -> Format | None:
    kind = described.choice("type", ("string", "integer", "date", "enum"))
    description = described.text("description", needed=False)
    if kind == "string":
        return _read_text_format(described, description)
    if kind == "integer":
        described.only(("type", "minimum", "maximum", "description"))
        minimum, maximum = (described.integer(key, needed=False) for key in ("minimum", "maximum"))
        return IntegerFormat(minimum=minimum, maximum=maximum, description=description)
    if kind == "date":
        described.only(("type", "format", "description"))
        written = described.text("format")
        if written is not None and not _is_date_format(written):
            described.wrong("format", "must be a format of datetime.strptime, such as %Y-%m-%d.")
        return DateFormat(written, description=description)
    if kind == "enum":
        described.only(("type", "values", "description"))
        values = described.entries.get("values")
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            described.wrong("values", "must be a list of texts.")
            return None
        return EnumFormat(tuple(values), description=description)
    return None


def _read_text_format(described: Checked, description: str | None) -> TextFormat:
    described.only(("type", "encoding", "case", "minLength", "maxLength", "pattern", "description"))
    pattern = described.text("pattern", needed=False)
    if pattern is not None:
        for key in ("case", "minLength", "maxLength"):
            if key in described:
                described.wrong(key, "cannot stand beside pattern; put it into the pattern.")
        try:
            re.compile(pattern)
        except re.error as error:
            described.wrong("pattern", f"is not a regular expression: {error.msg}.")
    return TextFormat(
        encoding=described.choice("encoding", _ENCODINGS, default="utf-8"),
        case=described.choice("case", ("upper", "lower", "mixed"), needed=False),
        min_length=described.integer("minLength", least=0, needed=False),
        max_length=described.integer("maxLength", least=1, needed=False),
        pattern=pattern,
        description=description,
    )


def _is_date_format(written: str) -> bool:
    """Tell whether strptime understands a format; that the empty text does not match says nothing."""
    try:
        datetime.datetime.strptime("", written)
    except ValueError as error:
        return "does not match format" in str(error)
    except re.error:
        return False
    return True


# --- hashing ------------------------------------------------------------------------------------------------------


def _read_hashing(hashing: Checked, version: int, hash_count: int | None, hashed: Checked | None) -> Hashing | None:
    before = len(hashing.mistakes)
    sentinel, replacement = _read_missing(hashing)
    if version == 3:
        comparison = _read_comparison(hashing)
        hashing.only(("comparison", "strategy", "hash", "missingValue"))
    else:
        comparison = NGrams(hashing.integer("ngram", least=1), hashing.boolean("positional", default=False))
    if version == 1:
        hashing.only(("ngram", "positional", "weight", "missingValue"))
        bits, per = _read_weight(hashing, hash_count), _PER_TOKEN
    else:
        bits, per = _read_strategy(hashing, version)
        hashed = hashing.inner("hash") if "hash" in hashing else None
    if version == 2:
        hashing.only(("ngram", "positional", "strategy", "hash", "missingValue"))
    hash_type, prevent_singularity = (_BLAKE, None) if hashed is None else _read_hash(hashed)
    if len(hashing.mistakes) > before or comparison is None or bits is None:
        return None
    return Hashing(
        comparison,
        bits,
        per=per,
        hash=hash_type,
        prevent_singularity=prevent_singularity,
        sentinel=sentinel,
        replacement=replacement,
    )


def _read_missing(hashing: Checked) -> tuple[str | None, str | None]:
    missing = hashing.inner("missingValue") if "missingValue" in hashing else None
    return (None, None) if missing is None else (missing.text("sentinel"), missing.text("replaceWith", needed=False))


def _read_weight(hashing: Checked, hash_count: int | None) -> int | None:
    weight = hashing.number("weight", above=0) if "weight" in hashing else 1.0
    if weight is None or hash_count is None:
        return None
    bits = round(weight * hash_count)
    if bits < 1:
        hashing.wrong("weight", f"times clkConfig.k must round to at least 1; got {weight:g} times {hash_count}.")
    return bits


def _read_strategy(hashing: Checked, version: int) -> tuple[int | None, Any]:
    strategy = hashing.inner("strategy")
    if strategy is None:
        return None, "token"
    per_token, per_feature = ("k", "numBits") if version == 2 else ("bitsPerToken", "bitsPerFeature")
    strategy.only((per_token, per_feature))
    if (per_token in strategy) == (per_feature in strategy):
        hashing.wrong("strategy", f"must hold either {per_token} or {per_feature}.")
        return None, "token"
    key = per_token if per_token in strategy else per_feature
    return strategy.integer(key, least=1), "token" if key == per_token else "feature"


def _read_hash(hashed: Checked) -> tuple[Any, bool | None]:
    kind = hashed.choice("type", ("blakeHash", "doubleHash"))
    prevent_singularity = hashed.boolean("prevent_singularity")
    if kind == "blakeHash" and prevent_singularity is not None:
        hashed.wrong("prevent_singularity", "is for doubleHash alone.")
    return kind, prevent_singularity


def _read_comparison(hashing: Checked) -> NGrams | Exact | Numeric | None:
    comparison = hashing.inner("comparison")
    if comparison is None:
        return None
    kind = comparison.choice("type", ("ngram", "exact", "numeric"))
    if kind == "ngram":
        return NGrams(comparison.integer("n", least=1), comparison.boolean("positional", default=False))
    if kind == "exact":
        return Exact()
    if kind == "numeric":
        return _read_numeric(comparison)
    return None


def _read_numeric(comparison: Checked) -> Numeric | None:
    distance, resolution = comparison.number("thresholdDistance", above=0), comparison.integer("resolution", least=1)
    precision = comparison.integer("fractional_precision", least=0, default=0)
    if precision is not None and precision > _MOST_DIGITS:
        comparison.wrong("fractional_precision", f"must be at most {_MOST_DIGITS}; got {precision}.")
        return None
    if distance is None or resolution is None or precision is None:
        return None
    if distance * 10.0**precision == float("inf"):
        comparison.wrong("thresholdDistance", f"is too large for {precision} digits (fractional_precision).")
        return None
    numeric = Numeric(distance, resolution, precision)
    if numeric.step == 0:
        comparison.wrong("thresholdDistance", f"is lost in rounding to {precision} digits (fractional_precision).")
    return numeric
