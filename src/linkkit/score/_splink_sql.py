"""The SQL of Splink's library levels, as DuckDB and Spark have it, read back into conditions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import numpy as np

from linkkit.specs import (
    Condition,
    DateGap,
    DistanceKm,
    Equal,
    Measure,
    NumberGap,
    SetOverlap,
    Swapped,
    TextSimilarity,
    Threshold,
    all_of,
    either,
    negated,
)
from linkkit.values import area, outward, sector

__all__ = ["UnknownSqlError", "columns_of_missing", "condition_of"]

_COLUMN = r"\w+"
_SAME_RIGHT = r"\1_r"
_NUMBER = r"[0-9.]+(?:e-?[0-9]+)?"
_TEXT_FUNCTIONS = {
    "jaro_winkler_similarity": "jaro_winkler",
    "jaro_winkler": "jaro_winkler",
    "jaro_similarity": "jaro",
    "jaro_sim": "jaro",
    "levenshtein": "levenshtein",
    "damerau_levenshtein": "damerau",
}
# What Splink's postcode comparison takes from a postcode.
_POSTCODE_PARTS = {
    "^[A-Za-z]{1,2}[0-9][A-Za-z0-9]? [0-9]": sector,
    "^[A-Za-z]{1,2}[0-9][A-Za-z0-9]?": outward,
    "^[A-Za-z]{1,2}": area,
}
_SECONDS_A_DAY = 86_400.0
_ISO = "'%Y-%m-%d'"


class UnknownSqlError(ValueError):
    """A level that is none of Splink's library levels that linkkit can express."""


def condition_of(sql: str, fields: Mapping[str, str]) -> Condition:
    """Return the condition behind a level's SQL.

    Parameters
    ----------
    sql
        The level's ``sql_condition``.
    fields
        Column to field; columns that are not in it keep their name.

    Raises
    ------
    UnknownSqlError
        Where it is no level that linkkit can express.

    Examples
    --------
    >>> str(condition_of('jaro_winkler_similarity("surname_l", "surname_r") >= 0.92', {}))
    'jaro_winkler of surname >= 0.92'
    """
    return _read(_plain(sql), lambda column: fields.get(column, column))


def columns_of_missing(sql: str) -> tuple[tuple[str, ...], bool]:
    """Return the columns whose absence is Splink's null level, and whether *all* of them must be absent.

    Raises
    ------
    UnknownSqlError
        Where it is no library null level.

    Examples
    --------
    >>> columns_of_missing('"dob_l" IS NULL OR "dob_r" IS NULL')
    (('dob',), False)
    """
    plain = _plain(sql)
    one = rf"(?:try_strptime\()?({_COLUMN})_l(?:, {_ISO}\))? is null or (?:try_strptime\()?\1_r(?:, {_ISO}\))? is null"
    if found := _match(one, plain):
        return (found[1],), False
    for joint in ("or", "and"):
        parts = [_unwrapped(part) for part in _split(plain, joint)]
        if len(parts) > 1 and all(_match(one, part) for part in parts):
            return tuple(columns_of_missing(part)[0][0] for part in parts), joint == "and"
    raise UnknownSqlError


def _read(sql: str, field: Callable[[str], str]) -> Condition:
    sql = _unwrapped(sql)
    if found := _known(sql, field):
        return found
    for joint, combine in (("or", either), ("and", all_of)):
        parts = _split(sql, joint)
        if len(parts) > 1:
            return combine(*(_read(part, field) for part in parts))
    if sql[:4].lower() == "not ":
        return negated(_read(sql[4:], field))
    raise UnknownSqlError


def _known(sql: str, field: Callable[[str], str]) -> Condition | None:
    """Return the condition of one library level, or None."""
    c, n = rf"({_COLUMN})", rf"({_NUMBER})"
    if found := _match(rf"{c}_l = \1_r", sql):
        return Threshold(Equal(field(found[1])))
    if found := _match(rf"{c}_l = {c}_r and \1_r = \2_l", sql):
        return Threshold(Swapped(field(found[1]), field(found[2])), 1.0)
    if (found := _match(rf"(\w+)\({c}_l, \2_r\) (>=|<=) {n}", sql)) and found[1].lower() in _TEXT_FUNCTIONS:
        measure = TextSimilarity(field(found[2]), _TEXT_FUNCTIONS[found[1].lower()])
        return Threshold(measure, float(found[4])) if measure.is_distance == (found[3] == "<=") else None
    if found := _match(rf"array_length\(list_intersect\({c}_l, \1_r\)\) >= {n}", sql):
        return Threshold(SetOverlap(field(found[1]), "shared"), float(found[2]))
    if found := _match(rf"size\(array_intersect\({c}_l, \1_r\)\) >= {n}", sql):
        return Threshold(SetOverlap(field(found[1]), "shared"), float(found[2]))
    part = r"nullif\(regexp_extract\(%s, '([^']+)', 0\), ''\)"
    sides = f"{part % (c + '_l')} = {part % _SAME_RIGHT}"
    if (found := _match(sides, sql)) and found[2] == found[3] and found[2] in _POSTCODE_PARTS:
        return Threshold(Equal(_POSTCODE_PARTS[found[2]](field(found[1]))))
    return _known_gap(sql, field, c, n)


def _known_gap(sql: str, field: Callable[[str], str], c: str, n: str) -> Condition | None:
    """Return the condition of a level that bounds a difference of dates, numbers or places, or None."""
    date_l, date_r = rf"(?:try_strptime\({c}_l, {_ISO}\)|{c}_l)", rf"(?:try_strptime\(\w+_r, {_ISO}\)|\w+_r)"
    if found := _match(rf"abs\(epoch\({date_l}\) - epoch\({date_r}\)\) <= {n}", sql):
        return Threshold(DateGap(field(found[1] or found[2])), float(found[3]) / _SECONDS_A_DAY)
    if found := _match(rf"abs\({c}_l - \1_r\) <= {n}", sql):
        return Threshold(NumberGap(field(found[1])), float(found[2]))
    larger = r"\(case when \1_r > \1_l then \1_r else \1_l end\)"
    if found := _match(rf"\(abs\({c}_l - \1_r\) / {larger}\) < {n}", sql):
        # Splink asks for less than, linkkit for at most.
        return _relative(NumberGap(field(found[1]), relative=True), float(found[2]))
    start = rf"cast\( ?acos\( ?case when \( ?sin\( radians\({c}_l\) \) \* sin\( radians\(\1_r\) \)"
    places = re.match(start, sql, re.IGNORECASE)
    longitude = re.search(rf"cos\( radians\({c}_r - \1_l\) \)", sql, re.IGNORECASE)
    bound = re.search(rf"\* 6371 as float ?\) <= {n}$", sql, re.IGNORECASE)
    if places and longitude and bound:
        return Threshold(DistanceKm(field(places[1]), field(longitude[1])), float(bound[1]))
    return None


def _match(pattern: str, sql: str) -> re.Match[str] | None:
    return re.fullmatch(pattern, sql, re.IGNORECASE)


def _relative(measure: Measure, bound: float) -> Condition:
    return Threshold(measure, float(np.nextafter(bound, 0.0)))


def _plain(sql: str) -> str:
    """No quotes round names, single blanks, no brackets round the whole."""
    return _unwrapped(re.sub(r"\s+", " ", sql.replace('"', "").replace("`", "")).strip())


def _unwrapped(sql: str) -> str:
    """Drop brackets round the whole."""
    while sql.startswith("(") and _closing(sql) == len(sql) - 1:
        sql = sql[1:-1].strip()
    return sql


def _closing(sql: str) -> int:
    depth = 0
    for place, character in enumerate(sql):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return place
    return -1


def _split(sql: str, joint: str) -> list[str]:
    """Split at a word that stands outside of all brackets and of case expressions."""
    parts, depth, start = [], 0, 0
    for token in re.finditer(r"\(|\)|\bcase\b|\bend\b|\b(?:or|and)\b", sql, re.IGNORECASE):
        text = token.group().lower()
        depth += (text in ("(", "case")) - (text in (")", "end"))
        if depth == 0 and text == joint:
            parts.append(sql[start : token.start()].strip())
            start = token.end()
    return [*parts, sql[start:].strip()]
