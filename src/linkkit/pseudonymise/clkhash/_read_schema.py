"""Read linkage schemas of version 1, 2 and 3, check them, and bring them to what they mean in version 3."""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from linkkit.files import write_json

from ._hashing import most_key_bytes
from ._json_checks import Checked
from ._read_feature import read_feature
from ._schema import Derivation, Feature, IgnoredFeature, Schema, SchemaError

__all__ = ["read_schema", "write_schema"]

_MOST_BLAKE_KEY = 64
_MOST_BITS = 1 << 30
"""No project has filters of so many bits; a mistyped number must not fill the memory."""


def read_schema(source: Schema | Mapping[str, Any] | str | os.PathLike[str]) -> Schema:
    """Read a linkage schema of version 1, 2 or 3.

    Parameters
    ----------
    source
        Its JSON as a dictionary or as text, the path of a file, or a Schema, which comes back as it is.

    Returns
    -------
    Schema
        What the schema means: versions 1 and 2 are upgraded as clkhash does it.

    Raises
    ------
    SchemaError
        With every mistake and its place in the JSON.

    Examples
    --------
    >>> read_schema('{"version": 3, "clkConfig": {"l": 0}, "features": [{"identifier": "name", "ignored": true}]}')
    Traceback (most recent call last):
        ...
    linkkit.pseudonymise.clkhash._schema.SchemaError: The linkage schema has 2 mistakes:
      1. clkConfig.l must be a whole number of at least 1; got 0.
      2. clkConfig.kdf is absent; it must be an object.
    """
    if isinstance(source, Schema):
        return source
    document = source if isinstance(source, Mapping) else _parsed(source)
    mistakes: list[str] = []
    schema = _read(document, mistakes)
    if mistakes or schema is None:
        raise SchemaError(mistakes)
    return schema


def write_schema(schema: Schema, path: str | os.PathLike[str]) -> None:
    """Write a schema as version 3 of the JSON, which clkhash reads.

    Options that clkhash does not heed are left out: the file says what is done. A feature of version 1 with weight 0 is
    written as ignored, which is what it means.

    Parameters
    ----------
    schema
        The schema.
    path
        The file; it appears whole or not at all.

    Examples
    --------
    >>> import tempfile
    >>> schema = Schema((IgnoredFeature("row"),), 1024)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_schema(schema, Path(folder) / "schema.json")
    ...     read_schema(Path(folder) / "schema.json") == schema
    True
    """
    write_json(path, schema.to_dict())


def _parsed(source: str | os.PathLike[str]) -> Any:
    if isinstance(source, str) and source.lstrip().startswith(("{", "[")):
        text, named = source, "The text"
    elif not isinstance(source, str | os.PathLike):
        raise SchemaError([f"A schema is a dictionary, JSON text or the path of a file; got {type(source).__name__}."])
    else:
        path = Path(source)
        if not path.is_file():
            raise SchemaError([f"There is no file {os.fspath(path)!r}."])
        text, named = path.read_bytes().decode("utf-8-sig", errors="replace"), f"{path.name!r}"
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise SchemaError([f"{named} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."]) from None
    except RecursionError:
        raise SchemaError([f"{named} is no schema: its brackets are too deep."]) from None


def _read(document: Any, mistakes: list[str]) -> Schema | None:
    whole = Checked(document, "", mistakes)
    if not whole.is_object:
        return None
    version = document.get("version")
    if isinstance(version, bool) or version not in (1, 2, 3):
        found = f"got {version!r}" if "version" in document else "it is absent"
        mistakes.append(f"version must be 1, 2 or 3; {found}.")
        return None
    config = whole.inner("clkConfig") or Checked({}, "clkConfig", [])
    length, folds = config.integer("l", least=1), config.integer("xor_folds", least=0, default=0)
    config.integer("xorFolds", least=0, default=0)
    if length is not None and folds is not None and (folds > 30 or length << folds > _MOST_BITS):
        config.wrong("l", f"doubled by every fold must be at most {_MOST_BITS:,} bits; got {length} and {folds} folds.")
        length = None
    derivation = _read_derivation(config)
    features = _read_features(whole, config, int(version))
    if derivation is not None:
        mistakes += _too_many_keys(len(features), derivation)
        if length is not None and folds is not None:
            mistakes += _contradictions(features, length, folds, derivation)
    if mistakes or derivation is None:
        return None
    return Schema(
        tuple(feature for feature in features if feature is not None),
        length,
        xor_folds=folds,
        derivation=derivation,
        version=int(version),
        without_effect=_without_effect(document, int(version)),
    )


def _read_features(whole: Checked, config: Checked, version: int) -> list[Feature | IgnoredFeature | None]:
    """Return the features in order, None where one has a mistake."""
    listed = whole.entries.get("features")
    if not isinstance(listed, list) or not listed:
        whole.wrong("features", "must be a list of at least one feature.")
        listed = []
    hash_count = config.integer("k", least=1) if version == 1 else None
    hashed = config.inner("hash") if version == 1 else None
    return [
        read_feature(Checked(entry, f"features[{place}]", whole.mistakes), version, hash_count, hashed)
        for place, entry in enumerate(listed)
    ]


def _read_derivation(config: Checked) -> Derivation | None:
    found = config.inner("kdf")
    if found is None:
        return None
    before = len(found.mistakes)
    found.choice("type", ("HKDF",))
    hashed = found.choice("hash", ("SHA256", "SHA512"), default="SHA256")
    salt, info = (found.text(key, needed=False) for key in ("salt", "info"))
    for key, text in (("salt", salt), ("info", info)):
        if text is not None and not _is_base64(text):
            found.wrong(key, "must be base64.")
    size = found.integer("keySize", least=1, default=64)
    return Derivation(hash=hashed, salt=salt, info=info, key_size=size) if len(found.mistakes) == before else None


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text)  # as clkhash: characters outside the alphabet are skipped
    except (binascii.Error, ValueError):
        return False
    return True


def _without_effect(document: Mapping[str, Any], version: int) -> tuple[str, ...]:
    """Return the places of options that look as if they did something."""
    places = ["clkConfig.xorFolds"] if document["clkConfig"].get("xorFolds") else []
    for place, feature in enumerate(document["features"]):
        comparison = feature.get("hashing", {}).get("comparison", {}) if version == 3 else {}
        if comparison.get("type") == "numeric" and comparison.get("fractionalPrecision"):
            places.append(f"features[{place}].hashing.comparison.fractionalPrecision")
    return tuple(places)


def _too_many_keys(feature_count: int, derivation: Derivation) -> list[str]:
    wanted, most = 2 * feature_count * derivation.key_size, most_key_bytes(derivation)
    if wanted <= most:
        return []
    return [
        f"clkConfig.kdf: {feature_count} features (ignored ones too) need {wanted:,} bytes of keys; HKDF with "
        f"{derivation.hash} gives at most {most:,}. Choose SHA512, a smaller keySize or fewer features."
    ]


def _contradictions(
    features: Sequence[Feature | IgnoredFeature | None], length: int, folds: int, derivation: Derivation
) -> list[str]:
    """Return what each part of a schema allows, and all together do not."""
    found, hashed_length, size = [], length << folds, derivation.key_size
    for place, feature in enumerate(features):
        if not isinstance(feature, Feature):
            continue
        hashing, named = feature.hashing, f"features[{place}].hashing"
        if hashing.hash == "blakeHash" and hashed_length & (hashed_length - 1):
            found.append(
                f"{named}: blakeHash needs a filter whose length is a power of two; it has {hashed_length} bits "
                f"(clkConfig.l{', doubled by every fold' if folds else ''})."
            )
        if hashing.hash == "blakeHash" and size > _MOST_BLAKE_KEY:
            found.append(
                f"{named}: blakeHash takes keys of at most {_MOST_BLAKE_KEY} bytes; clkConfig.kdf.keySize is {size}."
            )
        if hashing.prevent_singularity and hashed_length == 1:
            found.append(f"{named}.hash.prevent_singularity needs a filter of more than one bit.")
    return found
