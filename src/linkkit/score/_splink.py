"""Splink's model JSON (versions 3, 4 and 5) read as a linkkit model, for the levels that linkkit can express."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from linkkit.errors import ModelError, numbered
from linkkit.fields import recognise
from linkkit.specs import Comparison, Equal, Level, Threshold

from ._diagnosis import Diagnosis, Finding
from ._frequencies import TermFrequency
from ._model import LEAST_PROBABILITY, Model
from ._splink_sql import UnknownSqlError, columns_of_missing, condition_of

__all__ = ["read_splink", "splink_comparisons"]

# A level that Splink never trained says nothing: both of its probabilities are this.
UNTRAINED = 1e-6
# Splink does not bound what a rare value adds; neither does the model read from it.
NO_BOUND = 1000.0


@dataclass(frozen=True)
class _Read:
    """One comparison as read, beside Splink's levels in the order of its own."""

    comparison: Comparison
    levels: tuple[dict[str, Any], ...]
    findings: tuple[str, ...]


def read_splink(source: str | Path | Mapping[str, Any], *, fields: Mapping[str, str] | None = None) -> Model:
    """Read a trained Splink model.

    Parameters
    ----------
    source
        The JSON file, or what it holds.
    fields
        Column of Splink's model to field of linkkit. Columns that it leaves out are recognised by their names, as those
        of a dataset are (``first_name`` is ``given_name``), or keep their names.

    Returns
    -------
    Model
        With Splink's prior, m and u, its term-frequency adjustments with their weights and floors, and a finding for
        all that could not be taken over as it was.

    Raises
    ------
    ModelError
        Where levels are none of Splink's library levels that linkkit can express (all of them are named), or nothing is
        trained.
    """
    settings, read = _read_all(source, fields)
    m, u, findings = [], [], [finding for item in read for finding in item.findings]
    for item in read:
        pairs = [_probabilities(level, item.comparison, findings) for level in item.levels]
        m.append(tuple(pair[0] for pair in pairs))
        u.append(tuple(pair[1] for pair in pairs))
    if all("m_probability" not in level and "u_probability" not in level for item in read for level in item.levels):
        raise ModelError(
            "The Splink model holds no m or u: it is not trained. splink_comparisons() reads its comparisons."
        )
    sources = tuple(("Splink",) * len(values) for values in m)
    adjustments = tuple(found for item in read for found in _adjustments(item, _fields_of(settings, fields)))
    return Model(
        tuple(item.comparison for item in read),
        float(settings.get("probability_two_random_records_match", 1e-4)),
        tuple(m),
        tuple(u),
        sources,
        sources,
        adjustments=adjustments,
        diagnosis=Diagnosis(tuple(Finding("imported", "warning", text) for text in findings)),
        prior_source="Splink",
    )


def splink_comparisons(
    source: str | Path | Mapping[str, Any], *, fields: Mapping[str, str] | None = None
) -> tuple[Comparison, ...]:
    """Read the comparisons of Splink settings, trained or not.

    Parameters
    ----------
    source, fields
        As for :func:`read_splink`.
    """
    return tuple(item.comparison for item in _read_all(source, fields)[1])


def _read_all(
    source: str | Path | Mapping[str, Any], fields: Mapping[str, str] | None
) -> tuple[Mapping[str, Any], list[_Read]]:
    settings = source if isinstance(source, Mapping) else _load(Path(source))
    if not isinstance(settings.get("comparisons"), list):
        raise ModelError("These are no Splink settings: they have no list of comparisons.")
    names = _fields_of(settings, fields)
    read: list[_Read] = []
    mistakes: list[str] = []
    for number, item in enumerate(settings["comparisons"]):
        found = _comparison(number, item, names, mistakes)
        if found is not None:
            read.append(found)
    if mistakes:
        raise ModelError(numbered("The Splink model cannot be read as it is:", mistakes))
    return settings, _named_once(read)


def _load(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise ModelError(f"{path.name} is not JSON.") from None
    if not isinstance(found, dict):
        raise ModelError(f"{path.name} holds no Splink settings.")
    return found


def _comparison(number: int, item: Mapping[str, Any], names: Mapping[str, str], mistakes: list[str]) -> _Read | None:
    """Read one comparison; what is wrong is added to the mistakes, by number, as SQL may hold values of people."""
    column = str(item.get("output_column_name", f"comparison {number + 1}"))
    levels: list[Level] = []
    kept: list[dict[str, Any]] = []
    other: dict[str, Any] | None = None
    missing: tuple[tuple[str, ...], bool] | None = None
    before = len(mistakes)
    for place, level in enumerate(item.get("comparison_levels", [])):
        sql = str(level.get("sql_condition", ""))
        where = f"comparisons[{number}] ({column}), level {place + 1}"
        try:
            if level.get("is_null_level"):
                missing = columns_of_missing(sql)
            elif sql.strip().upper() == "ELSE":
                other = level
            else:
                label = _label(level, place, [made.label for made in levels])
                levels.append(Level(label, condition_of(sql, names)))
                kept.append(level)
        except UnknownSqlError:
            mistakes.append(f"{where}: this is no library level of Splink that linkkit knows; its SQL is in the file.")
    if other is None:
        mistakes.append(f"comparisons[{number}] ({column}) has no ELSE level.")
    if len(mistakes) > before or other is None:
        return None
    if not levels:
        mistakes.append(f"comparisons[{number}] ({column}) has no level but null and ELSE.")
        return None
    findings = _missing_findings(column, missing)
    fields = () if missing is None else tuple(names.get(name, name) for name in missing[0])
    name = names.get(column, column)
    return _Read(Comparison(name, tuple(levels), fields), (*kept, other), findings)


def _missing_findings(column: str, missing: tuple[tuple[str, ...], bool] | None) -> tuple[str, ...]:
    if missing is None:
        return (
            f"{column}: Splink has no null level here and takes missing values as ELSE; linkkit gives them weight 0.",
        )
    if missing[1]:
        return (
            f"{column}: where one of {', '.join(missing[0])} is missing and nothing agrees, Splink says ELSE; "
            "linkkit says missing, with weight 0.",
        )
    return ()


def _label(level: Mapping[str, Any], place: int, taken: list[str]) -> str:
    label = str(level.get("label_for_charts") or f"level {place}")
    return f"{label} ({place})" if label in (*taken, "missing", "other") else label


def _named_once(read: list[_Read]) -> list[_Read]:
    """Number the comparisons of the same name."""
    taken: list[str] = []
    found = []
    for item in read:
        name, number = item.comparison.name, 2
        while name in taken:
            name, number = f"{item.comparison.name} {number}", number + 1
        taken.append(name)
        found.append(replace(item, comparison=replace(item.comparison, name=name)))
    return found


def _probabilities(level: Mapping[str, Any], comparison: Comparison, findings: list[str]) -> tuple[float, float]:
    """Return m and u of a level; one that is not trained weighs nothing, and one of 0 is kept off it."""
    values = [level.get(name) for name in ("m_probability", "u_probability")]
    m, u = (float(value) if isinstance(value, int | float) else None for value in values)
    if m is None or u is None:
        label = level.get("label_for_charts", "a level")
        findings.append(f"{comparison.name}: {label!r} was not trained; it weighs nothing.")
        known = m if m is not None else u
        m = u = UNTRAINED if known is None else known
    if min(m, u) < LEAST_PROBABILITY:
        findings.append(f"{comparison.name}: a level of Splink's has a probability of 0; it is taken as 1e-300.")
    return max(m, LEAST_PROBABILITY), max(u, LEAST_PROBABILITY)


def _adjustments(item: _Read, names: Mapping[str, str]) -> list[TermFrequency]:
    """Return the term-frequency adjustments of a comparison: one for each column, floor and reference."""
    found: dict[tuple[str, float, float], list[tuple[str, float]]] = {}
    for made, level in zip(item.comparison.levels, item.levels[:-1], strict=True):
        column = level.get("tf_adjustment_column")
        power = float(level.get("tf_adjustment_weight", 1.0))
        if not column or power == 0:
            continue
        plain = str(column).strip('"`')
        field = names.get(plain, plain)
        base = level if level.get("disable_tf_exact_match_detection") else _exact_level(item, field) or level
        reference = base.get("u_probability")
        if isinstance(reference, int | float) and reference > 0:
            key = (field, float(level.get("tf_minimum_u_value") or 0.0), float(reference))
            found.setdefault(key, []).append((made.label, power))
    return [
        TermFrequency(item.comparison.name, field, reference, tuple(powers), least, shrink=0.0, most=NO_BOUND)
        for (field, least, reference), powers in found.items()
    ]


def _exact_level(item: _Read, field: str) -> dict[str, Any] | None:
    for made, level in zip(item.comparison.levels, item.levels[:-1], strict=True):
        if isinstance(made.condition, Threshold) and made.condition.measure == Equal(field):
            return level
    return None


def _fields_of(settings: Mapping[str, Any], fields: Mapping[str, str] | None) -> dict[str, str]:
    """Return column to field for every column that the settings may speak of."""
    text = json.dumps(settings.get("comparisons", []))
    columns = sorted(set(re.findall(r"(\w+)_[lr]\b", text)))
    known = {field.columns[0]: name for name, field in recognise(columns).items() if len(field.columns) == 1}
    return {**known, **(fields or {})}
