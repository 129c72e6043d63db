"""A mixture as versioned JSON, and back."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from linkkit.errors import ModelError
from linkkit.files import atomic_write
from linkkit.score._diagnosis._data import diagnosis_data, diagnosis_from_data
from linkkit.score._json import VERSION, comparison_data, comparison_from_data, pass_from_data

from ._model import MixtureModel

__all__ = ["mixture_data", "mixture_from_data", "save_mixture"]

_BY_LEVEL = ("pairs", "matches", "others", "level_weights")


def save_mixture(model: MixtureModel, path: str | Path) -> Path:
    """Save a mixture as JSON."""
    with atomic_write(path) as beside:
        beside.write_text(json.dumps(mixture_data(model), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return Path(path)


def mixture_data(model: MixtureModel) -> dict[str, Any]:
    """Return a mixture as plain data."""
    error = model.expected_matches_error
    return {
        "linkkit_model": VERSION,
        "kind": "mixture",
        "comparisons": [comparison_data(comparison) for comparison in model.comparisons],
        **{name: list(map(float, getattr(model, name))) for name in _BY_LEVEL},
        "expected_matches": model.expected_matches,
        "expected_matches_error": None if math.isnan(error) else error,
        "missed_matches": model.missed_matches,
        "pair_count": model.pair_count,
        "unique": list(model.unique),
        "passes": [asdict(step) for step in model.passes],
        "diagnosis": diagnosis_data(model.diagnosis),
    }


def mixture_from_data(data: dict[str, Any], name: str) -> MixtureModel:
    """Return the mixture behind plain data.

    Raises
    ------
    ModelError
        Where something is missing or of another kind.
    """
    error = data["expected_matches_error"]
    unique = data["unique"]
    if not isinstance(unique, list) or not all(isinstance(one, str) for one in unique):
        raise ModelError(f"{name} is damaged: unique lists no names.")
    return MixtureModel(
        tuple(comparison_from_data(item) for item in data["comparisons"]),
        **{key: tuple(map(float, data[key])) for key in _BY_LEVEL},
        expected_matches=float(data["expected_matches"]),
        pair_count=int(data["pair_count"]),
        missed_matches=float(data["missed_matches"]),
        expected_matches_error=math.nan if error is None else float(error),
        unique=tuple(unique),
        passes=tuple(pass_from_data(item) for item in data["passes"]),
        diagnosis=diagnosis_from_data(data["diagnosis"]),
    )
