"""The dictionary attack: whoever holds the key tries all values."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import DataError, SpecError
from linkkit.pseudonymise._contract import SubKeys
from linkkit.pseudonymise._digests import joined_parts, keyed_digests, spelled
from linkkit.pseudonymise._encodings import bit_counts
from linkkit.pseudonymise.bloom import Blip, BloomField, Clk, field_filters, harden
from linkkit.pseudonymise.similarity import similar, similar_chunks
from linkkit.pseudonymise.tokens import Token, _binding

from ._columns import Coded, coded, filter_bytes, matched
from ._frequency import labelled
from ._result import Attempt
from ._undo import undone

__all__ = ["dictionary"]

_UNHEARD = 1 / 65_536  # the least noise there is: less than one bit in a filter
_NONE = np.iinfo(np.int64).max
_CANDIDATES = 65_536  # filters of candidates at a time

Filters = NDArray[np.uint8]
Codes = NDArray[np.int64]


def dictionary(
    encodings: Any,
    key: SubKeys,
    spec: BloomField | Clk | Token,
    candidates: Sequence[Any],
    *,
    field: str | None = None,
    salts: Sequence[str] | None = None,
    purpose: Literal["token", "block"] = "token",
    truth: Any = None,
    name: str = "",
) -> Attempt:
    """Try candidates, such as all dates of birth, with the key: what a key in the wrong hands is worth.

    Tokens and filters of one field are looked up among those of the candidates; where the field has noise, the
    candidate whose bits are kept best is taken. In a record-level filter the bits of the candidate must all be set;
    balancing, Rule 90 and diffusion are undone first, since the key says how. For made-up data.

    Parameters
    ----------
    encodings
        One encoding a record, in any form; None is missing.
    key
        The provider's key.
    spec
        How the encodings were made.
    candidates
        The values to try, as they stand after preparation (and after the token's or field's expression). For a token of
        several columns tuples, a text for each column.
    field
        Which field of a record-level filter; the only one by default.
    salts
        Where the field is salted: the salts to try with each candidate.
    purpose
        ``"block"`` for the block tokens of an encoding, which have sub-keys of their own.
    truth
        The value behind each encoding, in the order of `encodings`; of several columns tuples.
    name
        What the result calls the column.

    Returns
    -------
    Attempt
        `named`: records with exactly one candidate left; `right`: of them, those where it is the truth.

    Raises
    ------
    DataError
        Where encodings are of another length than the spec makes, or there is no encoding.
    SpecError
        Where there is no candidate, `field` is none of the filter's, or a salted field has no `salts`.

    Examples
    --------
    >>> from linkkit.pseudonymise.attacks import MadeUpKey
    >>> days = [f"2001-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 29)]
    >>> spec, key = BloomField("date_of_birth", "date"), MadeUpKey(1)
    >>> dictionary(field_filters(days[:100], spec, key), key, spec, days, truth=days[:100]).share
    1.0
    """
    start = time.perf_counter()
    values = list(dict.fromkeys(candidates))
    if not values:
        raise SpecError("dictionary needs at least one candidate.")
    if isinstance(spec, Token):
        seen = coded(encodings, "encodings")
        guesses, how = _of_tokens(seen, key, spec, values, purpose), "looked up"
        known = Coded(np.zeros(0, np.int64), [_joined(value) for value in values])
        truth = (
            None
            if truth is None
            else [_joined(value) if isinstance(value, str | tuple | list) else None for value in truth]
        )
    else:
        rows = filter_bytes(encodings, "encodings")
        one = spec if isinstance(spec, BloomField) else _field_of(spec, field)
        wrong = sum(not isinstance(value, str) for value in values)
        if wrong:
            raise SpecError(f"Each candidate of {one.name!r} must be a text; {wrong:,} are not.")
        tried_salts = _salts(one, salts)
        known = Coded(np.zeros(0, np.int64), values)
        here = np.zeros(len(rows), np.int64)
        here[rows.present] = np.arange(1, len(rows.present) + 1)
        seen = Coded(here, list(range(len(rows.present))))
        filters = rows.filters[rows.present]
        if isinstance(spec, BloomField):
            guesses, how = _of_field(filters, key, spec, values, tried_salts)
        else:
            guesses, how = _of_clk(filters, key, spec, one, values, tried_salts)
        name = name or (spec.name if isinstance(spec, BloomField) else f"{spec.name}: {one.name}")
    named, right = labelled(seen, guesses, known, truth)
    beside = "" if salts is None else f" with {len(set(salts)):,} salts"
    return Attempt(
        "dictionary",
        name or spec.name,
        "the key",
        f"{len(values):,} candidates{beside}, {how}",
        seen.present,
        named,
        right,
        time.perf_counter() - start,
    )


# --- tokens -----------------------------------------------------------------------------------------------------------


def _of_tokens(seen: Coded, key: SubKeys, token: Token, values: list[Any], purpose: str) -> Codes:
    size = token.bits // 8
    parts = [[value] if isinstance(value, str) else list(value) for value in values]
    wrong = sum(len(each) != len(token.columns) for each in parts)
    if wrong:
        raise SpecError(
            f"Each candidate of the token {token.name!r} must hold {len(token.columns)} text(s), one a column; "
            f"{wrong:,} hold another number."
        )
    digests = keyed_digests(key.subkey(purpose, _binding(token)), map(joined_parts, parts), size)
    return matched(seen.values, spelled(digests, size, token.alphabet).to_pylist())


def _joined(value: Any) -> str:
    return joined_parts([value] if isinstance(value, str) else list(value)).decode()


# --- filters ----------------------------------------------------------------------------------------------------------


def _field_of(clk: Clk, name: str | None) -> BloomField:
    found = {field.name: field for field in clk.fields}
    if name is None and len(found) == 1:
        name = next(iter(found))
    if name not in found:
        raise SpecError(f"field must be one of the record-level filter's: {', '.join(found)}; got {name!r}.")
    return found[name]


def _salts(field: BloomField, salts: Sequence[str] | None) -> list[str | None]:
    if field.salt is None:
        return [None]
    if not salts:
        raise SpecError(f"{field.name!r} is salted by {field.salt!r}; give the salts to try with each candidate.")
    return list(dict.fromkeys(salts))


def _of_field(
    filters: Filters, key: SubKeys, field: BloomField, values: list[str], salts: list[str | None]
) -> tuple[Codes, str]:
    """The candidate of each filter, -1 where there is none or more than one; and how it was found."""
    first = next((at for at, step in enumerate(field.hardening) if isinstance(step, Blip)), len(field.hardening))
    quiet = [
        replace(step, flip=_UNHEARD, seed=0) if isinstance(step, Blip) else step for step in field.hardening[first:]
    ]
    made = []
    for salt in salts:
        plain = field_filters(values, field, key, None if salt is None else [salt] * len(values))
        fixed = harden(plain, field.hardening[:first], key, field.name)
        made.append(harden(fixed, quiet, key, f"{field.name} noise") if quiet else fixed)
    candidates, of = np.concatenate(made), np.tile(np.arange(len(values)), len(salts))
    _check_width(filters, candidates.shape[1])
    if quiet:
        return _most_alike(filters, candidates, of, "dice"), "the most alike"
    distinct, numbers = np.unique(np.concatenate([candidates, filters]), axis=0, return_inverse=True)
    numbers = numbers.reshape(-1)
    of_filter = _only(numbers[: len(of)], of, len(distinct))
    return of_filter[numbers[len(of) :]], "looked up"


def _of_clk(
    filters: Filters, key: SubKeys, clk: Clk, field: BloomField, values: list[str], salts: list[str | None]
) -> tuple[Codes, str]:
    budget = clk.budgets[clk.fields.index(field)]
    alone = replace(field, length=clk.length, bits_per_value=budget or None)
    before = undone(filters, clk.length, clk.hardening, key, clk.name)
    made = [field_filters(values, alone, key, None if salt is None else [salt] * len(values)) for salt in salts]
    candidates, of = np.concatenate(made), np.tile(np.arange(len(values)), len(salts))
    if before is None:
        hard = harden(candidates, _quiet(clk), key, clk.name)
        _check_width(filters, hard.shape[1])
        return _most_alike(filters, hard, of, "overlap"), "the one whose bits are kept best"
    _check_width(before, candidates.shape[1])
    how = "all bits set" if not clk.hardening else "all bits set once hardening is undone"
    return _contained(before, candidates, of), how


def _quiet(clk: Clk) -> list[Any]:
    return [replace(step, flip=_UNHEARD, seed=0) if isinstance(step, Blip) else step for step in clk.hardening]


def _check_width(filters: Filters, width: int) -> None:
    if filters.shape[1] != width:
        raise DataError(
            f"encodings have {8 * filters.shape[1]:,} bits, but the spec makes {8 * width:,}. Give the spec that they "
            "were made with."
        )


def _only(numbers: Codes, of: Codes, size: int) -> Codes:
    """Return for each number the one candidate that has it, -1 where none or several do."""
    lowest, highest = np.full(size, _NONE), np.full(size, -1)
    np.minimum.at(lowest, numbers, of)
    np.maximum.at(highest, numbers, of)
    return np.where(lowest == highest, highest, -1)


def _contained(filters: Filters, candidates: Filters, of: Codes) -> Codes:
    """The only candidate all of whose bits are set in each filter: an overlap coefficient of 1."""
    lowest, highest = np.full(len(filters), _NONE), np.full(len(filters), -1)
    sizes, bits = bit_counts(filters), bit_counts(candidates)
    for start in range(0, len(candidates), _CANDIDATES):
        part = candidates[start : start + _CANDIDATES]
        for found in similar_chunks(part, filters, metric="overlap", at_least=1.0):
            left, right = found.left.astype(np.int64) + start, found.right.astype(np.int64)
            within = (bits[left] <= sizes[right]) & (bits[left] > 0)
            np.minimum.at(lowest, right[within], of[left[within]])
            np.maximum.at(highest, right[within], of[left[within]])
    return np.where(lowest == highest, highest, -1)


def _most_alike(filters: Filters, candidates: Filters, of: Codes, metric: str) -> Codes:
    """The most alike candidate of each filter, -1 where two are equally so."""
    found = similar(filters, candidates, metric=metric, at_least=0.0, top=2)
    best = np.zeros(len(filters))
    np.maximum.at(best, found.left, found.similarity)
    at_best = found.similarity == best[found.left]
    return _only(found.left[at_best].astype(np.int64), of[found.right[at_best].astype(np.int64)], len(filters))
